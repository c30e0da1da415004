package cases

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A letter that goes to many is written once, with the places where each case's own
// facts stand. These are the places, as they are written in the letter.
var letterPlaces = map[string]func(c *Case, zone *time.Location) string{
	"{controller}": func(c *Case, _ *time.Location) string { return c.Party.Label() },
	"{number}":     func(c *Case, _ *time.Location) string { return c.Number },
	"{diary_number}": func(c *Case, _ *time.Location) string {
		if c.DiaryNumber == "" {
			return c.Number
		}
		return c.DiaryNumber
	},
	"{received_on}": func(c *Case, zone *time.Location) string { return c.OpenedAt.In(zone).Format(time.DateOnly) },
	"{versions}":    func(c *Case, _ *time.Location) string { return strconv.Itoa(len(c.Submissions)) },
	"{reference}": func(c *Case, _ *time.Location) string {
		if n := c.Latest(); n != nil && n.Notification.ControllerReference != "" {
			return n.Notification.ControllerReference
		}
		return "–"
	},
}

// LetterPlaces are the places of a letter's own facts, in the order of the alphabet.
func LetterPlaces() []string {
	return []string{"{controller}", "{diary_number}", "{number}", "{received_on}", "{reference}", "{versions}"}
}

var letterPlace = regexp.MustCompile(`\{[^{}\n]*\}`)

// strayPlaces are what looks like a place of a letter and is none.
func strayPlaces(letter Text) []string {
	var out []string
	for _, place := range letterPlace.FindAllString(string(letter), -1) {
		if letterPlaces[place] == nil {
			out = append(out, place)
		}
	}
	return out
}

// Letter writes a letter to the party of a case: each place is filled once, so that
// nothing that a controller calls itself is taken for a place.
func (c *Case) Letter(letter Text, zone *time.Location) Text {
	return Text(letterPlace.ReplaceAllStringFunc(string(letter), func(place string) string {
		if fill := letterPlaces[place]; fill != nil {
			return strings.TrimSpace(fill(c, zone))
		}
		return place
	}))
}
