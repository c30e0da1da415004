package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

// incidentTitle is what the authority calls the incident.
const incidentTitle = "Angreppet mot Miljödata 2025"

// scene is an act that concerns many cases at once, or none: what is told of the
// incident itself. Told again after an interruption, it must do nothing twice.
func (s *scenario) scene(key string, at time.Time, by cases.Actor, do func(ctx context.Context, d deed) error) *matter {
	m := &matter{key: "miljodata/" + key, scene: true}
	m.add(at, by, func(ctx context.Context, d deed) (*cases.Case, error) { return nil, do(ctx, d) })
	return m
}

// theIncident is the record that the scenes are about.
func theIncident(d deed) (cases.Incident, error) {
	all, err := d.service.Incidents().List(d.by)
	if err != nil {
		return cases.Incident{}, err
	}
	at := slices.IndexFunc(all, func(i cases.Incident) bool { return i.Title == incidentTitle })
	if at < 0 {
		return cases.Incident{}, fmt.Errorf("the incident is not opened yet")
	}
	return all[at], nil
}

// incident is the record of the breach: opened on the day on which it was disclosed,
// and carried on as more was known.
func (s *scenario) incident() []*matter {
	by := s.cast.caseworkers[0]
	opened := s.scene("incident", s.local(2025, time.August, 25, 13, 40), by, func(ctx context.Context, d deed) error {
		_, err := d.service.Incidents().Open(ctx, d.by, cases.IncidentDescription{
			Title: incidentTitle, Supplier: supplierName, Systems: []string{"Adato", "Novi"},
			OccurredFrom: new(s.local(2025, time.August, 23, 0, 0).UTC()), DisclosedAt: new(s.local(2025, time.August, 25, 7, 0).UTC()),
			Cause: cases.CauseExternalMalicious, Kind: cases.IncidentRansomware, Public: true,
			Summary: "Leverantörens system för rehabilitering, arbetsskador och arbetsmiljö krypterades och en lösensumma krävdes. " +
				"En stor del av landets kommuner är kunder.",
		}, "Angreppet rör en stor del av landets kommuner; anmälningarna behöver ses samlat.", d.command)
		return err
	})
	out := []*matter{opened}
	for i, m := range s.moments() {
		out = append(out, s.scene(fmt.Sprintf("moment/%d", i), m.recorded, by, m.record))
	}
	for i, st := range s.statements() {
		out = append(out, s.scene(fmt.Sprintf("statement/%d", i), st.recorded, by, st.record))
	}
	for i, f := range s.facts() {
		out = append(out, s.scene(fmt.Sprintf("fact/%d", i), f.recorded, by, f.record))
	}
	return out
}

// moment is a point of the incident's history, recorded when it was known.
type moment struct {
	at, recorded time.Time
	text         cases.Text
	source       string
}

func (s *scenario) moments() []moment {
	return []moment{
		{s.local(2025, time.August, 23, 3, 0), s.local(2025, time.August, 25, 13, 50), "Angrepp mot leverantörens it-system. Systemen krypteras och 1,5 bitcoin krävs.", "leverantören"},
		{s.local(2025, time.August, 25, 7, 0), s.local(2025, time.August, 25, 13, 55), "Angreppet blir känt. Driftstörningar i bland annat Halland, Gotland, Skellefteå, Kalmar, Karlstad och Mönsterås.", "pressen"},
		{s.local(2025, time.September, 2, 12, 0), s.local(2025, time.September, 3, 9, 5), "Leverantörens system är åter i drift för flera kunder.", "leverantören"},
		{
			s.local(2025, time.September, 13, 20, 0), s.local(2025, time.September, 15, 9, 10),
			"Gruppen Datacarry publicerar ett arkiv på 224 MB den 13 eller 14 september; källorna skiljer sig åt. Namn, personnummer, adresser, e-post, telefonnummer, födelsedatum och anställning.", "pressen",
		},
		{s.local(2025, time.September, 16, 11, 0), s.local(2025, time.September, 16, 14, 0), "Åklagaren berättar om förundersökningen och om hur många som berörs.", "åklagaren"},
		{s.local(2025, time.November, 3, 9, 30), s.local(2025, time.November, 3, 15, 0), "Fyra granskningar inleds: leverantören, Göteborgs stad, Älmhults kommun och Region Västmanland.", "myndigheten"},
	}
}

func (m moment) record(ctx context.Context, d deed) error {
	i, err := theIncident(d)
	if err != nil {
		return err
	}
	_, err = d.service.Incidents().AddMoment(ctx, d.by, i.ID, cases.IncidentMoment{At: m.at.UTC(), Text: m.text, Source: m.source}, d.command)
	return err
}

// statement is what somebody said of how many there are.
type statement struct {
	recorded time.Time
	count    cases.Count
	note     cases.Text
}

// statements stand side by side: units and sources differ, and nobody adds them up.
func (s *scenario) statements() []statement {
	return []statement{
		{
			s.local(2025, time.September, 16, 14, 10),
			cases.Count{Mode: cases.CountApproximate, Min: new(int64(1_500_000)), Unit: cases.UnitPersons, Source: "Åklagaren", AsOf: "2025-09-16"},
			"Fler än 1,5 miljoner personer.",
		},
		{
			s.local(2025, time.September, 18, 10, 20),
			cases.Count{Mode: cases.CountApproximate, Min: new(int64(870_000)), Max: new(int64(870_000)), Unit: cases.UnitEmailAddresses, Source: "Have I Been Pwned", AsOf: "2025-09-18"},
			"E-postadresser, inte personer. Talet kan inte läggas ihop med åklagarens. (Dagen är påhittad; uppgiften är från september.)",
		},
	}
}

func (st statement) record(ctx context.Context, d deed) error {
	i, err := theIncident(d)
	if err != nil {
		return err
	}
	_, err = d.service.Incidents().AddStatement(ctx, d.by, i.ID, cases.IncidentStatement{Count: st.count, Note: st.note}, d.command)
	return err
}

// sharedFact is what the authority has established for every case of the incident.
type sharedFact struct {
	recorded    time.Time
	text, basis cases.Text
}

func (s *scenario) facts() []sharedFact {
	return []sharedFact{
		{
			s.local(2025, time.September, 3, 9, 20), "Systemen krypterades den 23 augusti 2025 genom ett angrepp utifrån mot leverantören, inte mot kunderna.",
			"Leverantörens meddelanden till kunderna den 25 augusti och den 2 september. (Påhittad hänvisning.)",
		},
		{
			s.local(2025, time.September, 15, 9, 30), "Uppgifter ur systemen är publicerade på ett öppet ställe sedan den 13 eller 14 september 2025.",
			"Egen kontroll av det publicerade arkivets innehållsförteckning. (Påhittad hänvisning.)",
		},
		{
			s.local(2025, time.September, 22, 13, 15), "Om personer med skyddade personuppgifter berörs är varken bekräftat eller dementerat: systemet saknade särskilt stöd för sådana uppgifter.",
			"Leverantörens svar till kunderna i september. (Påhittad hänvisning.)",
		},
	}
}

func (f sharedFact) record(ctx context.Context, d deed) error {
	i, err := theIncident(d)
	if err != nil {
		return err
	}
	_, err = d.service.Incidents().EstablishFact(ctx, d.by, i.ID, f.text, f.basis, d.command)
	return err
}

// linked are the batches by which the notifications are linked to the incident: in the
// afternoon of each day those that had come to a desk by then.
func (s *scenario) linked(customers []*customer) []*matter {
	var out []*matter
	left := slices.Clone(customers)
	for i, day := range []time.Time{
		s.local(2025, time.August, 26, 9, 15), s.local(2025, time.August, 26, 16, 45), s.local(2025, time.August, 27, 16, 45),
		s.local(2025, time.August, 28, 16, 45), s.local(2025, time.August, 29, 17, 15),
	} {
		var these []*matter
		left = slices.DeleteFunc(left, func(c *customer) bool {
			here := c.acts[registered].at.Before(day)
			if here {
				these = append(these, c.matter)
			}
			return here
		})
		out = append(out, s.together(fmt.Sprintf("linked/%d", i), day, s.cast.caseworkers[i%len(s.cast.caseworkers)], these, cases.BatchRequest{
			Step: workflow.StepLinkIncident, Reason: "Samma leverantör, samma system och samma dagar.",
		}))
	}
	return out
}

// registered is the place of the act by which a customer's case is registered.
const registered = 1

// riskOf are the batches by which the risk of the cases is assessed once it is known
// whose data were published.
func (s *scenario) riskOf(customers []*customer) []*matter {
	groups := map[cases.Risk][]*matter{}
	for i, c := range customers {
		risk := cases.RiskToPeople
		switch {
		case i < confirmedInLeak:
			risk = cases.RiskToPeopleHigh
		case i < confirmedInLeak+len(untouchedMunicipalities)+foundUntouched:
			risk = cases.RiskToPeopleUnlikely
		}
		groups[risk] = append(groups[risk], c.matter)
	}
	var out []*matter
	for i, g := range []struct {
		risk   cases.Risk
		reason cases.Text
	}{
		{cases.RiskToPeopleHigh, "Känsliga uppgifter och personnummer om anställda och tidigare anställda är publicerade."},
		{cases.RiskToPeople, "Inga tecken på att uppgifterna finns bland dem som publicerats, men de har inte varit skyddade."},
		{cases.RiskToPeopleUnlikely, "Leverantören har bekräftat att inga av den ansvariges uppgifter publicerats."},
	} {
		out = append(out, s.together("assessed/"+string(g.risk), s.local(2025, time.October, 27, 9, 30+5*i), s.cast.supervisor, groups[g.risk], cases.BatchRequest{
			Step: workflow.StepAssessRisk, Reason: g.reason, Data: cases.StepData{Risk: g.risk},
		}))
	}
	return out
}

// together is a scene in which somebody takes a step on many cases: looks at the preview,
// and begins with what it shows.
func (s *scenario) together(key string, at time.Time, by cases.Actor, these []*matter, r cases.BatchRequest) *matter {
	return s.scene(key, at, by, func(ctx context.Context, d deed) error {
		i, err := theIncident(d)
		if err != nil {
			return err
		}
		r := r
		r.Incident = i.ID
		if r.Step == workflow.StepLinkIncident {
			r.Data.Incident = i.ID
		}
		r.Cases = make([]cases.BatchChoice, len(these))
		for n, m := range these {
			r.Cases[n].Case = m.id()
		}
		views, err := d.service.Batches().Preview(ctx, d.by, r)
		if err != nil {
			return err
		}
		for n, v := range views {
			r.Cases[n].Version = v.Version
		}
		b, err := d.service.Batches().Begin(ctx, d.by, r, d.command)
		if err != nil {
			return err
		}
		if err := d.service.Batches().Run(ctx, b.ID); err != nil {
			return err
		}
		b, err = d.service.Batches().Get(ctx, d.by, b.ID)
		if err == nil && b.Taken() != len(these) {
			err = fmt.Errorf("the step was taken on %d of %d cases", b.Taken(), len(these))
		}
		return err
	})
}
