// Package mock is an http.Handler that behaves like the API, from recordings
// and scripts. It opens no socket itself.
package mock
