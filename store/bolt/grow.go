package bolt

import (
	"errors"
	"os"
	"sync/atomic"

	bbolt "go.etcd.io/bbolt"
)

// The file is lengthened ahead of need, with zeros that are really written: a
// sync of blocks that the disk already has takes half as long as one that must
// also record new ones. It grows by its own size at a time, within these bounds.
const (
	growLeast = 1 << 20
	growMost  = 32 << 20
)

// grower lengthens the file beside the committer. It only ever writes behind the
// end of the file, where bbolt has nothing.
type grower struct {
	path    string
	running atomic.Bool
	ended   chan struct{} // closed when the latest run has ended
}

// ahead starts to lengthen the file when what is free at its end runs short. It
// is called by the committer between transactions, and never waits.
func (g *grower) ahead(db *bbolt.DB) {
	if g.running.Load() {
		return
	}
	info, err := os.Stat(g.path)
	if err != nil {
		return // growing ahead is for speed only: bbolt grows the file itself when it must
	}
	used := int64(0)
	if err := db.View(func(tx *bbolt.Tx) error { used = tx.Size(); return nil }); err != nil {
		return
	}
	step := min(max(used, growLeast), growMost)
	if info.Size()-used > step/2 {
		return
	}
	g.running.Store(true)
	g.ended = make(chan struct{})
	go func() {
		defer close(g.ended)
		defer g.running.Store(false)
		_ = lengthen(g.path, info.Size(), step) // a full disk is reported by the transaction that needs the room
	}()
}

// wait returns when no run is under way.
func (g *grower) wait() {
	if g.ended != nil {
		<-g.ended
	}
}

// lengthen writes zeros from the end of the file on.
func lengthen(path string, end, by int64) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	zeros := make([]byte, growLeast)
	for at := end; at < end+by; at += growLeast {
		if _, err := f.WriteAt(zeros, at); err != nil {
			return err
		}
	}
	return f.Sync()
}
