package cases

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// NumberClaim is the document that takes a case number, or a supervision number,
// for one case, or an incident's or outage's number for that. It is inserted before the event that first carries the number:
// a crash in between leaves a gap in the series, never a number used twice.
type NumberClaim struct {
	Number   string `json:"number"`
	Case     string `json:"case,omitempty"`
	Incident string `json:"incident,omitempty"` // of an incident's number, which takes none for a case
	Outage   string `json:"outage,omitempty"`   // of an outage's number, likewise
}

// numbers proposes the next free number of each yearly series. The proposal is
// only a guess; the unique insert of the claim decides.
type numbers struct {
	mu   sync.Mutex
	last map[string]int // by series, as in PUI-2026
}

func newNumbers() *numbers { return &numbers{last: map[string]int{}} }

// next proposes a number of the series of that prefix and year.
func (n *numbers) next(prefix string, year int) string {
	series := fmt.Sprintf("%s-%d", prefix, year)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.last[series]++
	return series + "-" + strconv.Itoa(n.last[series])
}

// taken notes that a number is in use, by this instance or another.
func (n *numbers) taken(number string) {
	at := strings.LastIndexByte(number, '-')
	if at < 0 {
		return
	}
	k, err := strconv.Atoi(number[at+1:])
	if err != nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.last[number[:at]] = max(n.last[number[:at]], k)
}

// claim takes number for the case along with the case's next event.
func claim(number, id string) Claim {
	return Claim{In: Numbers, ID: number, Doc: NumberClaim{Number: number, Case: id}}
}
