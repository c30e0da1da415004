package notifier

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"slices"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

// The headers of a webhook's messages.
const (
	SignatureHeader = "Vaka-Signature" // "v1=" and the HMAC-SHA-256 of "<timestamp>.<body>" in hexadecimal
	TimestampHeader = "Vaka-Timestamp" // when it was signed, in seconds of Unix time
	DeliveryHeader  = "Vaka-Delivery"  // the letter's id: the same whenever it is sent again
)

// Hooks knows where the webhooks of people are.
type Hooks interface {
	// Webhook is the address of an account's webhook and the secret that its
	// messages are signed with, both "" where it has none.
	Webhook(ctx context.Context, account string) (address, secret string, err error)
}

// WebhookOptions are what a [Webhook] needs. Hooks is required.
type WebhookOptions struct {
	Hooks     Hooks
	PublicURL string        // links are built from it
	Timeout   time.Duration // of one delivery, answer and all; 10 seconds
	PlainHTTP bool          // whether addresses may do without TLS
	// Networks are the private ones that webhooks may lead to. Without them a
	// person could have the program call what only it can reach.
	Networks []netip.Prefix
	Now      func() time.Time // nil is time.Now
	Client   *http.Transport  // whom to trust; nil trusts what the machine trusts
}

// Webhook delivers letters to an address that the person chose. Make one with
// [NewWebhook].
type Webhook struct {
	o      WebhookOptions
	client *http.Client
}

// NewWebhook makes a channel.
func NewWebhook(o WebhookOptions) *Webhook {
	o.Timeout = cmp.Or(o.Timeout, 10*time.Second)
	if o.Now == nil {
		o.Now = time.Now
	}
	transport := &http.Transport{ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 4, IdleConnTimeout: 30 * time.Second}
	if o.Client != nil {
		transport = o.Client.Clone()
	}
	w := &Webhook{o: o}
	// The guard stands where the connection is made, after the name was looked
	// up: a name may lead anywhere, and elsewhere the next time. A proxy would be
	// the one that connects, so none is used.
	dialer := &net.Dialer{Timeout: o.Timeout, Control: w.guard}
	transport.DialContext, transport.Proxy = dialer.DialContext, nil
	transport.MaxResponseHeaderBytes = 16 << 10
	w.client = &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return w
}

// Close lets go of idle connections.
func (w *Webhook) Close() { w.client.CloseIdleConnections() }

// WebhookBody is what a webhook is sent: ids, numbers and times, nothing of the
// breach and nobody's name.
type WebhookBody struct {
	ID     string        `json:"id"`      // of the letter, as in the header Vaka-Delivery
	SentAt time.Time     `json:"sent_at"` // UTC
	Items  []WebhookItem `json:"items"`
}

// WebhookItem is one reminder in what a webhook is sent.
type WebhookItem struct {
	ItemLine
	Link string `json:"link"`
}

func (w *Webhook) body(l Letter, at time.Time) ([]byte, error) {
	b := WebhookBody{ID: l.ID, SentAt: at.UTC().Truncate(time.Millisecond)}
	for _, i := range l.Items {
		b.Items = append(b.Items, WebhookItem{lineOf(i), linkTo(w.o.PublicURL, i)})
	}
	return json.Marshal(b)
}

// Deliver implements [Channel]. Its errors hold no address: that is the person's.
func (w *Webhook) Deliver(ctx context.Context, l Letter) error {
	address, secret, err := w.o.Hooks.Webhook(ctx, l.To.Account)
	if err != nil {
		return fmt.Errorf("looking up the webhook of account %s: %w", l.To.Account, err)
	}
	if address == "" {
		return fmt.Errorf("the person has no webhook any more: %w", ErrRefused)
	}
	ctx, cancel := context.WithTimeout(ctx, w.o.Timeout)
	defer cancel()
	var written atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteHeaders: func() { written.Store(true) },
	})
	request, err := w.request(traced, address, secret, l)
	if err != nil {
		return err
	}
	answer, err := w.client.Do(request)
	switch {
	case errors.Is(err, errForbiddenAddress):
		return fmt.Errorf("%w: %w", errForbiddenAddress, ErrRefused)
	case err != nil && written.Load():
		return fmt.Errorf("no answer from the webhook: %w: %w", plainCause(err), ErrUnknown)
	case err != nil:
		return fmt.Errorf("calling the webhook: %w", plainCause(err))
	}
	_ = answer.Body.Close() // what it says does not matter
	return judgeAnswer(answer.StatusCode)
}

func (w *Webhook) request(ctx context.Context, address, secret string, l Letter) (*http.Request, error) {
	at := w.o.Now()
	body, err := w.body(l, at)
	if err != nil {
		return nil, fmt.Errorf("letter %s: %w: %w", l.ID, err, ErrRefused)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil || request.URL.Scheme != "https" && !(w.o.PlainHTTP && request.URL.Scheme == "http") {
		return nil, fmt.Errorf("the webhook's address is not one that is called: %w", ErrRefused)
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Vaka")
	request.Header.Set(TimestampHeader, stamp)
	request.Header.Set(SignatureHeader, "v1="+sign(secret, stamp, body))
	request.Header.Set(DeliveryHeader, messageID(l.ID))
	// The standard library would send the request again by itself when a kept
	// connection breaks; the dispatcher decides that here.
	request.GetBody = nil
	return request, nil
}

// sign is the HMAC-SHA-256 of the timestamp, a point and the body.
func sign(secret, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(stamp + "."))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// judgeAnswer says what a status means for the letter. A redirect is not
// followed: the signed letter goes where its person said, and nowhere else.
func judgeAnswer(status int) error {
	outcome := fmt.Errorf("the webhook answered %d", status)
	switch {
	case status >= 200 && status <= 299:
		return nil
	case status == http.StatusRequestTimeout, status == http.StatusTooManyRequests, status == http.StatusTooEarly:
		return outcome
	case status >= 400 && status <= 499:
		return fmt.Errorf("%w: %w", outcome, ErrRefused)
	}
	return outcome
}

// errForbiddenAddress tells that a webhook leads where it must not.
var errForbiddenAddress = errors.New("the webhook leads into a network that is not called")

// guard refuses a connection to what is not on the open internet, unless the
// operator has opened the network.
func (w *Webhook) guard(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return errForbiddenAddress
	}
	ip := to.Addr().WithZone("").Unmap()
	if isPublic(ip) || slices.ContainsFunc(w.o.Networks, func(n netip.Prefix) bool { return n.Contains(ip) }) {
		return nil
	}
	return errForbiddenAddress
}

// reserved are the networks that are not the open internet and that netip does
// not name (the registries of IANA for special purposes).
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("3fff::/20"), netip.MustParsePrefix("fec0::/10"), netip.MustParsePrefix("::/96"),
}

func isPublic(ip netip.Addr) bool {
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && !slices.ContainsFunc(reserved, func(n netip.Prefix) bool { return n.Contains(ip) })
}

// plainCause is an error of the HTTP client without the address that it names.
func plainCause(err error) error {
	var timeout net.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return context.DeadlineExceeded
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, syscall.ECONNREFUSED):
		return syscall.ECONNREFUSED
	case errors.Is(err, syscall.ECONNRESET):
		return syscall.ECONNRESET
	}
	var name *net.DNSError
	if errors.As(err, &name) {
		return errors.New("its name leads nowhere")
	}
	return errors.New("the connection failed")
}
