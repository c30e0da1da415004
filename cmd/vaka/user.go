package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

type userCommand struct {
	settings
	Add        userAdd        `cmd:"" help:"Make an account."`
	Invite     userInvite     `cmd:"" help:"Make an account whose holder chooses the password by a one-time link."`
	ResetLink  userResetLink  `cmd:"" help:"Print a one-time link by which the holder of an account chooses a password."`
	List       userList       `cmd:"" help:"List the accounts."`
	Roles      userRoles      `cmd:"" help:"Give an account exactly these roles."`
	Password   userPassword   `cmd:"" help:"Give an account a new password and end its sessions."`
	Mandate    userMandate    `cmd:"" help:"Record that an account may act for a controller unit, or take that back."`
	Deactivate userDeactivate `cmd:"" help:"Let nobody in with an account any more."`
	Activate   userActivate   `cmd:"" help:"Let a deactivated account be used again."`
}

// Help is shown below the command's summary.
func (userCommand) Help() string {
	return `For whoever runs the machine: the first accounts, and the way back in when nobody can administer. The local store must not be open in a running service; with MongoDB the service goes on and sees the change within two seconds. Everything is recorded like what administrators do.

Examples:

    vaka user add karin@imy.example --name "Karin Berg" --role caseworker
    vaka user invite nora@imy.example --name "Nora Berg" --role notifier
    vaka user reset-link karin@imy.example
    vaka user password karin@imy.example --password-file -
    vaka user list --data /var/lib/vaka`
}

// commandLine acts for whoever runs the program's machine.
var commandLine = cases.System("command_line")

// linkBase is the part of a one-time link before its path: the address under which
// people reach Vaka, as the settings say.
func (c *userCommand) linkBase(t Terminal) (string, error) {
	conf, err := c.load(t)
	if err != nil {
		return "", err
	}
	if conf.PublicURL == "" {
		return "http://" + conf.Listen, nil
	}
	return conf.PublicURL, nil
}

// with runs one change on the installation's accounts.
func (c *userCommand) with(ctx context.Context, t Terminal, open opener, change func(*Parts) error) error {
	conf, err := c.load(t)
	if err != nil {
		return err
	}
	return withParts(ctx, open, conf, newLogger(conf, t.Err), func(p *Parts) error {
		if err := p.Auth.Load(ctx); err != nil {
			return err
		}
		return change(p)
	})
}

// passwordSource is where a password comes from. There is no flag for the
// password itself: it would stand in the list of processes.
type passwordSource struct {
	PasswordFile string `placeholder:"FILE" help:"File whose first line is the password; - for standard input. Left out: one is made and printed."`
}

// read returns the password and whether it was made here.
func (s passwordSource) read(t Terminal) (password string, made bool, err error) {
	from := t.In
	switch s.PasswordFile {
	case "":
		return rand.Text(), true, nil
	case "-":
	default:
		file, err := os.Open(s.PasswordFile)
		if err != nil {
			return "", false, fmt.Errorf("--password-file: %w", plainCause(err))
		}
		defer func() { _ = file.Close() }() // it was only read from
		from = file
	}
	line, err := bufio.NewReader(io.LimitReader(from, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", false, fmt.Errorf("--password-file: %w", plainCause(err))
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", false, errors.New("--password-file: the password is empty")
	}
	return line, false, nil
}

func tellPassword(t Terminal, password string, made bool) {
	if made {
		fmt.Fprintf(t.Out, "password: %s\n", password)
	}
}

type userAdd struct {
	Email      string   `arg:"" help:"E-mail address; it never changes."`
	Name       string   `required:"" placeholder:"NAME" help:"Name, as colleagues know it."`
	Role       []string `required:"" placeholder:"ROLE" help:"Role; may be given several times. Roles: ${roles}."`
	Language   string   `name:"account-language" enum:"sv,en" default:"sv" placeholder:"sv|en" help:"Language of letters. Default: ${default}."`
	NoPassword bool     `help:"Make an account that uses API tokens only."`
	passwordSource
}

// Run makes the account.
func (c *userAdd) Run(ctx context.Context, t Terminal, user *userCommand) error {
	password, made := "", false
	if !c.NoPassword {
		var err error
		if password, made, err = c.read(t); err != nil {
			return err
		}
	}
	return user.with(ctx, t, openEngine, func(p *Parts) error {
		profile, err := p.Auth.Create(ctx, commandLine, auth.NewAccount{
			Name: c.Name, Email: c.Email, Roles: rolesOf(c.Role), Language: c.Language,
			Password: password, How: auth.ByCommandLine,
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(t.Out, "made account %s\n", profile.ID)
		tellPassword(t, password, made)
		return nil
	})
}

type userInvite struct {
	Email    string   `arg:"" help:"E-mail address; it never changes."`
	Name     string   `required:"" placeholder:"NAME" help:"Name, as colleagues know it."`
	Role     []string `required:"" placeholder:"ROLE" help:"Role; may be given several times. Roles: ${roles}."`
	Language string   `name:"account-language" enum:"sv,en" default:"sv" placeholder:"sv|en" help:"Language of pages and letters. Default: ${default}."`
}

// Run makes the account and prints its link.
func (c *userInvite) Run(ctx context.Context, t Terminal, user *userCommand) error {
	base, err := user.linkBase(t)
	if err != nil {
		return err
	}
	return user.with(ctx, t, openEngine, func(p *Parts) error {
		secret, profile, err := p.Auth.Invite(ctx, commandLine, auth.NewInvitation{
			Name: c.Name, Email: c.Email, Roles: rolesOf(c.Role), Language: c.Language, How: auth.ByCommandLine,
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(t.Out, "made account %s\n", profile.ID)
		tellLink(t, base, secret, *profile.Link)
		return nil
	})
}

// tellLink prints a one-time link. Nothing else ever shows it again.
func tellLink(t Terminal, base, secret string, l auth.Link) {
	path := "/invitation/"
	if l.Purpose == auth.ForReset {
		path = "/new-password/"
	}
	fmt.Fprintf(t.Out, "link, once, until %s: %s%s%s\n", l.ExpiresAt.Format(time.RFC3339), base, path, secret)
}

type userResetLink struct {
	Email string `arg:"" help:"E-mail address of the account."`
}

// Run prints the link; for an account without a password it is an invitation.
func (c *userResetLink) Run(ctx context.Context, t Terminal, user *userCommand) error {
	base, err := user.linkBase(t)
	if err != nil {
		return err
	}
	return user.with(ctx, t, openExisting, func(p *Parts) error {
		account := auth.AccountID(c.Email)
		profile, err := p.Auth.Profile(ctx, commandLine, account)
		if err != nil {
			return err
		}
		purpose := auth.ForInvitation
		if profile.HasPassword {
			purpose = auth.ForReset
		}
		secret, profile, err := p.Auth.OfferLink(ctx, commandLine, account, purpose)
		if err != nil {
			return err
		}
		tellLink(t, base, secret, *profile.Link)
		return nil
	})
}

// rolesOf spells roles as the program does, whatever case they were typed in.
func rolesOf(typed []string) []workflow.Role {
	roles := make([]workflow.Role, len(typed))
	for i, r := range typed {
		roles[i] = workflow.Role(strings.ToLower(r))
	}
	return roles
}

// roleNames lists the roles that an account can have, for the help.
func roleNames() string {
	var names []string
	for _, r := range workflow.Roles() {
		if r != workflow.RoleSystem {
			names = append(names, string(r))
		}
	}
	return strings.Join(names, ", ")
}

type userList struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// Run lists the accounts in the order of their addresses.
func (c *userList) Run(ctx context.Context, t Terminal, user *userCommand) error {
	return user.with(ctx, t, openExisting, func(p *Parts) error {
		all, err := p.Auth.Accounts(ctx, commandLine)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(t, all)
		}
		table := tabwriter.NewWriter(t.Out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "E-MAIL\tNAME\tROLES\tSIGNS IN\tMANDATES")
		for _, a := range all {
			roles := make([]string, len(a.Roles))
			for i, r := range a.Roles {
				roles[i] = string(r)
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\n", a.Email, a.Name, strings.Join(roles, ","), signsIn(a), len(a.Mandates))
		}
		return table.Flush()
	})
}

func signsIn(a auth.Profile) string {
	switch {
	case !a.Active:
		return "no"
	case !a.HasPassword:
		return "by token"
	}
	return "yes"
}

type userRoles struct {
	Email  string   `arg:"" help:"E-mail address of the account."`
	Role   []string `arg:"" help:"Roles, all that it is to have. Roles: ${roles}."`
	Reason string   `placeholder:"TEXT" help:"Why, for the record."`
}

// Run sets the roles.
func (c *userRoles) Run(ctx context.Context, t Terminal, user *userCommand) error {
	return user.with(ctx, t, openExisting, func(p *Parts) error {
		_, err := p.Auth.SetRoles(ctx, commandLine, auth.AccountID(c.Email), rolesOf(c.Role), c.Reason)
		return err
	})
}

type userPassword struct {
	Email string `arg:"" help:"E-mail address of the account."`
	passwordSource
}

// Run sets the password.
func (c *userPassword) Run(ctx context.Context, t Terminal, user *userCommand) error {
	password, made, err := c.read(t)
	if err != nil {
		return err
	}
	return user.with(ctx, t, openExisting, func(p *Parts) error {
		if err := p.Auth.SetPassword(ctx, commandLine, auth.AccountID(c.Email), "", password); err != nil {
			return err
		}
		tellPassword(t, password, made)
		return nil
	})
}

type userMandate struct {
	Email  string `arg:"" help:"E-mail address of the account."`
	Unit   string `arg:"" help:"Id of the controller unit."`
	Reason string `required:"" placeholder:"TEXT" help:"What the mandate rests on, or why it ends."`
	Revoke bool   `help:"Take the mandate back."`
}

// Run grants or revokes the mandate.
func (c *userMandate) Run(ctx context.Context, t Terminal, user *userCommand) error {
	return user.with(ctx, t, openExisting, func(p *Parts) error {
		account := auth.AccountID(c.Email)
		if c.Revoke {
			_, err := p.Auth.RevokeMandate(ctx, commandLine, account, c.Unit, c.Reason)
			return err
		}
		if err := p.Units.Start(ctx); err != nil {
			return err
		}
		organisation, _, known := p.Units.Unit(c.Unit)
		if !known {
			return errors.New("there is no such controller unit; GET /api/v1/organisations lists them")
		}
		_, err := p.Auth.GrantMandate(ctx, commandLine, account, c.Unit, organisation.ID, c.Reason)
		return err
	})
}

type userDeactivate struct {
	Email     string `arg:"" help:"E-mail address of the account."`
	Reason    string `required:"" placeholder:"TEXT" help:"Why, for the record."`
	Successor string `placeholder:"EMAIL" help:"Caseworker or supervisor who gets the open cases. Left out: they go back to the unassigned queue."`
}

// Run deactivates the account. Its open cases are handed over by the service that
// runs, or when it is started.
func (c *userDeactivate) Run(ctx context.Context, t Terminal, user *userCommand) error {
	return user.with(ctx, t, openExisting, func(p *Parts) error {
		successor := ""
		if c.Successor != "" {
			successor = auth.AccountID(c.Successor)
		}
		_, err := p.Auth.DeactivateTo(ctx, commandLine, auth.AccountID(c.Email), successor, c.Reason)
		return err
	})
}

type userActivate struct {
	Email  string `arg:"" help:"E-mail address of the account."`
	Reason string `required:"" placeholder:"TEXT" help:"Why, for the record."`
}

// Run activates the account.
func (c *userActivate) Run(ctx context.Context, t Terminal, user *userCommand) error {
	return user.with(ctx, t, openExisting, func(p *Parts) error {
		_, err := p.Auth.Activate(ctx, commandLine, auth.AccountID(c.Email), c.Reason)
		return err
	})
}
