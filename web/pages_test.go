package web_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/vaka-project/vaka/web"
	"github.com/vaka-project/vaka/workflow"
)

func TestPages(t *testing.T) {
	h := open(t)
	for _, path := range []string{"/api", "/setup?token=x", "/setup"} {
		for asked, lang := range map[string]string{"": "sv", "sv": "sv", "en-GB,en;q=0.8": "en", "de": "sv", "fr, en;q=0.5, sv;q=0.9": "sv", ";;;": "sv"} {
			r := h.do(request{method: "GET", path: path, header: map[string]string{"Accept-Language": asked}}).want(200)
			page := string(r.Body)
			if !strings.Contains(page, `<html lang="`+lang+`">`) {
				t.Errorf("%s for %q is not in %s", path, asked, lang)
			}
			for _, never := range []string{"<no value>", "style=", "<script", "http://", "https://", "onclick"} {
				if strings.Contains(page, never) {
					t.Errorf("%s holds %s", path, never)
				}
			}
			if !strings.Contains(page, "<h1>") || !strings.Contains(page, "<title>") || !strings.Contains(page, `<main id="content">`) {
				t.Errorf("%s lacks its parts", path)
			}
		}
	}
	api := string(h.get("", "/api").Body)
	for _, row := range web.Rows() {
		if !strings.Contains(api, row.Method+" "+row.Path) {
			t.Errorf("the page of the API lacks %s %s", row.Method, row.Path)
		}
	}
	css := h.get("", "/assets/vaka.css").want(200)
	h.do(request{method: "GET", path: "/assets/vaka.css", header: map[string]string{"If-None-Match": css.Header.Get("ETag")}})
	for lang, words := range web.PageWords() {
		if !slices.Equal(slices.Sorted(maps.Keys(words)), slices.Sorted(maps.Keys(web.PageWords()["en"]))) {
			t.Errorf("%s has other words than en", lang)
		}
	}
}

// The first administrator is made by the one-time link, once.
func TestSetup(t *testing.T) {
	h := buildFor(t, map[string][]workflow.Role{"dpo": people["dpo"]})
	h.listen()
	token, _, err := h.auth.BootstrapToken(ctx)
	must(t, err)
	send := func(form url.Values, header map[string]string) reply {
		t.Helper()
		all := map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "en"}
		for k, v := range header {
			all[k] = v
		}
		return h.do(request{method: http.MethodPost, path: "/setup", body: form.Encode(), header: all})
	}
	form := url.Values{"token": {token}, "name": {`Kim "<b>" Exempel`}, "email": {"kim@authority.example"}, "password": {"short"}}
	if r := send(form, nil).want(422); !strings.Contains(string(r.Body), "Password: Choose a longer one.") || strings.Contains(string(r.Body), "<b>") || strings.Contains(string(r.Body), "short") || !strings.Contains(string(r.Body), "kim@authority.example") {
		t.Errorf("the form again: %s", r.Body)
	}
	form.Set("password", "eight swans under clouds")
	send(form, map[string]string{"Sec-Fetch-Site": "cross-site"}).want(403)
	send(form, map[string]string{"Origin": "https://evil.example"}).want(403)
	send(form, map[string]string{"Content-Type": "application/json"}).want(415)
	wrong := maps.Clone(form)
	wrong.Set("token", "vaka_b_"+strings.Repeat("A", 43))
	send(wrong, nil).want(403)
	if r := send(form, map[string]string{"Sec-Fetch-Site": "same-origin"}).want(200); !strings.Contains(string(r.Body), "The account is made") {
		t.Errorf("done: %s", r.Body)
	}
	send(form, nil).want(403)
	r := h.post("", "/api/v1/session", map[string]any{"email": "kim@authority.example", "password": "eight swans under clouds"}).want(200)
	h.tokens["kim"] = r.text("token")
	h.get("kim", "/api/v1/accounts").want(200)
	if strings.Contains(h.log.String(), token) {
		t.Error("the log holds the secret of the link")
	}
}
