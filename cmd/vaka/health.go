package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

type healthCommand struct {
	URL string `arg:"" help:"Where to ask, such as http://127.0.0.1:8080/readyz."`
}

// Help is shown below the command's summary.
func (healthCommand) Help() string {
	return `For the health check of a container that holds nothing but this program. Exit code 0 says that the service answered 200.

Example:

    vaka health http://127.0.0.1:8080/readyz`
}

// Run asks once, and waits five seconds at most.
func (c *healthCommand) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL, nil)
	if err != nil {
		return fmt.Errorf("this is no address to ask")
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("no answer: %w", plainCause(err))
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: it answered %d", answer.StatusCode)
	}
	return nil
}
