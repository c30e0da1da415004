package config

import (
	"fmt"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
)

// Kind says what a setting holds and therefore how it is written.
type Kind string

// The kinds of setting, and how each is written in the environment and in a flag.
const (
	Text   Kind = "text"
	Number Kind = "number" // a whole number
	YesNo  Kind = "yes/no" // true or false
	List   Kind = "list"   // a,b,c
	Table  Kind = "table"  // A=1,B=2
)

// Setting is one row of the table of settings.
type Setting struct {
	Key     string   // in the file, and in faults: session_hours
	Env     string   // VAKA_SESSION_HOURS
	Flag    string   // without its dashes: session-hours
	Section string   // heading under which it belongs
	Help    string   // one or two sentences for people
	Default string   // as it would be written in the environment
	Kind    Kind     // how it is written
	OneOf   []string // the only values allowed, where there are such
	Min     int      // of a Number, inclusive
	Max     int      // of a Number, inclusive
	Path    bool     // a path; in the file relative to the file's folder
	Secret  bool     // never printed; FileEnv, FileKey and FileFlag exist too

	field int // index in Config
}

// FileKey is the key, in the file, that names a file holding a secret setting.
func (s Setting) FileKey() string { return s.Key + "_file" }

// FileEnv is the variable that names a file holding a secret setting.
func (s Setting) FileEnv() string { return s.Env + "_FILE" }

// FileFlag is the flag that names a file holding a secret setting. It is the
// better flag: what stands in a flag can be read in the list of processes.
func (s Setting) FileFlag() string { return s.Flag + "-file" }

// table is the table of settings, read once from the tags of Config.
var table = readTable()

// Settings returns the table of settings in the order of Config.
func Settings() []Setting {
	return append([]Setting(nil), table...)
}

// readTable panics on a tag that makes no sense: the tags are part of the
// program, and every test would meet the panic.
func readTable() []Setting {
	of := reflect.TypeFor[Config]()
	settings := make([]Setting, 0, of.NumField())
	section := ""
	for i := range of.NumField() {
		f := of.Field(i)
		if s := f.Tag.Get("section"); s != "" {
			section = s
		}
		key := f.Tag.Get("key")
		s := Setting{
			Key: key, Env: "VAKA_" + strings.ToUpper(key), Flag: strings.ReplaceAll(key, "_", "-"),
			Section: section, Help: f.Tag.Get("help"), Default: f.Tag.Get("default"),
			Kind: kindOf(f.Type), Path: f.Tag.Get("path") == "true",
			Secret: f.Type == reflect.TypeFor[Secret](), field: i,
		}
		if oneOf := f.Tag.Get("oneof"); oneOf != "" {
			s.OneOf = strings.Split(oneOf, ",")
		}
		if s.Kind == Number {
			s.Min, s.Max = mustNumber(f, "min"), mustNumber(f, "max")
		}
		settings = append(settings, s)
	}
	return settings
}

func kindOf(t reflect.Type) Kind {
	switch t {
	case reflect.TypeFor[string](), reflect.TypeFor[Secret]():
		return Text
	case reflect.TypeFor[int]():
		return Number
	case reflect.TypeFor[bool]():
		return YesNo
	case reflect.TypeFor[[]string](), reflect.TypeFor[[]netip.Prefix]():
		return List
	case reflect.TypeFor[map[string]string]():
		return Table
	}
	panic(fmt.Sprintf("config: a setting cannot be a %s", t))
}

func mustNumber(f reflect.StructField, tag string) int {
	n, err := strconv.Atoi(f.Tag.Get(tag))
	if err != nil {
		panic(fmt.Sprintf("config: field %s needs a number in the tag %s", f.Name, tag))
	}
	return n
}

// allowed says in words what a setting's tags allow; it ends every fault about
// its type or range, and stands in the example file.
func (s Setting) allowed() string {
	switch {
	case len(s.OneOf) > 0:
		return strings.Join(s.OneOf[:len(s.OneOf)-1], ", ") + " or " + s.OneOf[len(s.OneOf)-1]
	case s.Kind == Number:
		return fmt.Sprintf("a whole number from %d to %d", s.Min, s.Max)
	case s.Kind == YesNo:
		return "true or false"
	}
	return ""
}
