package config

import (
	"regexp"
	"strings"
)

// Fault is one thing wrong with the settings. It never holds the value that
// was given.
type Fault struct {
	Setting string // the key, or the unknown name; "" when a whole source cannot be read
	Source  string // where it was given: "vaka.toml line 7", "VAKA_LISTEN", "--listen", "the default"
	Message string // what is allowed

	// restsOn names the further settings that the fault follows from. A rule over
	// several settings says nothing when one of them could not be read.
	restsOn []string
}

// Error returns the fault as one line.
func (f Fault) Error() string {
	switch {
	case f.Setting == "":
		return f.Source + ": " + f.Message
	case f.Source == "":
		return f.Setting + ": " + f.Message
	}
	return f.Setting + " (" + f.Source + "): " + f.Message
}

// Faults is everything wrong with the settings, at once.
type Faults []Fault

// Error returns one line for each fault.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// speakable is what a name must look like to be repeated. Whatever else stands
// where a name should stand may be a secret in the wrong place.
var speakable = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*(?:[_-][A-Za-z0-9]+)*$`)

// spoken returns a name that somebody wrote, or a description of it when it
// does not look like the name of anything.
func spoken(name string) string {
	if len(name) <= 48 && speakable.MatchString(name) {
		return name
	}
	return "a name"
}

// unknown says that a name is no setting, and which one may have been meant.
func unknown(name string, known []string) string {
	message := "no such setting"
	if near := nearest(name, known); near != "" {
		message += "; did you mean " + near + "?"
	}
	return message
}

// nearest returns the known name that a typing slip may have turned into name:
// at most a third of its letters, and three, inserted, dropped or replaced.
// Without one it returns "".
func nearest(name string, known []string) string {
	best, found := min(3, len(name)/3)+1, ""
	if len(name) > 100 { // no slip; and the comparison takes quadratic time
		return ""
	}
	for _, k := range known {
		if d := distance(name, k); d < best {
			best, found = d, k
		}
	}
	return found
}

// distance is the Levenshtein distance of two texts, in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
