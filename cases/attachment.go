package cases

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/vaka-project/vaka/workflow"
)

// What happens to the files of a case.
const (
	EventAttachmentAdded   EventKind = "attachment_added"   // payload AttachmentAdded
	EventAttachmentRemoved EventKind = "attachment_removed" // payload AttachmentRemoved
)

// Side says who added a file: the authority's staff or the notifier's side.
type Side string

// The sides.
const (
	SideAuthority Side = "AUTHORITY"
	SideNotifier  Side = "NOTIFIER"
)

// Codes lists the sides.
func (Side) Codes() []string { return []string{"AUTHORITY", "NOTIFIER"} }

// ScanVerdict says what the search for malicious software found. A file in which
// something was found never becomes an attachment.
type ScanVerdict string

// The verdicts.
const (
	ScanClean   ScanVerdict = "CLEAN"
	ScanSkipped ScanVerdict = "NOT_SCANNED" // no scanner was configured when it came
)

// Codes lists the verdicts.
func (ScanVerdict) Codes() []string { return []string{"CLEAN", "NOT_SCANNED"} }

// Attachment is a file on a case. Its content is kept in pieces under Digest; see
// Service.Attach. Only Removed ever changes.
type Attachment struct {
	ID         string      `json:"id"`
	Name       string      `json:"name"` // cleaned, see CleanFileName
	Kind       string      `json:"kind"` // of FileKinds, such as pdf
	MediaType  string      `json:"media_type"`
	Size       int64       `json:"size"`   // bytes
	Digest     string      `json:"digest"` // HMAC-SHA-256 of the content under the case's key, hex
	Stored     string      `json:"stored"` // the attachment with which the pieces were written: the same content is kept once
	AddedAt    time.Time   `json:"added_at"`
	AddedBy    string      `json:"added_by"` // account
	Side       Side        `json:"side"`
	Submission int         `json:"submission,omitempty"` // the version that it came with, or is the original of
	Scan       ScanVerdict `json:"scan"`
	Removed    *Removal    `json:"removed,omitempty"`
}

// Removal takes a file out of use. Nobody can fetch it any more, and the notifier's
// side does not see that it was there. Its content stays until the case is erased:
// what came in to an authority is not thrown away by one person's decision.
type Removal struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Reason Text      `json:"reason"`
}

// AttachmentAdded is one more file on a case.
type AttachmentAdded struct {
	Attachment Attachment `json:"attachment"`
	// Key is the case's random key of all its digests, in hex, in the first event
	// only. Whoever lacks it cannot confirm by a digest that some known file is in
	// the case; and it goes when the payload is erased.
	Key string `json:"key,omitempty"`
}

// AttachmentRemoved takes a file out of use.
type AttachmentRemoved struct {
	ID     string `json:"id"`
	Reason Text   `json:"reason"`
	Body   string `json:"body,omitempty"` // digest of a keyed request's body
}

func (p AttachmentRemoved) body() string { return p.Body }

func (c *Case) attachmentAdded(_ Header, p AttachmentAdded) error {
	if p.Attachment.Size <= 0 || c.Attachment(p.Attachment.ID) != nil {
		return fmt.Errorf("attachment %q is there already, or has no content", p.Attachment.ID)
	}
	c.Attachments = append(c.Attachments, p.Attachment)
	if p.Key != "" {
		c.FileKey = p.Key
	}
	return nil
}

func (c *Case) attachmentRemoved(h Header, p AttachmentRemoved) error {
	if at := c.Attachment(p.ID); at != nil {
		at.Removed = &Removal{At: h.At, By: h.Actor, Reason: p.Reason}
	}
	return nil
}

// Attachment is the file with an id, nil where there is none.
func (c *Case) Attachment(id string) *Attachment {
	for i := range c.Attachments {
		if c.Attachments[i].ID == id {
			return &c.Attachments[i]
		}
	}
	return nil
}

// AttachmentsFor are the files that an actor who sees the case may know of: all for
// staff, and for the notifier's side what was added on it and is in use.
func (c *Case) AttachmentsFor(a Actor) []Attachment {
	var out []Attachment
	for _, at := range c.Attachments {
		if a.Staff() || at.Side == SideNotifier && at.Removed == nil {
			out = append(out, at)
		}
	}
	return out
}

// LacksOriginal says of a version that came by post that nobody has attached the
// scanned original yet. What came by telephone has its dated note from the start:
// reading refuses it without one.
func (c *Case) LacksOriginal(n int) bool {
	if n < 1 || n > len(c.Submissions) || c.Submissions[n-1].Channel != ChannelPost {
		return false
	}
	return !slices.ContainsFunc(c.Attachments, func(at Attachment) bool { return at.Submission == n && at.Removed == nil })
}

// attachedBytes is how much content the case holds; what is kept once counts once.
func (c *Case) attachedBytes() (sum int64) {
	for _, at := range c.Attachments {
		if at.Stored == at.ID {
			sum += at.Size
		}
	}
	return sum
}

// maxAttachments is how many files a case has at most, so that the case's own
// document stays far below what a database takes.
const maxAttachments = 500

// mayAttach says whether an actor who sees the case may add files to it. Staff may
// where they may write a note. The notifier's side may while the case is open, or
// while a version that it sent after the end waits to be read: nobody would look at
// a file that comes alone after that.
func (s *Service) mayAttach(ctx context.Context, a Actor, c *Case, now time.Time) error {
	if !a.Staff() {
		if !c.State.Open() && c.Unread == 0 {
			return workflow.Refuse(workflow.Conflict, "case_ended",
				"The case has ended. Send a supplement that says what is new, and attach the file to it.")
		}
		return nil
	}
	if s.bars(c, a.Account, a.Bars, now) {
		return workflow.Refuse(workflow.Forbidden, "conflict_of_interest",
			"You are barred from this case by a conflict of interest; somebody else must enter this.")
	}
	facts, err := s.facts(ctx, a, c, "", &StepData{}, now)
	if err != nil {
		return err
	}
	for _, v := range workflow.Available(facts, a.Roles) {
		if v.Step == workflow.StepNote && !v.Allowed {
			return workflow.Refuse(v.Refusal.Kind, v.Refusal.Code, "%s", v.Refusal.Message)
		}
	}
	return nil
}

// MayAttach says whether the actor may add files to the case as it stands.
func (s *Service) MayAttach(ctx context.Context, a Actor, c *Case) bool {
	return s.mayAttach(ctx, a, c, s.now()) == nil
}

// noSuchAttachment is the one answer for a file that is not there, was removed, or
// is another side's.
func noSuchAttachment() error {
	return workflow.Refuse(workflow.NotFound, "no_such_attachment", "There is no such attachment, or you may not see it.")
}

// RemoveAttachment takes a file out of use, for staff who may act on the case.
func (s *Service) RemoveAttachment(ctx context.Context, a Actor, ref, id string, reason Text, cmd Command) (*Case, error) {
	return s.add(ctx, a, ref, cmd, func(c *Case, now time.Time) (Entry, error) {
		at := c.Attachment(id)
		switch {
		case !a.Staff():
			return Entry{}, workflow.Refuse(workflow.Forbidden, "role", "Only staff of the authority remove attachments.")
		case at == nil:
			return Entry{}, noSuchAttachment()
		case at.Removed != nil:
			return Entry{}, workflow.Refuse(workflow.Conflict, "attachment_removed", "The attachment was removed already.")
		case strings.TrimSpace(string(reason)) == "":
			return Entry{}, workflow.RefuseFaults("removal_reason", "Say why the attachment is removed.", []workflow.Fault{{
				Path: "/reason", Code: "required", Message: "Say why the attachment is removed.",
			}})
		}
		if err := s.mayAttach(ctx, a, c, now); err != nil {
			return Entry{}, err
		}
		return Entry{Kind: EventAttachmentRemoved, Payload: AttachmentRemoved{ID: id, Reason: reason, Body: cmd.Body}}, nil
	})
}

// maxFileName is how many characters of a file's name are kept.
const maxFileName = 120

// CleanFileName is a name under which a file can be kept, shown and saved: without
// the folders before it, without what steers a screen or a shell, and not longer
// than a line. It keeps the ending. A name of which nothing is left is "".
func CleanFileName(name string) string {
	name = norm.NFC.String(strings.ToValidUTF8(name, ""))
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == '\u2028', r == '\u2029':
			return -1 // also the marks that turn the direction of reading: gpj.exe
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_' // which some systems refuse in a file's name
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	stem, ext := splitName(name)
	if stem = strings.TrimSpace(stem); stem == "" {
		return ""
	}
	if runes := []rune(stem); len(runes) > maxFileName-len(ext) {
		stem = strings.TrimSpace(string(runes[:max(1, maxFileName-len(ext))]))
	}
	return stem + ext
}

// splitName parts a name before its ending; what is too long for one is none.
func splitName(name string) (stem, ext string) {
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 && len(name)-dot <= 10 {
		return name[:dot], name[dot:]
	}
	return name, ""
}
