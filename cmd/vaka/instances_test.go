package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// mongoServer is the URI of a server of MongoDB's protocol: the one that
// VAKA_TEST_MONGO_URI names, or FerretDB, which is built from its own module so
// that this one does not depend on it.
func mongoServer(t *testing.T) string {
	t.Helper()
	if uri := os.Getenv("VAKA_TEST_MONGO_URI"); uri != "" {
		return uri
	}
	ferretd, err := buildFerret()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(ferretd, "-data", t.TempDir())
	stdin, err := cmd.StdinPipe() // it runs until its input ends
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stdin.Close(); _ = cmd.Wait() })
	uri, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal("FerretDB said nothing: ", err)
	}
	return strings.TrimSpace(uri)
}

// buildFerret builds FerretDB beside the program, once for all tests.
var buildFerret = sync.OnceValues(func() (string, error) {
	ferretd := filepath.Join(filepath.Dir(binary), "ferretd")
	build := exec.Command("go", "build", "-o", ferretd, "./cmd/ferretd")
	build.Dir = filepath.Join("..", "..", "store", "mongo", "ferret")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building FerretDB: %w\n%s", err, out)
	}
	return ferretd, nil
})

// mongoStore gives the flags for a database of this test's own.
func mongoStore(t *testing.T) []string {
	t.Helper()
	uri, name := mongoServer(t), "vaka_test_"+strings.ToLower(rand.Text()[:12])
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		c, err := driver.Connect(ctx, options.Client().ApplyURI(uri))
		if err != nil {
			t.Error(err)
			return
		}
		if err := c.Database(name).Drop(ctx); err != nil {
			t.Error("dropping the test's database: ", err)
		}
		_ = c.Disconnect(ctx)
	})
	secret := filepath.Join(t.TempDir(), "uri")
	if err := os.WriteFile(secret, []byte(uri+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"--mongo-uri-file", secret, "--mongo-database", name}
}

// seen is a case in a list.
type seen struct {
	ID     string `json:"id"`
	Number string `json:"number"`
	State  string `json:"state"`
}

// found asks a server's list for what a reference names.
func (c *client) found(t *testing.T, base, reference string) []seen {
	t.Helper()
	var list struct {
		Items []seen `json:"items"`
	}
	status, _, err := c.do(http.MethodGet, base+"/api/v1/cases?q="+url.QueryEscape(reference), nil, "", &list)
	if err != nil || status != http.StatusOK {
		t.Fatalf("the list is answered %d, %v", status, err)
	}
	return list.Items
}

// within asks until the answer is yes, and says how long that took.
func within(t *testing.T, limit time.Duration, what string, ask func() bool) {
	t.Helper()
	for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		if ask() {
			t.Logf("%s after %s", what, time.Since(began).Round(time.Millisecond))
			return
		}
		if time.Since(began) > limit {
			t.Fatalf("not within %s: %s", limit, what)
		}
	}
}

// Two servers on one database show each other's changes within two seconds, and
// one that is killed leaves nothing behind that its next start does not put right.
func TestTwoInstances(t *testing.T) {
	store := mongoStore(t)
	account(t, "dpo@example.org", "notifier", store...)
	account(t, "registrar@example.org", "registrar", store...)
	args := append([]string{"--notifications-per-second-per-account", "0"}, store...)
	a, b := serve(t, args...), serve(t, args...)
	dpo, registrar := signIn(t, a.url, "dpo@example.org"), signIn(t, b.url, "registrar@example.org")

	f, status, _, err := dpo.file(a.url, "shown-on-the-other")
	if err != nil || status != http.StatusCreated {
		t.Fatalf("status %d, error %v\n%s", status, err, a.errs.String())
	}
	within(t, 2*time.Second, "a case filed on one server is in the other's list", func() bool {
		items := registrar.found(t, b.url, "shown-on-the-other")
		return len(items) == 1 && items[0].ID == f.Case.ID && items[0].Number == f.Case.Number
	})

	_, header, err := registrar.do(http.MethodGet, b.url+"/api/v1/cases/"+f.Case.ID, nil, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	status, _, err = registrar.do(http.MethodPost, b.url+"/api/v1/cases/"+f.Case.ID+"/steps",
		map[string]string{"If-Match": header.Get("ETag")}, `{"step":"register"}`, nil)
	if err != nil || status != http.StatusOK {
		t.Fatalf("the step is answered %d, %v", status, err)
	}
	within(t, 2*time.Second, "a step taken on one server is in the other's list", func() bool {
		items := registrar.found(t, a.url, "shown-on-the-other") // a session holds on every instance
		return len(items) == 1 && items[0].State == "REGISTERED"
	})

	account(t, "late@example.org", "notifier", store...)
	within(t, 2*time.Second, "an account made by vaka user signs in", func() bool {
		status, _, err := newClient().do(http.MethodPost, a.url+"/api/v1/session", nil,
			fmt.Sprintf(`{"email":"late@example.org","password":%q}`, password), nil)
		return err == nil && status == http.StatusOK
	})

	changeOnOther(t, a, b, store)

	l := killSubmitting(t, dpo, b)
	b = serve(t, args...)
	for _, key := range l.unsure {
		f, status, _, err := dpo.file(b.url, key)
		if err != nil || status != http.StatusCreated {
			t.Fatalf("sending %s again: status %d, error %v", key, status, err)
		}
		l.acknowledge(key, f)
	}
	l.checkAll(t, dpo, b.url)
	within(t, 2*time.Second, "both lists show everything that was acknowledged", func() bool {
		for key, f := range l.acknowledged {
			isIt := func(s seen) bool { return s.ID == f.Case.ID }
			if !slices.ContainsFunc(registrar.found(t, a.url, key), isIt) || !slices.ContainsFunc(registrar.found(t, b.url, key), isIt) {
				return false
			}
		}
		return true
	})
	for _, s := range []*server{a, b} {
		if code := s.stop(t); code != 0 {
			t.Errorf("exit code %d\n%s", code, s.errs.String())
		}
	}
	report := must(t, "", append([]string{"verify"}, store...)...)
	if want := fmt.Sprintf("of %d records; 0 breaks\n", len(l.acknowledged)+6); !strings.HasSuffix(report, want) { // the first case, four accounts, the settings
		t.Errorf("verify says %q, want %q", report, want)
	}
}

// changeOnOther changes the settings on one server: the other works by them.
func changeOnOther(t *testing.T, a, b *server, store []string) {
	t.Helper()
	account(t, "admin@example.org", "administrator", store...)
	admin := signIn(t, a.url, "admin@example.org")
	type view struct {
		Version   int64 `json:"version"`
		Calendars []struct {
			Closed []struct {
				Name string `json:"name"`
			} `json:"closed"`
		} `json:"calendars"`
	}
	var before, made view
	if status, _, err := admin.do(http.MethodGet, a.url+"/api/v1/settings", nil, "", &before); err != nil || status != http.StatusOK {
		t.Fatalf("the settings are answered %d, %v", status, err)
	}
	body := fmt.Sprintf(`{"version":%d,"reason":"R.","close_days":[{"calendar":"SE_1930_173","date":"2070-05-02","name":"extra"}]}`, before.Version)
	if status, _, err := admin.do(http.MethodPost, a.url+"/api/v1/settings/changes", nil, body, &made); err != nil || status != http.StatusCreated {
		t.Fatalf("the change is answered %d, %v", status, err)
	}
	within(t, 2*time.Second, "a calendar changed on one server is the other's", func() bool {
		var there view
		status, _, err := admin.do(http.MethodGet, b.url+"/api/v1/settings", nil, "", &there)
		return err == nil && status == http.StatusOK && there.Version == made.Version && len(there.Calendars[0].Closed) == 1
	})
	if status, _, err := admin.do(http.MethodPost, b.url+"/api/v1/settings/changes", nil, body, nil); err != nil || status != http.StatusPreconditionFailed {
		t.Fatalf("a change on another version is answered %d, %v", status, err)
	}
}

// killSubmitting kills a server while eight clients file on it.
func killSubmitting(t *testing.T, c *client, s *server) *ledger {
	t.Helper()
	l := &ledger{acknowledged: map[string]filed{}}
	var clients sync.WaitGroup
	for n := range 8 {
		clients.Go(func() { l.submit(c, s.url, 0, n) })
	}
	time.Sleep(400 * time.Millisecond) // the moment of the kill is what is tried out
	s.kill()
	clients.Wait()
	if len(l.wrong) > 0 {
		t.Fatalf("%s\n%s", strings.Join(l.wrong, "\n"), s.errs.String())
	}
	t.Logf("killed after %d notifications, %d without an answer", len(l.acknowledged), len(l.unsure))
	return l
}
