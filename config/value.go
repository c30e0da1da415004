package config

import (
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// setText puts into the setting's field what the environment, a flag or the
// default says. It returns "" or what would have been allowed.
func (s Setting) setText(c *Config, text string) (fault string) {
	text = strings.TrimSpace(text)
	switch s.Kind {
	case Number:
		n, err := strconv.Atoi(text)
		if err != nil {
			return "must be " + s.allowed()
		}
		s.value(c).SetInt(int64(n))
	case YesNo:
		if text != "true" && text != "false" {
			return "must be true or false"
		}
		s.value(c).SetBool(text == "true")
	case List:
		return s.setList(c, splitList(text))
	case Table:
		return s.setTable(c, text)
	default:
		s.value(c).SetString(text)
	}
	return ""
}

// setTOML puts a decoded TOML value into the setting's field. Types are strict:
// "12" is no number and 1 no yes, so that a slip is seen and not guessed at.
func (s Setting) setTOML(c *Config, data any) (fault string) {
	switch v := data.(type) {
	case string:
		if s.Kind == Text {
			s.value(c).SetString(strings.TrimSpace(v))
			return ""
		}
	case int64:
		if s.Kind == Number && int64(int(v)) == v {
			s.value(c).SetInt(v)
			return ""
		}
	case bool:
		if s.Kind == YesNo {
			s.value(c).SetBool(v)
			return ""
		}
	case []any:
		if s.Kind == List {
			items, ok := listItems(v)
			if !ok {
				return `must be a list of texts in quotes, ["a", "b"]`
			}
			return s.setList(c, items)
		}
	}
	switch s.Kind {
	case Number:
		return "must be " + s.allowed() + ", without quotes"
	case YesNo:
		return "must be true or false, without quotes"
	case List:
		return `must be a list of texts in quotes, ["a", "b"]`
	}
	return "must be a text in quotes"
}

// listItems returns the items of a TOML array as texts. A bare date counts as
// its text: dates are what TOML lets one write without quotes.
func listItems(array []any) ([]string, bool) {
	items := make([]string, 0, len(array))
	for _, item := range array {
		switch v := item.(type) {
		case string:
			items = append(items, strings.TrimSpace(v))
		case time.Time:
			if v.Location().String() != "date-local" { // the library's mark of a date without a time
				return nil, false
			}
			items = append(items, v.Format(time.DateOnly))
		default:
			return nil, false
		}
	}
	return items, true
}

func (s Setting) setList(c *Config, items []string) (fault string) {
	field := s.value(c)
	if field.Type() != reflect.TypeFor[[]netip.Prefix]() {
		field.Set(reflect.ValueOf(items))
		return ""
	}
	networks := make([]netip.Prefix, 0, len(items))
	for _, item := range items {
		network, ok := parseNetwork(item)
		if !ok {
			return "must be networks such as 10.1.0.0/16 or single addresses"
		}
		networks = append(networks, network)
	}
	field.Set(reflect.ValueOf(networks))
	return ""
}

// setTable reads A=1,B=2.
func (s Setting) setTable(c *Config, text string) (fault string) {
	entries := map[string]string{}
	for _, item := range splitList(text) {
		name, value, ok := strings.Cut(item, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if _, twice := entries[name]; !ok || name == "" || twice {
			return "must be NAME=value pairs with commas between, each name once"
		}
		entries[name] = value
	}
	s.value(c).Set(reflect.ValueOf(entries))
	return ""
}

func (s Setting) value(c *Config) reflect.Value {
	return reflect.ValueOf(c).Elem().Field(s.field)
}

// splitList splits a,b,c; nothing between two commas is no item.
func splitList(text string) []string {
	items := []string{}
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// parseNetwork reads a network or a single address. Bits beyond the network's
// length are dropped, as every proxy's own settings do.
func parseNetwork(text string) (netip.Prefix, bool) {
	if address, err := netip.ParseAddr(text); err == nil && address.Zone() == "" {
		address = address.Unmap()
		return netip.PrefixFrom(address, address.BitLen()), true
	}
	network, err := netip.ParsePrefix(text)
	if err != nil || network.Addr().Is4In6() {
		return netip.Prefix{}, false
	}
	return network.Masked(), true
}
