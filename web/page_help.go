package web

import "github.com/gofiber/fiber/v2"

// helpRoutes are pages about the pages.
var helpRoutes = []route{
	{Method: get, Path: "/help/shortcuts", Access: SignedIn, Tag: tagPages, Page: true, Summary: "The keyboard shortcuts", handle: (*call).shortcuts},
}

// shortcut is a key, or two keys one after the other, and what they do. The script
// keys.js listens for them; a test holds the two together.
type shortcut struct {
	Keys  []string
	What  string // key of its words
	Where string // key of the heading that it stands under
}

var shortcuts = []shortcut{
	{[]string{"?"}, "keys.list", "keys.everywhere"},
	{[]string{"/"}, "keys.search", "keys.everywhere"},
	{[]string{"g", "q"}, "nav.queue", "keys.everywhere"},
	{[]string{"g", "o"}, "nav.overview", "keys.everywhere"},
	{[]string{"g", "i"}, "nav.investigations", "keys.everywhere"},
	{[]string{"j"}, "keys.next", "keys.lists"},
	{[]string{"k"}, "keys.previous", "keys.lists"},
	{[]string{"Enter"}, "keys.open", "keys.lists"},
	{[]string{"l"}, "keys.news", "keys.lists"},
	{[]string{"e"}, "keys.steps", "keys.case"},
	{[]string{"n"}, "keys.note", "keys.case"},
}

// shortcutsPage lists the shortcuts, by where they work.
type shortcutsPage struct {
	page
	Groups []shortcutGroup
}

type shortcutGroup struct {
	Heading   string
	Shortcuts []shortcut
}

// shortcuts shows the list that the key ? opens, for whoever comes by link.
func (q *call) shortcuts() error {
	p := shortcutsPage{page: q.page("help", "keys.title")}
	p.Narrow = true
	for _, s := range shortcuts {
		heading := p.T(s.Where)
		if n := len(p.Groups); n == 0 || p.Groups[n-1].Heading != heading {
			p.Groups = append(p.Groups, shortcutGroup{Heading: heading})
		}
		last := &p.Groups[len(p.Groups)-1]
		last.Shortcuts = append(last.Shortcuts, s)
	}
	return q.render(fiber.StatusOK, "shortcuts", p)
}

// Keys is the address of the script that listens for shortcuts.
func (p page) Keys() string { return assets.path("keys.js") }
