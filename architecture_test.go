// Package vaka_test checks what holds for the project as a whole.
package vaka_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/vaka-project/vaka/"

// rooms says, for each room, which other rooms it may import. A room covers the
// packages below it, which may import one another. The arrows point down:
//
//	cmd/vaka -> web | store -> notifier -> cases, auth -> workflow
//
// config stands alone, and only cmd/vaka reads it. auth knows the cases room
// because accounts are records with the same events and chains.
var rooms = map[string][]string{
	"workflow": {},
	"config":   {},
	"cases":    {"workflow"},
	"auth":     {"workflow", "cases"},
	"notifier": {"workflow", "cases", "auth"},
	"store":    {"workflow", "cases"},
	"scan":     {},
	"web":      {"workflow", "cases", "auth", "notifier"},
	"demo":     {"workflow", "cases", "auth"},
	"bench":    {"workflow", "cases", "auth", "notifier", "store", "demo"},
	"cmd/vaka": {"workflow", "cases", "auth", "notifier", "store", "scan", "web", "demo", "config"},
}

// technologies says in which rooms alone a library may be named. Whatever stands
// here can be exchanged by changing those rooms.
var technologies = map[string][]string{
	"github.com/gofiber/":           {"web", "bench"}, // which measures the bare machine too
	"github.com/valyala/fasthttp":   {"web", "bench"},
	"github.com/danielgtaylor/huma": {"web"},
	"go.mongodb.org/":               {"store"},
	"go.etcd.io/bbolt":              {"store", "bench"},
	"github.com/BurntSushi/toml":    {"config"},
	"github.com/alecthomas/kong":    {"cmd/vaka"},
	"github.com/looplab/fsm":        {"workflow"},
	"github.com/gabriel-vasile/":    {"cases"},
	"github.com/rickar/cal":         {"workflow"},
	"github.com/prometheus/":        {"web", "cmd/vaka"},
	"net/http":                      {"web", "cmd/vaka", "bench", "notifier"},
	"net":                           {"web", "cmd/vaka", "bench", "config", "store", "notifier", "scan"},
	"github.com/wneessen/":          {"notifier"},
	"os":                            {"store", "config", "cmd/vaka", "bench"},
}

// unplugged are the rooms that do nothing by themselves: no file, no network, no
// clock. Time is passed in.
var unplugged = []string{"workflow", "cases"}

// listed is what the go command tells of a package.
type listed struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Imports    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Imports", "./...")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if len(p.GoFiles) > 0 {
			all = append(all, p)
		}
	}
	if len(all) < 8 {
		t.Fatalf("go list found %d packages; this test looks at the wrong folder", len(all))
	}
	return all
}

// roomOf is the room that a package of the project belongs to, "" for none.
func roomOf(path string) string {
	local := strings.TrimPrefix(path, module)
	for room := range rooms {
		if local == room || strings.HasPrefix(local, room+"/") {
			return room
		}
	}
	return ""
}

func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		room := roomOf(p.ImportPath)
		if room == "" {
			t.Errorf("%s belongs to no room: put it into one, or enter a new room in the table with a reason", p.ImportPath)
			continue
		}
		for _, path := range p.Imports {
			if strings.HasSuffix(p.ImportPath, "test") && strings.HasSuffix(path, "test") {
				continue // what tests use may use one another
			}
			if why := forbidden(room, path); why != "" {
				t.Errorf("%s imports %s: %s", p.ImportPath, path, why)
			}
		}
	}
}

// forbidden says why a room may not import a package; "" when it may.
func forbidden(room, path string) string {
	if strings.HasPrefix(path, module) {
		other := roomOf(path)
		switch {
		case strings.HasSuffix(path, "test") && room != "bench":
			return "only tests and the bench use it"
		case other != room && !slices.Contains(rooms[room], other):
			return "the arrows do not point from " + room + " to " + other
		}
		return ""
	}
	for library, allowed := range technologies {
		named := path == library || strings.HasSuffix(library, "/") && strings.HasPrefix(path, library) ||
			strings.Contains(library, ".") && strings.HasPrefix(path, library+"/")
		if named && !slices.Contains(allowed, room) {
			return "it is named in " + strings.Join(allowed, " and ") + " only"
		}
	}
	return ""
}

// The table above is worth nothing when it lets everything pass.
func TestImports_Forbidden(t *testing.T) {
	for _, no := range [][2]string{
		{"workflow", module + "cases"},
		{"cases", module + "auth"},
		{"cases", "go.mongodb.org/mongo-driver/bson"},
		{"cases", "os"},
		{"cases", module + "cases/casestest"},
		{"auth", module + "config"},
		{"web", module + "store/bolt"},
		{"store", module + "web"},
		{"notifier", "github.com/gofiber/fiber/v2"},
		{"web", "github.com/alecthomas/kong"},
	} {
		if forbidden(no[0], no[1]) == "" {
			t.Errorf("%s may import %s", no[0], no[1])
		}
	}
	for _, yes := range [][2]string{
		{"web", "github.com/gofiber/fiber/v2"},
		{"cmd/vaka", module + "config"},
		{"store", module + "store/document"},
		{"cases", "net/mail"},
		{"cases", "context"},
	} {
		if why := forbidden(yes[0], yes[1]); why != "" {
			t.Errorf("%s may not import %s: %s", yes[0], yes[1], why)
		}
	}
}

// clockReaders are the functions of package time that read or wait for the clock.
var clockReaders = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer"}

func TestImports_NoClock(t *testing.T) {
	looked := 0
	for _, p := range packages(t) {
		if !slices.Contains(unplugged, roomOf(p.ImportPath)) || strings.HasSuffix(p.ImportPath, "test") {
			continue
		}
		for _, name := range p.GoFiles {
			looked++
			for _, at := range clockReads(t, filepath.Join(p.Dir, name)) {
				t.Errorf("%s reads the clock; let the caller pass the time in", at)
			}
		}
	}
	if looked < 10 {
		t.Errorf("only %d files were looked at", looked)
	}
}

// clockReads finds where a file names a function that reads the clock.
func clockReads(t *testing.T, path string) []string {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(file.Imports, func(i *ast.ImportSpec) bool {
		of, err := strconv.Unquote(i.Path.Value)
		return err == nil && of == "time"
	}) {
		return nil
	}
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if of, ok := s.X.(*ast.Ident); ok && of.Name == "time" && of.Obj == nil && slices.Contains(clockReaders, s.Sel.Name) {
				found = append(found, files.Position(n.Pos()).String())
			}
		}
		return true
	})
	return found
}

// Every package tells its story where one looks for it.
func TestImports_EveryPackageHasADoc(t *testing.T) {
	for _, p := range packages(t) {
		if !slices.Contains(p.GoFiles, "doc.go") {
			t.Errorf("%s has no doc.go", p.ImportPath)
		}
	}
}
