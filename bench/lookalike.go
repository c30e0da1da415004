package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/vaka-project/vaka/cases"
)

// lookalike is a notification of the set by which suggestions are measured, with what
// is true of it.
type lookalike struct {
	at    time.Time // arrival
	n     cases.Notification
	of    int // the supplier whose incident it belongs to, or -1
	again int // the breach that it notifies for the second time, or for the first; 0 for none
}

// supplier is a processor that many controllers share, as they come to spell it.
type supplier struct {
	name, systems string
	spelled       []string
}

// suppliers were breached within the same three weeks; two share a kind of system.
var suppliers = []supplier{
	{"Lönespecialisten i Exempelstad AB", "Löneportalen, Tidkollen", []string{"Lönespecialisten", "LÖNESPECIALISTEN AB", "Lonespecialisten", "Lönespecialisten AB (556100-0001)", "Löne-specialisten"}},
	{"Skoldata Exempel AB", "Klassrummet", []string{"Skoldata Exempel", "SkolData exempel ab", "Skoldata Exempel AB (publ)", "Skoldata-Exempel"}},
	{"Vårdsystem Nord AB", "JournalNord, Remissa", []string{"Vårdsystem Nord", "Vardsystem Nord", "Vårdsystem Nord AB, 556100-0003", "VÅRDSYSTEM NORD"}},
	{"Driftia AB", "Driftia Moln", []string{"Driftia", "DRIFTIA", "Driftia Sverige AB", "Driftia AB (publ)"}},
	{"Personalia Sweden AB", "Adelia, Lönekontoret", []string{"Personalia", "Personalia AB", "Personalia Sweden", "PERSONALIA"}},
}

// What notifications say. The first of an attack goes round among customers as the
// supplier's own words; letters are told by the same few templates everywhere.
var (
	attackTexts = []string{
		"Vår leverantör %s har utsatts för ett it-angrepp. Vi vet ännu inte om våra uppgifter har kommit ut, och leverantören utreder omfattningen tillsammans med polisen.",
		"Vi fick i dag veta av %s att deras servrar har krypterats. Uppgifter om våra anställda kan ha kopierats innan dess.",
		"Anmälan görs i förebyggande syfte efter besked från %s om ett intrång; vilka personer som berörs är ännu oklart.",
		"Ett angrepp mot %s gör att våra system ligger nere sedan helgen, och obehöriga kan ha läst det som fanns där.",
	}
	letterTexts = []string{
		"Ett brev med uppgifter om en sökande skickades till fel mottagare, som har lämnat tillbaka det och inte fört uppgifterna vidare.",
		"En handläggare skickade handlingar med e-post till fel mottagare, eftersom adressen fylldes i automatiskt av programmet.",
		"En dator med arbetsmaterial stals ur en låst bil under natten; hårddisken var krypterad och polisanmälan är gjord.",
		"En mapp på den gemensamma ytan var läsbar för alla medarbetare under några dagar innan felet upptäcktes och rättades.",
	}
)

// lookalikes is the set: customers of each supplier who spell it in their own ways or
// only mention it, other suppliers and everyday breaches of the same days, earlier
// breaches of the same suppliers, and controllers that notify once and twice.
func lookalikes(first time.Time) []lookalike {
	g := &maker{Rand: rand.New(rand.NewPCG(33, 5)), first: first}
	for of := range suppliers {
		began := first.AddDate(0, 0, 3*of)
		for i := range 30 {
			g.customer(of, i, began, of)
		}
		for i := range 6 { // the same supplier, ten months before
			g.customer(of, 60+i, began.AddDate(0, -10, 0), -1)
		}
	}
	for i := range 40 { // other suppliers, in the same days and the same words
		g.attack(fmt.Sprintf("Kundföretag %s %d AB", letters(i), i), fmt.Sprintf("Underleverantören %s AB", letters(i/2)), g.IntN(21), -1)
	}
	for i := range 150 {
		g.letter(fmt.Sprintf("Exempelbolaget %s AB", letters(i)), "", g.IntN(21), i%len(letterTexts), 0)
	}
	for i := range 40 {
		g.twice(i)
	}
	return g.all
}

// maker makes the set.
type maker struct {
	*rand.Rand
	first  time.Time
	all    []lookalike
	breach int
}

// letters makes names that differ by more than a letter.
func letters(i int) string {
	parts := []string{"Granit", "Norrsken", "Ekbacken", "Furan", "Klippan", "Måsen", "Björken", "Havet", "Ängen", "Storm", "Linden", "Rönnen", "Tallen"}
	return parts[i%len(parts)] + " " + []string{"Bygg", "Vård", "Handel", "Skola", "Transport", "Media", "Energi", "Fastighet", "Konsult", "Städ", "Mat", "Resor"}[i/len(parts)%12]
}

func (g *maker) add(at time.Time, n cases.Notification, of, again int) {
	g.all = append(g.all, lookalike{at: at, n: n, of: of, again: again})
}

// base is what all of them say.
func (g *maker) base(name string, occurred time.Time) (time.Time, cases.Notification) {
	found := occurred.Add(time.Duration(6+g.IntN(60)) * time.Hour)
	n := sample(g.Rand, len(g.all))
	n.Controller.Name, n.Controller.Board, n.ControllerReference = name, "", ""
	n.OccurredFrom, n.DetectedAt, n.AwareAt = &occurred, &found, found.Add(2*time.Hour)
	n.DiscoveryText, n.SystemsDescription = "", ""
	return n.AwareAt.Add(time.Duration(1+g.IntN(60)) * time.Hour), n
}

// customer notifies of its supplier's breach; of is what it truly belongs to.
func (g *maker) customer(who, i int, began time.Time, of int) {
	s := suppliers[who]
	at, n := g.base(fmt.Sprintf("%s kund %d AB", letters(11*i+who), who*100+i), began)
	called := append(slices.Clone(s.spelled), s.name)[g.IntN(len(s.spelled)+1)]
	n.Description = cases.Text(fmt.Sprintf(attackTexts[g.IntN(len(attackTexts))], called))
	switch g.IntN(10) {
	case 0: // named in the text only
	case 1: // named nowhere, but the systems are
		n.Description = cases.Text(fmt.Sprintf(attackTexts[0], "för molntjänster"))
		n.SystemsDescription = cases.Text(s.systems)
		g.add(at, n, of, 0)
		return
	default:
		n.OtherPartiesInvolved, n.OtherParties = cases.AnswerYes, []cases.OtherParty{{Role: cases.InvolvedProcessor, Name: called}}
	}
	if g.IntN(2) == 0 {
		n.SystemsDescription = cases.Text("System hos leverantören: " + s.systems + ".")
	}
	if g.IntN(4) == 0 { // knows only when it was told
		n.OccurrenceMode, n.OccurredFrom = cases.OccurredCannotBeDetermined, nil
	}
	g.add(at, n, of, 0)
}

// attack is another supplier's breach, in the words that all of them use.
func (g *maker) attack(name, who string, day, of int) {
	at, n := g.base(name, g.first.AddDate(0, 0, day))
	n.Description = cases.Text(fmt.Sprintf(attackTexts[g.IntN(len(attackTexts))], who))
	n.OtherPartiesInvolved, n.OtherParties = cases.AnswerYes, []cases.OtherParty{{Role: cases.InvolvedProcessor, Name: who}}
	n.SystemsDescription = "Leverantörens lönesystem och portal."
	g.add(at, n, of, 0)
}

// letter is an everyday breach told by a template.
func (g *maker) letter(name, number string, day, template, again int) {
	at, n := g.base(name, g.first.AddDate(0, 0, day))
	n.Controller.ID = number
	n.Description = cases.Text(letterTexts[template])
	g.add(at, n, -1, again)
}

// twice is a controller that notifies one breach two times, and then what looks like it:
// the same template a week later, and a namesake with another number.
func (g *maker) twice(i int) {
	g.breach++
	name, number := fmt.Sprintf("Dubbelanmälaren %s AB", letters(3*i)), fmt.Sprintf("5562%02d-%04d", i, 1000+i)
	other := name
	switch i % 4 {
	case 0:
		other = strings.ToUpper(name)
	case 1:
		other = strings.TrimSuffix(name, " AB")
	case 2:
		other = strings.Replace(name, "anmälaren", "anmälarn", 1)
	}
	day := g.IntN(14)
	second := number
	if i%2 == 0 {
		second = "" // forgot it
	}
	g.letter(name, number, day, i%len(letterTexts), g.breach)
	g.letter(other, second, day, i%len(letterTexts), g.breach)
	g.letter(name, number, day+8, i%len(letterTexts), 0)
	g.letter(fmt.Sprintf("%s %d", name, i+1), fmt.Sprintf("5563%02d-%04d", i, 2000+i), day, i%len(letterTexts), 0)
}
