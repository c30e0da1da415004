package cases

import (
	"time"
)

// The lengths that are accepted, in Unicode characters. They are generous: they
// keep a field from being used as a store, not a notifier from explaining.
const (
	maxLine = 500     // of a name, a reference, an e-mail address
	maxText = 100_000 // of a free text
)

// Text is free text of several lines, of at most 100,000 characters. Everything
// else that is a plain string is a line of at most 500.
type Text string

// MaxCharacters is the longest text that is read.
func (Text) MaxCharacters() int { return maxText }

// Date is a day without a time, as in 2026-11-18.
type Date string

// Check says what is wrong with a date.
func (d Date) Check() (code, message string) {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil || t.Year() < firstYear || t.Year() > lastYear {
		return "date_unreadable", "This is not a date. Write it as in 2026-11-18."
	}
	return "", ""
}

// Time is the first instant of the day in a zone; ok is false for an empty date.
func (d Date) Time(zone *time.Location) (t time.Time, ok bool) {
	t, err := time.ParseInLocation(time.DateOnly, string(d), zone)
	return t, err == nil
}

// Country is a country's two letters of ISO 3166-1, as in SE.
type Country string

// Check says what is wrong with a country.
func (c Country) Check() (code, message string) {
	if !isCountry(string(c)) {
		return "country_unknown", "This is not a country's code. Write the two capital letters of ISO 3166-1, as in SE."
	}
	return "", ""
}

func isCountry(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}

// Language is a language's two letters of ISO 639-1, as in sv.
type Language string

// Check says what is wrong with a language.
func (l Language) Check() (code, message string) {
	if len(l) != 2 || l[0] < 'a' || l[0] > 'z' || l[1] < 'a' || l[1] > 'z' {
		return "language_unknown", "This is not a language's code. Write the two small letters of ISO 639-1, as in sv."
	}
	return "", ""
}
