package demo

import "github.com/vaka-project/vaka/cases"

// sector is a sector of activity with the words and data that its breaches have.
// The weights are those of the authority's statistics for 2022, per thousand:
// state 26 %, health care 19 %, municipalities with schools and social services
// 25 %, private 25 %, others 5 %.
type sector struct {
	weight   int
	code     cases.SectorOfActivity
	person   string // one of those concerned
	people   string // several
	paper    string // what is sent about somebody, with its article
	system   string
	subjects []cases.SubjectCategory
	data     []cases.DataCategory
	dataText string
}

var sectors = []sector{
	{
		260, cases.ActivityStateAuthority, "sökande", "sökande", "ett beslut", "ärendehanteringssystemet",
		[]cases.SubjectCategory{cases.SubjectsCitizensClientsOfAuthority},
		[]cases.DataCategory{cases.CategoryBasic, cases.CategoryContact, cases.CategoryIdentificationNumber},
		"Namn, adress, personnummer och uppgift om vad ärendet gäller.",
	},
	{
		190, cases.ActivityHealthCare, "patient", "patienter", "en kallelse", "journalsystemet",
		[]cases.SubjectCategory{cases.SubjectsPatients},
		[]cases.DataCategory{cases.CategoryBasic, cases.CategoryIdentificationNumber, cases.CategoryHealth},
		"Namn, personnummer, mottagning och uppgifter om hälsa.",
	},
	{
		90, cases.ActivityMunicipality, "invånare", "invånare", "en tjänsteskrivelse", "e-tjänsteportalen",
		[]cases.SubjectCategory{cases.SubjectsCitizensClientsOfAuthority},
		[]cases.DataCategory{cases.CategoryBasic, cases.CategoryContact},
		"Namn, adress, telefonnummer och fastighetsbeteckning.",
	},
	{
		80, cases.ActivitySchool, "elev", "elever", "en pedagogisk kartläggning", "lärplattformen",
		[]cases.SubjectCategory{cases.SubjectsStudents, cases.SubjectsChildren},
		[]cases.DataCategory{cases.CategoryBasic, cases.CategoryIdentificationNumber},
		"Namn, klass, personnummer och omdömen.",
	},
	{
		80, cases.ActivitySocialServices, "klient", "klienter", "en utredning", "verksamhetssystemet",
		[]cases.SubjectCategory{cases.SubjectsVulnerable, cases.SubjectsCitizensClientsOfAuthority},
		[]cases.DataCategory{cases.CategoryBasic, cases.CategoryIdentificationNumber, cases.CategoryHealth, cases.CategorySecrecyProtected},
		"Namn, personnummer, insatser och uppgifter om hälsa.",
	},
	{
		80, cases.ActivityFinanceInsurance, "kund", "kunder", "ett årsbesked", "kundsystemet",
		[]cases.SubjectCategory{cases.SubjectsCustomers},
		[]cases.DataCategory{cases.CategoryBasic, cases.CategoryContact, cases.CategoryEconomic},
		"Namn, adress, kontonummer och saldo.",
	},
	{
		170, cases.ActivityOtherBusiness, "kund", "kunder", "en faktura", "kundregistret",
		[]cases.SubjectCategory{cases.SubjectsCustomers},
		[]cases.DataCategory{cases.CategoryBasic, cases.CategoryContact},
		"Namn, adress, e-postadress och orderhistorik.",
	},
	{
		40, cases.ActivityNonProfit, "medlem", "medlemmar", "en avgiftsavi", "medlemsregistret",
		[]cases.SubjectCategory{cases.SubjectsMembers},
		[]cases.DataCategory{cases.CategoryBasic, cases.CategoryContact},
		"Namn, adress, e-postadress och födelsedatum.",
	},
	{
		10, cases.ActivityOther, "anställd", "anställda", "ett lönebesked", "lönesystemet",
		[]cases.SubjectCategory{cases.SubjectsEmployees},
		[]cases.DataCategory{cases.CategoryBasic, cases.CategoryEconomic},
		"Namn, lön och kontonummer.",
	},
}

// madeUpNames are the organisations that do not exist, by sector. Municipalities
// and regions are not among them: they notify under their own names.
var madeUpNames = map[cases.SectorOfActivity][]string{
	cases.ActivityStateAuthority: {
		"Exempelmyndigheten", "Exempelverket", "Tillståndsmyndigheten Exempel", "Registerverket Exempel",
		"Pensionsverket Exempel", "Studiestödsnämnden Exempel", "Granskningsnämnden Exempel", "Länsstyrelsen i Exempel län",
		"Högskolan i Exempelstad", "Exempels universitet", "Fordonsverket Exempel", "Ersättningsnämnden Exempel",
		"Statens exempelverk", "Inspektionen för exempel", "Exempelstads tingsrätt", "Arkivverket Exempel",
	},
	cases.ActivityFinanceInsurance: {
		"Exempelbanken AB", "Sparbanken Exempel", "Exempel Försäkring AB", "Livbolaget Exempel", "Exempel Kredit AB",
		"Exempel Betallösningar AB", "Bolånebolaget Exempel AB", "Exempel Inkasso AB",
	},
	cases.ActivityOtherBusiness: {
		"Exempelhandeln AB", "Exempel Logistik AB", "Granit Exempel Bygg AB", "Exempel Fastigheter AB", "Nordexempel Energi AB",
		"Exempel Telekom AB", "Bokhandeln Exempel AB", "Exempel Rekrytering AB", "Resebyrån Exempel AB", "Exempelgym AB",
		"Exempel Taxi AB", "Hotell Exempel AB", "Exempel Livs AB", "Exempel Däck AB", "Exempel Mjukvara AB", "Klinik Exempel AB",
		"Exempel Redovisning AB", "Exempel Bemanning AB", "Apotek Exempel AB", "Exempel Möbler AB",
	},
	cases.ActivityNonProfit: {
		"Idrottsklubben Exempel", "Hyresgästförening Exempel", "Exempel Kulturförening", "Patientföreningen Exempel",
		"Exempels scoutkår", "Fackklubben Exempel",
	},
	cases.ActivityOther: {"Stiftelsen Exempel", "Exempel församling", "Samfälligheten Exempel"},
}
