package web

import (
	"net/http"

	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/workflow"
)

type accountList struct {
	Items []auth.Profile `json:"items"`
}

func (q *call) listAccounts() error {
	all, err := q.s.opt.Auth.Accounts(q.ctx, q.actor)
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, accountList{Items: list(all)})
}

func (q *call) makeAccount() error {
	var in auth.NewAccount
	if err := q.bind(&in); err != nil {
		return err
	}
	p, err := q.s.opt.Auth.Create(q.ctx, q.actor, in)
	if err != nil {
		return err
	}
	q.Set(fiber.HeaderLocation, "/api/v1/accounts/"+p.ID)
	return q.answer(http.StatusCreated, p)
}

func (q *call) getAccount() error {
	p, err := q.s.opt.Auth.Profile(q.ctx, q.actor, q.Params("id"))
	return q.profile(http.StatusOK, p, err)
}

// profile answers with an account, unless there was an error.
func (q *call) profile(status int, p auth.Profile, err error) error {
	if err != nil {
		return err
	}
	return q.answer(status, p)
}

type rolesRequest struct {
	Roles  []workflow.Role `json:"roles"`
	Reason string          `json:"reason,omitempty" doc:"Needed when administrators change their own roles."`
}

func (q *call) setRoles() error {
	var in rolesRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	p, err := q.s.opt.Auth.SetRoles(q.ctx, q.actor, q.Params("id"), in.Roles, in.Reason)
	return q.profile(http.StatusOK, p, err)
}

type mandateRequest struct {
	Unit   string `json:"unit" doc:"The controller unit's id."`
	Reason string `json:"reason" doc:"What the mandate rests on."`
}

func (q *call) grantMandate() error {
	var in mandateRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	organisation, _, known := q.s.opt.Units.Unit(in.Unit)
	if !known {
		return workflow.RefuseFaults("invalid_change", "The account was not changed.", []workflow.Fault{{
			Path: "/unit", Code: "unknown_unit", Message: "There is no such controller unit. GET /api/v1/organisations lists them.",
		}})
	}
	p, err := q.s.opt.Auth.GrantMandate(q.ctx, q.actor, q.Params("id"), in.Unit, organisation.ID, in.Reason)
	return q.profile(http.StatusCreated, p, err)
}

type reasonRequest struct {
	Reason string `json:"reason"`
}

func (q *call) revokeMandate() error {
	var in reasonRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	p, err := q.s.opt.Auth.RevokeMandate(q.ctx, q.actor, q.Params("id"), q.Params("unit"), in.Reason)
	return q.profile(http.StatusOK, p, err)
}

type deactivateRequest struct {
	Reason    string `json:"reason"`
	Successor string `json:"successor,omitempty" doc:"The active caseworker or supervisor who gets the open cases; left out: they go back to the unassigned queue."`
}

func (q *call) deactivate() error {
	var in deactivateRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	p, err := q.deactivateTo(q.Params("id"), in.Successor, in.Reason)
	if err == nil {
		q.handCasesOver(p.ID)
	}
	return q.profile(http.StatusOK, p, err)
}

func (q *call) activate() error {
	var in reasonRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	p, err := q.s.opt.Auth.Activate(q.ctx, q.actor, q.Params("id"), in.Reason)
	return q.profile(http.StatusOK, p, err)
}

type passwordRequest struct {
	Old      string `json:"old_password,omitempty" doc:"Needed for one's own account."`
	Password string `json:"password"`
}

func (q *call) setPassword() error {
	var in passwordRequest
	if err := q.bind(&in); err != nil {
		return err
	}
	if err := q.s.opt.Auth.SetPassword(q.ctx, q.actor, q.Params("id"), in.Old, in.Password); err != nil {
		return err
	}
	return q.nothing()
}

type tokenList struct {
	Items []auth.Token `json:"items"`
}

func (q *call) listTokens() error {
	p, err := q.s.opt.Auth.Profile(q.ctx, q.actor, q.Params("id"))
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, tokenList{Items: list(p.Tokens)})
}

// newTokenView is the one answer that holds an API token's secret.
type newTokenView struct {
	Secret string `json:"token" doc:"Keep it: it is not shown again."`
	auth.Token
}

func (q *call) makeToken() error {
	var in auth.NewToken
	if err := q.bind(&in); err != nil {
		return err
	}
	secret, token, err := q.s.opt.Auth.CreateToken(q.ctx, q.actor, q.session, q.Params("id"), in)
	if err != nil {
		return err
	}
	q.Set(fiber.HeaderLocation, "/api/v1/accounts/"+q.Params("id")+"/tokens/"+token.ID)
	return q.answer(http.StatusCreated, newTokenView{Secret: secret, Token: token})
}

func (q *call) revokeToken() error {
	if err := q.s.opt.Auth.RevokeToken(q.ctx, q.actor, q.Params("id"), q.Params("token")); err != nil {
		return err
	}
	return q.nothing()
}
