package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// smallDisk is a file system of so many bytes, in memory.
func smallDisk(t *testing.T, size int) string {
	t.Helper()
	dir := t.TempDir()
	err := syscall.Mount("vaka-test", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size))
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) {
		t.Skip("this user may not mount a file system; how the store takes a failing write is tested in store/bolt")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// On a full disk notifications are turned away in a way that is worth trying
// again, what was acknowledged can still be read, and with room again it goes on.
func TestFullDisk(t *testing.T) {
	disk := smallDisk(t, 12<<20)
	data, ballast := filepath.Join(disk, "data"), filepath.Join(disk, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 6<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	account(t, "dpo@example.org", "notifier", "--data", data)
	s := serve(t, "--data", data, "--notifications-per-second-per-account", "0", "--log-level", "error")
	c := signIn(t, s.url, "dpo@example.org")
	acknowledged := map[string]filed{}
	refused := ""
	for n := 0; refused == ""; n++ {
		key := fmt.Sprint("notification-", n)
		f, status, header, err := c.file(s.url, key)
		switch {
		case err != nil:
			t.Fatalf("after %d notifications: %v\n%s", n, err, s.errs.String())
		case status == http.StatusCreated:
			acknowledged[key] = f
		case status == http.StatusServiceUnavailable:
			refused = key
			if header.Get("Retry-After") == "" || header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("refused with %v", header)
			}
		default:
			t.Fatalf("after %d notifications: status %d", n, status)
		}
		if n > 100_000 {
			t.Fatal("the disk does not fill")
		}
	}
	t.Logf("full after %d notifications", len(acknowledged))
	l := &ledger{acknowledged: acknowledged}
	l.checkAll(t, c, s.url)

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{refused, "after"} {
		f, status, _, err := c.file(s.url, key)
		if err != nil || status != http.StatusCreated {
			t.Fatalf("%s with room again: status %d, %v\n%s", key, status, err, s.errs.String())
		}
		acknowledged[key] = f
	}
	s.kill()
	s = serve(t, "--data", data)
	l.checkAll(t, c, s.url)
	s.stop(t)
	// The records are the notifications, an account and the settings.
	if got := must(t, "", "verify", "--data", data); got != fmt.Sprintf("%[1]d events of %[1]d records; 0 breaks\n", len(acknowledged)+2) {
		t.Error(got)
	}
}
