package web

import (
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// countries are the countries of the world by their ISO 3166-1 codes, and codes by
// their names in both languages, in small letters.
var countries, countryNames = func() ([]string, map[string]string) {
	var codes []string
	names := map[string]string{}
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string([]rune{a, b})
			region, err := language.ParseRegion(code)
			if err != nil || !region.IsCountry() || region.String() != code || regionNames["en"].Name(region) == "" {
				continue
			}
			codes = append(codes, code)
			for _, namer := range regionNames {
				names[strings.ToLower(namer.Name(region))] = code
			}
		}
	}
	return codes, names
}()

var regionNames = map[string]display.Namer{
	"sv": display.Regions(language.Swedish),
	"en": display.Regions(language.English),
}

// countryCode is the code of a country that was written as its name or its code;
// what is neither stays as it is.
func countryCode(s string) string {
	if len(s) == 2 {
		return strings.ToUpper(s)
	}
	if code, ok := countryNames[strings.ToLower(s)]; ok {
		return code
	}
	return s
}

// country is a country's name; what is no code stays as it is.
func (s *speech) country(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil || len(code) != 2 {
		return code
	}
	if name := regionNames[s.Tag].Name(region); name != "" && !strings.Contains(name, ",") {
		return name
	}
	return code
}
