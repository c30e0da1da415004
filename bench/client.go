package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/valyala/fasthttp"
)

// client speaks to one server over kept connections.
type client struct {
	base string
	http *fasthttp.Client
}

func newClient(base string) *client {
	return &client{base: base, http: &fasthttp.Client{
		MaxConnsPerHost: 512, ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second, MaxIdleConnDuration: time.Minute,
	}}
}

// request is one call; want is the status that it must have.
type request struct {
	method, path, token, match string
	page                       bool // for people: the token goes into the cookie of a session
	body                       []byte
	want                       int
}

// do sends a request and hands its answer to read, which may be nil; the answer is
// valid during the call only.
func (c *client) do(r request, read func(body []byte) error) error {
	q, a := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(q)
	defer fasthttp.ReleaseResponse(a)
	q.SetRequestURI(c.base + r.path)
	q.Header.SetMethod(r.method)
	switch {
	case r.page:
		q.Header.SetCookie("vaka", r.token)
	case r.token != "":
		q.Header.Set("Authorization", "Bearer "+r.token)
	}
	if r.match != "" {
		q.Header.Set("If-Match", r.match)
	}
	if r.body != nil {
		q.Header.SetContentType("application/json")
		q.SetBodyRaw(r.body)
	}
	if err := c.http.Do(q, a); err != nil {
		return fmt.Errorf("%s %s: %w", r.method, r.path, err)
	}
	if a.StatusCode() != r.want {
		return fmt.Errorf("%s %s: status %d, wanted %d: %.300s", r.method, r.path, a.StatusCode(), r.want, a.Body())
	}
	if read == nil {
		return nil
	}
	return read(a.Body())
}

// call sends in as JSON, where there is one, and reads the answer into out.
func (c *client) call(r request, in, out any) error {
	if in != nil {
		body, err := json.Marshal(in)
		if err != nil {
			return err
		}
		r.body = body
	}
	if out == nil {
		return c.do(r, nil)
	}
	return c.do(r, func(body []byte) error { return json.Unmarshal(body, out) })
}

// signIn begins a session and returns its token.
func (c *client) signIn(email string) (string, error) {
	var session struct {
		Token string `json:"token"`
	}
	err := c.call(request{method: "POST", path: "/api/v1/session", want: 200},
		map[string]string{"email": email, "password": password}, &session)
	return session.Token, err
}
