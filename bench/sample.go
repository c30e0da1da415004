package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/vaka-project/vaka/cases"
)

// variety is how many different notifications are sent, in turn.
const variety = 997

// samples are notifications as notifiers send them: short and long, complete and
// not, of every sector and kind. Of every 32 one is for a unit of the consultant.
func samples(units []string) ([][]byte, error) {
	out := make([][]byte, variety)
	d := rand.New(rand.NewPCG(33, 679))
	for i := range out {
		n := sample(d, i)
		if i%32 == 0 && len(units) > 0 {
			n.Controller.UnitID = units[i/32%len(units)]
		}
		body, err := json.Marshal(n)
		if err != nil {
			return nil, err
		}
		out[i] = body
	}
	return out, nil
}

func codeOf[T interface {
	~string
	Codes() []string
}](d *rand.Rand,
) T {
	var zero T
	all := zero.Codes()
	return T(all[d.IntN(len(all))])
}

func sample(d *rand.Rand, i int) cases.Notification {
	contact := cases.Contact{Email: fmt.Sprintf("dataskydd%d@exempel.example", i), Phone: "08-465 004 10"}
	aware := time.Now().UTC().Truncate(time.Second).Add(-time.Duration(2+d.IntN(60)) * time.Hour)
	if d.IntN(10) == 0 {
		aware = aware.Add(-100 * time.Hour)
	}
	people := int64(1 + d.IntN(300)*d.IntN(60))
	n := cases.Notification{
		Kind: cases.NotificationNew, Subkind: cases.SubkindComplete, Regime: cases.RegimeGDPR33, Language: "sv",
		ControllerReference: fmt.Sprintf("BENCH-%04d", i),
		Controller: cases.Controller{
			Name: fmt.Sprintf("Exempelorganisation %d", d.IntN(400)), Board: fmt.Sprintf("Nämnd %d", d.IntN(6)), Contact: contact,
			Sector: cases.SectorPublic, LegalForm: cases.FormMunicipality,
			SectorOfActivity: codeOf[cases.SectorOfActivity](d), EstablishedInEEA: new(true),
		},
		Reporter: cases.Reporter{Name: "Kim Exempel", Contact: contact, Function: cases.ReporterDPO}, DPO: cases.DPO{Appointed: new(true)},
		OtherPartiesInvolved: cases.AnswerNo, CrossBorder: cases.AnswerNo,
		OccurrenceMode: cases.OccurredSpecificDay, OccurredFrom: new(aware.Add(-30 * time.Hour)), DetectedAt: new(aware.Add(-2 * time.Hour)), AwareAt: aware,
		DiscoverySource: cases.DiscoveredByController, DiscoveryText: "En medarbetare upptäckte felet och meddelade dataskyddsombudet.",
		BreachTypes: []cases.BreachType{cases.BreachConfidentiality}, ConfidentialityDetail: codeOf[cases.ConfidentialityDetail](d),
		Intelligibility: cases.DataIntelligible, IncidentKind: codeOf[cases.IncidentKind](d), Cause: codeOf[cases.Cause](d),
		Description:        "Ett brev med uppgifter om en sökande skickades till fel mottagare, som har lämnat tillbaka det och inte fört uppgifterna vidare.",
		SystemsDescription: "Ärendehanteringssystemet.",
		SubjectCategories:  []cases.SubjectCategory{codeOf[cases.SubjectCategory](d)}, SubjectCategoriesText: "De berörda är sökande.",
		Subjects:          cases.Count{Mode: cases.CountExact, Min: &people, Max: &people, Unit: cases.UnitPersons},
		ProtectedIdentity: cases.ProtectedNo, DataCategories: []cases.DataCategory{cases.CategoryBasic, codeOf[cases.DataCategory](d)},
		DataText: "Namn, adress och uppgift om vad ärendet gäller.", Records: cases.Count{Mode: cases.CountCannotBeDetermined},
		Impacts: []cases.Impact{codeOf[cases.Impact](d)}, Severity: cases.SeverityMinor, Risk: cases.RiskNotHigh,
		RiskMethodText:   "Bedömd efter uppgifternas art, antalet berörda och hur troligt missbruk är.",
		MeasuresResponse: "Brevet är återlämnat och de berörda är kontaktade.", SubjectsInformed: cases.InformedNoNotHighRisk,
	}
	if d.IntN(3) == 0 { // the rest makes it complete
		n.ConsequencesConfidentiality = []cases.ConfidentialityConsequence{cases.DisclosureDisclosedBeyondPurpose}
		n.MeasuresBefore, n.MeasuresBeforeText = []cases.Measure{cases.MeasurePolicies}, "Rutiner för utskick."
		n.MeasuresPrevent, n.MeasuresPreventText = []cases.Measure{cases.MeasureTraining}, "Personalen påminns."
	}
	return n
}
