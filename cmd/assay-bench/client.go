package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// message is one message of a request.
type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// ask sends what assay sends for a project, with nothing around it: what it
// takes is what the machine and net/http take.
func ask(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet(clientMode, flag.ContinueOnError)
	url := flags.String("url", "", "the server's base URL")
	cases := flags.Int("cases", 0, "conversations")
	turns := flags.Int("turns", 1, "turns of each")
	if err := flags.Parse(args); err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: atOnce}}
	next := make(chan int)
	failed := make(chan error, atOnce)
	var workers sync.WaitGroup
	for range atOnce {
		workers.Go(func() {
			var failure error
			for i := range next {
				if failure == nil {
					failure = converse(ctx, client, *url+"/grok-2", i, *turns)
				}
			}
			if failure != nil {
				failed <- failure
			}
		})
	}
	for i := range *cases {
		next <- i
	}
	close(next)
	workers.Wait()
	close(failed)
	return <-failed
}

// converse holds one conversation, each request with all that came before.
func converse(ctx context.Context, client *http.Client, url string, number, turns int) error {
	var messages []message
	for turn := range turns {
		messages = append(messages, message{"user", question(number, turn)})
		body, err := json.Marshal(map[string]any{"messages": messages})
		if err != nil {
			return err
		}
		if err := post(ctx, client, url, body); err != nil {
			return err
		}
		messages = append(messages, message{"assistant", replyText})
	}
	return nil
}

func post(ctx context.Context, client *http.Client, url string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Api-Key", "bench-key-0123456789")
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err == nil && string(got) != replyBody {
		err = fmt.Errorf("the server answered %s: %s", resp.Status, got)
	}
	return err
}
