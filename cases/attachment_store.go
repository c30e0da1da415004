package cases

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// Scanner looks for malicious software in a file.
type Scanner interface {
	// Scan returns the name of what it found, "" for nothing, or an error when it
	// could not look.
	Scan(ctx context.Context, content []byte) (found string, err error)
}

// NewFile is a file that is there whole.
type NewFile struct {
	Key        string // names the form that sent it: the same file under the same key is added once
	Name       string
	Content    []byte
	Submission int // the version that it comes with; 0 is the latest on the notifier's side, and none for staff
}

// Attach adds a file to a case. The checks come in this order: size, ending, content
// against ending, packages that swell, malicious software. Then its pieces are written
// under the keyed digest of the content, and the event last: a file of which
// anything is missing is never seen.
func (s *Service) Attach(ctx context.Context, a Actor, ref string, f NewFile) (*Case, Attachment, error) {
	c, u, err := s.announce(ctx, a, ref, NewUpload{Name: f.Name, Size: int64(len(f.Content)), Submission: f.Submission})
	if err != nil {
		return nil, Attachment{}, err
	}
	if f.Key != "" {
		sum := sha256.Sum256(f.Content)
		u.ID = DerivedID("attachment", a.Account, c.ID, f.Key, u.Name, string(sum[:]))
		if at := c.Attachment(u.ID); at != nil {
			return c, *at, s.discard(ctx, u)
		}
	}
	scan, err := s.examine(ctx, u, f.Content)
	if err != nil {
		return nil, Attachment{}, errors.Join(err, s.discard(ctx, u))
	}
	return s.keep(ctx, a, u, f.Content, scan)
}

// errThere ends an addition that was made already, by the same form sent twice.
var errThere = errors.New("the attachment is there")

// keep makes an attachment of an upload whose content was examined. What is refused
// leaves nothing behind; what fails is left to the sweep, for its event may be there.
func (s *Service) keep(ctx context.Context, a Actor, u Upload, content []byte, scan ScanVerdict) (*Case, Attachment, error) {
	var added Attachment
	c, err := s.add(ctx, a, u.Case, Command{}, func(c *Case, now time.Time) (Entry, error) {
		if c.Attachment(u.ID) != nil {
			return Entry{}, errThere
		}
		if err := s.roomFor(ctx, a, c, u.Size, now); err != nil {
			return Entry{}, err
		}
		payload, err := s.writePieces(ctx, c, &u, content)
		if err != nil {
			return Entry{}, err
		}
		at := &payload.Attachment
		at.AddedAt, at.AddedBy, at.Side, at.Scan = now, a.Account, sideOf(a), scan
		added = *at
		return Entry{Kind: EventAttachmentAdded, Payload: payload}, nil
	})
	switch kind := workflow.KindOf(err); {
	case errors.Is(err, errThere):
		if c, err = s.Case(ctx, a, u.Case); err != nil {
			return nil, Attachment{}, err
		}
		added = *c.Attachment(u.ID)
	case kind != "" && kind != workflow.Unavailable:
		return nil, Attachment{}, errors.Join(err, s.discard(ctx, u))
	case err != nil:
		return nil, Attachment{}, Unavailable(err)
	}
	if err := s.discard(ctx, u); err != nil {
		s.logger.WarnContext(ctx, "the rest of an upload is left to the sweep", slog.String("case", c.ID), slog.Any("error", err))
	}
	return c, added, nil
}

func sideOf(a Actor) Side {
	if a.Staff() {
		return SideAuthority
	}
	return SideNotifier
}

// examine checks the content's kind and lets the scanner look at it. A scanner that
// cannot be asked refuses the file for now: nothing is taken that was not looked at.
func (s *Service) examine(ctx context.Context, u Upload, content []byte) (ScanVerdict, error) {
	_, kind, err := s.files.named(u.Name, int64(len(content)))
	if err != nil {
		return "", err
	}
	if err := kind.check(content); err != nil {
		return "", err
	}
	if s.scanner == nil {
		return ScanSkipped, nil
	}
	found, err := s.scanner.Scan(ctx, content)
	if err != nil {
		return "", workflow.Refuse(workflow.Unavailable, "scan_unavailable",
			"The file could not be checked for malicious software just now, so it was not taken. Send it again in a while.").Because(err)
	}
	if found != "" {
		s.logger.WarnContext(ctx, "an upload was refused: malicious software",
			slog.String("case", u.Case), slog.String("account", u.Account), slog.String("found", found))
		return "", fileFault("/name", "file_infected", "Malicious software was found in the file, so it was not taken. Ask whoever runs your computers for help before you open it again.")
	}
	return ScanClean, nil
}

// roomFor says whether one more file of a size may be added to the case.
func (s *Service) roomFor(ctx context.Context, a Actor, c *Case, size int64, now time.Time) error {
	if err := s.mayAttach(ctx, a, c, now); err != nil {
		return err
	}
	if len(c.Attachments) >= maxAttachments || c.attachedBytes()+size > s.files.MaxCaseBytes {
		return workflow.Refuse(workflow.Conflict, "case_full",
			"The case holds as many files as it can. Ask the authority how to send more.")
	}
	return nil
}

// pieceSize is how many bytes of a file one document holds: far below what a
// database takes in one, and small enough to be sent again on a poor line.
const pieceSize = 256 << 10

// PieceSize is the length of every piece of an upload but the last, in bytes.
const PieceSize = pieceSize

func pieces(size int64) int { return int((size + pieceSize - 1) / pieceSize) }

// filePiece is a document of Files and UploadPieces.
type filePiece struct {
	Data []byte `json:"data"`
}

// pieceID is where a piece of an attachment lies. The digest has the case's key
// in it and the place the case's id, so that the same content on two cases has
// nothing in common. stored keeps what two people upload at once apart.
func pieceID(caseID, digest, stored string, n int) string {
	return fmt.Sprintf("%s/%s/%s/%06d", caseID, digest, stored, n)
}

// keyedDigest is HMAC-SHA-256 of a content under a case's key, in hex.
func keyedDigest(key []byte, content []byte) string {
	h := hmac.New(sha256.New, key)
	h.Write(content)
	return hex.EncodeToString(h.Sum(nil))
}

// writePieces makes sure that the pieces of an upload's content are there, and
// returns what the event will say. Content that the case has already is not
// written again. The upload's own document says beforehand where pieces may lie.
func (s *Service) writePieces(ctx context.Context, c *Case, u *Upload, content []byte) (AttachmentAdded, error) {
	var p AttachmentAdded
	key, err := hex.DecodeString(c.FileKey)
	if err != nil {
		return p, fmt.Errorf("file key of case %s: %w", c.ID, err)
	}
	if len(key) == 0 {
		key = make([]byte, 32)
		if _, err := rand.Read(key); err != nil {
			return p, fmt.Errorf("file key: %w", err)
		}
		p.Key = hex.EncodeToString(key)
	}
	name, kind, err := s.files.named(u.Name, u.Size)
	if err != nil {
		return p, err
	}
	p.Attachment = Attachment{
		ID: u.ID, Name: name, Kind: kind.name, MediaType: kind.mediaType, Size: u.Size,
		Digest: keyedDigest(key, content), Stored: u.ID, Submission: u.Submission,
	}
	for _, had := range c.Attachments {
		if had.Digest == p.Attachment.Digest {
			p.Attachment.Stored = had.Stored
			return p, nil
		}
	}
	u.Digests = append(u.Digests, p.Attachment.Digest)
	if err := s.store.Put(ctx, Uploads, u.place(), *u); err != nil {
		return p, fmt.Errorf("upload %s: %w", u.ID, err)
	}
	err = several(pieces(u.Size), func(n int) error {
		part := content[n*pieceSize : min((n+1)*pieceSize, len(content))]
		return s.store.Put(ctx, Files, pieceID(c.ID, p.Attachment.Digest, u.ID, n), filePiece{part})
	})
	if err != nil {
		return p, fmt.Errorf("pieces of upload %s: %w", u.ID, err)
	}
	return p, nil
}

// atOnce is how many pieces are read or written at the same time.
const atOnce = 8

// several does something for each of n pieces, and returns the first failure.
func several(n int, do func(n int) error) error {
	var wg sync.WaitGroup
	answers := make([]error, n)
	slots := make(chan struct{}, atOnce)
	for i := range n {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			answers[i] = do(i)
		})
	}
	wg.Wait()
	for _, err := range answers {
		if err != nil {
			return err
		}
	}
	return nil
}

// AttachmentContent returns a file of a case to whoever may know of it.
func (s *Service) AttachmentContent(ctx context.Context, a Actor, ref, id string) (Attachment, []byte, error) {
	c, err := s.Case(ctx, a, ref)
	if err != nil {
		return Attachment{}, nil, err
	}
	i := slices.IndexFunc(c.AttachmentsFor(a), func(at Attachment) bool { return at.ID == id && at.Removed == nil })
	if i < 0 {
		return Attachment{}, nil, noSuchAttachment()
	}
	at := c.AttachmentsFor(a)[i]
	content := make([]byte, at.Size)
	err = several(pieces(at.Size), func(n int) error {
		var p filePiece
		if err := s.store.Get(ctx, Files, pieceID(c.ID, at.Digest, at.Stored, n), &p); err != nil {
			return fmt.Errorf("piece %d of attachment %s: %w", n+1, id, err)
		}
		copy(content[n*pieceSize:], p.Data)
		return nil
	})
	if err != nil {
		return at, nil, Unavailable(err)
	}
	if key, err := hex.DecodeString(c.FileKey); err != nil || keyedDigest(key, content) != at.Digest {
		return at, nil, fmt.Errorf("the content of attachment %s of case %s is not what was added: vaka verify tells more", id, c.ID)
	}
	return at, content, nil
}

// VerifyFiles checks that the content of every attachment of one record is there
// and is what its event says. It returns how many it checked, and every break.
func VerifyFiles(ctx context.Context, s Store, record string, events []Event) (checked int, breaks []Break, err error) {
	var key []byte
	for _, e := range events {
		if e.Header.Kind != EventAttachmentAdded || e.Payload == nil {
			continue // what was erased has no content to check
		}
		var p AttachmentAdded
		if err := e.Read(&p); err != nil {
			return checked, append(breaks, Break{Record: record, Seq: e.Header.Seq, What: "the attachment's event cannot be read"}), nil
		}
		if p.Key != "" {
			if key, err = hex.DecodeString(p.Key); err != nil {
				key = nil // then every digest differs, and is told
			}
		}
		checked++
		what, err := verifyFile(ctx, s, record, key, p.Attachment)
		if err != nil {
			return checked, breaks, err
		}
		if what != "" {
			breaks = append(breaks, Break{Record: record, Seq: e.Header.Seq, What: fmt.Sprintf("attachment %s: %s", p.Attachment.ID, what)})
		}
	}
	return checked, breaks, nil
}

// verifyFile says what is wrong with one attachment's content, "" for nothing.
func verifyFile(ctx context.Context, s Store, record string, key []byte, at Attachment) (string, error) {
	h, length := hmac.New(sha256.New, key), int64(0)
	for n := range pieces(at.Size) {
		var p filePiece
		err := s.Get(ctx, Files, pieceID(record, at.Digest, at.Stored, n), &p)
		if errors.Is(err, ErrNotFound) {
			return fmt.Sprintf("piece %d of %d is missing", n+1, pieces(at.Size)), nil
		}
		if err != nil {
			return "", fmt.Errorf("piece %d of attachment %s: %w", n+1, at.ID, err)
		}
		h.Write(p.Data)
		length += int64(len(p.Data))
	}
	switch {
	case length != at.Size:
		return fmt.Sprintf("it has %d bytes and should have %d", length, at.Size), nil
	case hex.EncodeToString(h.Sum(nil)) != at.Digest:
		return "its content differs from its digest", nil
	}
	return "", nil
}
