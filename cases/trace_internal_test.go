package cases

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestNameMark_IsTheSameForSpellings(t *testing.T) {
	for _, same := range [][]string{
		{"Miljödata", "Miljödata AB", "MILJÖDATA i Karlskrona AB (publ)", "Miljo-data AB", "Miljödata (556123-4567)", "Miljo\u0308data", "Miljöddata"},
		{"Tietoevry", "TietoEvry Sweden AB", "Tietoevry Oyj"},
	} {
		for _, name := range same[1:] {
			if supplierMark(name) != supplierMark(same[0]) || supplierMark(name) == 0 {
				t.Errorf("%q is another name than %q", name, same[0])
			}
		}
	}
	for _, other := range []string{"Miljökonsult AB", "Datamiljö AB", "Miljödata Syd AB"} {
		if supplierMark(other) == supplierMark("Miljödata") {
			t.Errorf("%q is the same name", other)
		}
	}
	for _, none := range []string{"", "AB", "–"} {
		if nameMark(none) != 0 {
			t.Errorf("%q has a mark", none)
		}
	}
	if nameMark("Bageriet i Lund AB") == nameMark("Bageriet i Malmö") || nameMark("Bageriet i Lund AB") != nameMark("BAGERIET I LUND") {
		t.Error("the seat does not tell controllers apart")
	}
	if numberMark("165561234567") != numberMark("556123-4567") || numberMark("556123-456") != 0 || numberIn("Bolaget, org.nr 556123-4567") != "556123-4567" {
		t.Error("numbers are read wrongly")
	}
}

func TestTrace_ComesBackAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawTraced(t, "a")
		want := c.marks()
		trace := c.Trace()
		if trace.outdated() || traceOfBytes(trace.bytes()) != trace {
			t.Fatalf("%q is not what was kept", trace)
		}
		var got marksOf
		got.unpack(trace.bytes())
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(marksOf{}), cmp.Transformer("list", func(l []uint32) string {
			var b strings.Builder
			for _, n := range l {
				b.WriteRune(rune(n % 0xd800))
			}
			return b.String()
		})); diff != "" {
			t.Fatal(diff)
		}
	})
	for _, bad := range []Trace{"", "x", "AA", Trace(strings.Repeat("A", 60)), "AQEBAQE"} {
		if !bad.outdated() {
			t.Errorf("%q is a trace", bad)
		}
	}
}

// breachDay is when the breaches of these tests begin.
var breachDay = time.Date(2025, time.August, 23, 0, 0, 0, 0, time.UTC)

// drawTraced draws a case of few words, so that cases meet.
func drawTraced(t *rapid.T, label string) *Case {
	word := rapid.SampledFrom([]string{"Adato", "Novi", "brevet", "skickades", "till", "fel", "mottagare", "angrepp", "mot", "Miljödata", "kryptering."})
	text := func(of string) Text {
		return Text(strings.Join(rapid.SliceOfN(word, 0, 40).Draw(t, label+of), " "))
	}
	name := rapid.SampledFrom([]string{"Göteborgs stad", "Goteborgs Stad", "Göteborg stad", "Älmhults kommun", "Åkeriet AB", "Åkeriet Aktiebolag"})
	day := rapid.IntRange(0, 100)
	at := breachDay.AddDate(0, 0, day.Draw(t, label+" day"))
	n := Notification{
		Description: text(" text"), SystemsDescription: text(" systems"), OccurredFrom: &at, AwareAt: at.AddDate(0, 0, 2),
		ControllerReference: rapid.SampledFrom([]string{"", "R1", "R2"}).Draw(t, label+" ref"),
		OtherParties:        []OtherParty{{Role: InvolvedProcessor, Name: rapid.SampledFrom([]string{"", "Miljödata AB", "Driftbolaget"}).Draw(t, label+" supplier")}},
	}
	return &Case{
		Party: Party{
			Name: name.Draw(t, label), Board: rapid.SampledFrom([]string{"", "", "Nämnden"}).Draw(t, label+" board"),
			IDNumber: rapid.SampledFrom([]string{"", "", "556123-4567", "556123-4568"}).Draw(t, label+" number"),
		},
		Submissions: []Submission{{N: 1, Notification: n}},
	}
}

// Whoever looks from the one case or from the other finds the same likeness.
func TestLikeness_IsTheSameBothWays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		like := func(label string) likeCase {
			c := drawTraced(t, label)
			return likeCase{marksOf: c.marks(), key: c.Party.Key(), label: c.Party.Label(), reference: c.Latest().Notification.ControllerReference}
		}
		a, b := like("a"), like("b")
		var ab, ba weighing
		a.weigh(&b, &ab)
		b.weigh(&a, &ba)
		if ab.score != ba.score || ab.n != ba.n {
			t.Fatalf("%d %v, and the other way %d %v", ab.score, ab.evidence(), ba.score, ba.evidence())
		}
		if got := likeness(a.sketch, a.sketch); len(a.sketch) >= enoughText && got != 100 {
			t.Fatalf("a text is %d %% like itself", got)
		}
		if got := likeness(a.sketch, b.sketch); got < 0 || got > 100 {
			t.Fatalf("two texts are %d %% alike", got)
		}
	})
}

func TestLikeness_OfTexts(t *testing.T) {
	const told = "Ett brev med uppgifter om en sökande skickades till fel mottagare, som har lämnat tillbaka det och inte fört uppgifterna vidare."
	for _, row := range []struct {
		name, other string
		least, most int
	}{
		{"the same", told, 100, 100},
		{"in capitals", strings.ToUpper(told), 100, 100},
		{"one word added", strings.Replace(told, "sökande", "viss sökande", 1), 60, 99},
		{"another matter", "Leverantörens servrar har krypterats och ingen vet ännu vilka uppgifter som angriparna har kommit åt eller kopierat.", 0, 10},
		{"too short", "Ett brev.", 0, 0},
	} {
		var a, b marksOf
		a.tells(told, true)
		b.tells(row.other, true)
		if got := likeness(a.sketch, b.sketch); got < row.least || got > row.most {
			t.Errorf("%s: %d %% alike", row.name, got)
		}
	}
	for _, row := range []struct {
		a, b  string
		alike bool
	}{
		{"Göteborgs kommun", "Göteborg kommun", true},
		{"Åkeriet i Exempelstad AB", "Åkeriet i Exmpelstad", true},
		{"Bostadsbolaget Granit Bygg AB", "Bostadsbolaget Granit Vård AB", false},
		{"Region Halland", "Region Kalmar", false},
		{"ABC AB", "ABD AB", false},
		{"Exempelskolan 1", "Exempelskolan 12", false},
	} {
		if got := spelling(row.a, row.b); (got >= spelledAlike) != row.alike {
			t.Errorf("%q and %q are %d %% alike", row.a, row.b, got)
		}
	}
}

// What each reason counts, held against what people would say.
func TestWeigh_ByReasons(t *testing.T) {
	from := breachDay
	incident := (&IncidentDescription{Supplier: "Miljödata i Karlskrona AB", SupplierID: "556123-4567", Systems: []string{"Adato", "Novi"}, OccurredFrom: &from}).profile()
	at := func(days int) *Notification {
		when := breachDay.AddDate(0, 0, days)
		return &Notification{OccurredFrom: &when}
	}
	for _, row := range []struct {
		name   string
		n      *Notification
		likely bool
		change func(n *Notification)
	}{
		{"supplier and days", at(1), true, func(n *Notification) { n.OtherParties = []OtherParty{{Role: InvolvedProcessor, Name: "MILJÖDATA AB"}} }},
		{"number and days", at(6), true, func(n *Notification) {
			n.OtherParties = []OtherParty{{Role: InvolvedProcessor, Name: "Karlskronabolaget 556123-4567"}}
		}},
		{"the supplier's next breach", at(300), false, func(n *Notification) {
			n.OtherParties = []OtherParty{{Role: InvolvedProcessor, Name: "Miljödata"}}
			n.SystemsDescription = "Adato"
		}},
		{"named in the text only", at(0), true, func(n *Notification) { n.Description = "Ett angrepp mot Miljödatas system." }},
		{"both systems and the days", at(0), true, func(n *Notification) { n.SystemsDescription = "Adato och Novi" }},
		{"systems and supplier in the text, days not known", &Notification{}, true, func(n *Notification) { n.SystemsDescription = "Adato hos Miljödata" }},
		{"another supplier in the same days", at(0), false, func(n *Notification) {
			n.OtherParties, n.SystemsDescription = []OtherParty{{Role: InvolvedProcessor, Name: "Driftbolaget"}}, "Adato"
		}},
		{"nothing but the days", at(0), false, func(*Notification) {}},
	} {
		row.change(row.n)
		c := Case{Submissions: []Submission{{N: 1, Notification: *row.n}}}
		m := c.marks()
		var w weighing
		incident.weigh(&m, &w)
		if (w.score >= incidentThreshold) != row.likely {
			t.Errorf("%s: %d for %v", row.name, w.score, w.evidence())
		}
	}
}

func BenchmarkTrace(b *testing.B) {
	n := readSample(b, "notification-complete")
	n.Description += Text(strings.Repeat(" Ett brev med uppgifter om en sökande skickades till fel mottagare.", 20))
	c := &Case{Party: Party{Name: "Hjortvikens kommun", Board: "Barn- och utbildningsnämnden"}, Submissions: []Submission{{N: 1, Notification: n}}}
	b.ReportAllocs()
	for b.Loop() {
		c.Trace()
	}
}
