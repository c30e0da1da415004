package e2e

import (
	"strings"
	"testing"
	"time"
)

// An organisation that has lost its own sign-in notifies without an account, keeps
// the key, and comes back with it on another machine to answer what is asked.
func TestStoryWithoutAccount(t *testing.T) {
	for name, scriptless := range map[string]bool{"with scripts": false, "without scripts": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &story{t: t, scriptless: scriptless}
			b := newTab(t, look{scriptless: scriptless})
			key := s.notifyWithoutAccount(b)
			registrar, supervisor, caseworker := s.person("registrar"), s.person("supervisor"), s.person("caseworker")
			s.register(registrar)
			s.allot(supervisor)
			s.doubt(caseworker)
			s.step(caseworker, "request_supplement", "AWAITING_SUPPLEMENT", func() {
				caseworker.fill("[name='questions']", "Har uppgifter lämnat systemet?")
			})
			s.comeBack(key)
		})
	}
}

// notifyWithoutAccount goes on with a draft by its private link, sends it, and reads
// the key off the receipt.
func (s *story) notifyWithoutAccount(b *tab) (key string) {
	s.t.Helper()
	b.see("/")
	b.take("main a[href='/notify']")
	b.take("main form[action='/notify'] button")
	link := b.text("main a[href^='/draft#']")
	if !strings.Contains(link, "/draft#") {
		s.t.Fatalf("the form shows the private link %q", link)
	}
	b.fill("[name='controller.name']", "Exempelköpings kommun")
	b.fill("[name='controller.contact.phone']", "+46 10 000 00 02")
	b.next("/reporter")

	other := newTab(s.t, look{scriptless: s.scriptless})
	other.see("/draft")
	other.fill("[name='link']", link)
	other.take("main form[action='/draft'] button")
	if name := other.value("[name='controller.name']"); name != "Exempelköpings kommun" {
		s.t.Errorf("on another machine the draft names %q", name)
	}
	b.fill("[name='reporter.name']", "Kim Exempel")
	b.fill("[name='reporter.contact.email']", "kim@exempelkoping.example")
	b.choose("reporter.function", "AUTHORISED_OTHER")
	b.next("/when")
	b.set("[name='aware_at']", time.Now().Add(-5*time.Hour).In(stockholm(s.t)).Format("2006-01-02T15:04"))
	b.take("#form button[value='review']")
	b.take("form[action$='/review'] button")
	s.number, key = b.text(".figure"), b.text("#case-key")
	if !strings.HasPrefix(s.number, "PUI-") || len(key) != 34 {
		s.t.Fatalf("after sending, %s shows the number %q and the key %q", b.path(), s.number, key)
	}
	b.see("/cases/" + s.number + "/receipt/1")
	if b.count("#case-key") != 0 {
		s.t.Error("the key is shown again")
	}
	return key
}

// doubt sees that nobody has checked who sent it.
func (s *story) doubt(b *tab) {
	s.t.Helper()
	b.see("/cases/" + s.number)
	if shown := b.text("main"); !strings.Contains(shown, "Avsändaren är inte kontrollerad") {
		s.t.Errorf("the case does not say that its sender is unverified: %s", shown)
	}
}

// comeBack answers on another machine, with number and key.
func (s *story) comeBack(key string) {
	s.t.Helper()
	b := newTab(s.t, look{scriptless: s.scriptless})
	b.see("/")
	b.take("main a[href='/supplement']")
	b.fill("#number", s.number)
	b.fill("#key", strings.ToLower(strings.ReplaceAll(key, "-", " ")))
	b.take("main form[action='/supplement'] button")
	if asked := b.text("main"); !strings.Contains(asked, "Har uppgifter lämnat systemet?") {
		s.t.Fatalf("%s does not show what the authority asks: %s", b.path(), asked)
	}
	b.take("main a[href='/cases/" + s.number + "/supplement']")
	b.tick("[name='submission_kind'][value='SUPPLEMENT']")
	b.take("main form[action$='/supplement'] button")
	b.fill("[name='submission_reason']", "Nej, inga uppgifter har lämnat systemet.")
	b.take("#form button[value='review']")
	b.take("form[action$='/review'] button")
	if !strings.Contains(b.path(), "/cases/"+s.number+"/receipt/2") {
		s.t.Errorf("the answer led to %s: %s", b.path(), b.text("main"))
	}
	b.take("form[action='/leave'] button")
	if b.see("/cases/" + s.number); !strings.Contains(b.path(), "/sign-in") {
		s.t.Errorf("a case that was left is open at %s", b.path())
	}
}
