package workflow

import (
	"strconv"
	"time"
)

// day is a date of Europe/Stockholm, counted from 1 January 1970. Holidays,
// periods and working days are about dates, not instants, and a count of days
// has no hours that a change of the clocks could disturb.
type day int

const secondsPerDay = 24 * 60 * 60

// dayOf is the date in Stockholm on which the instant falls.
func dayOf(t time.Time) day {
	local := t.In(Stockholm)
	_, offset := local.Zone()
	seconds := local.Unix() + int64(offset)
	whole := seconds / secondsPerDay
	if seconds%secondsPerDay < 0 {
		whole--
	}
	return day(whole)
}

// date is the day with this number in this month; numbers past the month's end
// run on into the next one.
func date(year int, month time.Month, n int) day {
	return day(time.Date(year, month, n, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

// utc is the day's midnight as if Stockholm were in UTC: for reading the date.
func (d day) utc() time.Time { return time.Unix(int64(d)*secondsPerDay, 0).UTC() }

// begins is the instant of the midnight at which the day begins in Stockholm.
// The clocks there never change at midnight, so there is exactly one.
func (d day) begins() time.Time {
	y, m, n := d.utc().Date()
	return time.Date(y, m, n, 0, 0, 0, 0, Stockholm).UTC()
}

// ends is the midnight that follows the day, 24:00.
func (d day) ends() time.Time { return (d + 1).begins() }

func (d day) weekday() time.Weekday {
	const epoch = int(time.Thursday) // 1 January 1970
	return time.Weekday(((int(d)+epoch)%7 + 7) % 7)
}

// language picks the words of a sentence.
type language int

const (
	english language = iota
	swedish
)

var (
	weekdayNames = [2][7]string{
		{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
		{"sön", "mån", "tis", "ons", "tors", "fre", "lör"},
	}
	monthNames = [2][12]string{
		{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
		{"jan", "feb", "mars", "apr", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec"},
	}
)

// text writes the date as "Fri 13 Mar 2026" or "fre 13 mars 2026".
func (d day) text(lang language) string { return string(d.append(nil, lang)) }

func (d day) append(b []byte, lang language) []byte {
	y, m, n := d.utc().Date()
	b = append(b, weekdayNames[lang][d.weekday()]...)
	b = append(b, ' ')
	b = strconv.AppendInt(b, int64(n), 10)
	b = append(b, ' ')
	b = append(b, monthNames[lang][m-1]...)
	b = append(b, ' ')
	return strconv.AppendInt(b, int64(y), 10)
}

// localText writes the instant as "Fri 13 Mar 2026 10:00 CET" or "fre 13 mars
// 2026 kl. 10.00 CET". The zone stands there always: it is what tells the two
// passes of a repeated hour apart. Seconds stand there when there are any.
func localText(t time.Time, lang language) string {
	local := t.In(Stockholm)
	b := dayOf(local).append(make([]byte, 0, len("tors 30 sep. 2026 kl. 10.00.00 CEST")), lang)
	hour, minute, second := local.Clock()
	colon := byte(':')
	if lang == swedish {
		b = append(b, " kl."...)
		colon = '.'
	}
	b = appendTwo(append(b, ' '), hour)
	b = appendTwo(append(b, colon), minute)
	if second != 0 {
		b = appendTwo(append(b, colon), second)
	}
	zone, _ := local.Zone()
	return string(append(append(b, ' '), zone...))
}

func appendTwo(b []byte, n int) []byte {
	return append(b, byte('0'+n/10), byte('0'+n%10))
}
