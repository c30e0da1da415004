package cases

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func TestHoldsPersonalIdentityNumber(t *testing.T) {
	tests := []struct {
		name, text string
		want       bool
	}{
		{"ten digits with hyphen", "Eleven 800101-1231 fick fel brev.", true},
		{"twelve digits with hyphen", "19800101-1231", true},
		{"twelve digits", "198001011231", true},
		{"ten digits", "nr 8001011231.", true},
		{"over a hundred years old", "800101+1231", true},
		{"a dash from a word processor", "800101–1231", true},
		{"coordination number, day plus 60", "800161-1238", true},
		{"born on a leap day", "000229-1235", true},
		{"at the very end", "personnummer:198001011231", true},
		{"wrong check digit", "800101-1232", false},
		{"no such month", "801301-1238", false},
		{"no such day", "800132-1234", false},
		{"leap day in a common year", "19010229-1235", false},
		{"organisation number", "212000-9994", false},
		{"part of a longer number", "98800101123199", false},
		{"a fifth digit follows", "800101-12311", false},
		{"seven digits before the hyphen", "1800101-1231", false},
		{"two separators", "800101--1231", false},
		{"nothing", "", false},
		{"ends in the separator", "800101-", false},
		{"ends before the last digit", "800101-123", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := HoldsPersonalIdentityNumber(tt.text); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// Every number that is made by the rules is found, whatever stands around it.
func TestHoldsEveryPersonalIdentityNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		year := rapid.IntRange(1900, 2025).Draw(t, "year")
		month := rapid.IntRange(1, 12).Draw(t, "month")
		day := rapid.IntRange(1, 28).Draw(t, "day") + 60*rapid.IntRange(0, 1).Draw(t, "coordination")
		nine := fmt.Sprintf("%02d%02d%02d%03d", year%100, month, day, rapid.IntRange(0, 999).Draw(t, "serial"))
		number := nine
		for check := range 10 {
			if luhn(nine + fmt.Sprint(check)) {
				number += fmt.Sprint(check)
			}
		}
		separator := rapid.SampledFrom([]string{"", "-", "+"}).Draw(t, "separator")
		written := number[:6] + separator + number[6:]
		if rapid.Bool().Draw(t, "century") {
			written = fmt.Sprint(year/100) + written
		}
		around := rapid.StringMatching(`[^0-9]{0,8}`)
		if text := around.Draw(t, "before") + written + around.Draw(t, "after"); !HoldsPersonalIdentityNumber(text) {
			t.Fatalf("not found in %q", text)
		}
	})
}

func TestIsOrganisationNumber(t *testing.T) {
	for number, want := range map[string]bool{
		"212000-9994": true, "2120009994": true, "16212000-9994": true,
		"212000-9995": false, "8001011231": false, "SE212000999401": false, "212000": false, "": false,
	} {
		if got := isOrganisationNumber(number); got != want {
			t.Errorf("%q: got %v, want %v", number, got, want)
		}
	}
}
