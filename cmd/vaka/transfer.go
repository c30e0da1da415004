package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/store/archive"
)

type exportCommand struct {
	settings
	File string `arg:"" help:"File to write, which must not exist; - for standard output."`
}

// Help is shown below the command's summary.
func (exportCommand) Help() string {
	return `The file holds every event, number, attachment, API token (as a hash) and what the installation says of itself, in an order that makes two exports of the same data the same bytes. Sessions are left out, and so are current records, which import makes anew from the events. It is readable by its owner only, since it holds personal data.

Examples:

    vaka export --data /var/lib/vaka backup.vaka
    vaka export --mongo-uri-file mongo.uri - | gzip > backup.vaka.gz`
}

// Run writes the export, under its name only once it is whole.
func (c *exportCommand) Run(ctx context.Context, t Terminal) error {
	conf, err := c.load(t)
	if err != nil {
		return err
	}
	e, err := openExisting(ctx, conf, newLogger(conf, t.Err))
	if err != nil {
		return err
	}
	defer func() { _ = e.Close() }() // it was only read from
	if c.File == "-" {
		_, err := archive.Export(ctx, e, t.Out)
		return err
	}
	counts, err := exportTo(ctx, e, c.File)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.Out, "exported %d documents, %d of them events\n", counts.Total(), counts[cases.Events])
	return nil
}

// exportTo writes beside the file first: an export that was interrupted must not
// lie under the name of a whole one.
func exportTo(ctx context.Context, s cases.Store, path string) (counts archive.Counts, err error) {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("the file to write exists already: give another name, or remove it")
	}
	part, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".part-*") // readable by its owner only
	if err != nil {
		return nil, fmt.Errorf("writing the export: %w", plainCause(err))
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, part.Close(), os.Remove(part.Name()))
		}
	}()
	if counts, err = archive.Export(ctx, s, part); err != nil {
		return nil, err
	}
	if err = part.Sync(); err != nil {
		return nil, fmt.Errorf("writing the export: %w", err)
	}
	if err = os.Rename(part.Name(), path); err != nil {
		return nil, fmt.Errorf("naming the export: %w", plainCause(err))
	}
	if err := part.Close(); err != nil {
		return nil, fmt.Errorf("writing the export: %w", err)
	}
	return counts, nil
}

type importCommand struct {
	settings
	File string `arg:"" help:"File that export wrote; - for standard input."`
}

// Help is shown below the command's summary.
func (importCommand) Help() string {
	return `The store must be empty. The whole file is checked first, its sum and the chain of every record; a file that was cut short or altered is refused and nothing is written. Then the current records are made from the events.

Examples:

    vaka import --data /var/lib/vaka backup.vaka
    gunzip < backup.vaka.gz | vaka import --mongo-uri-file mongo.uri -`
}

// Run reads an export into an empty store.
func (c *importCommand) Run(ctx context.Context, t Terminal) error {
	conf, err := c.load(t)
	if err != nil {
		return err
	}
	from := t.In
	if c.File != "-" {
		file, err := os.Open(c.File)
		if err != nil {
			return fmt.Errorf("reading the export: %w", plainCause(err))
		}
		defer func() { _ = file.Close() }() // it was only read from
		from = file
	}
	return withParts(ctx, openEngine, conf, newLogger(conf, t.Err), func(p *Parts) error {
		return p.importFrom(ctx, from, t.Out)
	})
}

func (p *Parts) importFrom(ctx context.Context, from io.Reader, out io.Writer) error {
	counts, err := archive.Import(ctx, from, p.Store)
	if err != nil {
		return fmt.Errorf("importing: %w", err)
	}
	n, err := p.rebuild(ctx)
	if err != nil {
		return fmt.Errorf("everything was imported, and the records could not be rebuilt (run vaka rebuild): %w", err)
	}
	fmt.Fprintf(out, "imported %d documents, %d of them events; rebuilt %d records\n", counts.Total(), counts[cases.Events], n)
	return nil
}
