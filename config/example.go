package config

import (
	"fmt"
	"maps"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Redacted returns the settings as a vaka.toml, every secret hidden: what
// check-config prints and a start may log.
func (c Config) Redacted() string {
	var b strings.Builder
	for _, s := range table {
		if s.Kind == Table {
			b.WriteString("\n[" + s.Key + "]\n")
			for _, name := range sortedKeys(s.value(&c).Interface().(map[string]string)) {
				b.WriteString(name + " = " + strconv.Quote(s.value(&c).Interface().(map[string]string)[name]) + "\n")
			}
			continue
		}
		b.WriteString(s.Key + " = " + written(s.value(&c)) + "\n")
	}
	return b.String()
}

// Example returns a vaka.toml that explains every setting and sets none: each
// stands there with its default, behind a # that is to be taken away.
func Example() string {
	var b strings.Builder
	b.WriteString(exampleHead)
	defaults := loader{}
	defaults.readDefaults()
	section := ""
	for _, s := range table {
		if s.Section != section {
			section = s.Section
			b.WriteString("\n\n# ---- " + section + " " + strings.Repeat("-", 71-len(section)) + "\n")
		}
		b.WriteString("\n")
		comment(&b, s.Help)
		if allowed := s.allowed(); allowed != "" {
			comment(&b, "Allowed: "+allowed+".")
		}
		comment(&b, s.Env+", --"+s.Flag)
		switch {
		case s.Kind == Table:
			b.WriteString("#[" + s.Key + "]\n")
			for _, c := range clocks {
				fmt.Fprintf(&b, "#%-27s # %s\n", c.code+" = "+strconv.Quote(c.period), c.runs)
			}
		default:
			b.WriteString("#" + s.Key + " = " + written(s.value(&defaults.config)) + "\n")
		}
		if s.Secret {
			comment(&b, "Or in a file of its own that holds nothing else: "+s.FileEnv()+", --"+s.FileFlag())
			b.WriteString("#" + s.FileKey() + " = \"\"\n")
		}
	}
	return b.String()
}

const exampleHead = `# Settings of Vaka. Every setting is here with its default; take the # away from
# a line to change it. A variable in the environment wins over this file, and a
# flag over both. Relative paths start at this file's folder.
#
# Check it:  vaka check-config --config vaka.toml
`

// clocks are the clocks that an authority may set, with their defaults and what
// they run from and to. The procedure keeps them, which this package does not
// know; the program, which knows both, holds them to each other in a test.
var clocks = []struct{ code, period, runs string }{
	{"REGISTRATION", "1wd", "receipt to the entry in the register"},
	{"TRIAGE_P1", "1wd", "receipt to the end of triage, P1"},
	{"TRIAGE_P2", "3wd", "receipt to the end of triage, P2"},
	{"TRIAGE_P3", "10wd", "receipt to the end of triage, P3"},
	{"SUPPLEMENT", "4w", "first filing to what was missing"},
	{"SUPPLEMENT_URGENT", "3wd", "the same at high risk, subjects not informed"},
	{"REPLY", "3w", "questions to the party's reply"},
	{"HEARING", "3w", "draft decision to the party's comments"},
	{"APPEAL", "3w", "service of the decision to its appeal"},
	{"STALE_TRIAGE", "30d", "last event to an alarm, in triage"},
	{"STALE_INVESTIGATION", "60d", "last event to an alarm, investigating"},
}

// comment writes a text as comment lines of at most 80 characters.
func comment(b *strings.Builder, text string) {
	line := "#"
	for word := range strings.FieldsSeq(text) {
		if len(line)+1+len(word) > 80 {
			b.WriteString(line + "\n")
			line = "#"
		}
		line += " " + word
	}
	b.WriteString(line + "\n")
}

// written returns a value as TOML writes it, a secret as its cover.
func written(v reflect.Value) string {
	switch value := v.Interface().(type) {
	case Secret:
		return strconv.Quote(value.String())
	case string:
		return strconv.Quote(value)
	case int:
		return strconv.Itoa(value)
	case bool:
		return strconv.FormatBool(value)
	case []string:
		return writtenList(value)
	case []netip.Prefix:
		texts := make([]string, len(value))
		for i, network := range value {
			texts[i] = network.String()
		}
		return writtenList(texts)
	}
	panic("config: no way to write a " + v.Type().String())
}

func writtenList(items []string) string {
	quoted := make([]string, len(items))
	for i, item := range items {
		quoted[i] = strconv.Quote(item)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

func sortedKeys(m map[string]string) []string {
	return slices.Sorted(maps.Keys(m))
}
