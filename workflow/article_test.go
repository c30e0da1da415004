package workflow

import (
	"regexp"
	"testing"
)

func TestArticleSV(t *testing.T) {
	for citation, want := range map[string]string{
		"":                       "",
		"practice":               "praxis",
		"practice (four weeks)":  "praxis (fyra veckor)",
		"GDPR Art. 33(1)":        "artikel 33.1 i dataskyddsförordningen",
		"GDPR Art. 33(4), 34(4)": "artikel 33.4 och 34.4 i dataskyddsförordningen",
		"GDPR Art. 60(3)-(5)":    "artikel 60.3–60.5 i dataskyddsförordningen",
		"GDPR Art. 55, 56":       "artikel 55 och 56 i dataskyddsförordningen",
		"Art. 58(2)(a)":          "artikel 58.2 a",
		"GDPR Art. 33(1); Regulation 1182/71 Art. 3(1), 3(2)(a), 3(3)":               "artikel 33.1 i dataskyddsförordningen; artikel 3.1, 3.2 a och 3.3 i förordning nr 1182/71",
		"GDPR Art. 33(1) as proposed in COM(2025) 837; Regulation 1182/71 Art. 3(5)": "artikel 33.1 i dataskyddsförordningen i den lydelse som föreslås i COM(2025) 837; artikel 3.5 i förordning nr 1182/71",
		"FL § 25; GDPR Art. 58(4)":             "FL 25 §; artikel 58.4 i dataskyddsförordningen",
		"FL §§ 25, 28, 31–33":                  "FL 25, 28, 31–33 §§",
		"practice; OSL ch. 18 § 8, ch. 21 § 3": "praxis; OSL 18 kap. 8 §, 21 kap. 3 §",
		"EDPB Guidelines 9/2022":               "EDPB Guidelines 9/2022",
		"Law Enforcement Directive Art. 30(1)": "Law Enforcement Directive Art. 30(1)",
		"FL 25 §":                              "FL 25 §",
	} {
		if got := ArticleSV(citation); got != want {
			t.Errorf("%q: %q, want %q", citation, got, want)
		}
	}
}

// Nothing English is left of what the steps and the clocks cite.
func TestArticleSVOfTheTables(t *testing.T) {
	english := regexp.MustCompile(`Art\.|GDPR|Regulation|§ \d|practice|ch\.`)
	cited := []string{}
	for _, s := range Steps() {
		cited = append(cited, s.Law)
	}
	for _, r := range DefaultClockRules() {
		cited = append(cited, r.Article)
	}
	for _, m := range Measures() {
		cited = append(cited, m.Article())
	}
	for _, citation := range cited {
		if got := ArticleSV(citation); english.MatchString(got) {
			t.Errorf("%q is cited in Swedish as %q", citation, got)
		}
	}
}
