package cases

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/vaka-project/vaka/workflow"
)

// The limits of a customer list.
const (
	MaxCustomers   = 20_000
	MaxListBytes   = 10 << 20
	maxCell        = 300     // bytes
	maxListText    = 6 << 20 // bytes of all cells that are kept: a record is one document
	maxListColumns = 100
)

// Table is a file's rows as texts, before anybody looked for columns.
type Table struct {
	Rows      []TableRow
	Encoding  string // "UTF-8" or "Windows-1252"; "" for a spreadsheet
	Separator rune   // 0 for a spreadsheet
}

// TableRow is a row with the line that it stands on.
type TableRow struct {
	Line  int
	Cells []string
}

// Customer is a line of a customer list: an organisation, or one unit of it.
type Customer struct {
	Key    string       `json:"key"` // the same in each list for the same number, or name, and unit
	Line   int          `json:"line,omitempty"`
	Name   string       `json:"name"`
	Number string       `json:"number,omitempty"` // ten digits, checked
	Unit   string       `json:"unit,omitempty"`
	Kind   CustomerKind `json:"kind,omitempty"` // as the list says
	County string       `json:"county,omitempty"`
	Email  string       `json:"email,omitempty"`
}

// Label names the customer with its unit.
func (c Customer) Label() string {
	if c.Unit == "" {
		return c.Name
	}
	return c.Unit + ", " + c.Name
}

// CustomerKind is what sort of organisation a customer is.
type CustomerKind string

// The kinds.
const (
	CustomerMunicipality CustomerKind = "MUNICIPALITY"
	CustomerRegion       CustomerKind = "REGION"
	CustomerState        CustomerKind = "STATE_AUTHORITY"
	CustomerCompany      CustomerKind = "COMPANY"
	CustomerOther        CustomerKind = "OTHER"
)

// Codes lists the kinds.
func (CustomerKind) Codes() []string {
	return []string{"MUNICIPALITY", "REGION", "STATE_AUTHORITY", "COMPANY", "OTHER"}
}

// LineFault is what is wrong with a line, or worth a look.
type LineFault struct {
	Line    int      `json:"line"`
	Code    LineCode `json:"code"`
	Column  string   `json:"column,omitempty"`   // one of the columns, where it is about one
	Of      int      `json:"of,omitempty"`       // of a duplicate: the line that says the same
	LeftOut bool     `json:"left_out,omitempty"` // the line is not taken
}

// LineCode says what is wrong with a line.
type LineCode string

// What can be wrong.
const (
	LineNoName     LineCode = "NO_NAME"
	LineTooLong    LineCode = "TOO_LONG"
	LineBadText    LineCode = "BAD_TEXT"     // control characters, or characters that an encoding lost
	LineColumns    LineCode = "COLUMNS"      // more cells than the heading has
	LineSeparator  LineCode = "SEPARATOR"    // one cell that another separator would part
	LineNumber     LineCode = "WRONG_NUMBER" // no organisation number; the line is taken without it
	LinePerson     LineCode = "PERSON_NUMBER"
	LineEmail      LineCode = "WRONG_EMAIL"
	LineKind       LineCode = "UNKNOWN_KIND"
	LineDuplicate  LineCode = "DUPLICATE"
	LineUnknown    LineCode = "UNKNOWN_ORGANISATION" // nobody here knows it; it is taken
	LineNotCertain LineCode = "NOT_CERTAIN"          // like one that is known; it will be asked
)

// Codes lists what can be wrong.
func (LineCode) Codes() []string {
	return []string{
		"NO_NAME", "TOO_LONG", "BAD_TEXT", "COLUMNS", "SEPARATOR", "WRONG_NUMBER", "PERSON_NUMBER", "WRONG_EMAIL", "UNKNOWN_KIND",
		"DUPLICATE", "UNKNOWN_ORGANISATION", "NOT_CERTAIN",
	}
}

// listFault refuses a list as a whole. A line, where there is one, stands in the path.
func listFault(line int, code, message string) error {
	path := "/file"
	if line > 0 {
		path = "/file/" + strconv.Itoa(line)
	}
	return workflow.RefuseFaults("invalid_list", "The list cannot be read.", []workflow.Fault{{Path: path, Code: code, Message: message}})
}

// TooManyCustomers refuses a list that is too long.
func TooManyCustomers() error {
	return listFault(0, "list_too_long", "The list has more than 20,000 lines. Part it by kind of organisation, or leave out what is no customer, and try again.")
}

// SplitCSV makes rows of a file of separated values: in UTF-8, with or without its
// mark, or Windows-1252; separated by semicolons, commas or tabs.
func SplitCSV(data []byte) (Table, error) {
	if len(data) > MaxListBytes {
		return Table{}, listFault(0, "list_too_large", "The file is larger than 10 MB. Save only the list's own columns, and try again.")
	}
	text, encoding, err := decodeList(data)
	if err != nil {
		return Table{}, err
	}
	t := Table{Encoding: encoding, Separator: separatorOf(text)}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = t.Separator, -1, false
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if parse, ok := errors.AsType[*csv.ParseError](err); ok {
			return Table{}, listFault(parse.Line, "list_quotes", "The quotation marks do not fit together from this line on. A mark within a quoted text is written twice.")
		}
		if err != nil {
			return Table{}, listFault(0, "list_unreadable", "The file cannot be read as separated values.")
		}
		line, _ := r.FieldPos(0)
		if t.Rows = append(t.Rows, TableRow{Line: line, Cells: cells}); len(t.Rows) > MaxCustomers+1 {
			return Table{}, TooManyCustomers()
		}
	}
}

var utf8Mark = []byte("\xef\xbb\xbf")

// decodeList makes text of a file and says how it was written.
func decodeList(data []byte) (text, encoding string, err error) {
	data = bytes.TrimPrefix(data, utf8Mark)
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")):
		return "", "", listFault(0, "list_utf16", "The file is in UTF-16. Save it as CSV UTF-8, and try again.")
	case bytes.IndexByte(data, 0) >= 0:
		return "", "", listFault(lineAt(data, bytes.IndexByte(data, 0)), "list_encoding", "The file holds bytes that are no text. Save it as CSV UTF-8 or as XLSX, and try again.")
	case utf8.Valid(data):
		return string(data), "UTF-8", nil
	}
	if at := strangeAt(data); at >= 0 {
		return "", "", listFault(lineAt(data, at), "list_encoding", "From this line on the file is neither UTF-8 nor Windows-1252. Save it as CSV UTF-8 or as XLSX, and try again.")
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(data)
	if err != nil {
		return "", "", listFault(0, "list_encoding", "The file is neither UTF-8 nor Windows-1252. Save it as CSV UTF-8 or as XLSX, and try again.")
	}
	return string(out), "Windows-1252", nil
}

// strangeAt is where a file shows that it is not Windows-1252 either: it holds
// letters in UTF-8 too, or a byte that is no letter there stands between two letters,
// as å, ä and ö of older encodings do. -1 when it does not.
func strangeAt(data []byte) int {
	first, mixed := -1, false
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			if first < 0 {
				first = i
			}
			c := data[i]
			if c == 0x81 || c == 0x8d || c == 0x8f || c == 0x90 || c == 0x9d {
				return i
			}
			inside := i > 0 && i+1 < len(data) && isASCIILetter(data[i-1]) && isASCIILetter(data[i+1])
			if c < 0xa0 && c != 0x92 && inside {
				return i
			}
		case size > 1:
			mixed = true
		}
		i += size
	}
	if mixed {
		return first
	}
	return -1
}

func isASCIILetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func lineAt(data []byte, at int) int { return 1 + bytes.Count(data[:at], []byte("\n")) }

// separators are those that lists come with; the first is what Swedish spreadsheets write.
var separators = []rune{';', ',', '\t'}

// separatorOf is the separator by which the first line shows most of the columns,
// and where it shows none, the one that it has most of.
func separatorOf(text string) rune {
	first, _, _ := strings.Cut(strings.TrimLeft(text, "\r\n"), "\n")
	best, most := separators[0], -1
	for _, sep := range separators {
		cells := strings.Split(first, string(sep))
		if n := 1000*len(columnsIn(cells)) + len(cells); n > most {
			best, most = sep, n
		}
	}
	return best
}

// listColumns are the columns of a list with the headings that name them, folded.
var listColumns = map[string][]string{
	"name":   {"organisation", "organisationsnamn", "organisationens namn", "organization", "organisation name", "namn", "name", "kund", "kundnamn", "customer", "customer name", "foretag", "controller", "personuppgiftsansvarig", "juridisk person"},
	"number": {"organisationsnummer", "organisationsnr", "orgnummer", "orgnr", "org nr", "org nummer", "organisation number", "organization number", "organisation no", "org no", "registration number"},
	"unit":   {"enhet", "namnd", "namnd enhet", "enhet namnd", "styrelse", "forvaltning", "unit", "board", "unit board", "unit or board", "department"},
	"kind":   {"typ", "slag", "kategori", "organisationstyp", "kundtyp", "kind", "type", "category"},
	"county": {"lan", "county"},
	"email":  {"e post", "epost", "e postadress", "epostadress", "kontakt", "kontakt e post", "kontaktens e post", "kontakt epost", "contact", "contact e mail", "contact email", "e mail", "email", "e mail address", "mail"},
}

// columnsIn finds the columns of a heading: the place of each.
func columnsIn(cells []string) map[string]int {
	out := map[string]int{}
	for i, cell := range cells {
		heading := foldName(cell)
		for column, names := range listColumns {
			for _, name := range names {
				if _, taken := out[column]; heading == name && !taken {
					out[column] = i
				}
			}
		}
	}
	return out
}

// ReadCustomers makes customers of rows, of which the first is the heading, and
// tells line by line what is wrong. A list without a column of names is refused.
func ReadCustomers(t Table) ([]Customer, []LineFault, error) {
	rows := t.Rows
	for len(rows) > 0 && isBlankRow(rows[0].Cells) {
		rows = rows[1:]
	}
	if len(rows) == 0 {
		return nil, nil, listFault(0, "list_empty", "The file is empty.")
	}
	r := listReader{columns: columnsIn(rows[0].Cells), width: len(rows[0].Cells), separator: t.Separator, seen: map[string]int{}}
	if _, ok := r.columns["name"]; !ok {
		return nil, nil, listFault(rows[0].Line, "list_heading", "The first line has no heading for the organisation's name, such as Organisation or Namn. Columns are separated by semicolons, commas or tabs.")
	}
	if len(rows) > MaxCustomers+1 {
		return nil, nil, TooManyCustomers()
	}
	for _, row := range rows[1:] {
		if !isBlankRow(row.Cells) {
			r.read(row)
		}
	}
	if len(r.customers) == 0 && len(r.faults) == 0 {
		return nil, nil, listFault(0, "list_empty", "The file has a heading and nothing under it.")
	}
	if r.kept > maxListText {
		return nil, nil, listFault(0, "list_too_large", "The list holds too much text. Shorten it, or part it, and try again.")
	}
	return r.customers, r.faults, nil
}

func isBlankRow(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

type listReader struct {
	columns   map[string]int
	width     int
	separator rune
	seen      map[string]int // line by key
	kept      int
	customers []Customer
	faults    []LineFault
}

func (r *listReader) fault(line int, code LineCode, column string, out bool) {
	r.faults = append(r.faults, LineFault{Line: line, Code: code, Column: column, LeftOut: out})
}

func (r *listReader) read(row TableRow) {
	if over := row.Cells[min(r.width, len(row.Cells)):]; !isBlankRow(over) {
		r.fault(row.Line, LineColumns, "", true)
		return
	}
	if r.width > 1 && len(row.Cells) == 1 && strings.ContainsAny(row.Cells[0], ";,\t") && r.separator != 0 {
		r.fault(row.Line, LineSeparator, "", true)
		return
	}
	cells := map[string]string{}
	for column, at := range r.columns {
		if at >= len(row.Cells) {
			continue
		}
		text := strings.Join(strings.FieldsFunc(row.Cells[at], func(c rune) bool { return unicode.IsSpace(c) || c == '\u200b' || c == '\ufeff' }), " ")
		switch {
		case len(text) > maxCell:
			r.fault(row.Line, LineTooLong, column, true)
			return
		case strings.ContainsFunc(text, func(c rune) bool { return unicode.IsControl(c) || c == utf8.RuneError }):
			r.fault(row.Line, LineBadText, column, true)
			return
		}
		cells[column] = text
	}
	c := Customer{Line: row.Line, Name: cells["name"], Unit: cells["unit"], County: cells["county"]}
	if c.Name == "" {
		r.fault(row.Line, LineNoName, "name", true)
		return
	}
	if c.Unit == "" {
		c.Name, c.Unit = partUnit(c.Name)
	}
	r.details(&c, cells)
	c.Key = customerKey(c)
	if before, twice := r.seen[c.Key]; twice {
		r.faults = append(r.faults, LineFault{Line: row.Line, Code: LineDuplicate, Of: before, LeftOut: true})
		return
	}
	r.seen[c.Key] = row.Line
	r.kept += len(c.Name) + len(c.Unit) + len(c.County) + len(c.Email)
	r.customers = append(r.customers, c)
}

// details reads what a line can do without: what is wrong there is left out, and
// the line is taken.
func (r *listReader) details(c *Customer, cells map[string]string) {
	if number := cells["number"]; number != "" {
		switch {
		case isOrganisationNumber(number):
			c.Number = organisationDigits(number)
		case HoldsPersonalIdentityNumber(number):
			r.fault(c.Line, LinePerson, "number", false)
		default:
			r.fault(c.Line, LineNumber, "number", false)
		}
	}
	if email := cells["email"]; email != "" {
		if isAddress(email) {
			c.Email = email
		} else {
			r.fault(c.Line, LineEmail, "email", false)
		}
	}
	if kind := cells["kind"]; kind != "" {
		known := false
		if c.Kind, known = kindNamed(kind); !known {
			r.fault(c.Line, LineKind, "kind", false)
		}
	}
}

// organisationDigits are the ten digits of an organisation number.
func organisationDigits(number string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, number)
	return digits[max(0, len(digits)-10):]
}

// isAddress says whether a text looks like one e-mail address. Whether it can be
// reached is found out by writing to it.
func isAddress(s string) bool {
	name, host, ok := strings.Cut(s, "@")
	return ok && name != "" && strings.Contains(host, ".") && !strings.ContainsAny(s, " ,;<>()\"\\") && !strings.Contains(host, "@") &&
		!strings.HasPrefix(host, ".") && !strings.HasSuffix(host, ".")
}

// kindNames are the words by which lists name kinds, folded.
var kindNames = map[string]CustomerKind{
	"kommun": CustomerMunicipality, "kommuner": CustomerMunicipality, "primarkommun": CustomerMunicipality, "municipality": CustomerMunicipality,
	"region": CustomerRegion, "regioner": CustomerRegion, "landsting": CustomerRegion,
	"stat": CustomerState, "statlig": CustomerState, "statlig myndighet": CustomerState, "myndighet": CustomerState, "state authority": CustomerState,
	"authority": CustomerState, "universitet": CustomerState, "hogskola": CustomerState, "larosate": CustomerState, "university": CustomerState,
	"bolag": CustomerCompany, "foretag": CustomerCompany, "ab": CustomerCompany, "aktiebolag": CustomerCompany, "company": CustomerCompany,
	"privat": CustomerCompany, "private": CustomerCompany, "other": CustomerOther, "ovrig": CustomerOther, "ovriga": CustomerOther, "annan": CustomerOther,
	"annat": CustomerOther, "forening": CustomerOther, "stiftelse": CustomerOther, "kommunalforbund": CustomerOther,
}

// kindNamed is the kind that a word or a code names; one that is unknown is other.
func kindNamed(word string) (CustomerKind, bool) {
	if kind, ok := kindNames[foldName(strings.ReplaceAll(word, "_", " "))]; ok {
		return kind, true
	}
	return CustomerOther, false
}

// customerKey is the same for the same organisation and unit in every list.
func customerKey(c Customer) string {
	return cmp.Or(prefixed("nr:", c.Number), prefixed("name:", foldName(c.Name))) + "|" + foldName(c.Unit)
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}
