package cases

import "time"

// HoldsPersonalIdentityNumber says whether a text seems to hold a Swedish personal
// identity number (personnummer) or coordination number (samordningsnummer): 10 or
// 12 digits with -, + or nothing before the last four, a date that exists (with 60
// added to the day of a coordination number) and the right check digit. About one
// in ten of the numbers that merely look like one has that digit by chance, so this
// is ground for a warning and no more.
func HoldsPersonalIdentityNumber(text string) bool {
	for i := 0; i < len(text); {
		if !isDigit(text[i]) {
			i++
			continue
		}
		end := i
		for end < len(text) && isDigit(text[end]) {
			end++
		}
		if end-i > 12 {
			i = end
			continue
		}
		number := text[i:end]
		if end-i == 6 || end-i == 8 {
			number += digitsAfterSeparator(text[end:])
		}
		if isPersonalIdentityNumber(number) {
			return true
		}
		i = end
	}
	return false
}

// digitsAfterSeparator is the four digits behind a separator, when they are all.
// Word processors like to make a dash of the hyphen.
func digitsAfterSeparator(s string) string {
	for _, separator := range []string{"-", "+", "‐", "‑", "–", "−"} {
		rest := len(separator) + 4
		if len(s) < rest || s[:len(separator)] != separator {
			continue
		}
		for _, c := range []byte(s[len(separator):rest]) {
			if !isDigit(c) {
				return ""
			}
		}
		if len(s) > rest && isDigit(s[rest]) {
			return ""
		}
		return s[len(separator):rest]
	}
	return ""
}

// isPersonalIdentityNumber judges 10 or 12 digits without a separator.
func isPersonalIdentityNumber(digits string) bool {
	switch len(digits) {
	case 12:
		return isBirthday(digits[:8]) && luhn(digits[2:])
	case 10:
		// The century is not written; a date that exists in one of them will do.
		return (isBirthday("19"+digits[:6]) || isBirthday("20"+digits[:6])) && luhn(digits)
	}
	return false
}

// isBirthday says whether eight digits are a date on which somebody in the register
// can have been born.
func isBirthday(s string) bool {
	day := []byte(s)
	if day[6] >= '6' {
		day[6] -= 6
	}
	t, err := time.Parse("20060102", string(day))
	return err == nil && t.Year() >= 1850 && t.Year() < 2100
}

// isOrganisationNumber says whether a text is a Swedish organisation number: ten
// digits whose third is at least 2, so that it is never a person's, with a check
// digit; the century 16 may stand before them.
func isOrganisationNumber(s string) bool {
	digits := make([]byte, 0, 12)
	for i := range len(s) {
		switch {
		case isDigit(s[i]) && len(digits) < 12:
			digits = append(digits, s[i])
		case s[i] != '-' && s[i] != ' ':
			return false
		}
	}
	if len(digits) == 12 && string(digits[:2]) == "16" {
		digits = digits[2:]
	}
	return len(digits) == 10 && digits[2] >= '2' && luhn(string(digits))
}

// luhn says whether the last of ten digits is the check digit of the first nine.
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[i] - '0')
		if i%2 == 0 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return sum%10 == 0
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
