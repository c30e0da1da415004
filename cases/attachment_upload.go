package cases

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// How long an upload of which nothing more comes is kept, and how much later it is
// cleared away: in between nobody works on it, neither its owner nor a sweep.
const (
	uploadLife   = 2 * time.Hour
	uploadMargin = 10 * time.Minute
)

// maxUploads is how many files an account sends at once. Each has a place of its
// own under the account, taken by a unique insert, so that nothing need be counted.
const maxUploads = 20

// NewUpload announces a file that will come in pieces.
type NewUpload struct {
	Name       string
	Size       int64
	Submission int // as in NewFile
}

// Upload is a file on its way. Nothing of it shows in the case until it is finished,
// and what is never finished is cleared away.
type Upload struct {
	ID         string    `json:"id"` // of the attachment that it will be
	Slot       int       `json:"slot"`
	Account    string    `json:"account"`
	Case       string    `json:"case"`
	Name       string    `json:"name"`
	Size       int64     `json:"size"`
	Submission int       `json:"submission,omitempty"`
	Received   int64     `json:"received"` // bytes that came in order
	TouchedAt  time.Time `json:"touched_at"`
	Digests    []string  `json:"digests,omitempty"` // under which pieces may lie in Files
}

// Ref names an upload to whoever sends it: the attachment's id and the upload's
// place under the account.
func (u Upload) Ref() string { return fmt.Sprintf("%s%02d", u.ID, u.Slot) }

// Done says whether every byte has come.
func (u Upload) Done() bool { return u.Received == u.Size }

func (u Upload) place() string { return uploadPlace(u.Account, u.Slot) }

func uploadPlace(account string, slot int) string { return fmt.Sprintf("%s/%02d", account, slot) }

// stagedID is where a piece lies until the upload is finished.
func (u Upload) stagedID(n int) string { return fmt.Sprintf("%s/%06d", u.ID, n) }

// BeginUpload announces a file. What can be refused by name and size is refused
// here, before anything was sent in vain.
func (s *Service) BeginUpload(ctx context.Context, a Actor, ref string, n NewUpload) (Upload, error) {
	_, u, err := s.announce(ctx, a, ref, n)
	return u, err
}

func (s *Service) announce(ctx context.Context, a Actor, ref string, n NewUpload) (*Case, Upload, error) {
	c, err := s.Case(ctx, a, ref)
	if err != nil {
		return nil, Upload{}, err
	}
	name, _, err := s.files.named(n.Name, n.Size)
	if err != nil {
		return nil, Upload{}, err
	}
	now := s.now()
	if err := s.roomFor(ctx, a, c, n.Size, now); err != nil {
		return nil, Upload{}, err
	}
	if n.Submission < 0 || n.Submission > len(c.Submissions) {
		return nil, Upload{}, fileFault("/submission", "no_such_submission", "The case has no such version of its notification.")
	}
	if n.Submission == 0 && !a.Staff() {
		n.Submission = len(c.Submissions)
	}
	u := Upload{ID: NewID(now), Account: a.Account, Case: c.ID, Name: name, Size: n.Size, Submission: n.Submission, TouchedAt: now}
	for u.Slot = range maxUploads {
		err := s.takeSlot(ctx, u)
		if err == nil {
			return c, u, nil
		}
		if !errors.Is(err, ErrExists) {
			return nil, Upload{}, Unavailable(fmt.Errorf("upload: %w", err))
		}
	}
	return nil, Upload{}, workflow.Refuse(workflow.TooMany, "too_many_uploads",
		"You send many files at once already. Wait until some have arrived, and send the rest then.")
}

// takeSlot takes an upload's place, from one that was given up if need be.
func (s *Service) takeSlot(ctx context.Context, u Upload) error {
	err := s.store.Insert(ctx, Uploads, u.place(), u)
	if !errors.Is(err, ErrExists) {
		return err
	}
	var had Upload
	switch err := s.store.Get(ctx, Uploads, u.place(), &had); {
	case errors.Is(err, ErrNotFound):
		return ErrExists // it ended this instant: the next place will do
	case err != nil:
		return err
	case u.TouchedAt.Sub(had.TouchedAt) < uploadLife+uploadMargin:
		return ErrExists
	}
	if err := s.discard(ctx, had); err != nil {
		return err
	}
	return s.store.Insert(ctx, Uploads, u.place(), u)
}

// Upload returns an upload of the actor's own to a case that the actor sees: where
// it stands tells whoever lost the connection where to go on.
func (s *Service) Upload(ctx context.Context, a Actor, ref, id string) (Upload, error) {
	gone := workflow.Refuse(workflow.NotFound, "upload_gone", "There is no such upload any more. Choose the file again and send it from the start.")
	c, err := s.Case(ctx, a, ref)
	if err != nil {
		return Upload{}, err
	}
	if len(id) != idLength+2 {
		return Upload{}, gone
	}
	slot, err := strconv.Atoi(id[idLength:])
	if err != nil || slot < 0 || slot >= maxUploads {
		return Upload{}, gone
	}
	var u Upload
	err = s.store.Get(ctx, Uploads, uploadPlace(a.Account, slot), &u)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Upload{}, Unavailable(fmt.Errorf("upload: %w", err))
	}
	if err != nil || u.ID != id[:idLength] || u.Case != c.ID || s.now().Sub(u.TouchedAt) > uploadLife {
		return Upload{}, gone
	}
	return u, nil
}

// PutPiece takes the next piece of an upload: PieceSize bytes from offset on, fewer
// in the last. One that came before is taken again, for the answer to it may have
// been lost.
func (s *Service) PutPiece(ctx context.Context, a Actor, ref, id string, offset int64, data []byte) (Upload, error) {
	u, err := s.Upload(ctx, a, ref, id)
	if err != nil {
		return Upload{}, err
	}
	length := int64(len(data))
	switch {
	case offset < 0 || offset > u.Received || offset%pieceSize != 0 || offset >= u.Size:
		return u, workflow.Refuse(workflow.Conflict, "upload_offset", "This is not the next piece. Ask where the upload stands, and go on from there.")
	case length != min(pieceSize, u.Size-offset):
		return u, workflow.Refuse(workflow.Invalid, "piece_length", "Every piece has %d bytes, and the last one the rest of the announced size.", pieceSize)
	}
	if err := s.store.Put(ctx, UploadPieces, u.stagedID(int(offset/pieceSize)), filePiece{data}); err != nil {
		return u, Unavailable(fmt.Errorf("piece of upload %s: %w", u.ID, err))
	}
	u.Received, u.TouchedAt = max(u.Received, offset+length), s.now()
	if err := s.store.Put(ctx, Uploads, u.place(), u); err != nil {
		return u, Unavailable(fmt.Errorf("upload %s: %w", u.ID, err))
	}
	return u, nil
}

// CancelUpload throws away what has come of an upload.
func (s *Service) CancelUpload(ctx context.Context, a Actor, ref, id string) error {
	u, err := s.Upload(ctx, a, ref, id)
	if err != nil {
		return err
	}
	return Unavailable(s.discard(ctx, u))
}

// FinishUpload makes an attachment of an upload that has come whole. sum is the
// SHA-256 of the content in hex, by which whoever sent it proves that it is; "" asks
// for no proof. Finishing again, when the answer was lost, finds what it became.
func (s *Service) FinishUpload(ctx context.Context, a Actor, ref, id, sum string) (*Case, Attachment, error) {
	c, err := s.Case(ctx, a, ref)
	if err != nil {
		return nil, Attachment{}, err
	}
	if len(id) == idLength+2 {
		if at := c.Attachment(id[:idLength]); at != nil && at.AddedBy == a.Account {
			return c, *at, nil
		}
	}
	u, err := s.Upload(ctx, a, ref, id)
	if err != nil {
		return nil, Attachment{}, err
	}
	if !u.Done() {
		return nil, Attachment{}, workflow.Refuse(workflow.Conflict, "upload_incomplete", "Not all of the file has come yet. Ask where the upload stands, and go on from there.")
	}
	content := make([]byte, u.Size)
	err = several(pieces(u.Size), func(n int) error {
		var p filePiece
		if err := s.store.Get(ctx, UploadPieces, u.stagedID(n), &p); err != nil {
			return fmt.Errorf("piece %d of upload %s: %w", n+1, u.ID, err)
		}
		copy(content[n*pieceSize:], p.Data)
		return nil
	})
	if err != nil {
		return nil, Attachment{}, Unavailable(err)
	}
	if got := sha256.Sum256(content); sum != "" && hex.EncodeToString(got[:]) != sum {
		err := fileFault("/sha256", "digest_differs", "What came is not what was sent. Send the file again from the start.")
		return nil, Attachment{}, errors.Join(err, s.discard(ctx, u))
	}
	scan, err := s.examine(ctx, u, content)
	if err != nil {
		if workflow.KindOf(err) == workflow.Invalid { // it will not become better; what could not be scanned may be finished later
			err = errors.Join(err, s.discard(ctx, u))
		}
		return nil, Attachment{}, err
	}
	return s.keep(ctx, a, u, content, scan)
}

// discard clears away an upload: its pieces where no event needs them, and then
// its place.
func (s *Service) discard(ctx context.Context, u Upload) error {
	c, err := s.find(ctx, u.Case)
	if err != nil {
		return err
	}
	at := c.Attachment(u.ID)
	for _, digest := range u.Digests {
		if at != nil && at.Stored == u.ID && at.Digest == digest {
			continue
		}
		err := several(pieces(u.Size), func(n int) error { return s.store.Delete(ctx, Files, pieceID(u.Case, digest, u.ID, n)) })
		if err != nil {
			return fmt.Errorf("pieces of upload %s: %w", u.ID, err)
		}
	}
	// One more than was acknowledged may lie there.
	staged := min(pieces(u.Size), pieces(u.Received)+1)
	if err := several(staged, func(n int) error { return s.store.Delete(ctx, UploadPieces, u.stagedID(n)) }); err != nil {
		return fmt.Errorf("pieces of upload %s: %w", u.ID, err)
	}
	return s.store.Delete(ctx, Uploads, u.place())
}

// SweepUploads clears away what is left of uploads that nobody goes on with, and
// says how many there were.
func (s *Service) SweepUploads(ctx context.Context, now time.Time) (int, error) {
	var over []Upload
	err := s.store.Scan(ctx, Uploads, func(_ string, decode func(any) error) error {
		var u Upload
		if err := decode(&u); err != nil {
			return err
		}
		if now.Sub(u.TouchedAt) >= uploadLife+uploadMargin {
			over = append(over, u)
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("reading the uploads: %w", err)
	}
	for n, u := range over {
		if err := s.discard(ctx, u); err != nil {
			return n, err
		}
	}
	return len(over), nil
}
