package demo

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/store/bolt"
	"github.com/vaka-project/vaka/workflow"
)

// now is a Saturday evening, when nobody works.
var now = time.Date(2026, time.November, 21, 20, 0, 0, 0, time.UTC)

func options(t *testing.T, store cases.Store, at time.Time) Options {
	t.Helper()
	law, err := workflow.NewClocks(workflow.ClockSettings{})
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	return Options{Store: store, Law: law, Now: at, Policy: cases.Policy{
		CasePrefix: "PUI", SupervisionPrefix: "TIL", Zone: zone,
		EssentialSectors: []cases.SectorOfActivity{cases.ActivityHealthCare, cases.ActivitySocialServices},
	}}
}

func openStore(t *testing.T) *bolt.Store {
	t.Helper()
	store, err := bolt.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

// everyCase reads every case from the store.
func everyCase(t *testing.T, store cases.Store) map[string]*cases.Case {
	t.Helper()
	all := map[string]*cases.Case{}
	err := store.Scan(t.Context(), cases.Cases, func(id string, decode func(any) error) error {
		all[id] = &cases.Case{}
		return decode(all[id])
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// reference is the reference under which a case was filed.
func reference(c *cases.Case) string {
	if len(c.Submissions) == 0 {
		return ""
	}
	return c.Submissions[0].Notification.ControllerReference
}

func filter(all map[string]*cases.Case, keep func(*cases.Case) bool) []*cases.Case {
	var out []*cases.Case
	for _, c := range all {
		if keep(c) {
			out = append(out, c)
		}
	}
	return out
}

func ofMiljodata(c *cases.Case) bool { return strings.HasPrefix(reference(c), customerReference) }

func TestScenario(t *testing.T) {
	store := openStore(t)
	o := options(t, store, now)
	calls := 0
	o.Progress = func(done, total int) { calls++ }
	told, err := Tell(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("told %d acts in %d cases in %s", told.Acts, told.Cases, told.Took)
	all := everyCase(t, store)
	if len(all) != told.Cases || calls == 0 {
		t.Errorf("%d cases, told %d; %d calls of progress", len(all), told.Cases, calls)
	}
	t.Run("Miljödata", func(t *testing.T) { checkMiljodata(t, all) })
	t.Run("incident", func(t *testing.T) { checkIncident(t, o, all) })
	t.Run("investigations", func(t *testing.T) { checkInvestigations(t, all) })
	t.Run("Kumla", func(t *testing.T) { checkKumla(t, all) })
	t.Run("ordinary days", func(t *testing.T) { checkOrdinary(t, all) })
	t.Run("queue", func(t *testing.T) { checkQueue(t, all) })
	t.Run("numbers", func(t *testing.T) { checkNumbers(t, all) })
	t.Run("chains", func(t *testing.T) { checkChains(t, store, all) })
	t.Run("attachments", func(t *testing.T) { checkAttachments(t, store, all) })
	t.Run("people", func(t *testing.T) { checkPeople(t, store) })
	t.Run("sweep", func(t *testing.T) { checkSweep(t, o) })
	t.Run("again", func(t *testing.T) {
		o.Now = now.AddDate(0, 1, 0)
		again, err := Tell(t.Context(), o)
		if err != nil || !again.Already || !again.Until.Equal(now) {
			t.Errorf("told again: %+v, %v", again, err)
		}
	})
}

func checkMiljodata(t *testing.T, all map[string]*cases.Case) {
	notified := filter(all, ofMiljodata)
	forms, kinds := map[cases.LegalForm]int{}, map[cases.SubmissionKind]int{}
	late, reasoned, incomplete, material := 0, 0, 0, 0
	parties := map[string]bool{}
	for _, c := range notified {
		forms[c.Party.LegalForm]++
		parties[c.Party.Name] = true
		first := c.Submissions[0]
		if day := first.ReceivedAt.Format(time.DateOnly); day < "2025-08-25" || day > "2025-08-28" {
			t.Errorf("%s was received on %s", c.Number, day)
		}
		if !first.Complete {
			incomplete++
		}
		if c.Late() {
			late++
			if first.Notification.DelayReasons != "" {
				reasoned++
			}
		}
		for _, sub := range c.Submissions[1:] {
			kinds[sub.Kind]++
			for _, change := range cases.Compare(c.Submissions[sub.N-2].Notification, sub.Notification) {
				if change.Why == cases.WhyConfidentiality {
					material++
				}
			}
		}
		p := first.Notification.OtherParties
		if len(p) != 1 || p[0].Role != cases.InvolvedProcessor || p[0].Name != supplierName {
			t.Errorf("%s names the supplier as %+v", c.Number, p)
		}
	}
	want := map[cases.LegalForm]int{
		cases.FormMunicipality: 164, cases.FormRegion: 4, cases.FormStateAuthority: 14, cases.FormCompany: 68,
	}
	if len(notified) != 250 || len(parties) != 250 || !maps.Equal(forms, want) {
		t.Errorf("%d notifications of %d parties: %v, want 250: %v", len(notified), len(parties), forms, want)
	}
	if incomplete < 200 || late < 3 || late > 20 || reasoned == 0 || reasoned == late {
		t.Errorf("%d incomplete, %d late, %d of them with reasons", incomplete, late, reasoned)
	}
	if kinds[cases.SubmissionEarlierWrong] != foundUntouched || material != confirmedInLeak || kinds[cases.SubmissionSupplement] < 200 {
		t.Errorf("follow-ups %v, confidentiality became certain in %d", kinds, material)
	}
	waiting := filter(all, func(c *cases.Case) bool { return ofMiljodata(c) && c.State == workflow.StateTriage })
	if len(waiting) != 247 {
		t.Errorf("%d cases wait to be closed together, want 247", len(waiting))
	}
}

func checkInvestigations(t *testing.T, all map[string]*cases.Case) {
	want := []string{"Göteborgs stad", "Miljödata", "Region Västmanland", "Älmhults kommun"}
	var got []string
	for _, c := range all {
		if !ofMiljodata(c) && c.Party.Name != supplierName || c.State != workflow.StateInvestigation {
			continue
		}
		got = append(got, c.Party.Name)
		opened := c.Opening.OpenedAt.Format("2006-01")
		if !strings.HasPrefix(c.SupervisionNumber, "TIL-2025-") || opened != "2025-11" || len(c.Opening.FocusAreas) < 3 || c.Opening.Reason == "" {
			t.Errorf("%s: supervision number %q, opened %s, focus %v", c.Party.Name, c.SupervisionNumber, opened, c.Opening.FocusAreas)
		}
		if c.Party.Name == supplierName && (len(c.Submissions) != 0 || c.Party.Role != cases.PartyProcessor || c.Source != cases.SourceOwnInitiative) {
			t.Errorf("the lead case: %d submissions, %s, %s", len(c.Submissions), c.Party.Role, c.Source)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("investigated are %v, want %v", got, want)
	}
}

func checkKumla(t *testing.T, all map[string]*cases.Case) {
	found := filter(all, func(c *cases.Case) bool { return reference(c) == "DEMO-KUMLA" })
	if len(found) != 1 {
		t.Fatalf("%d cases of Kumla", len(found))
	}
	c := found[0]
	if c.Number != "PUI-2024-1" || c.State != workflow.StateClosed || len(c.Submissions) != 3 || c.Late() {
		t.Errorf("Kumla is %s, %s, in %d phases, late %v", c.Number, c.State, len(c.Submissions), c.Late())
	}
	for i, want := range []cases.Channel{cases.ChannelPhone, cases.ChannelPost, cases.ChannelPost} {
		sub := c.Submissions[i]
		if sub.Channel != want || sub.RegistrarNote == "" || (sub.DispatchedAt != nil) != (want == cases.ChannelPost) {
			t.Errorf("phase %d came by %s on %v, note %q", i+1, sub.Channel, sub.DispatchedAt, sub.RegistrarNote)
		}
	}
	if c.LacksOriginal(2) || !c.LacksOriginal(3) {
		t.Errorf("the second phase lacks its scan %v, the third %v", c.LacksOriginal(2), c.LacksOriginal(3))
	}
	if !c.Submissions[2].Complete {
		t.Errorf("the last phase lacks %v", c.Submissions[2].Missing)
	}
}

func checkOrdinary(t *testing.T, all map[string]*cases.Case) {
	ordinary := filter(all, func(c *cases.Case) bool {
		return strings.HasPrefix(reference(c), "DEMO-") && !ofMiljodata(c) && reference(c) != "DEMO-KUMLA"
	})
	if n := len(ordinary); n < 990 || n > 1010 {
		t.Fatalf("%d everyday notifications", n)
	}
	sector, kind, cause := map[string]int{}, map[string]int{}, map[string]int{}
	late := 0
	for _, c := range ordinary {
		n := c.Submissions[0].Notification
		if at := c.OpenedAt; at.Before(now.AddDate(-1, 0, 0)) || !at.Before(now) {
			t.Errorf("%s arrived at %s", c.Number, at)
		}
		sector[map[cases.SectorOfActivity]string{
			cases.ActivityStateAuthority: "state", cases.ActivityHealthCare: "health",
			cases.ActivityMunicipality: "municipal", cases.ActivitySchool: "municipal", cases.ActivitySocialServices: "municipal",
			cases.ActivityFinanceInsurance: "private", cases.ActivityOtherBusiness: "private",
		}[n.Controller.SectorOfActivity]]++
		kind[kindOf(n.IncidentKind)]++
		cause[string(n.Cause)]++
		if c.Late() {
			late++
		}
	}
	about(t, "sector", sector, map[string]int{"state": 260, "health": 190, "municipal": 250, "private": 250, "": 50})
	about(t, "type", kind, map[string]int{"misdirected": 380, "disclosed": 210, "accessed": 310, "lost": 50, "other": 50})
	about(t, "cause", cause, map[string]int{
		"INTERNAL_NON_MALICIOUS": 734, "EXTERNAL_MALICIOUS": 120, "EXTERNAL_NON_MALICIOUS": 84, "INTERNAL_MALICIOUS": 30, "UNKNOWN": 32,
	})
	if late < 40 || late > 150 {
		t.Errorf("%d came late", late)
	}
}

// kindOf groups what happened as the authority's statistics do, as far as one code
// tells it: a shared folder (30) and an unknown way (10), which are disclosures,
// count as access here.
func kindOf(k cases.IncidentKind) string {
	switch k {
	case cases.IncidentSentToWrongRecipient, cases.IncidentOpenDistributionList:
		return "misdirected"
	case cases.IncidentVerbalDisclosure, cases.IncidentUnintendedPublication, cases.IncidentWrongPersonsDataShown, cases.IncidentShownToWrongRecipient:
		return "disclosed"
	case cases.IncidentDeviceLostStolen, cases.IncidentPaperLostStolenExposed:
		return "lost"
	case cases.IncidentTechnicalMalfunction, cases.IncidentDataDestroyed, cases.IncidentUnauthorisedModification:
		return "other"
	}
	return "accessed"
}

// about allows for the specials, and for plots that two groups share.
func about(t *testing.T, what string, got, want map[string]int) {
	t.Helper()
	for key, n := range want {
		if diff := got[key] - n; diff < -45 || diff > 45 {
			t.Errorf("%s %q: %d of 1,000, want about %d (all: %v)", what, key, got[key], n, got)
		}
	}
}

func checkQueue(t *testing.T, all map[string]*cases.Case) {
	states, outcomes := map[workflow.State]int{}, map[workflow.Outcome]int{}
	overdue, inTime, nobody, secret, reopened := 0, 0, 0, 0, 0
	for _, c := range all {
		states[c.State]++
		if c.Closing != nil {
			outcomes[c.Closing.Outcome]++
		}
		if c.Secret {
			secret++
		}
		if c.Episode > 1 {
			reopened++
		}
		if !c.State.Open() {
			continue
		}
		if c.Assignee == "" {
			nobody++
		}
		if due := c.NextDue(); due != nil && due.Before(now) {
			overdue++
		} else {
			inTime++
		}
	}
	t.Logf("states %v; overdue %d, in time %d, unassigned %d; outcomes %v", states, overdue, inTime, nobody, outcomes)
	for _, state := range workflow.States() {
		if state != workflow.StateDraft && states[state] == 0 {
			t.Errorf("no case is in %s", state)
		}
	}
	if overdue < 5 || overdue > 120 || inTime < 30 || nobody < 2 || secret != 1 || reopened != 2 {
		t.Errorf("overdue %d, in time %d, unassigned %d, secret %d, reopened %d", overdue, inTime, nobody, secret, reopened)
	}
	for _, o := range []workflow.Outcome{
		workflow.OutcomeNoFurtherAction, workflow.OutcomeInformationLetter, workflow.OutcomeFiledIncomplete, workflow.OutcomeWithdrawn,
		workflow.OutcomeMerged, workflow.OutcomeTransferredLeadSA, workflow.OutcomeTransferredOtherAuthority, workflow.OutcomeReprimand,
		workflow.OutcomeFine, workflow.OutcomeOrderCompliance, workflow.OutcomeOrderCommunicate, workflow.OutcomeNoInfringement,
	} {
		if outcomes[o] == 0 {
			t.Errorf("no case ended with %s", o)
		}
	}
}

// checkNumbers checks that case numbers grow with time within each year.
func checkNumbers(t *testing.T, all map[string]*cases.Case) {
	inOrder := slices.SortedFunc(maps.Values(all), func(a, b *cases.Case) int { return a.OpenedAt.Compare(b.OpenedAt) })
	last := map[string]int{}
	for _, c := range inOrder {
		var n int
		year := c.Number[:len("PUI-2026")]
		for _, digit := range c.Number[len("PUI-2026-"):] {
			n = n*10 + int(digit-'0')
		}
		if n != last[year]+1 {
			t.Fatalf("%s follows number %d of its year", c.Number, last[year])
		}
		last[year] = n
		if want := c.OpenedAt.In(options(t, nil, now).Policy.Zone).Format("PUI-2006"); year != want {
			t.Errorf("%s was opened in %s", c.Number, want)
		}
	}
}

// checkChains follows every record's headers, and sees that a case's time never
// goes back and never passes the scenario's end.
func checkChains(t *testing.T, store cases.Store, all map[string]*cases.Case) {
	type end struct {
		seq  int64
		hash string
		at   time.Time
	}
	ends := map[string]end{}
	err := store.ScanEvents(t.Context(), func(e cases.Event) error {
		h, before := e.Header, ends[e.Header.Record]
		if h.Seq != before.seq+1 || h.Prev != before.hash {
			t.Errorf("event %d of %s does not follow %d", h.Seq, h.Record, before.seq)
		}
		if h.At.Before(before.at) || h.At.After(now) {
			t.Errorf("event %d of %s is of %s, after %s", h.Seq, h.Record, h.At, before.at)
		}
		ends[h.Record] = end{h.Seq, h.Hash(), h.At}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for id, c := range all {
		if ends[id].hash != c.Head || ends[id].seq != c.Version {
			t.Errorf("%s stands at %d, its events at %d", c.Number, c.Version, ends[id].seq)
		}
	}
}

// checkSweep lets the program go on where the scenario ends: nothing that the
// system does by itself was left undone.
func checkSweep(t *testing.T, o Options) {
	swept, err := programOf(t, o).Sweep(t.Context())
	if err != nil || swept.Acted != 0 || swept.Failed != 0 {
		t.Errorf("the first sweep: %+v, %v", swept, err)
	}
}

// checkAttachments checks that each kind of file is there, from both sides, whole.
func checkAttachments(t *testing.T, store cases.Store, all map[string]*cases.Case) {
	kinds, sides := map[string]int{}, map[cases.Side]int{}
	for _, c := range all {
		for _, at := range c.Attachments {
			kinds[at.Kind]++
			sides[at.Side]++
		}
		events, err := store.Events(t.Context(), c.ID, 1)
		if err != nil {
			t.Fatal(err)
		}
		if n, breaks, err := cases.VerifyFiles(t.Context(), store, c.ID, events); n != len(c.Attachments) || len(breaks) > 0 || err != nil {
			t.Errorf("%s: %d of %d attachments were checked: %v, %v", c.Number, n, len(c.Attachments), breaks, err)
		}
	}
	if kinds["pdf"] < 10 || kinds["png"] != 1 || sides[cases.SideAuthority] < 5 || sides[cases.SideNotifier] != confirmedInLeak/reported+1 {
		t.Errorf("attachments by kind %v, by side %v", kinds, sides)
	}
}

func checkPeople(t *testing.T, store cases.Store) {
	people := auth.New(auth.Options{Store: store, Now: func() time.Time { return now }})
	for _, a := range Accounts()[:5] {
		token, _, err := people.SignIn(t.Context(), a.Email, Password, "127.0.0.1")
		if err != nil {
			t.Errorf("%s cannot sign in: %v", a.Email, err)
			continue
		}
		actor, _, err := people.Authenticate(t.Context(), token)
		if err != nil || !slices.Equal(actor.Roles, a.Roles) {
			t.Errorf("%s has roles %v: %v", a.Email, actor.Roles, err)
		}
		if a.Email == "dpo@demo.example" && len(actor.Units) != 40 {
			t.Errorf("the DPO has %d mandates", len(actor.Units))
		}
	}
}

// TestInterrupted stops the telling at some points; told on, it is the same as
// one that nothing interrupted.
func TestInterrupted(t *testing.T) {
	store := openStore(t)
	o := options(t, store, now)
	stops := rand.New(rand.NewPCG(1, 2))
	for range 3 {
		ctx, stop := context.WithCancel(t.Context())
		at := 100 + stops.IntN(4000)
		o.Progress = func(done, _ int) {
			if done > at {
				stop()
			}
		}
		_, err := Tell(ctx, o)
		stop()
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped: %v", err)
		}
		if is, err := Is(t.Context(), store); !is || err != nil {
			t.Fatalf("a half-told store is a demo's: %v, %v", is, err)
		}
	}
	o.Progress, o.Now = nil, now.Add(3*time.Hour)
	told, err := Tell(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if !told.Until.Equal(now) {
		t.Errorf("told on up to %s", told.Until)
	}
	all := everyCase(t, store)
	checkMiljodata(t, all)
	checkIncident(t, o, all)
	checkInvestigations(t, all)
	checkKumla(t, all)
	checkOrdinary(t, all)
	checkQueue(t, all)
	checkChains(t, store, all)
}

// TestAnyDay plans the scenario for other days of the year: acts must be in order,
// and keys unique, whenever somebody first starts the demo.
func TestAnyDay(t *testing.T) {
	store := openStore(t)
	o := options(t, store, now)
	units := cases.NewRegistry(store, func() time.Time { return founded })
	country, err := found(t.Context(), units)
	if err != nil {
		t.Fatal(err)
	}
	for day := range 15 {
		until := earliest.AddDate(0, 0, day*61).Add(time.Duration(day) * 37 * time.Minute)
		s := scenario{until: until, law: o.Law, zone: o.Policy.Zone, cast: actors(mandatesOf(country)), country: country}
		keys := map[string]bool{}
		for _, m := range s.plan() {
			if keys[m.key] {
				t.Errorf("%s: %s occurs twice", until, m.key)
			}
			keys[m.key] = true
			if !slices.IsSortedFunc(m.acts, func(a, b act) int { return a.at.Compare(b.at) }) {
				t.Errorf("%s: the acts of %s are out of order", until, m.key)
			}
		}
		if len(keys) < 1250 {
			t.Errorf("%s: only %d cases", until, len(keys))
		}
	}
}

func TestRefusesOtherData(t *testing.T) {
	store := openStore(t)
	people := auth.New(auth.Options{Store: store, Now: func() time.Time { return now }})
	_, err := people.Create(t.Context(), cases.System("test"), auth.NewAccount{
		Name: "Somebody", Email: "somebody@example.org", Roles: []workflow.Role{workflow.RoleRegistrar},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Tell(t.Context(), options(t, store, now)); !errors.Is(err, ErrOtherData) {
		t.Errorf("telling among other data: %v", err)
	}
	if is, err := Is(t.Context(), store); is || err != nil {
		t.Errorf("other data are a demo's: %v, %v", is, err)
	}
	if _, err := Tell(t.Context(), options(t, openStore(t), earliest.Add(-time.Hour))); !errors.Is(err, ErrTooEarly) {
		t.Errorf("telling too early: %v", err)
	}
}

func TestOrganisations(t *testing.T) {
	all, err := readOrganisations()
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]cases.LegalForm{}
	for _, o := range all {
		names[o.Name] = o.LegalForm
		if o.IDNumber != "" {
			t.Errorf("%s has an organisation number", o.Name)
		}
	}
	if len(all) != 310 || len(names) != 310 {
		t.Errorf("%d organisations, %d names; 290 municipalities and 21 regions share Gotland", len(all), len(names))
	}
	for _, name := range []string{"Kumla kommun", "Göteborgs stad", "Malmö stad", "Karlstads kommun", "Borås stad", "Kalmar kommun", "Region Gotland"} {
		if names[name] == "" {
			t.Errorf("%s is missing", name)
		}
	}
}
