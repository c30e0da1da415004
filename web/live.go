package web

import (
	"bufio"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/vaka-project/vaka/cases"
)

// How streams of news behave.
const (
	liveBeat    = 15 * time.Second // between two signs of life: a client that is gone is noticed at the next
	liveGap     = time.Second      // at least, between two messages: what happens in it comes as one
	liveWrite   = 10 * time.Second // for a client to take a message
	livePerUser = 8                // streams of one account; one more ends the oldest
	liveRetry   = 5 * time.Second  // before a browser asks again
)

// hub holds the streams on which browsers hear what others do. It keeps no news of
// its own: every stream reads from the board how far it has come, so a slow one
// costs nobody anything.
type hub struct {
	board  *cases.Board
	admit  func(context.Context, string) (cases.Actor, error) // who a session is, each time anew
	places places

	mu      sync.Mutex
	closed  bool
	streams map[*stream]struct{}
	order   int64
}

// stream is one browser that listens.
type stream struct {
	account string
	session string
	bearer  string
	order   int64 // of its beginning
	end     chan struct{}
	once    sync.Once
}

func (s *stream) stop() { s.once.Do(func() { close(s.end) }) }

func newHub(board *cases.Board, admit func(context.Context, string) (cases.Actor, error)) *hub {
	return &hub{board: board, admit: admit, places: newPlaces(), streams: map[*stream]struct{}{}}
}

// measure tells how many streams are open.
func (h *hub) measure(r prometheus.Registerer) {
	r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "vaka_live_streams", Help: "Browsers that are told of changes as they happen.",
	}, func() float64 { return float64(h.count()) }))
}

func (h *hub) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.streams)
}

// join begins a stream; nil when the server is stopping. A browser that went to
// another page leaves a stream behind that is noticed only at its next beat, so an
// account that has too many loses the oldest and not the newest.
func (h *hub) join(account, session, bearer string) *stream {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil
	}
	h.order++
	s := &stream{account: account, session: session, bearer: bearer, order: h.order, end: make(chan struct{})}
	var oldest *stream
	n := 0
	for other := range h.streams {
		if other.account != account {
			continue
		}
		if n++; oldest == nil || other.order < oldest.order {
			oldest = other
		}
	}
	if n >= livePerUser {
		oldest.stop()
		delete(h.streams, oldest)
	}
	h.streams[s] = struct{}{}
	return s
}

func (h *hub) leave(s *stream) {
	s.stop()
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.streams, s)
}

// endSession ends the streams of a session that was signed out.
func (h *hub) endSession(session string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.streams {
		if s.session == session {
			s.stop()
		}
	}
}

// close ends every stream at once and lets no other begin: a server that stops
// waits for its requests, and these would never end by themselves.
func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for s := range h.streams {
		s.stop()
	}
}

// message is what a browser is told: never a word of a case, only which one is
// another than it was.
type message struct {
	Changes []liveChange `json:"changes"`
	Whole   bool         `json:"whole"` // false: more happened than is remembered, look again
}

type liveChange struct {
	ID      string `json:"id"`
	Number  string `json:"number"`
	Version int64  `json:"version"`
	Arrived bool   `json:"arrived,omitempty"`
}

// since is what a viewer may know of what happened after a place. What one may not
// see is not there, and is not counted either.
func (h *hub) since(viewer cases.Actor, after int64) (m message, last int64, next <-chan struct{}) {
	news, last, whole, next := h.board.NewsSince(after)
	m = message{Changes: []liveChange{}, Whole: whole}
	for _, n := range news {
		if s, ok := h.board.Seen(viewer, n.ID); ok {
			m.Changes = append(m.Changes, liveChange{ID: s.ID, Number: s.Number, Version: s.Version, Arrived: n.Arrived})
		}
	}
	return m, last, next
}

// outlet is where a stream writes: it sends what was written before the client's
// time is over.
type outlet interface {
	send(text string) error
}

// run tells a browser what happens after a place until its session ends, it goes
// away, or the server stops. Whoever listens is established anew before each
// message, so that nobody hears what they no longer may.
func (h *hub) run(s *stream, after int64, out outlet) error {
	defer h.leave(s)
	if err := out.send(fmt.Sprintf("retry: %d\n: open\n\n", liveRetry.Milliseconds())); err != nil {
		return err
	}
	beat := time.NewTicker(liveBeat)
	defer beat.Stop()
	for due := false; ; {
		ctx, cancel := context.WithTimeout(context.Background(), requestTimeout)
		viewer, err := h.admit(ctx, s.bearer)
		cancel()
		if err != nil || !viewer.Staff() {
			return out.send("event: end\ndata: {}\n\n")
		}
		m, last, next := h.since(viewer, after)
		after = last
		text := ""
		switch {
		case len(m.Changes) > 0 || !m.Whole:
			text = h.spell(m, last)
		case due: // and never for what may not be told: when it happened would be told
			text = ": still here\n\n"
		}
		if text != "" {
			if err := out.send(text); err != nil || s.rest() {
				return err
			}
		}
		select {
		case <-s.end:
			return nil
		case <-beat.C:
			due = true
		case <-next:
			due = false
		}
	}
}

// rest lets things gather after a message, so that a busy minute is a few messages.
// It says whether the stream has ended meanwhile.
func (s *stream) rest() (ended bool) {
	gap := time.NewTimer(liveGap)
	defer gap.Stop()
	select {
	case <-s.end:
		return true
	case <-gap.C:
		return false
	}
}

func (h *hub) spell(m message, last int64) string {
	raw, err := json.Marshal(m)
	if err != nil {
		panic("texts and numbers marshal: " + err.Error())
	}
	return "id: " + h.places.spell(last) + "\nevent: news\ndata: " + string(raw) + "\n\n"
}

// places hide how far the board's news have come: whoever could read the number
// would learn how much happens in cases that they may not see. Each spelling is
// another, so that it does not even tell that something did.
type places struct{ seal cipher.AEAD }

func newPlaces() places {
	var key [16]byte
	if _, err := rand.Read(key[:]); err != nil {
		panic("no randomness: " + err.Error()) // crypto/rand never fails on a supported system
	}
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // the key has the right length
	}
	seal, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // of a cipher that is AES
	}
	return places{seal}
}

func (p places) spell(n int64) string {
	raw := binary.BigEndian.AppendUint64(nil, uint64(n))
	return base64.RawURLEncoding.EncodeToString(p.seal.Seal(nil, nil, raw, nil))
}

// read is the number of a place, or -1 for one that this instance did not spell.
func (p places) read(text string) int64 {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return -1
	}
	plain, err := p.seal.Open(nil, nil, raw, nil)
	if err != nil || len(plain) != 8 {
		return -1
	}
	return int64(binary.BigEndian.Uint64(plain))
}

// flusher sends over a connection. The server's own time for writing an answer is
// one for the whole answer, so each message gets a time of its own.
type flusher struct {
	w    *bufio.Writer
	conn interface{ SetWriteDeadline(time.Time) error }
}

func (f flusher) send(text string) error {
	if err := f.conn.SetWriteDeadline(time.Now().Add(liveWrite)); err != nil {
		return err
	}
	if _, err := f.w.WriteString(text); err != nil {
		return err
	}
	return f.w.Flush()
}
