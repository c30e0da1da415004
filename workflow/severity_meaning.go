package workflow

import "strconv"

// ScoreMeaning says in a sentence what a score that was chosen stands for.
type ScoreMeaning struct {
	Input     string `json:"input"` // dpc, ei, c, i, a or m
	Score     string `json:"score"` // as ENISA writes it
	Meaning   string `json:"meaning"`
	MeaningSV string `json:"meaning_sv"`
}

// Meaning is what people affected have to expect at this level, in one sentence.
func (l SeverityLevel) Meaning() string { return levelMeanings[l][english] }

// MeaningSV is Meaning in Swedish.
func (l SeverityLevel) MeaningSV() string { return levelMeanings[l][swedish] }

// Meanings says what each score stands for, in the order dpc, ei, c, i, a, m.
// Scores that the methodology does not have are left out.
func (in SeverityInput) Meanings() []ScoreMeaning {
	var meanings []ScoreMeaning
	for _, score := range severityScores {
		quarters := *score.of(&in) * score.unit
		if text, ok := scoreMeanings[score.name][quarters]; ok {
			meanings = append(meanings, ScoreMeaning{score.name, quartersText(quarters), text[english], text[swedish]})
		}
	}
	return meanings
}

// Score is one value that a score of the methodology can have.
type Score struct {
	Value     string // as SeverityInput holds it: DPC whole, the rest in quarters
	Shown     string // as ENISA writes it
	Meaning   string
	MeaningSV string
}

// Scores lists the values of one score (dpc, ei, c, i, a or m), lowest first.
func Scores(input string) []Score {
	var scores []Score
	for _, score := range severityScores {
		if score.name != input {
			continue
		}
		for _, quarters := range score.allowed {
			text := scoreMeanings[input][quarters]
			scores = append(scores, Score{strconv.Itoa(quarters / score.unit), quartersText(quarters), text[english], text[swedish]})
		}
	}
	return scores
}

// levelMeanings holds ENISA's levels in words of our own.
var levelMeanings = map[SeverityLevel][2]string{
	SeverityLow: {
		"People are not affected, or meet a few inconveniences that they overcome without a problem.",
		"De registrerade berörs inte, eller får några få olägenheter som de klarar utan problem.",
	},
	SeverityMedium: {
		"People may meet significant inconveniences, which they can overcome despite some difficulty.",
		"De registrerade kan få betydande olägenheter, som de kan komma över trots vissa svårigheter.",
	},
	SeverityHigh: {
		"People may meet significant consequences, which they can overcome only with serious difficulty.",
		"De registrerade kan drabbas av betydande konsekvenser, som de bara kommer över med allvarliga svårigheter.",
	},
	SeverityVeryHigh: {
		"People may meet significant or irreversible consequences, which they may not overcome.",
		"De registrerade kan drabbas av betydande eller oåterkalleliga konsekvenser, som de kanske inte kommer över.",
	},
}

// scoreMeanings holds ENISA's annexes 1 to 3 in words of our own, by input and
// quarters.
var scoreMeanings = map[string]map[int][2]string{
	"dpc": {
		4: {
			"Simple data with nothing that makes them worse, or other data that tell almost nothing or are public anyway.",
			"Enkla uppgifter utan försvårande omständigheter, eller andra uppgifter som nästan inget säger eller ändå är offentliga.",
		},
		8: {
			"Data on behaviour, or simple, financial or sensitive data that allow a profile or general assumptions only.",
			"Uppgifter om beteende, eller enkla, ekonomiska eller känsliga uppgifter som bara medger en profil eller allmänna antaganden.",
		},
		12: {
			"Financial data, a profile of everyday life, or data that let one assume sensitive facts.",
			"Ekonomiska uppgifter, en profil av vardagslivet, eller uppgifter som låter någon anta känsliga förhållanden.",
		},
		16: {
			"Sensitive data, full financial data, or data that can be critical for the safety of those they are about.",
			"Känsliga uppgifter, fullständiga ekonomiska uppgifter, eller uppgifter som kan vara avgörande för de registrerades säkerhet.",
		},
	},
	"ei": {
		1: {
			"Negligible: to find out who it is would be extremely difficult, yet possible under certain conditions.",
			"Försumbar: att ta reda på vem det är vore ytterst svårt men möjligt under vissa förutsättningar.",
		},
		2: {
			"Limited: some could be identified, with research or knowledge of their surroundings.",
			"Begränsad: vissa kan identifieras, genom efterforskning eller kännedom om deras omgivning.",
		},
		3: {
			"Significant: most could be identified by linking the data with others that are at hand.",
			"Betydande: de flesta kan identifieras om uppgifterna kopplas till andra som finns till hands.",
		},
		4: {
			"Maximum: the data say directly who it is, without research.",
			"Maximal: uppgifterna säger direkt vem det är, utan efterforskning.",
		},
	},
	"c": {
		0: {
			"Confidentiality is not lost, or was at risk without a sign that anybody saw the data.",
			"Konfidentialiteten är inte förlorad, eller var i fara utan tecken på att någon tagit del av uppgifterna.",
		},
		1: {
			"The data reached a known number of recipients.",
			"Uppgifterna nådde ett känt antal mottagare.",
		},
		2: {
			"The data reached an unknown number of recipients.",
			"Uppgifterna nådde ett okänt antal mottagare.",
		},
	},
	"i": {
		0: {
			"Integrity is not lost, or the data were restored before anybody used them wrongly.",
			"Riktigheten är inte förlorad, eller uppgifterna återställdes innan någon använde dem felaktigt.",
		},
		1: {
			"The data were altered and possibly used wrongly, and can be recovered.",
			"Uppgifterna ändrades och kan ha använts felaktigt, men går att återställa.",
		},
		2: {
			"The data were altered and possibly used wrongly, and cannot be recovered.",
			"Uppgifterna ändrades och kan ha använts felaktigt, och går inte att återställa.",
		},
	},
	"a": {
		0: {
			"Availability is not lost, or the data could be recovered without difficulty.",
			"Tillgängligheten är inte förlorad, eller uppgifterna kunde återställas utan svårighet.",
		},
		1: {
			"The data are unavailable for a time and can be rebuilt with some effort.",
			"Uppgifterna är otillgängliga en tid och kan återskapas med viss möda.",
		},
		2: {
			"The data are lost: neither the controller nor the people can restore them.",
			"Uppgifterna är förlorade: varken den personuppgiftsansvarige eller de registrerade kan återställa dem.",
		},
	},
	"m": {
		0: {
			"No malicious intent: a human or technical error.",
			"Inget ont uppsåt: ett mänskligt eller tekniskt fel.",
		},
		2: {
			"Malicious intent: theft, hacking, sale, or the intention to harm.",
			"Ont uppsåt: stöld, intrång, försäljning eller avsikt att skada.",
		},
	},
}
