package config

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// maxFile is far beyond any settings file, in bytes.
const maxFile = 256 << 10

func (l *loader) readFile(path string) {
	content, wrong := readLimited(path, maxFile)
	if wrong != "" {
		l.partial = true
		l.fault("", path, "the settings file "+wrong)
		return
	}
	l.readTOML(path, string(content))
}

// document is a settings file that was parsed but not yet understood.
type document struct {
	path string
	meta toml.MetaData
	keys map[string]toml.Primitive
}

// readTOML lays the text of a settings file over what is there. path is for
// faults, and for the folder where relative paths start.
func (l *loader) readTOML(path, text string) {
	d := document{path: path}
	if !utf8.ValidString(text) {
		l.partial = true
		l.fault("", path, "the settings file must be UTF-8")
		return
	}
	var err error
	if d.meta, err = toml.Decode(text, &d.keys); err != nil {
		l.partial = true
		line, message := syntaxFault(err)
		l.fault("", d.at(line), message)
		return
	}
	known := []string{}
	for _, s := range table {
		known = append(known, s.Key)
		if s.Secret {
			known = append(known, s.FileKey())
		}
	}
	for _, name := range d.order() {
		if i := slices.IndexFunc(table, func(s Setting) bool { return s.Key == name }); i >= 0 {
			l.readKey(d, table[i])
		} else if !slices.Contains(known, name) {
			l.fault(spoken(name), d.source(d.keys[name]), unknown(name, known))
		}
	}
	l.readTwins(d)
}

// readKey takes one setting from the file.
func (l *loader) readKey(d document, s Setting) {
	at, data := d.source(d.keys[s.Key]), d.value(d.keys[s.Key])
	if s.Kind == Table {
		l.readTable(d, s, at, data)
		return
	}
	if wrong := s.setTOML(&l.config, data); wrong != "" {
		l.fault(s.Key, at, wrong)
		return
	}
	l.origin[s.Key] = at
	if field := s.value(&l.config); s.Path && field.String() != "" {
		field.SetString(beside(d.path, field.String()))
	}
}

// readTable takes a setting that is a table of texts, entry by entry, so that a
// fault names its own line.
func (l *loader) readTable(d document, s Setting, at string, data any) {
	entries, isTable := data.(map[string]any)
	if !isTable {
		l.fault(s.Key, at, "must be a table, ["+s.Key+"], with a line NAME = \"value\" for each entry")
		return
	}
	places := d.entries(d.keys[s.Key])
	values := make(map[string]string, len(entries))
	for _, name := range d.order(s.Key) {
		entry, place := s.Key+"."+spoken(name), d.source(places[name])
		text, isText := entries[name].(string)
		if !isText {
			l.fault(entry, place, "must be a text in quotes")
			continue
		}
		values[name] = strings.TrimSpace(text)
		l.origin[entry] = place
	}
	s.value(&l.config).Set(reflect.ValueOf(values))
	l.origin[s.Key] = at
}

// readTwins takes the secrets that the file keeps in other files.
func (l *loader) readTwins(d document) {
	for _, s := range table {
		prim, given := d.keys[s.FileKey()]
		if !s.Secret || !given {
			continue
		}
		at := d.source(prim)
		path, isText := d.value(prim).(string)
		if !isText {
			l.fault(s.Key, at, s.FileKey()+" must be the path of a file, in quotes")
			continue
		}
		if _, both := d.keys[s.Key]; both && path != "" {
			l.fault(s.Key, at, "give either "+s.FileKey()+" or "+s.Key+", not both")
			continue
		}
		if path != "" {
			l.readTwin(s, s.Key, "", at, beside(d.path, path))
		}
	}
}

// beside returns a path of the file as seen from where the program was started.
func beside(file, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(file), path)
}

// order returns the names under a key in the order in which the file has them.
func (d document) order(under ...string) []string {
	names, depth := []string{}, len(under)
	for _, key := range d.meta.Keys() {
		if len(key) > depth && slices.Equal(key[:depth], under) && !slices.Contains(names, key[depth]) {
			names = append(names, key[depth])
		}
	}
	return names
}

// value returns what the file says, in the library's own types.
func (d document) value(of toml.Primitive) (data any) {
	if err := d.meta.PrimitiveDecode(of, &data); err != nil {
		return nil // cannot be, since any value goes into an any; nil is no setting's type
	}
	return data
}

// entries returns what is in a table; nil when it is none.
func (d document) entries(of toml.Primitive) (entries map[string]toml.Primitive) {
	if err := d.meta.PrimitiveDecode(of, &entries); err != nil {
		return nil
	}
	return entries
}

// source returns where a value stands: "vaka.toml line 7".
func (d document) source(value toml.Primitive) string {
	return d.at(d.line(value))
}

func (d document) at(line int) string {
	if line == 0 {
		return d.path
	}
	return d.path + " line " + strconv.Itoa(line)
}

// line returns the line of a value, from 1. A table that stands nowhere itself,
// as the a of a.b = 1, is where its first entry is.
func (d document) line(value toml.Primitive) int {
	var position toml.ParseError
	if err := d.meta.PrimitiveDecode(value, &locator{}); errors.As(err, &position) && position.Position.Line > 0 {
		return position.Position.Line
	}
	first := 0
	for _, entry := range d.entries(value) {
		if line := d.line(entry); line > 0 && (first == 0 || line < first) {
			first = line
		}
	}
	return first
}

// locator refuses every value. The library tells the place of what was refused,
// and has no other way to ask it for the place of a key.
type locator struct{}

var errAsked = errors.New("asked for the place")

// UnmarshalTOML refuses.
func (*locator) UnmarshalTOML(any) error { return errAsked }

// syntaxFault puts the library's refusal of a text into words that quote nothing
// of it: `mongo_uri = secret`, without quotes, comes back from it with the secret.
func syntaxFault(err error) (line int, message string) {
	message = `is not TOML here: write key = value, one on a line, texts in "quotes", numbers and true or false without; every later line is unread`
	var at toml.ParseError
	if !errors.As(err, &at) {
		return 0, message
	}
	if strings.Contains(at.Message, "has already been defined") || strings.Contains(at.Message, "was already created") {
		message = "the same key or table is given a second time; every later line is unread"
	}
	return at.Position.Line, message
}

// readLimited reads a whole file of at most limit bytes. The fault goes on from
// a subject: "does not exist".
func readLimited(path string, limit int64) (content []byte, fault string) {
	f, err := os.Open(path)
	if err != nil {
		return nil, why(err)
	}
	defer f.Close()
	content, err = io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return nil, why(err)
	case int64(len(content)) > limit:
		return nil, "is larger than " + strconv.FormatInt(limit>>10, 10) + " KiB"
	}
	return content, ""
}

// why says why a file cannot be read, without its path.
func why(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "does not exist"
	case errors.Is(err, fs.ErrPermission):
		return "may not be read by this user"
	}
	return "cannot be read as a file"
}
