package archive

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/store/document"
)

// writer writes lines and sums them up.
type writer struct {
	out    *bufio.Writer
	sum    hash.Hash
	counts Counts
}

func (w *writer) line(text []byte) error {
	text = append(text, '\n')
	w.sum.Write(text)
	_, err := w.out.Write(text)
	return err
}

func (w *writer) document(in cases.Collection, stored []byte) error {
	text, err := spell(in, stored)
	if err != nil {
		return err
	}
	w.counts[in]++
	return w.line(text)
}

func newWriter(to io.Writer) *writer {
	return &writer{out: bufio.NewWriterSize(to, 1<<16), sum: sha256.New(), counts: Counts{}}
}

// open writes the header.
func (w *writer) open() error {
	text, err := compact(header{version, exported})
	if err != nil {
		return err
	}
	return w.line(text)
}

// close writes the trailer and whatever is still in memory.
func (w *writer) close() error {
	text, err := compact(trailer{w.counts.Total(), hex.EncodeToString(w.sum.Sum(nil))})
	if err != nil {
		return err
	}
	if err := w.line(text); err != nil {
		return err
	}
	return w.out.Flush()
}

// Export writes everything that a store holds. Of a store that is being written
// to, each record is exported as it was at some moment during the export.
func Export(ctx context.Context, s cases.Store, to io.Writer) (Counts, error) {
	w := newWriter(to)
	if err := w.open(); err != nil {
		return nil, fmt.Errorf("writing the export: %w", err)
	}
	for _, in := range exported {
		if err := w.collection(ctx, s, in); err != nil {
			return nil, fmt.Errorf("exporting %s: %w", in, err)
		}
	}
	if err := w.close(); err != nil {
		return nil, fmt.Errorf("writing the export: %w", err)
	}
	return w.counts, nil
}

func (w *writer) collection(ctx context.Context, s cases.Store, in cases.Collection) error {
	if in == cases.Events {
		return s.ScanEvents(ctx, func(e cases.Event) error {
			stored, err := document.EncodeEvent(e)
			if err != nil {
				return err
			}
			return w.document(in, stored)
		})
	}
	return s.Scan(ctx, in, func(id string, decode func(any) error) error {
		var raw document.Raw
		if err := decode(&raw); err != nil {
			return err
		}
		stored, err := document.Encode(id, raw)
		if err != nil {
			return err
		}
		return w.document(in, stored)
	})
}
