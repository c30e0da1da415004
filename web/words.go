package web

// pageWords are the texts of the pages by language. The tests hold the languages to
// the same keys. Keys that begin with a slash are fields, and those that follow them
// are the codes of their faults.
var pageWords = map[string]map[string]string{
	"en": {
		"authority":      "The supervisory authority",
		"skip":           "Skip to the content",
		"api_title":      "The API",
		"api_lead":       "Every URL, who may call it, what it takes and what it answers. Every refusal is a problem document (RFC 9457) that lists everything that is wrong. Fields that are needed are marked.",
		"api_parameters": "Parameters",
		"api_body":       "Body",
		"api_answers":    "Answers",
		"api_needed":     "needed",
		"setup_title":    "The first administrator",
		"setup_lead":     "Make the account of the first administrator. This link works once.",
		"setup_name":     "Name",
		"setup_email":    "E-mail address",
		"setup_password": "Password",
		"setup_hint":     "A sentence of four words or more is a good one.",
		"setup_send":     "Make the account",
		"setup_done":     "The account is made. Sign in with POST /api/v1/session, and make accounts for the others.",
		"setup_refused":  "This link does not work: it was used, has expired, or a later start printed another. Start Vaka again for a new one.",
		"setup_faults":   "The account was not made",

		"/name": "Name", "/email": "E-mail address", "/password": "Password", "/language": "Language", "/roles": "Roles",
		"required": "This must be given.", "invalid_email": "Give one e-mail address, such as name@example.org.",
		"password_is_email": "Choose a password other than the e-mail address.", "too_long": "This is too long.", "too_short": "Choose a longer one.", "invalid_text": "This must not hold control characters.",
		"account_exists":    "This e-mail address has an account already.",
		"bootstrap_claimed": "Somebody used this link for another e-mail address. Start Vaka again for a new link if that was not you.",
	},
	"sv": {
		"authority":      "Tillsynsmyndigheten",
		"skip":           "Hoppa till innehållet",
		"api_title":      "API:et",
		"api_lead":       "Varje adress, vem som får anropa den, vad den tar emot och vad den svarar. Varje avslag är ett problemdokument (RFC 9457) som räknar upp allt som är fel. Beskrivningarna är på engelska. Fält som behövs är märkta.",
		"api_parameters": "Parametrar",
		"api_body":       "Innehåll",
		"api_answers":    "Svar",
		"api_needed":     "behövs",
		"setup_title":    "Den första administratören",
		"setup_lead":     "Skapa kontot för den första administratören. Länken fungerar en gång.",
		"setup_name":     "Namn",
		"setup_email":    "E-postadress",
		"setup_password": "Lösenord",
		"setup_hint":     "En mening på minst fyra ord är ett bra lösenord.",
		"setup_send":     "Skapa kontot",
		"setup_done":     "Kontot är skapat. Logga in med POST /api/v1/session, och skapa konton åt de andra.",
		"setup_refused":  "Länken fungerar inte: den har använts, har gått ut, eller så har en senare start skrivit ut en annan. Starta om Vaka för att få en ny.",
		"setup_faults":   "Kontot skapades inte",

		"/name": "Namn", "/email": "E-postadress", "/password": "Lösenord", "/language": "Språk", "/roles": "Roller",
		"required": "Detta måste anges.", "invalid_email": "Ange en e-postadress, till exempel namn@example.org.",
		"password_is_email": "Välj ett annat lösenord än e-postadressen.", "too_long": "Detta är för långt.", "too_short": "Välj ett längre.", "invalid_text": "Detta får inte innehålla styrtecken.",
		"account_exists":    "E-postadressen har redan ett konto.",
		"bootstrap_claimed": "Någon har använt länken för en annan e-postadress. Starta om Vaka för en ny länk om det inte var du.",
	},
}
