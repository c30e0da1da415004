package cases

import (
	"encoding/base64"
	"encoding/binary"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Trace is what a case is recognised by among others: whom it names as processor, in
// which systems and on which days the breach lay, and a sketch of what is told. It
// holds hashes of words and no word, so that the board can keep the traces of all
// cases, and a summary still holds no free text of a notification.
//
// It is spelled in a few dozen bytes of base64, of which the first is the form.
type Trace string

// traceForm is the form that this program spells; a summary with another one is made anew.
const traceForm = 1

// The most that a trace keeps of each kind. Sixteen hashes tell texts apart that share
// more than a tenth of their shingles, and keep 100,000 traces below 25 MB.
const (
	mostParties  = 6
	mostSystems  = 12
	mostMentions = 12
	sketchSize   = 16
)

// tracedText is how much of a text is read for its trace, in bytes: the beginning
// tells what happened, and a long text costs a notification no more than this.
const tracedText = 2 << 10

// marksOf is a trace unpacked. Lists are sorted and hold each value once.
type marksOf struct {
	from, to, found int32 // days since 1970 of the breach and of its discovery; 0 is not known
	number          uint32
	name, board     uint32 // of the controller
	parties         []uint32
	systems         []uint32
	mentions        []uint32
	sketch          []uint32
}

const traceHead = 5 + 6*4

// pack spells the marks.
func (m *marksOf) pack() Trace {
	lists := [...][]uint32{m.parties, m.systems, m.mentions, m.sketch}
	b := make([]byte, 0, traceHead+4*(mostParties+mostSystems+mostMentions+sketchSize))
	b = append(b, traceForm)
	for _, list := range lists {
		b = append(b, byte(len(list)))
	}
	for _, n := range [...]uint32{uint32(m.from), uint32(m.to), uint32(m.found), m.number, m.name, m.board} {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	for _, list := range lists {
		for _, n := range list {
			b = binary.LittleEndian.AppendUint32(b, n)
		}
	}
	return Trace(base64.RawStdEncoding.EncodeToString(b))
}

// bytes is the trace as the board keeps it; nil for what is none of this form.
func (t Trace) bytes() []byte {
	b, err := base64.RawStdEncoding.DecodeString(string(t))
	if err != nil || len(b) < traceHead || b[0] != traceForm {
		return nil
	}
	if want := traceHead + 4*(int(b[1])+int(b[2])+int(b[3])+int(b[4])); len(b) != want {
		return nil
	}
	return b
}

// traceOfBytes spells what the board keeps.
func traceOfBytes(b []byte) Trace { return Trace(base64.RawStdEncoding.EncodeToString(b)) }

// unpack reads what the board keeps into m, whose lists are used again.
func (m *marksOf) unpack(b []byte) bool {
	if len(b) < traceHead {
		return false
	}
	word := func(i int) uint32 { return binary.LittleEndian.Uint32(b[5+4*i:]) }
	m.from, m.to, m.found = int32(word(0)), int32(word(1)), int32(word(2))
	m.number, m.name, m.board = word(3), word(4), word(5)
	at := 6
	for n, list := range [...]*[]uint32{&m.parties, &m.systems, &m.mentions, &m.sketch} {
		*list = (*list)[:0]
		for range b[1+n] {
			*list = append(*list, word(at))
			at++
		}
	}
	return true
}

// outdated says whether the trace is of an earlier form, or was never made.
func (t Trace) outdated() bool { return t.bytes() == nil }

// Trace is what the case is recognised by.
func (c *Case) Trace() Trace {
	m := c.marks()
	return m.pack()
}

func (c *Case) marks() marksOf {
	m := marksOf{
		number: numberMark(c.Party.IDNumber), name: nameMark(c.Party.Name), board: nameMark(c.Party.Board),
		parties: make([]uint32, 0, mostParties), systems: make([]uint32, 0, mostSystems), mentions: make([]uint32, 0, mostMentions), sketch: make([]uint32, 0, sketchSize),
	}
	if c.Party.Role == PartyProcessor {
		m.addParty(c.Party.Name, c.Party.IDNumber)
	}
	text := c.Subject
	if n := c.Latest(); n != nil {
		m.notified(&n.Notification)
		text = string(n.Notification.Description)
	}
	m.tells(text, true)
	m.settle()
	return m
}

func (m *marksOf) notified(n *Notification) {
	for i := range n.OtherParties {
		p := &n.OtherParties[i]
		cause := p.RootCauseParty != nil && *p.RootCauseParty
		if p.Role == InvolvedProcessor || p.Role == InvolvedSubProcessor || cause {
			m.addParty(p.Name, "")
		}
	}
	m.addSystems(string(n.SystemsDescription))
	m.tells(string(n.SystemsDescription), false)
	m.tells(string(n.DiscoveryText), false)
	m.from, m.to = dayOf(n.OccurredFrom), dayOf(n.OccurredTo)
	if m.to < m.from {
		m.to = m.from
	}
	if m.found = dayOf(n.DetectedAt); m.found == 0 && !n.AwareAt.IsZero() {
		m.found = dayOf(&n.AwareAt)
	}
}

// dayOf is the day of an instant since 1970, 0 for none.
func dayOf(t *time.Time) int32 {
	if t == nil || t.IsZero() {
		return 0
	}
	return int32(t.Unix() / (24 * 60 * 60))
}

func (m *marksOf) addParty(name, number string) {
	for _, mark := range [...]uint32{supplierMark(name), numberMark(number), numberMark(numberIn(name))} {
		if mark != 0 && len(m.parties) < mostParties {
			m.parties = append(m.parties, mark)
		}
	}
}

func (m *marksOf) addSystems(text string) {
	for w := range wordsIn(text) {
		if len(m.systems) == mostSystems {
			return
		}
		if w.letters >= 3 && !commonWords[w.hash] && !slices.Contains(m.systems, w.hash) {
			m.systems = append(m.systems, w.hash)
		}
	}
}

// tells takes in a running text: the names in it, and a sketch of what it says where
// that is wanted. Swedish and English write names with a capital, and other words only
// where a sentence begins.
func (m *marksOf) tells(text string, sketched bool) {
	var one, two uint32
	n := 0
	for w := range wordsIn(text) {
		if w.capital && !w.first && w.letters >= 3 {
			m.mention(w.hash)
			m.mention(w.owner)
		}
		if n++; sketched && n >= 3 {
			m.sketch = keepSmallest(m.sketch, mix(one*31+two*17+w.hash))
		}
		one, two = two, w.hash
	}
}

func (m *marksOf) mention(hash uint32) {
	if hash != 0 && len(m.mentions) < mostMentions && !slices.Contains(m.mentions, hash) {
		m.mentions = append(m.mentions, hash)
	}
}

func (m *marksOf) settle() {
	for _, list := range [...]*[]uint32{&m.parties, &m.systems, &m.mentions} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
}

// writtenWord is a word of a text, folded into a hash.
type writtenWord struct {
	hash    uint32
	owner   uint32 // of the word without the s of a genitive, 0 where it has none
	at, end int
	letters int
	capital bool
	first   bool // of its sentence
}

// The 32-bit hash of Fowler, Noll and Vo, which takes one letter at a time.
const (
	hashBegin = 2166136261
	hashPrime = 16777619
)

func hashRune(h uint32, r rune) uint32 { return (h ^ uint32(r)) * hashPrime }

// wordsIn are the words of a text's beginning. Case, accents, doubled letters and
// combining marks make no difference: people misspell names, and forms lose accents.
func wordsIn(text string) iter.Seq[writtenWord] {
	if len(text) > tracedText {
		text = text[:tracedText]
	}
	return func(yield func(writtenWord) bool) {
		first := true
		for at := 0; at < len(text); {
			r, size := letterAt(text, at)
			if r <= 0 {
				c := text[at]
				first = first || c == '.' || c == '!' || c == '?' || c == ':' || c == '\n'
				at += size
				continue
			}
			w := writtenWord{at: at, first: first}
			w.read(text)
			at, first = w.end, false
			if !yield(w) {
				return
			}
		}
	}
}

// read folds the word that begins at w.at.
func (w *writtenWord) read(text string) {
	before, last := uint32(hashBegin), rune(0)
	w.hash, w.end = hashBegin, w.at
	for w.end < len(text) {
		r, size := letterAt(text, w.end)
		if r < 0 {
			break
		}
		w.end += size
		if r == 0 || r == last && r > '9' {
			continue
		}
		before, last = w.hash, r
		w.hash = hashRune(w.hash, r)
		w.letters++
	}
	if last == 's' && w.letters > 4 {
		w.owner = before
	}
	beginning, _ := utf8.DecodeRuneInString(text[w.at:])
	w.capital = unicode.IsUpper(beginning)
}

// letterAt is the letter or digit at a place of a text, bare, with its length; 0 for a
// combining mark and -1 for what stands between words.
func letterAt(text string, at int) (r rune, size int) {
	if c := text[at]; c < utf8.RuneSelf {
		return asciiBare[c], 1
	}
	r, size = utf8.DecodeRuneInString(text[at:])
	switch {
	case unicode.IsLetter(r) || unicode.IsDigit(r):
		return bare(r), size
	case unicode.Is(unicode.Mn, r):
		return 0, size
	}
	return -1, size
}

// asciiBare is letterAt of most letters: a notification's words are read while its
// sender waits.
var asciiBare = func() (out [utf8.RuneSelf]rune) {
	for c := range rune(utf8.RuneSelf) {
		out[c] = -1
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			out[c] = unicode.ToLower(c)
		}
	}
	return out
}()

// bare is a letter in lower case without its accent, 0 for a combining mark.
func bare(r rune) rune {
	switch r = unicode.ToLower(r); r {
	case 'å', 'ä', 'à', 'á', 'â', 'ã', 'æ':
		return 'a'
	case 'ö', 'ø', 'ò', 'ó', 'ô', 'õ':
		return 'o'
	case 'è', 'é', 'ê', 'ë':
		return 'e'
	case 'ì', 'í', 'î', 'ï':
		return 'i'
	case 'ù', 'ú', 'û', 'ü':
		return 'u'
	}
	if unicode.Is(unicode.Mn, r) {
		return 0
	}
	return r
}

// hashOf folds one word, or several as if they were one.
func hashOf(text string) uint32 {
	h, last := uint32(hashBegin), rune(0)
	for _, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			last = 0
			continue
		}
		if r = bare(r); r != last || unicode.IsDigit(r) {
			h, last = hashRune(h, r), r
		}
	}
	return h
}

func hashesOf(words ...string) map[uint32]bool {
	out := map[uint32]bool{}
	for _, w := range words {
		out[hashOf(w)] = true
	}
	return out
}

// What tells nobody apart: legal forms in names, and what any system is called.
var (
	legalForms = hashesOf("AB", "Aktiebolag", "Aktiebolaget", "publ", "HB", "Handelsbolag", "KB", "Ekonomisk", "Förening", "Ek", "För",
		"Ltd", "Limited", "Inc", "LLC", "GmbH", "AG", "Oy", "Oyj", "AS", "ASA", "ApS", "BV", "NV", "SA", "PLC", "Corp", "Corporation",
		"Sverige", "Sweden", "Nordic", "Group")
	commonWords = hashesOf("system", "systemet", "systemen", "systems", "server", "servrar", "servern", "databas", "databasen", "database",
		"leverantör", "leverantören", "leverantörens", "supplier", "suppliers", "the", "and", "for", "with", "our", "och", "för", "som",
		"med", "vår", "vårt", "våra", "att", "den", "det", "har", "via", "hos", "samt", "från", "till", "inte", "ett", "applikation",
		"tjänst", "tjänsten", "molntjänst", "plattform", "ärendehanteringssystem", "ärendehanteringssystemet", "verksamhetssystem",
		"verksamhetssystemet", "post", "mail", "epost", "webbplats", "nätverk", "filserver", "internt", "interna", "externa", "används")
)

// nameMark is the same for spellings of one organisation, whatever its legal form, and
// without what stands in brackets. It is 0 where no name is left.
func nameMark(name string) uint32 {
	if at := strings.IndexByte(name, '('); at > 0 {
		name = name[:at]
	}
	h, last, words := uint32(hashBegin), rune(0), 0
	for w := range wordsIn(name) {
		if legalForms[w.hash] {
			continue
		}
		words++
		for _, r := range name[w.at:w.end] {
			if r = bare(r); r == 0 || r == last && unicode.IsLetter(r) {
				continue
			}
			h, last = hashRune(h, r), r
		}
	}
	if words == 0 {
		return 0
	}
	return h
}

// supplierMark is the mark of a processor's name without the seat that Swedish names
// add ("Miljödata i Karlskrona AB"): customers leave it out. Among controllers the seat
// is what tells "Bageriet i Lund" from "Bageriet i Malmö".
func supplierMark(name string) uint32 {
	words := 0
	for w := range wordsIn(name) {
		if words > 0 && strings.EqualFold(name[w.at:w.end], "i") {
			return nameMark(name[:w.at])
		}
		words++
	}
	return nameMark(name)
}

// firstNameMark is the mark of a name's first word, 0 where it is too short to be one.
func firstNameMark(name string) uint32 {
	for w := range wordsIn(name) {
		if w.letters >= 5 && !legalForms[w.hash] && !commonWords[w.hash] {
			return w.hash
		}
		break
	}
	return 0
}

// numberMark is the mark of an organisation number, 0 for none. A century before the
// ten digits makes no difference.
func numberMark(number string) uint32 {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, number)
	if len(digits) == 12 {
		digits = digits[2:]
	}
	if len(digits) != 10 {
		return 0
	}
	return hashOf(digits)
}

// numberIn is the organisation number that somebody wrote beside a name, "" for none.
func numberIn(name string) string {
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return r != '-' && !unicode.IsDigit(r) }) {
		if numberMark(part) != 0 {
			return part
		}
	}
	return ""
}

// mix spreads a hash, so that the smallest are any.
func mix(h uint32) uint32 {
	h ^= h >> 16
	h *= 0x85EBCA6B
	h ^= h >> 13
	h *= 0xC2B2AE35
	return h ^ h>>16
}

// keepSmallest puts a hash into a sorted sketch where it belongs there. The sketch of a
// text is the smallest hashes of what it says, three words at a time: two texts share
// about as many of them as they share of their threes (a bottom-k sketch). A short text
// is kept whole, so its likeness is exact.
func keepSmallest(sketch []uint32, h uint32) []uint32 {
	if len(sketch) == sketchSize && h >= sketch[sketchSize-1] {
		return sketch
	}
	at, there := slices.BinarySearch(sketch, h)
	if there {
		return sketch
	}
	if len(sketch) == sketchSize {
		sketch = sketch[:sketchSize-1]
	}
	return slices.Insert(sketch, at, h)
}

// enoughText is how many hashes a sketch needs before its likeness says anything: five
// stand for seven words.
const enoughText = 5

// likeness is how much of two texts is the same, in per cent; 0 where either is too
// short to tell. It is the same both ways.
func likeness(a, b []uint32) int {
	if len(a) < enoughText || len(b) < enoughText {
		return 0
	}
	seen, same := 0, 0
	for i, j := 0, 0; seen < sketchSize && (i < len(a) || j < len(b)); seen++ {
		switch {
		case j == len(b) || i < len(a) && a[i] < b[j]:
			i++
		case i == len(a) || b[j] < a[i]:
			j++
		default:
			same, i, j = same+1, i+1, j+1
		}
	}
	return same * 100 / seen
}

// daysApart is how many days lie between two breaches, by when they happened or when
// they were found, whichever is closer; ok is false where nothing can be compared.
func (m *marksOf) daysApart(o *marksOf) (days int, ok bool) {
	best := int32(-1)
	take := func(gap int32) {
		if best < 0 || gap < best {
			best = gap
		}
	}
	if m.from != 0 && o.from != 0 {
		take(max(0, o.from-m.to, m.from-o.to))
	}
	if m.found != 0 && o.found != 0 {
		take(max(o.found-m.found, m.found-o.found))
	}
	return int(best), best >= 0
}
