package cases

// MissingItem is a field that a complete notification would have. ToBeDetermined
// tells an answer that is promised from one that was not given.
type MissingItem struct {
	Path           string `json:"path"`          // as in Field.Path
	Row            string `json:"row,omitempty"` // of the EDPB template
	Title          string `json:"title"`
	TitleSV        string `json:"title_sv"`
	MinimumContent string `json:"minimum_content,omitempty"` // letter of Art. 33(3)
	ToBeDetermined bool   `json:"to_be_determined,omitempty"`
}

// Missing lists what a complete notification would have and this one lacks, in
// the order of the form. late says whether it is a first filing that came after
// its time: then the reasons for the delay are needed too (Art. 33(1)). Nothing is
// asked of a withdrawal but its reason.
func Missing(n Notification, late bool) []MissingItem {
	var missing []MissingItem
	for i := range fieldTable {
		f := &fieldTable[i]
		if n.Subkind == SubkindWithdraw && f.Path != "withdraw_reason" || !f.needed(&n, late) {
			continue
		}
		if answered, later := f.answered(&n); !answered || later {
			missing = append(missing, MissingItem{
				Path: f.Path, Row: f.Row, Title: f.Title, TitleSV: f.TitleSV,
				MinimumContent: f.Minimum, ToBeDetermined: later,
			})
		}
	}
	return missing
}

// Completeness is what a filing is by its content: a notification that calls
// itself complete and lacks something is kept as incomplete. One that calls itself
// incomplete stays so, for only the notifier knows what is still to come.
func Completeness(n Notification, late bool) (NotificationSubkind, []MissingItem) {
	missing := Missing(n, late)
	if n.Subkind == SubkindComplete && len(missing) > 0 {
		return SubkindIncomplete, missing
	}
	return n.Subkind, missing
}

// Lamp says how much of one letter of Art. 33(3) is there.
type Lamp string

// The lamps' colours.
const (
	LampYes    Lamp = "YES"
	LampPartly Lamp = "PARTLY"
	LampNo     Lamp = "NO"
)

// Codes lists every code of Lamp.
func (Lamp) Codes() []string {
	return []string{string(LampYes), string(LampPartly), string(LampNo)}
}

// MinimumContent holds the four lamps of Art. 33(3): (a) nature, people and data,
// (b) contact, (c) likely consequences, (d) measures.
type MinimumContent struct {
	A Lamp `json:"a"`
	B Lamp `json:"b"`
	C Lamp `json:"c"`
	D Lamp `json:"d"`
}

// Lamps says which of the minimum content a notification has. A number that is
// said not to be determinable counts: the law asks for it "where possible".
func Lamps(n Notification) MinimumContent {
	needed, there := map[string]int{}, map[string]int{}
	for i := range fieldTable {
		f := &fieldTable[i]
		if f.Minimum == "" || !f.needed(&n, false) {
			continue
		}
		needed[f.Minimum]++
		if answered, later := f.answered(&n); answered && !later {
			there[f.Minimum]++
		}
	}
	lamp := func(letter string) Lamp {
		switch there[letter] {
		case needed[letter]:
			return LampYes
		case 0:
			return LampNo
		}
		return LampPartly
	}
	return MinimumContent{A: lamp("a"), B: lamp("b"), C: lamp("c"), D: lamp("d")}
}
