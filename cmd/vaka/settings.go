package main

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/config"
	"github.com/vaka-project/vaka/workflow"
)

// settings are the flags of a command that works on an installation: --config,
// and one for each row of the table of settings, so that a new setting is a new
// flag of all of these commands without a line here.
type settings struct {
	Config string `placeholder:"FILE" help:"Settings file in TOML. Without it, VAKA_CONFIG names one. A VAKA_* variable wins over the file, and a flag over both."`
	kong.Plugins
}

// newSettings makes settings whose flags kong can see and fill in; the zero value
// has --config only. The help shows the flags of the sections named, or all where
// none is; every other flag is accepted too.
func newSettings(shown ...string) settings {
	flags, _ := describeFlags(shown)
	return settings{Plugins: kong.Plugins{reflect.New(flags).Interface()}}
}

// describeFlags makes a struct type with one field for each settings flag, nil
// where the flag was not given. The keys are, field by field, those that config
// knows the flags by.
func describeFlags(shown []string) (flags reflect.Type, keys []string) {
	var fields []reflect.StructField
	add := func(s config.Setting, key, flag, help, placeholder string, kind reflect.Type) {
		tag := fmt.Sprintf(`name:%s help:%s group:%s`, strconv.Quote(flag), strconv.Quote(help), strconv.Quote("Settings: "+s.Section))
		if placeholder != "" {
			tag += ` placeholder:` + strconv.Quote(placeholder)
		}
		if kind == yesNo {
			tag += ` negatable:""`
		}
		if len(shown) > 0 && !slices.Contains(shown, s.Section) {
			tag += ` hidden:""`
		}
		fields = append(fields, reflect.StructField{
			Name: fmt.Sprintf("F%d", len(fields)), Type: kind, Tag: reflect.StructTag(tag),
		})
		keys = append(keys, key)
	}
	for _, s := range config.Settings() {
		kind := text
		if s.Kind == config.YesNo {
			kind = yesNo
		}
		add(s, s.Key, s.Flag, flagHelp(s), placeholder(s), kind)
		if s.Secret {
			add(s, s.FileKey(), s.FileFlag(), "File that holds "+s.Key+" and nothing else; unlike a flag it shows in no list of processes.", "FILE", text)
		}
	}
	return reflect.StructOf(fields), keys
}

var (
	text  = reflect.TypeFor[*string]()
	yesNo = reflect.TypeFor[*bool]()
)

func flagHelp(s config.Setting) string {
	if s.Default == "" || s.Kind == config.YesNo {
		return s.Help
	}
	return s.Help + " Default: " + s.Default + "."
}

func placeholder(s config.Setting) string {
	switch {
	case len(s.OneOf) > 0:
		return strings.Join(s.OneOf, "|")
	case s.Path:
		return "PATH"
	case s.Kind == config.Number:
		return "N"
	case s.Kind == config.List:
		return "A,B"
	case s.Kind == config.Table:
		return "NAME=VALUE,..."
	case s.Kind == config.YesNo:
		return ""
	}
	return "TEXT"
}

// flags are the settings flags that were given, by key.
func (s settings) flags() map[string]string {
	values := reflect.ValueOf(s.Plugins[0]).Elem()
	_, keys := describeFlags(nil)
	out := map[string]string{}
	for i, key := range keys {
		field := values.Field(i)
		if !field.IsNil() {
			out[key] = fmt.Sprint(field.Elem().Interface())
		}
	}
	return out
}

// load reads the settings, and prints what is only a warning.
func (s settings) load(t Terminal) (config.Config, error) {
	return loadSettings(t, s.Config, s.flags())
}

func loadSettings(t Terminal, file string, flags map[string]string) (config.Config, error) {
	c, warnings, err := config.Load(config.Sources{File: file, Env: t.Env, Flags: flags, Known: knownCodes()})
	for _, w := range warnings {
		fmt.Fprintln(t.Err, "vaka: warning: "+w)
	}
	return c, err
}

// knownCodes are the codes of other rooms that settings may name. A clock whose
// length is the law's, or that of an order, is none of them.
func knownCodes() config.Known {
	known := config.Known{Sectors: cases.SectorOfActivity("").Codes(), FileKinds: cases.FileKinds()}
	for _, rule := range workflow.DefaultClockRules() {
		if rule.Configurable() {
			known.Clocks = append(known.Clocks, string(rule.Kind))
		}
	}
	return known
}
