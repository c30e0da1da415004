package workflow

import (
	"regexp"
	"strings"
)

var (
	paragraphRange  = regexp.MustCompile(`(\d+)\((\d+)\)-\((\d+)\)`) // 60(3)-(5)
	paragraphNumber = regexp.MustCompile(`\((\d+)\)`)
	pointLetter     = regexp.MustCompile(`\(([a-z])\)`)
	chapterSection  = regexp.MustCompile(`ch\. (\d+) § (\d+)`)
)

// actsSV are the acts that articles are cited of, as a Swedish citation ends.
var actsSV = map[string]string{
	"":                    "",
	"GDPR ":               " i dataskyddsförordningen",
	"Regulation 1182/71 ": " i förordning nr 1182/71",
}

// practiceSV is what is cited where no law says it.
var practiceSV = map[string]string{
	"practice":              "praxis",
	"practice (four weeks)": "praxis (fyra veckor)",
}

// ArticleSV is a citation of law as Swedish writes it: "GDPR Art. 33(4), 34(4)" is
// "artikel 33.4 och 34.4 i dataskyddsförordningen", "FL § 25" is "FL 25 §". What is
// no such citation stays as it is.
func ArticleSV(citation string) string {
	parts := strings.Split(citation, "; ")
	for i, part := range parts {
		parts[i] = citeSV(part)
	}
	return strings.Join(parts, "; ")
}

func citeSV(part string) string {
	if practice, ok := practiceSV[part]; ok {
		return practice
	}
	if sections, ok := strings.CutPrefix(part, "FL §§ "); ok {
		return "FL " + sections + " §§"
	}
	if section, ok := strings.CutPrefix(part, "FL § "); ok {
		return "FL " + section + " §"
	}
	if strings.HasPrefix(part, "OSL ") {
		return chapterSection.ReplaceAllString(part, "$1 kap. $2 §")
	}
	act, articles, ok := strings.Cut(part, "Art. ")
	inAct, known := actsSV[act]
	if !ok || !known {
		return part
	}
	articles, proposal, proposed := strings.Cut(articles, " as proposed in ")
	s := "artikel " + articlesSV(articles) + inAct
	if proposed {
		s += " i den lydelse som föreslås i " + proposal
	}
	return s
}

// articlesSV writes "3(1), 3(2)(a)" as "3.1 och 3.2 a".
func articlesSV(articles string) string {
	articles = paragraphRange.ReplaceAllString(articles, "$1.$2–$1.$3")
	articles = paragraphNumber.ReplaceAllString(articles, ".$1")
	articles = pointLetter.ReplaceAllString(articles, " $1")
	if last := strings.LastIndex(articles, ", "); last >= 0 {
		articles = articles[:last] + " och " + articles[last+2:]
	}
	return articles
}
