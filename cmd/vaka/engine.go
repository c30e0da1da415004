package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/config"
	"github.com/vaka-project/vaka/store/bolt"
	"github.com/vaka-project/vaka/store/mongo"
)

// engine is a store as the program holds it.
type engine interface {
	cases.Store
	// Unsettled names the records whose pictures may lag behind their events
	// because an instance ended in between.
	Unsettled(ctx context.Context) ([]string, error)
	Close() error
}

// openEngine opens the store that the settings name. Its error is one sentence
// for whoever starts the program, and never holds the connection string.
func openEngine(ctx context.Context, c config.Config, log *slog.Logger) (engine, error) {
	if c.Store == "mongo" {
		s, err := mongo.Open(ctx, mongo.Config{URI: string(c.MongoURI), Database: c.MongoDatabase, Log: log})
		if err != nil {
			return nil, fmt.Errorf("opening the store: %w", err)
		}
		return s, nil
	}
	s, err := bolt.Open(c.Data)
	if err != nil {
		return nil, fmt.Errorf("opening the store: %w", err)
	}
	return s, nil
}

// openExisting opens a store for a command that would do nothing useful in a new
// one: a slip in --data must not answer that all is well.
func openExisting(ctx context.Context, c config.Config, log *slog.Logger) (engine, error) {
	if c.Store == "bolt" {
		if _, err := os.Stat(filepath.Join(c.Data, bolt.FileName)); err != nil {
			return nil, fmt.Errorf("there is no store in %s: %w", c.Data, plainCause(err))
		}
	}
	return openEngine(ctx, c, log)
}

// whereOf names the store for people.
func whereOf(c config.Config) string {
	if c.Store == "mongo" {
		return "the MongoDB database " + c.MongoDatabase
	}
	return c.Data
}
