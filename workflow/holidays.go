package workflow

import "time"

// holiday is one day of a year that is no working day for some calendar.
type holiday struct {
	day     day
	english string
	swedish string
	eve     bool // like a Sunday by lag (1930:173) § 2 only, no public holiday
}

// holidays computes a year's public holidays by lag (1989:253) om allmänna
// helgdagar, § 1, and the three eves of lag (1930:173) § 2. It holds for years
// from 2005, when 6 June became a holiday in place of Whit Monday.
//
// Sundays are holidays too and need no table; the two of Easter and Whitsun
// stand here for their names.
func holidays(year int) []holiday {
	easter := easterSunday(year)
	midsummer := saturdayFrom(date(year, time.June, 20))
	return []holiday{
		{date(year, time.January, 1), "New Year's Day", "nyårsdagen", false},
		{date(year, time.January, 6), "Epiphany", "trettondedag jul", false},
		{easter - 2, "Good Friday", "långfredagen", false},
		{easter, "Easter Sunday", "påskdagen", false},
		{easter + 1, "Easter Monday", "annandag påsk", false},
		{date(year, time.May, 1), "1 May", "första maj", false},
		{easter + 39, "Ascension Day", "Kristi himmelsfärdsdag", false},
		{easter + 49, "Whit Sunday", "pingstdagen", false},
		{date(year, time.June, 6), "the National Day", "nationaldagen", false},
		{midsummer - 1, "Midsummer Eve", "midsommarafton", true},
		{midsummer, "Midsummer Day", "midsommardagen", false},
		{saturdayFrom(date(year, time.October, 31)), "All Saints' Day", "alla helgons dag", false},
		{date(year, time.December, 24), "Christmas Eve", "julafton", true},
		{date(year, time.December, 25), "Christmas Day", "juldagen", false},
		{date(year, time.December, 26), "Boxing Day", "annandag jul", false},
		{date(year, time.December, 31), "New Year's Eve", "nyårsafton", true},
	}
}

// saturdayFrom is the first Saturday on or after the day.
func saturdayFrom(d day) day {
	return d + day((int(time.Saturday)-int(d.weekday())+7)%7)
}

// easterSunday is Easter in the Gregorian calendar (the anonymous algorithm of
// 1876, in Meeus' form; the letters are his).
func easterSunday(year int) day {
	a := year % 19
	b, c := year/100, year%100
	d, e := b/4, b%4
	f := (b + 8) / 25
	g := (b - f + 1) / 3
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	month, n := (h+l-7*m+114)/31, (h+l-7*m+114)%31+1
	return date(year, time.Month(month), n)
}
