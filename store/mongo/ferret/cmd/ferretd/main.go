// Command ferretd runs FerretDB for tests that need a server in a process of its
// own. It prints one line, the URI to connect to, and runs until its input ends
// or it is interrupted, so it never outlives the test that started it.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/vaka-project/vaka/store/mongo/ferret"
)

func main() {
	dir := flag.String("data", "", "directory for the databases (default: one that is removed at the end)")
	flag.Parse()
	if err := run(*dir); err != nil {
		fmt.Fprintln(os.Stderr, "ferretd:", err)
		os.Exit(1)
	}
}

func run(dir string) error {
	if dir == "" {
		temp, err := os.MkdirTemp("", "ferretd")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temp)
		dir = temp
	}
	server, err := ferret.Start(dir)
	if err != nil {
		return err
	}
	defer server.Stop()
	fmt.Println(server.URI)

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt)
	inputEnds := make(chan struct{})
	go func() {
		defer close(inputEnds)
		_, _ = io.Copy(io.Discard, os.Stdin)
	}()
	select {
	case <-stop:
	case <-inputEnds:
	}
	return nil
}
