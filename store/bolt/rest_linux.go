package bolt

import (
	bbolt "go.etcd.io/bbolt"
	"golang.org/x/sys/unix"
)

// rest gives the file's pages back that the process still maps after a long read.
// They stay in the system's cache, and come back one by one when they are read.
// Without it a server that only started would count half of its file as its
// memory for as long as nothing else wants that. Where the system refuses, only
// that is lost, so its answer is not asked for.
func (s *Store) rest() {
	_ = s.db.View(func(tx *bbolt.Tx) error { // as long as it lasts, the map stays where it is
		_, _, _ = unix.Syscall(unix.SYS_MADVISE, s.db.Info().Data, uintptr(tx.Size()), unix.MADV_DONTNEED)
		return nil
	})
}
