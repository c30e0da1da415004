package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	bbolt "go.etcd.io/bbolt"
)

// bareArgument makes the bench itself the bare server that it measures.
const bareArgument = "serve-bare"

// reference measures what the machine does without Vaka.
func reference(ctx context.Context, dir string, t *table) error {
	say("the bare machine:")
	synced, err := syncedWrites(ctx, dir)
	if err != nil {
		return err
	}
	t.add(synced.into("reference: 4 KB written and synced, one writer", 0, ""))
	address, stop, err := startBare(ctx, dir)
	if err != nil {
		return err
	}
	defer stop()
	c := newClient(address)
	for _, r := range []struct {
		what, path string
		clients    int
	}{
		{"reference: bare Fiber, 1 client", "/echo", 1},
		{"reference: bare Fiber, 64 clients", "/echo", 64},
		{"reference: bare Fiber over bbolt, durable, 64 clients", "/store", 64},
	} {
		body := bytes.Repeat([]byte("x"), 2048)
		s, err := load(ctx, r.clients, limit{200_000, 3 * time.Second}, func(int, int) error {
			return c.do(request{method: "POST", path: r.path, body: body, want: 200}, nil)
		})
		if err != nil {
			return err
		}
		t.add(s.into(r.what, 0, ""))
	}
	return nil
}

// syncedWrites writes blocks of 4 KB, each of them durable before the next.
func syncedWrites(ctx context.Context, dir string) (s spread, err error) {
	file, err := os.Create(filepath.Join(dir, "synced"))
	if err != nil {
		return s, err
	}
	defer func() { _ = file.Close() }() // it was synced
	block := make([]byte, 4096)
	return load(ctx, 1, limit{2000, 5 * time.Second}, func(_, i int) error {
		if _, err := file.WriteAt(block, int64(i%256)*4096); err != nil {
			return err
		}
		return file.Sync()
	})
}

// startBare starts the bench once more, as the bare server.
func startBare(ctx context.Context, dir string) (address string, stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, self, bareArgument)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	}
	line := make([]byte, 100)
	n, err := stdout.Read(line)
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("starting the bare server: %w", err)
	}
	return strings.TrimSpace(string(line[:n])), stop, nil
}

// serveBare answers at once on /echo, and on /store when the body is durable in a
// bbolt file. It returns only when it cannot serve.
func serveBare() error {
	db, err := bbolt.Open("bare.db", 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType, InitialMmapSize: 1 << 30})
	if err != nil {
		return err
	}
	bucket := []byte("bare")
	err = db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists(bucket)
		return err
	})
	if err != nil {
		return err
	}
	db.MaxBatchDelay = time.Millisecond
	var keys atomic.Uint64
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Post("/echo", func(c *fiber.Ctx) error { return c.Send(c.Body()) })
	app.Post("/store", func(c *fiber.Ctx) error {
		key, value := binary.BigEndian.AppendUint64(nil, keys.Add(1)), bytes.Clone(c.Body())
		if err := db.Batch(func(tx *bbolt.Tx) error { return tx.Bucket(bucket).Put(key, value) }); err != nil {
			return err
		}
		return c.Send(key)
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("http://" + listener.Addr().String())
	return app.Listener(listener)
}

// freeAddress is a loopback address that nobody listens on at this moment.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}
