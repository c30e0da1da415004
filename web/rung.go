package web

import (
	"strconv"
	"strings"
)

// Rung says in words which step of a ladder a reminder is: WD-2 is two working days
// before the clock runs out, D+1 the day after, DUE the last day.
func (s *speech) Rung(name string) string {
	measure, n := name, 0
	if at := strings.IndexAny(name, "+-"); at > 0 {
		measure = name[:at]
		n, _ = strconv.Atoi(name[at:])
	}
	switch {
	case n < 0:
		return s.T("rung.before."+measure, "Count", -n)
	case n > 0:
		return s.T("rung.after."+measure, "Count", n)
	}
	return s.T("rung.due")
}
