package web

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"

	"github.com/vaka-project/vaka/workflow"
)

// choiceRoutes let somebody who acts for many controllers choose one for the session.
var choiceRoutes = []route{
	{Method: post, Path: "/mine/organisation", Access: SignedIn, Tag: tagPages, Page: true, Summary: "Choose for which controller to act", handle: (*call).chooseUnit},
}

// everyUnit is the choice of all controllers that somebody acts for.
const everyUnit = "all"

// unitChoice is for which controller somebody acts who may act for many. Whoever
// has one mandate is asked for nothing.
type unitChoice struct {
	Options []formOption // empty with less than two mandates
	Unit    string       // chosen; "" is all
	Label   string       // of the chosen one
	Made    bool         // a choice was made in this session
	Back    string       // where the choice leads
}

// unitChoice is what was chosen in this session. It lies in a cookie, bound to the
// session, and counts only for a mandate that the account has: what a browser says
// lets nobody see more.
func (q *call) unitChoice(back string) unitChoice {
	c := unitChoice{Back: back}
	if len(q.actor.Units) < 2 || q.actor.Has(workflow.RoleRegistrar) {
		return c
	}
	for _, id := range q.actor.Units {
		if o, u, ok := q.s.opt.Units.Unit(id); ok {
			c.Options = append(c.Options, formOption{id, unitLabel(o, u)})
		}
	}
	slices.SortFunc(c.Options, func(a, b formOption) int { return strings.Compare(a.Label, b.Label) })
	session, unit, _ := strings.Cut(q.Cookies(q.s.cookieName("unit")), ".")
	if session != q.sessionMark() {
		return c
	}
	if unit == everyUnit {
		c.Made = true
		return c
	}
	if at := slices.IndexFunc(c.Options, func(o formOption) bool { return o.Value == unit }); at >= 0 {
		c.Unit, c.Label, c.Made = unit, c.Options[at].Label, true
	}
	return c
}

// sessionMark tells one session from another without being of use to anybody.
func (q *call) sessionMark() string {
	sum := sha256.Sum256([]byte("choice|" + q.bearer))
	return hex.EncodeToString(sum[:8])
}

// keepUnit remembers a choice for the session; "" is all. It says false for a
// controller that the account has no mandate for.
func (q *call) keepUnit(unit string) bool {
	if unit == "" {
		unit = everyUnit
	} else if !slices.Contains(q.actor.Units, unit) {
		return false
	}
	q.setCookie(q.s.cookieName("unit"), q.sessionMark()+"."+unit, q.session.ExpiresAt)
	return true
}

// chooseUnit takes the choice, and goes back to where it was made.
func (q *call) chooseUnit() error {
	if !q.keepUnit(q.FormValue("unit")) {
		return workflow.Refuse(workflow.NotFound, "not_your_mandate", "You have no mandate for this controller. Choose one of those in the list.")
	}
	back := localPath(q.FormValue("next"))
	if q.s.rowOf(http.MethodGet, back) == nil {
		back = "/mine"
	}
	return q.see(back)
}
