package harness

import (
	"slices"

	"github.com/assay-harness/assay/harness/provider"
)

// Asks reports whether the project asks providers: what it does may cost something.
func (p *Project) Asks() bool { return p.config.Live != nil }

// KeepsReplies reports whether paid replies are kept below RepliesDir.
func (p *Project) KeepsReplies() bool { return p.config.KeepReplies >= 0 }

// Opened gives the project's files that were read, by slash path.
func (p *Project) Opened() []string { return p.suites.Files.Opened() }

// ForeignHosts gives, by provider, the base URLs of the providers in use that
// have a key which may not go there by itself. With Live.BaseURL there are none:
// whoever names a server on the command line means it.
func (p *Project) ForeignHosts() map[string]string {
	out := map[string]string{}
	if p.config.Live == nil || p.config.Live.BaseURL != "" {
		return out
	}
	inUse := p.providersInUse()
	for _, source := range p.suites.Config.Providers {
		bound := p.plan.Provider(source.Name)
		if inUse[source.Name] && p.secrets.keys[source.Name] != "" &&
			!provider.KeyMayGo(bound.Kind, bound.Config.BaseURL, p.config.Live.AllowHosts) {
			out[source.Name] = bound.Config.BaseURL
		}
	}
	return out
}

// AllowHost lets keys go to a base URL that a person approved.
func (p *Project) AllowHost(baseURL string) {
	live := *p.config.Live
	live.AllowHosts = append(slices.Clip(live.AllowHosts), baseURL)
	p.config.Live = &live
}
