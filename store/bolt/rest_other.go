//go:build !linux

package bolt

// rest does nothing where no way is known that helps.
func (s *Store) rest() {}
