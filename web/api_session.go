package web

import (
	"net/http"
	"time"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/workflow"
)

type signInRequest struct {
	Email    string `json:"email"`
	Password string `json:"password"`
}

type sessionToken struct {
	Token     string    `json:"token"`
	ExpiresAt time.Time `json:"expires_at"`
}

func (q *call) signIn() error {
	var in signInRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	token, expires, err := q.s.opt.Auth.SignIn(q.ctx, in.Email, in.Password, q.s.clientAddress(q.Ctx))
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, sessionToken{token, expires})
}

func (q *call) signOut() error {
	if err := q.s.opt.Auth.SignOut(q.ctx, q.bearer); err != nil {
		return err
	}
	q.s.hub.endSession(q.session.ID)
	return q.nothing()
}

// sessionView is who the caller is.
type sessionView struct {
	Account   string          `json:"account"`
	Name      string          `json:"name"`
	Roles     []workflow.Role `json:"roles" doc:"What the caller may act as with this token."`
	Units     []string        `json:"units" doc:"Controller units that the account may act for."`
	Language  string          `json:"language"`
	Means     auth.Means      `json:"means"`
	ExpiresAt time.Time       `json:"expires_at"`
}

func (q *call) whoAmI() error {
	p, err := q.s.opt.Auth.Person(q.ctx, q.actor.Account)
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, sessionView{
		Account: q.actor.Account, Name: p.Name, Roles: list(q.actor.Roles), Units: list(q.actor.Units),
		Language: q.session.Language, Means: q.session.Means, ExpiresAt: q.session.ExpiresAt,
	})
}

// list is a list that is written as [] where it is empty.
func list[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}
