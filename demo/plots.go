package demo

import "github.com/vaka-project/vaka/cases"

// plot is a kind of everyday breach: what happened, how it was found, what was
// done about it. Texts may hold {person}, {people}, {paper} and {system}, for
// which the words of the sector stand in.
type plot struct {
	weight  int // per thousand
	kind    cases.IncidentKind
	cause   cases.Cause
	breach  cases.BreachType
	what    []string
	found   []string
	finder  cases.DiscoverySource
	did     []string
	prevent string
	measure cases.Measure
	people  [2]int // from, to
	risk    cases.ControllerRisk
	data    []cases.DataCategory // besides the sector's
}

// plots are weighted by type and cause as in the assumptions on the authority's
// statistics: misdirected mail 38 %, other disclosure 25 %, unauthorised access
// 27 %, loss or theft 5 %, others 5 %; the cause is human in about six of ten.
var plots = []plot{
	// Misdirected mail.
	{
		130, cases.IncidentSentToWrongRecipient, cases.CauseInternalNonMalicious, cases.BreachConfidentiality,
		[]string{
			"En handläggare skickade {paper} om en {person} med e-post till fel mottagare, eftersom adressen fylldes i automatiskt.",
			"Ett svar till en {person} skickades av misstag till en annan {person} med liknande namn.",
			"Ett meddelande med uppgifter om en {person} gick till en extern adress i stället för till en kollega.",
		},
		[]string{"Mottagaren hörde av sig.", "Avsändaren såg felet samma dag."},
		cases.DiscoveredByExternalParty,
		[]string{
			"Mottagaren har bekräftat att meddelandet är raderat.",
			"Mottagaren är ombedd att radera meddelandet; svar väntas.",
		},
		"Automatisk ifyllnad av externa adresser stängs av och personalen påminns.", cases.MeasureTraining,
		[2]int{1, 3},
		cases.RiskNotHigh, nil,
	},
	{
		100, cases.IncidentSentToWrongRecipient, cases.CauseInternalNonMalicious, cases.BreachConfidentiality,
		[]string{
			"{paper} för en {person} lades i fel kuvert och skickades hem till någon annan.",
			"Två brev förväxlades vid kuverteringen, så två {people} fick varandras handlingar.",
		},
		[]string{"Mottagaren ringde och berättade.", "Brevet kom tillbaka öppnat."},
		cases.DiscoveredByDataSubject,
		[]string{"Brevet är återlämnat.", "Mottagaren har skickat tillbaka brevet och de berörda är kontaktade."},
		"Två personer kontrollerar utskick med känsliga uppgifter.", cases.MeasureProcessChange,
		[2]int{1, 2},
		cases.RiskNotHigh, nil,
	},
	{
		50, cases.IncidentOpenDistributionList, cases.CauseInternalNonMalicious, cases.BreachConfidentiality,
		[]string{"En inbjudan till {people} skickades med alla adresser synliga för alla mottagare."},
		[]string{"Flera mottagare svarade alla."},
		cases.DiscoveredByDataSubject,
		[]string{"Meddelandet är återkallat där det gick och mottagarna är ombedda att radera det."},
		"Utskick till grupper görs bara från utskicksverktyget.", cases.MeasurePolicies,
		[2]int{14, 420},
		cases.RiskNotHigh, nil,
	},
	{
		19, cases.IncidentSentToWrongRecipient, cases.CauseExternalNonMalicious, cases.BreachConfidentiality,
		[]string{"Ett fel hos leverantören av utskick gjorde att {paper} hamnade i fel digitala brevlåda."},
		[]string{"Leverantören underrättade oss."},
		cases.DiscoveredByProcessor,
		[]string{"Leverantören har stoppat utskicken och rättat felet."},
		"Leverantören inför en kontroll av mottagare före varje utskick.", cases.MeasureAudits,
		[2]int{20, 900},
		cases.RiskNotHigh, nil,
	},
	{
		45, cases.IncidentSentToWrongRecipient, cases.CauseInternalNonMalicious, cases.BreachConfidentiality,
		[]string{"Fel bilaga följde med: en förteckning över {people} i stället för {paper}."},
		[]string{"Mottagaren påpekade det i sitt svar."},
		cases.DiscoveredByExternalParty,
		[]string{"Mottagaren har intygat att bilagan är raderad och inte spridd."},
		"Bilagor hämtas från ärendet och inte från den egna datorn.", cases.MeasureProcessChange,
		[2]int{5, 160},
		cases.RiskNotHigh, nil,
	},
	{
		36, cases.IncidentSentToWrongRecipient, cases.CauseInternalNonMalicious, cases.BreachConfidentiality,
		[]string{"{paper} skickades till en gammal adress, eftersom rutin saknas för att hämta ändrade adresser till {system}."},
		[]string{"Brevet öppnades av den som nu bor där."},
		cases.DiscoveredByExternalParty,
		[]string{"Brevet är hämtat och adressen rättad."},
		"Adresser hämtas dagligen till {system}.", cases.MeasureProcessChange,
		[2]int{1, 2},
		cases.RiskNotHigh, nil,
	},
	// Other disclosure.
	{
		40, cases.IncidentVerbalDisclosure, cases.CauseInternalNonMalicious, cases.BreachConfidentiality,
		[]string{"Uppgifter om en {person} lämnades ut per telefon till någon som inte hade rätt till dem."},
		[]string{"Den berörda klagade."},
		cases.DiscoveredByDataSubject,
		[]string{"Den berörda är informerad och samtalet är genomgånget med medarbetaren."},
		"Motringning är obligatorisk innan uppgifter lämnas ut.", cases.MeasureTraining,
		[2]int{1, 1},
		cases.RiskNotHigh, nil,
	},
	{
		70, cases.IncidentUnintendedPublication, cases.CauseInternalNonMalicious, cases.BreachConfidentiality,
		[]string{
			"{paper} publicerades på webbplatsen utan att namn på {people} var maskerade.",
			"Ett protokoll med uppgifter om {people} låg öppet på webben i flera dagar.",
		},
		[]string{"En läsare hörde av sig.", "Felet sågs vid en kontroll av webbplatsen."},
		cases.DiscoveredByExternalParty,
		[]string{"Dokumentet är borttaget och sökmotorernas kopior är begärda borttagna."},
		"Publicering kräver att en andra person har granskat maskningen.", cases.MeasureProcessChange,
		[2]int{1, 60},
		cases.RiskNotHigh, nil,
	},
	{
		50, cases.IncidentWrongPersonsDataShown, cases.CauseExternalNonMalicious, cases.BreachConfidentiality,
		[]string{"Efter en uppdatering av {system} visades uppgifter om andra {people} för den som loggade in."},
		[]string{"En användare anmälde felet."},
		cases.DiscoveredByDataSubject,
		[]string{"Uppdateringen är återtagen och loggarna gås igenom."},
		"Uppdateringar provas med flera konton innan de tas i drift.", cases.MeasureAudits,
		[2]int{8, 2400},
		cases.RiskNotHigh, nil,
	},
	{
		50, cases.IncidentShownToWrongRecipient, cases.CauseInternalNonMalicious, cases.BreachConfidentiality,
		[]string{"Vid utlämnande av handlingar följde uppgifter om en annan {person} med."},
		[]string{"Den som fick handlingarna påpekade det."},
		cases.DiscoveredByExternalParty,
		[]string{"Handlingarna är återlämnade och nya är utlämnade."},
		"Handlingar gås igenom sida för sida innan de lämnas ut.", cases.MeasurePolicies,
		[2]int{1, 4},
		cases.RiskNotHigh, nil,
	},
	{
		30, cases.IncidentWrongPermissions, cases.CauseInternalNonMalicious, cases.BreachConfidentiality,
		[]string{"En gemensam mapp med {paper} och liknande saknade behörighetsstyrning och kunde läsas av alla anställda."},
		[]string{"En medarbetare påpekade det."},
		cases.DiscoveredByController,
		[]string{"Mappen är stängd och loggarna visar vilka som öppnat den."},
		"Behörigheter till mappar ses över varje kvartal.", cases.MeasureAccessLevels,
		[2]int{12, 700},
		cases.RiskNotHigh, nil,
	},
	{
		10, cases.IncidentOther, cases.CauseUnknown, cases.BreachConfidentiality,
		[]string{"Uppgifter om en {person} har kommit ut; hur är inte känt."},
		[]string{"Den berörda hörde av sig."},
		cases.DiscoveredByDataSubject,
		[]string{"Loggarna i {system} gås igenom."},
		"Loggkontroller görs oftare.", cases.MeasureAudits,
		[2]int{1, 2},
		cases.RiskNotHigh, nil,
	},
	// Unauthorised access.
	{
		70, cases.IncidentPhishingSocialEngineering, cases.CauseExternalMalicious, cases.BreachConfidentiality,
		[]string{
			"En medarbetare lämnade sina inloggningsuppgifter på en falsk sida. Kontot användes för att skicka nya bedrägliga meddelanden.",
			"En brevlåda togs över genom ett falskt inloggningsformulär. I den fanns meddelanden med uppgifter om {people}.",
		},
		[]string{"Kollegor fick konstiga meddelanden.", "Inloggningar från utlandet gav larm."},
		cases.DiscoveredByController,
		[]string{"Lösenordet är bytt, sessioner är avslutade och brevlådans regler är genomgångna."},
		"Inloggning med två faktorer införs för alla.", cases.MeasureLogicalAccessMFA,
		[2]int{30, 1800},
		cases.RiskNotHigh,
		[]cases.DataCategory{cases.CategoryCredentials, cases.CategoryCommunicationContent},
	},
	{
		25, cases.IncidentVulnerabilityExploited, cases.CauseExternalMalicious, cases.BreachConfidentiality,
		[]string{"En sårbarhet i {system} utnyttjades och uppgifter om {people} laddades ned."},
		[]string{"Övervakningen larmade om stora uttag."},
		cases.DiscoveredByController,
		[]string{"Systemet är stängt, sårbarheten åtgärdad och en utredning pågår."},
		"Säkerhetsuppdateringar görs inom två dygn.", cases.MeasurePatchedSystems,
		[2]int{600, 24000},
		cases.RiskHigh,
		[]cases.DataCategory{cases.CategoryCredentials},
	},
	{
		15, cases.IncidentRansomware, cases.CauseExternalMalicious, cases.BreachAvailability,
		[]string{"Servrar krypterades och en lösensumma krävdes. {system} gick inte att använda."},
		[]string{"Personalen kunde inte logga in på morgonen."},
		cases.DiscoveredByController,
		[]string{"Nätet är avskilt, återläsning från säkerhetskopior pågår och polisanmälan är gjord."},
		"Säkerhetskopior hålls avskilda och nätet delas upp.", cases.MeasureBackupRecovery,
		[2]int{400, 15000},
		cases.RiskHigh, nil,
	},
	{
		30, cases.IncidentAccessAbuseEmployee, cases.CauseInternalMalicious, cases.BreachConfidentiality,
		[]string{"En medarbetare har läst uppgifter om en {person} i {system} utan att ha haft med ärendet att göra."},
		[]string{"Det upptäcktes vid en loggkontroll."},
		cases.DiscoveredByController,
		[]string{"Behörigheten är avslutad och händelsen utreds arbetsrättsligt."},
		"Loggkontrollerna utökas.", cases.MeasureAudits,
		[2]int{1, 25},
		cases.RiskNotHigh, nil,
	},
	{
		68, cases.IncidentWrongPermissions, cases.CauseInternalNonMalicious, cases.BreachConfidentiality,
		[]string{
			"En medarbetare som bytt avdelning hade kvar sin behörighet i {system}.",
			"Ett konto som skulle ha avslutats gav fortsatt åtkomst till uppgifter om {people}.",
		},
		[]string{"Det upptäcktes vid den årliga genomgången av behörigheter."},
		cases.DiscoveredByController,
		[]string{"Behörigheten är avslutad. Loggarna visar att inga uppgifter har öppnats.", "Behörigheten är avslutad och loggarna gås igenom."},
		"Byte av tjänst avslutar behörigheter automatiskt.", cases.MeasureAccessLevels,
		[2]int{2, 340},
		cases.RiskUnlikely, nil,
	},
	{
		40, cases.IncidentUnauthorisedITAccess, cases.CauseInternalNonMalicious, cases.BreachConfidentiality,
		[]string{"Ett fel i {system} gjorde att {people} kunde se andras uppgifter genom att ändra i webbadressen."},
		[]string{"En säkerhetsintresserad {person} hörde av sig."},
		cases.DiscoveredByExternalParty,
		[]string{"Felet är rättat samma dag och åtkomstloggarna är sparade."},
		"Åtkomstkontroller provas automatiskt vid varje ändring.", cases.MeasureAudits,
		[2]int{40, 5200},
		cases.RiskNotHigh, nil,
	},
	{
		22, cases.IncidentUnauthorisedITAccess, cases.CauseUnknown, cases.BreachConfidentiality,
		[]string{"Någon obehörig har varit inne i {system}. Det är inte känt hur."},
		[]string{"Loggarna visar inloggningar nattetid."},
		cases.DiscoveredByController,
		[]string{"Berörda konton är spärrade och en utredning är påbörjad."},
		"Övervakning av inloggningar införs.", cases.MeasureLogicalAccessMFA,
		[2]int{10, 1500},
		cases.RiskNotHigh, nil,
	},
	// Loss and theft.
	{
		30, cases.IncidentDeviceLostStolen, cases.CauseInternalNonMalicious, cases.BreachConfidentiality,
		[]string{"En tjänstetelefon glömdes på tåget. Den var låst med kod.", "En bärbar dator med krypterad disk har försvunnit."},
		[]string{"Medarbetaren anmälde förlusten."},
		cases.DiscoveredByController,
		[]string{"Enheten är fjärraderad."},
		"Enheter krypteras och kan raderas på avstånd.", cases.MeasureEncryption,
		[2]int{3, 90},
		cases.RiskUnlikely, nil,
	},
	{
		10, cases.IncidentDeviceLostStolen, cases.CauseExternalMalicious, cases.BreachConfidentiality,
		[]string{"Vid ett inbrott stals en dator med uppgifter om {people}."},
		[]string{"Inbrottet upptäcktes på morgonen."},
		cases.DiscoveredByController,
		[]string{"Polisanmälan är gjord och datorns konton är spärrade."},
		"Datorer låses in efter arbetstid.", cases.MeasurePhysicalAccess,
		[2]int{20, 300},
		cases.RiskNotHigh, nil,
	},
	{
		10, cases.IncidentPaperLostStolenExposed, cases.CauseInternalNonMalicious, cases.BreachConfidentiality,
		[]string{"En pärm med anteckningar om {people} försvann vid en flytt."},
		[]string{"Pärmen saknades vid uppackningen."},
		cases.DiscoveredByController,
		[]string{"Lokalerna är genomsökta och flyttfirman är tillfrågad."},
		"Pappershandlingar flyttas i låsta behållare.", cases.MeasurePhysicalAccess,
		[2]int{8, 70},
		cases.RiskNotHigh, nil,
	},
	// Others.
	{
		15, cases.IncidentTechnicalMalfunction, cases.CauseExternalNonMalicious, cases.BreachAvailability,
		[]string{"{system} var otillgängligt efter ett strömavbrott hos driftleverantören."},
		[]string{"Driftleverantören larmade."},
		cases.DiscoveredByProcessor,
		[]string{"Systemet är åter i drift; reservrutiner användes under tiden."},
		"Driftleverantören inför dubbel strömförsörjning.", cases.MeasureBackupRecovery,
		[2]int{100, 9000},
		cases.RiskUnlikely, nil,
	},
	{
		20, cases.IncidentDataDestroyed, cases.CauseInternalNonMalicious, cases.BreachAvailability,
		[]string{"Uppgifter om {people} raderades av misstag ur {system}."},
		[]string{"En medarbetare saknade uppgifterna."},
		cases.DiscoveredByController,
		[]string{"Uppgifterna är återlästa från säkerhetskopia."},
		"Radering kräver bekräftelse av två personer.", cases.MeasureBackupRecovery,
		[2]int{4, 600},
		cases.RiskUnlikely, nil,
	},
	{
		15, cases.IncidentUnauthorisedModification, cases.CauseInternalNonMalicious, cases.BreachIntegrity,
		[]string{"Uppgifter om en {person} skrevs över med uppgifter om en annan i {system}."},
		[]string{"Felet sågs när {paper} skulle skrivas."},
		cases.DiscoveredByController,
		[]string{"Uppgifterna är rättade."},
		"Systemet varnar när identiteten byts.", cases.MeasureProcessChange,
		[2]int{2, 6},
		cases.RiskUnlikely, nil,
	},
}
