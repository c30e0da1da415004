package web

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"github.com/vaka-project/vaka/workflow"
)

//go:embed lang/*.json
var languageFiles embed.FS

// bundle holds the words of the pages in every language that they speak. A test
// compares the catalogues: same keys, same placeholders.
var bundle = loadBundle()

func loadBundle() *i18n.Bundle {
	b := i18n.NewBundle(language.Swedish)
	b.RegisterUnmarshalFunc("json", json.Unmarshal)
	names, err := fs.Glob(languageFiles, "lang/*.json")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	for _, name := range names {
		if _, err := b.LoadMessageFileFS(languageFiles, name); err != nil {
			panic(fmt.Sprintf("catalogue %s: %v", name, err)) // it is part of the program
		}
	}
	return b
}

// speech is one language that the pages speak.
type speech struct {
	Tag    string // "sv" or "en"
	words  *i18n.Localizer
	months [12]string
	days   [7]string
}

var speeches = map[string]*speech{
	"sv": {
		Tag: "sv", words: i18n.NewLocalizer(bundle, "sv"),
		months: [12]string{"januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"},
		days:   [7]string{"söndag", "måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag"},
	},
	"en": {
		Tag: "en", words: i18n.NewLocalizer(bundle, "en"),
		months: [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
		days:   [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	},
}

// languageCookie keeps the language that somebody chose.
const languageCookie = "vaka_language"

// speech is the language to answer in: the one that was switched to here, else that
// of the account, else the browser's, else Swedish.
func (q *call) speech() *speech {
	if chosen, ok := speeches[q.Cookies(languageCookie)]; ok {
		return chosen
	}
	if own, ok := speeches[cmp.Or(q.session.Language, q.invited)]; ok {
		return own
	}
	tags, _, err := language.ParseAcceptLanguage(q.Get("Accept-Language"))
	if err == nil && len(tags) > 0 {
		if base, _ := tags[0].Base(); base.String() == "en" {
			return speeches["en"]
		}
	}
	return speeches["sv"]
}

// T says the sentence of a key. Values for its placeholders follow as pairs of
// name and value; "Count" also chooses the plural.
func (s *speech) T(key string, pairs ...any) string {
	config := i18n.LocalizeConfig{MessageID: key}
	if len(pairs) > 0 {
		data := make(map[string]any, len(pairs)/2)
		for i := 0; i+1 < len(pairs); i += 2 {
			name := fmt.Sprint(pairs[i])
			data[name] = pairs[i+1]
			if name == "Count" {
				config.PluralCount = pairs[i+1]
				data["Number"] = s.number(pairs[i+1])
			}
		}
		config.TemplateData = data
	}
	text, err := s.words.Localize(&config)
	if err != nil {
		return "[" + key + "]" // every key that a template names is rendered by a test, which looks for this
	}
	return text
}

func (s *speech) has(key string) bool {
	_, err := s.words.Localize(&i18n.LocalizeConfig{MessageID: key})
	return err == nil
}

// Number writes a whole number with the language's separator.
func (s *speech) Number(n any) string { return s.number(n) }

func (s *speech) number(n any) string {
	digits := fmt.Sprint(n)
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "−", digits[1:]
	}
	if _, err := strconv.ParseUint(digits, 10, 64); err != nil {
		return digits
	}
	separator := "\u00a0"
	if s.Tag == "en" {
		separator = ","
	}
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + separator + digits[at:]
	}
	return sign + digits
}

// Code says what a code means: a state, a phase, a role, a step by the procedure's
// own texts, everything else by the catalogue of codes.
func (s *speech) Code(v any) string {
	swedish := s.Tag == "sv"
	type titled interface{ Title() string }
	type titledSV interface{ TitleSV() string }
	if t, ok := v.(titledSV); ok && swedish {
		return t.TitleSV()
	}
	if t, ok := v.(titled); ok {
		return t.Title()
	}
	if o, ok := v.(workflow.Outcome); ok && swedish {
		return o.MeaningSV()
	} else if ok {
		return o.Meaning()
	}
	_, name, _ := strings.Cut(fmt.Sprintf("%T", v), ".")
	return s.T("code." + name + "." + fmt.Sprint(v))
}

// Cite writes a citation of law, such as "GDPR Art. 33(1)", as the language does.
func (s *speech) Cite(citation string) string {
	if s.Tag == "sv" {
		return workflow.ArticleSV(citation)
	}
	return citation
}

// date writes a day: "21 november 2026", "21 November 2026".
func (s *speech) date(t time.Time) string {
	return fmt.Sprintf("%d %s %d", t.Day(), s.months[t.Month()-1], t.Year())
}

// clock writes a time of day: "kl. 08.05", "08:05".
func (s *speech) clock(t time.Time) string {
	if s.Tag == "sv" {
		return t.Format("15.04")
	}
	return t.Format("15:04")
}
