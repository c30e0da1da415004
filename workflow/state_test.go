package workflow

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPhases(t *testing.T) {
	want := map[State]Phase{
		"DRAFT":    "",
		"RECEIVED": "received", "REGISTERED": "received",
		"TRIAGE": "triage", "AWAITING_SUPPLEMENT": "triage",
		"INVESTIGATION": "investigation", "AWAITING_REPLY": "investigation",
		"DRAFTING": "decision", "HEARING": "decision", "ART60_CONSULTATION": "decision",
		"ART65_DISPUTE": "decision", "DECIDED": "decision", "UNDER_APPEAL": "decision", "FOLLOW_UP": "decision",
		"CLOSED": "closed", "TRANSFERRED": "closed", "MERGED": "closed",
	}
	got := map[State]Phase{}
	for _, s := range States() {
		got[s] = s.Phase()
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("phases (-want +got):\n%s", diff)
	}
}

func TestOpen(t *testing.T) {
	notOpen := []State{StateDraft, StateClosed, StateTransferred, StateMerged, "NO_SUCH_STATE", ""}
	for _, s := range append(States(), notOpen...) {
		if got, want := s.Open(), !slices.Contains(notOpen, s); got != want {
			t.Errorf("%q.Open() = %v, want %v", s, got, want)
		}
	}
}

func TestStaff(t *testing.T) {
	var staff []Role
	for _, r := range Roles() {
		if r.Staff() {
			staff = append(staff, r)
		}
	}
	want := []Role{RoleRegistrar, RoleCaseworker, RoleLegal, RoleSupervisor, RoleDecisionMaker}
	if diff := cmp.Diff(want, staff); diff != "" {
		t.Errorf("staff (-want +got):\n%s", diff)
	}
	if Role("nobody").Staff() {
		t.Error("an unknown role counts as staff")
	}
}

// Whatever people are shown exists in both languages, differs between them
// where a translation was meant, and says each thing once.
func TestTexts(t *testing.T) {
	texts := map[string][2]string{}
	for _, s := range States() {
		texts["meaning of "+string(s)] = [2]string{s.Meaning(), s.MeaningSV()}
		texts["title of "+string(s)] = [2]string{s.Title(), s.TitleSV()}
	}
	for _, p := range Phases() {
		texts["title of phase "+string(p)] = [2]string{p.Title(), p.TitleSV()}
	}
	for _, r := range Roles() {
		if r != RoleSystem && r != RoleAdministrator {
			texts["title of role "+string(r)] = [2]string{r.Title(), r.TitleSV()}
		}
	}
	for _, g := range Guards() {
		texts["guard "+string(g)] = [2]string{g.Sentence(), g.SentenceSV()}
	}
	for _, r := range Outcomes() {
		texts["outcome "+string(r.Outcome)] = [2]string{r.Outcome.Meaning(), r.Outcome.MeaningSV()}
	}
	for _, m := range Measures() {
		texts["measure "+string(m)] = [2]string{m.Text(), m.TextSV()}
	}
	for _, s := range Steps() {
		texts["step "+string(s.ID)] = [2]string{s.Title, s.TitleSV}
	}
	for what, pair := range texts {
		if pair[0] == "" || pair[1] == "" || pair[0] == pair[1] {
			t.Errorf("%s: not said in both languages: %q, %q", what, pair[0], pair[1])
		}
		sentence := strings.HasPrefix(what, "guard") || strings.HasPrefix(what, "outcome") ||
			strings.HasPrefix(what, "meaning") || strings.HasPrefix(what, "measure")
		for _, text := range pair {
			if sentence != strings.HasSuffix(text, ".") {
				t.Errorf("%s: a sentence ends with a full stop and a title does not: %q", what, text)
			}
		}
	}
}

func TestUnknownCodesSayNothing(t *testing.T) {
	if _, ok := Outcome("NONE").Rule(); ok {
		t.Error("an unknown outcome has a rule")
	}
	if got := Measure("K_NONE").Article() + Phase("none").Title() + Phase("none").TitleSV() + Guard("none").Sentence(); got != "" {
		t.Errorf("unknown codes have texts: %q", got)
	}
	if got := State("NONE").Title(); got != "NONE" {
		t.Errorf("an unknown state is titled %q; show its code rather than nothing", got)
	}
}

func TestCodesAreUnique(t *testing.T) {
	for name, codes := range map[string][]string{
		"state": State("").Codes(), "phase": Phase("").Codes(), "role": Role("").Codes(),
		"outcome": Outcome("").Codes(), "measure": Measure("").Codes(),
		"guard": Guard("").Codes(), "step": StepID("").Codes(),
	} {
		seen := map[string]bool{}
		for _, code := range codes {
			if code == "" || seen[code] {
				t.Errorf("%s code %q is empty or there twice", name, code)
			}
			seen[code] = true
		}
	}
}
