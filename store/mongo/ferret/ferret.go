// Package ferret runs a server of MongoDB's wire protocol inside a test: FerretDB
// 1.24 over SQLite, in this process, on a port of its own. It is what the Mongo
// store is tested on where there is no MongoDB, and it lives in a module of its own
// so that the product does not depend on it.
//
// It is not MongoDB. It honours a unique _id, and finds, replaces and deletes by
// _id in good order, which is all that the store asks for; updates that read and
// write it loses, and anything but _id it searches slowly. So tests keep near
// 2,000 documents.
package ferret

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/FerretDB/FerretDB/ferretdb"
)

// Server is a running server.
type Server struct {
	URI string // mongodb://127.0.0.1:port/

	cancel context.CancelFunc
	ended  chan struct{}
}

// Start starts a server that keeps its databases in dir, which must exist.
func Start(dir string) (*Server, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("the directory for FerretDB's databases is not there")
	}
	db, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: "127.0.0.1:0"},
		Logger:    slog.New(slog.DiscardHandler),
		Handler:   "sqlite",
		SQLiteURL: "file:" + filepath.ToSlash(dir) + "/",
	})
	if err != nil {
		return nil, fmt.Errorf("starting FerretDB: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{cancel: cancel, ended: make(chan struct{})}
	go func() {
		defer close(s.ended)
		_ = db.Run(ctx) // returns nil when ctx has ended
	}()
	s.URI = db.MongoDBURI()
	return s, nil
}

// Stop ends the server and every connection to it.
func (s *Server) Stop() {
	s.cancel()
	<-s.ended
}
