package cases

import "time"

// Deviation is where a case departs from what is established for its incident: what
// holds for a supplier's customers need not hold for this one.
type Deviation struct {
	Incident string    `json:"incident"`
	Fact     string    `json:"fact"` // id of the shared fact
	Reason   Text      `json:"reason"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
}

func (c *Case) deviate(h Header, p Taken) {
	c.Deviations = append(c.Deviations, Deviation{Incident: c.Incident, Fact: p.Data.Fact, Reason: p.Reason, By: h.Actor, At: h.At})
}

// Departs is why the case departs from a shared fact, the last time that it was
// said; "" where the fact holds for it.
func (c *Case) Departs(fact string) Text {
	for n := len(c.Deviations) - 1; n >= 0; n-- {
		if d := c.Deviations[n]; d.Fact == fact && d.Incident == c.Incident {
			return d.Reason
		}
	}
	return ""
}
