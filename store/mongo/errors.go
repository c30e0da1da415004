package mongo

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/x/mongo/driver/topology"

	"github.com/vaka-project/vaka/cases"
)

// duplicate is the server's code for an _id that is taken.
const duplicate = 11000

// passing are server codes that say: not now, or not this member. The state of a
// replica set changes, a node shuts down, a disk is full.
var passing = []int{
	6, 7, 89, // host unreachable, host not found, network timeout
	50, 262, // a time limit was exceeded
	64,                                         // the majority did not confirm in time
	91, 189, 10107, 11600, 11602, 13435, 13436, // shutting down, stepping down, not primary
	14031, // out of disk space
}

// failure turns an error of the driver into one of cases.Store: ErrNotFound,
// ErrExists, the end of the caller's own context, or ErrUnavailable where the
// server could not be asked or could not write. Anything else stays what it is.
func failure(caller context.Context, err error) error {
	var server driver.ServerError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, driver.ErrNoDocuments):
		return cases.ErrNotFound
	case driver.IsDuplicateKeyError(err):
		return cases.ErrExists
	case caller.Err() != nil:
		return caller.Err()
	case driver.IsNetworkError(err), driver.IsTimeout(err), errors.Is(err, driver.ErrClientDisconnected),
		errors.As(err, new(topology.ServerSelectionError)), errors.As(err, new(topology.ConnectionError)):
		return fmt.Errorf("%w: %w", cases.ErrUnavailable, err)
	case errors.As(err, &server) && (server.HasErrorLabel("RetryableWriteError") || slices.ContainsFunc(passing, server.HasErrorCode)):
		return fmt.Errorf("%w: %w", cases.ErrUnavailable, err)
	}
	return err
}

// redacted is an error whose text was freed of credentials.
type redacted struct {
	text  string
	cause error
}

func (r *redacted) Error() string { return r.text }
func (r *redacted) Unwrap() error { return r.cause }

// redact takes the URI and its user and password out of an error's text. The
// driver does not put them there; this is the second lock on that door.
func redact(err error, uri string) string {
	text := strings.ReplaceAll(err.Error(), uri, "(the MongoDB URI)")
	parsed, parseErr := url.Parse(uri)
	if parseErr != nil || parsed.User == nil {
		return text
	}
	secret, _ := parsed.User.Password()
	for _, s := range []string{parsed.User.String(), secret, url.QueryEscape(secret), url.PathEscape(secret)} {
		if s != "" {
			text = strings.ReplaceAll(text, s, "***")
		}
	}
	return text
}
