package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"math/bits"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	bbolt "go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"github.com/vaka-project/vaka/cases"
)

// FileName is the name of the one file in the data directory.
const FileName = "vaka.db"

// ErrInUse means that another process has the data directory open.
var ErrInUse = errors.New("already in use by another running vaka")

// lockWait is how long to wait for the file's lock: long enough for a server
// that is just stopping, short enough to look like an answer.
const lockWait = 500 * time.Millisecond

// mapped is how much of the address space is set aside for the file. As long as
// the file fits, growing it never has to wait for readers. It costs no memory.
// Windows would make the file itself so large, and 32 bits have no such space.
func mapped() int {
	if runtime.GOOS == "windows" || bits.UintSize < 64 {
		return 0
	}
	return 1 << 34 // 16 GiB
}

// Open opens the store in a data directory, and makes both where they are
// missing, readable by their owner only.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the data directory: %w", err)
	}
	path := filepath.Join(dir, FileName)
	_, err := os.Stat(path)
	fresh := errors.Is(err, fs.ErrNotExist)

	db, err := openFile(path)
	switch {
	case errors.Is(err, bbolterrors.ErrTimeout):
		return nil, fmt.Errorf("the data directory %s is %w", dir, ErrInUse)
	case err != nil:
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	if err := prepare(db, path); err != nil {
		return nil, errors.Join(fmt.Errorf("opening %s: %w", path, err), db.Close())
	}
	if fresh {
		if err := syncDir(dir); err != nil {
			return nil, errors.Join(fmt.Errorf("opening %s: %w", path, err), db.Close())
		}
	}
	s := &Store{db: db, queue: make(chan *request, maxBatch), done: make(chan struct{})}
	go s.commitAll()
	return s, nil
}

// openFile opens the database. A file that was cut short makes the mapped memory
// behind its end fault; that is turned into an error here.
func openFile(path string) (db *bbolt.DB, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("the file is damaged or was cut short: %v", fault)
		}
	}()
	return bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:         lockWait,
		FreelistType:    bbolt.FreelistMapType,
		PreLoadFreelist: true,
		InitialMmapSize: mapped(),
	})
}

// collections are the buckets of the file.
var collections = []cases.Collection{
	cases.Events, cases.Cases, cases.Summaries, cases.Numbers, cases.Accounts,
	cases.Organisations, cases.Settings, cases.Sessions, cases.Tokens, cases.Links, cases.Meta, cases.Drafts, cases.Feedback, cases.Preferences,
	cases.Diary, cases.Reminders, cases.Letters,
	cases.IncidentPictures,
	cases.OutagePictures,
	cases.BatchPictures,
	cases.CoveragePictures, cases.CoverageUploads,
	cases.Inbox,
	cases.Files, cases.Uploads, cases.UploadPieces,
}

// prepare checks that the file is as long as it says and makes the buckets.
func prepare(db *bbolt.DB, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	missing := false
	err = db.View(func(tx *bbolt.Tx) error {
		if tx.Size() > info.Size() {
			return fmt.Errorf("the file was cut short: it has %d bytes and should have %d", info.Size(), tx.Size())
		}
		for _, c := range collections {
			missing = missing || tx.Bucket([]byte(c)) == nil
		}
		return nil
	})
	if err != nil || !missing {
		return err
	}
	return db.Update(func(tx *bbolt.Tx) error {
		for _, c := range collections {
			if _, err := tx.CreateBucketIfNotExists([]byte(c)); err != nil {
				return err
			}
		}
		return nil
	})
}

// syncDir makes a new file's name durable, not just its content.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" { // has no way to sync a directory, and no need
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
