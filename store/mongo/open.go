package mongo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"go.mongodb.org/mongo-driver/mongo/readconcern"
	"go.mongodb.org/mongo-driver/mongo/writeconcern"
	"go.mongodb.org/mongo-driver/x/mongo/driver/connstring"

	"github.com/vaka-project/vaka/cases"
)

// Config says where the database is and how patient to be with it.
type Config struct {
	URI      string        // mongodb:// or mongodb+srv://; may hold a password, and is never logged
	Database string        // "" takes the one that the URI names, or "vaka"
	Timeout  time.Duration // for each operation; 0 is 10 seconds
	Log      *slog.Logger  // for what goes on in the background; nil is none
}

const (
	defaultDatabase = "vaka"
	defaultTimeout  = 10 * time.Second
	committers      = 4 // commits under way at once
)

// Store is one instance's connection to the database.
type Store struct {
	client  *driver.Client
	db      *driver.Database
	timeout time.Duration
	log     *slog.Logger

	queue   chan *request
	closing sync.RWMutex // held for reading while handing in
	closed  bool

	registry registry
	feed     feed
	settle   settler
	working  sync.WaitGroup     // committers
	minding  sync.WaitGroup     // heartbeat and settler
	stop     context.CancelFunc // ends what is minding
}

var _ cases.Store = (*Store)(nil)

// Open connects, checks that the server keeps an _id unique, and enters this
// instance in the registry. The error never holds the URI.
func Open(ctx context.Context, c Config) (*Store, error) {
	opts, name, err := clientOptions(c)
	if err != nil {
		return nil, err
	}
	client, err := driver.Connect(ctx, opts)
	if err != nil {
		return nil, fmt.Errorf("the MongoDB settings cannot be used: %s", redact(err, c.URI))
	}
	s := &Store{client: client, timeout: c.Timeout, log: c.Log, queue: make(chan *request, maxBatch)}
	if s.timeout == 0 {
		s.timeout = defaultTimeout
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if err := s.begin(ctx, name); err != nil {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = client.Disconnect(closing) // the first error is the one to tell
		return nil, &redacted{text: redact(err, c.URI), cause: err}
	}
	return s, nil
}

// clientOptions reads the URI. A parser's own message may quote parts of it, so
// it is not passed on.
func clientOptions(c Config) (opts *options.ClientOptions, database string, err error) {
	parsed, err := connstring.ParseAndValidate(c.URI)
	if err != nil {
		return nil, "", errors.New("the MongoDB URI is not valid: it reads mongodb://host:port/database, " +
			"and special characters in a user name or password are percent-encoded")
	}
	timeout := c.Timeout
	if timeout == 0 {
		timeout = defaultTimeout
	}
	opts = options.Client().ApplyURI(c.URI).SetAppName("vaka").
		SetServerSelectionTimeout(timeout).SetConnectTimeout(timeout)
	database = c.Database
	if database == "" {
		database = parsed.Database
	}
	if database == "" {
		database = defaultDatabase
	}
	return opts, database, nil
}

// begin asks the server what it is, and starts what this instance runs.
func (s *Store) begin(ctx context.Context, database string) error {
	first, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	var hello struct {
		SetName string `bson:"setName"`
		Msg     string `bson:"msg"`
	}
	err := s.client.Database("admin").RunCommand(first, bson.D{{Key: "hello", Value: 1}}).Decode(&hello)
	if err != nil {
		return fmt.Errorf("MongoDB does not answer: %w", failure(ctx, err))
	}
	dbOptions := options.Database()
	if hello.SetName != "" || hello.Msg == "isdbgrid" {
		dbOptions.SetWriteConcern(writeconcern.Majority()).SetReadConcern(readconcern.Majority())
	} else {
		dbOptions.SetWriteConcern(writeconcern.Journaled())
	}
	s.db = s.client.Database(database, dbOptions)
	if err := s.loadRegistry(ctx); err != nil {
		return err
	}
	if err := s.register(ctx); err != nil {
		return err
	}
	if err := s.checkUnique(ctx); err != nil {
		return err
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	s.settle.wake = make(chan struct{}, 1)
	s.minding.Go(func() { s.heartbeats(background) })
	s.minding.Go(func() { s.settleAll(background) })
	for range committers {
		s.working.Go(s.commitAll)
	}
	return nil
}

// checkUnique inserts this instance's registry entry a second time. Everything
// rests on the server refusing that.
func (s *Store) checkUnique(ctx context.Context) error {
	mine := s.feed.current()
	err := s.insertOne(ctx, instances, mine.name, mine.presence(time.Now(), false))
	switch {
	case errors.Is(err, cases.ErrExists):
		return nil
	case err == nil:
		return errors.New("this MongoDB server takes two documents with one _id; Vaka cannot keep records there")
	}
	return fmt.Errorf("checking that _id is unique: %w", err)
}

// Close waits for everything that was handed in, takes this instance out of the
// registry and disconnects. What comes afterwards is answered with ErrUnavailable.
func (s *Store) Close() error {
	s.closing.Lock()
	already := s.closed
	if !already {
		s.closed = true
		close(s.queue)
	}
	s.closing.Unlock()
	if already {
		return nil
	}
	s.working.Wait()
	s.stop()
	s.minding.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), s.timeout)
	defer cancel()
	return errors.Join(s.beat(ctx, true), s.client.Disconnect(ctx))
}
