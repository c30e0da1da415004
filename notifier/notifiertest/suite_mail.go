package notifiertest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vaka-project/vaka/notifier"
	"github.com/vaka-project/vaka/notifier/mailtest"
	"github.com/vaka-project/vaka/workflow"
)

// byMail lets a scene deliver to a mail server, whose answers it awaits for a while.
func (s *scene) byMail(patience time.Duration) *mailtest.Server {
	s.Helper()
	server, err := mailtest.Serve()
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(server.Down)
	composer, err := notifier.NewComposer(notifier.Office{Authority: "Exempelmyndigheten", PublicURL: "https://vaka.example.se", Zone: workflow.Stockholm})
	if err != nil {
		s.Fatal(err)
	}
	channel, err := notifier.NewSMTP(notifier.SMTPOptions{
		Composer: composer, Host: server.Host, Port: server.Port, Security: notifier.NoSecurity,
		From: "no-reply@imy.example", FromName: "Exempelmyndigheten", Domain: "vaka.example.se", Timeout: patience,
	})
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(channel.Close)
	s.channels[notifier.ChannelEmail] = channel
	return server
}

// received are the Message-IDs that the server had in its hands, by account.
func (s *scene) received(server *mailtest.Server) map[string][]string {
	out := map[string][]string{}
	for account, p := range s.people {
		for _, m := range server.Mails() {
			if m.To == p.Email {
				out[account] = append(out[account], m.MessageID)
			}
		}
	}
	return out
}

// numbers are how many letters each account got.
func numbers(received map[string][]string) map[string]int {
	out := map[string]int{}
	for account, ids := range received {
		out[account] = len(ids)
	}
	return out
}

// The whole way, with a server that is away on the morning on which everything is
// due and comes back a day later: everybody gets their letter then, once, and until
// then it is in sight that they have not.
func downForADay(t *testing.T, e Engine) {
	s := newScene(t, e)
	server := s.byMail(10 * time.Second)
	s.each(3)
	a := s.start(e.Store, 0)
	s.pass(a)
	server.Down()
	s.until(morning)
	for range 22 { // short of the next rung
		s.pass(a)
		s.wait(time.Hour)
	}
	if f := a.Figures(); f.Due != 3 || !f.Overdue(s.now) || f.Failed != 0 {
		t.Errorf("after a day: %+v", f)
	}
	want := map[string]string{"p00": "FAILED UNREACHABLE", "p01": "FAILED UNREACHABLE", "p02": "FAILED UNREACHABLE"}
	if diff := cmp.Diff(want, s.outcomes(a)); diff != "" {
		t.Errorf("in the ledger (-want +got):\n%s", diff)
	}
	if err := server.Up(); err != nil {
		t.Fatal(err)
	}
	s.wait(time.Hour)
	if round := s.pass(a); round.Sent != 3 || round.Late != 3 {
		t.Errorf("when it came back: %+v", round)
	}
	s.pass(a)
	if diff := cmp.Diff(map[string]int{"p00": 1, "p01": 1, "p02": 1}, numbers(s.received(server))); diff != "" {
		t.Errorf("received (-want +got):\n%s", diff)
	}
	if f := a.Figures(); f.Due != 0 || f.Overdue(s.now) {
		t.Errorf("in the end %+v", f)
	}
}

// A server that takes a letter and hangs up instead of saying so, and one that never
// says anything, are asked again: nobody knows better. The letter is the same one by
// its Message-ID, so that the reader's program can show it once.
func hangsUp(t *testing.T, e Engine) {
	s := newScene(t, e)
	server := s.byMail(1500 * time.Millisecond)
	s.each(3)
	server.Behave(func(to string) mailtest.Turn {
		return map[string]mailtest.Turn{"p00@example.org": mailtest.Drop, "p01@example.org": mailtest.Hang}[to]
	})
	a := s.start(e.Store, 0)
	s.until(morning)
	if round := s.pass(a); round.Sent != 1 || round.Failed != 2 {
		t.Errorf("round %+v", round)
	}
	want := map[string]string{"p00": "UNKNOWN NO_ANSWER", "p01": "UNKNOWN NO_ANSWER", "p02": "SENT"}
	if diff := cmp.Diff(want, s.outcomes(a)); diff != "" {
		t.Errorf("in the ledger (-want +got):\n%s", diff)
	}
	server.Behave(nil)
	for range 3 {
		s.wait(afterLease)
		s.pass(a)
	}
	got := s.received(server)
	if diff := cmp.Diff(map[string]int{"p00": 2, "p01": 2, "p02": 1}, numbers(got)); diff != "" {
		t.Errorf("received (-want +got):\n%s", diff)
	}
	for account, ids := range got {
		if ids[0] == "" || ids[len(ids)-1] != ids[0] {
			t.Errorf("%s got the letter under two names: %v", account, ids)
		}
	}
}

// An address that bounces, one that is put off, somebody without any, and somebody
// whose account goes before the letter does: each is seen for what it is, and the others hear in the
// same pass.
func unreachable(t *testing.T, e Engine) {
	s := newScene(t, e)
	server := s.byMail(10 * time.Second)
	inbox := &paper{}
	s.channels[notifier.ChannelInbox] = inbox
	s.each(2)
	s.person("bounces")
	s.person("later")
	s.person("nowhere", func(p *notifier.Person) { p.Email = "" })
	s.person("gone")
	for _, who := range []string{"bounces", "later", "nowhere", "gone"} {
		s.hold(who)
	}
	server.Behave(func(to string) mailtest.Turn {
		return map[string]mailtest.Turn{"bounces@example.org": mailtest.Refuse, "later@example.org": mailtest.Later, "gone@example.org": mailtest.Later}[to]
	})
	a := s.start(e.Store, 0)
	s.until(morning)
	if round := s.pass(a); round.Sent != 2 || round.Refused != 2 || round.Failed != 2 {
		t.Errorf("round %+v", round)
	}
	want := map[string]string{
		"p00": "SENT", "p01": "SENT", "bounces": "REFUSED REFUSED", "later": "FAILED UNREACHABLE",
		"nowhere": "REFUSED NO_ADDRESS", "gone": "FAILED UNREACHABLE",
	}
	if diff := cmp.Diff(want, s.outcomes(a)); diff != "" {
		t.Errorf("in the ledger (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"nowhere": 1}, inbox.counts()); diff != "" {
		t.Errorf("in the program's own list (-want +got):\n%s", diff)
	}
	checkDeadLetters(s, server, a)
}

// checkDeadLetters lets time pass, repairs what can be, and sends again by hand.
func checkDeadLetters(s *scene, server *mailtest.Server, a *notifier.Dispatcher) {
	s.Helper()
	server.Behave(nil)
	s.person("gone", func(p *notifier.Person) { p.Active = false })
	s.wait(afterLease)
	if round := s.pass(a); round.Sent != 1 || round.Refused != 1 {
		s.Errorf("what was put off: %+v", round)
	}
	if outcome := s.outcomes(a)["gone"]; outcome != "REFUSED NOBODY" {
		s.Errorf("the account that is gone: %s", outcome)
	}
	failed, err := a.Failed(s.Context())
	if err != nil || len(failed) != 3 || a.Figures().Failed != 3 {
		s.Fatalf("dead letters: %+v, %v, %+v", failed, err, a.Figures())
	}
	for _, letter := range failed {
		if letter.Account != "bounces" {
			continue
		}
		if again, err := a.Resend(s.Context(), "admin", "The address is right now.", letter.ID); err != nil || again.Outcome != notifier.OutcomeSent {
			s.Errorf("sent again by hand: %+v, %v", again, err)
		}
	}
	if diff := cmp.Diff(map[string]int{"p00": 1, "p01": 1, "later": 1, "bounces": 1}, numbers(s.received(server))); diff != "" {
		s.Errorf("received (-want +got):\n%s", diff)
	}
	if f := a.Figures(); f.Failed != 2 || f.Due != 0 {
		s.Errorf("in the end %+v", f)
	}
}

// A webhook that would answer 200 after a minute is not waited for so long: the
// others hear meanwhile, and the letter is sent again under the same name.
func lateWebhook(t *testing.T, e Engine) {
	s := newScene(t, e)
	mails := s.byMail(10 * time.Second)
	s.each(1)
	s.person("hooked", func(p *notifier.Person) { p.Channels = []notifier.ChannelKind{notifier.ChannelWebhook} })
	s.hold("hooked")
	calls, ends := make(chan string, 10), make(chan struct{})
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls <- r.Header.Get(notifier.DeliveryHeader)
		<-ends // after the caller has given up, as a minute would be
	}))
	t.Cleanup(hook.Close)
	webhook := notifier.NewWebhook(notifier.WebhookOptions{
		Hooks: address(hook.URL), PublicURL: "https://vaka.example.se", PlainHTTP: true, Timeout: time.Second,
		Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
	t.Cleanup(webhook.Close)
	s.channels[notifier.ChannelWebhook] = webhook
	a := s.start(e.Store, 0)
	s.until(morning)
	round := s.pass(a)
	close(ends)
	if round.Sent != 1 || round.Failed != 1 {
		t.Errorf("round %+v", round)
	}
	if diff := cmp.Diff(map[string]string{"p00": "SENT", "hooked": "UNKNOWN NO_ANSWER"}, s.outcomes(a)); diff != "" {
		t.Errorf("in the ledger (-want +got):\n%s", diff)
	}
	s.wait(afterLease)
	if round := s.pass(a); round.Sent != 1 || a.Figures().Due != 0 {
		t.Errorf("again: %+v, %+v", round, a.Figures())
	}
	if first, second := <-calls, <-calls; first == "" || first != second {
		t.Errorf("called as %s and as %s", first, second)
	}
	if n, _ := mails.Count(); n != 1 {
		t.Errorf("%d mails", n)
	}
}

// address is everybody's webhook.
type address string

// Webhook implements notifier.Hooks.
func (a address) Webhook(context.Context, string) (string, string, error) {
	return string(a), "vaka_w_secret", nil
}
