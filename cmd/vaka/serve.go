package main

import (
	"context"
	"fmt"
	"net/url"
)

type serveCommand struct{ settings }

// Help is shown below the command's summary.
func (serveCommand) Help() string {
	return `The first line on standard output says where it listens; the line "ready" follows when everything is loaded. As long as nobody can administer the installation, a start also prints a one-time link that makes the first administrator; it is never logged.

Plain HTTP is served on loopback only. Away from it, give a certificate, or name the proxy in front that ends TLS.

Examples:

    vaka serve --data /var/lib/vaka
    vaka serve --config /etc/vaka/vaka.toml
    vaka serve --listen :443 --tls-cert cert.pem --tls-key key.pem
    vaka serve --mongo-uri-file /run/secrets/mongo --trusted-proxies 10.1.0.0/16 --listen :8080

/healthz answers as soon as the program runs, /readyz when everything is loaded. SIGTERM lets requests finish; a second one ends at once.`
}

// Run serves until it is told to stop.
func (c *serveCommand) Run(ctx context.Context, t Terminal) error {
	conf, err := c.load(t)
	if err != nil {
		return err
	}
	return runProgram(ctx, Options{
		Config: conf, Out: t.Out, Logger: newLogger(conf, t.Err),
		Welcome: func(ctx context.Context, p *Program) error { return inviteFirst(ctx, p) },
	})
}

func runProgram(ctx context.Context, o Options) error {
	p, err := Open(ctx, o)
	if err != nil {
		return err
	}
	err = p.Run(ctx)
	if closing := p.Close(); err == nil {
		err = closing
	}
	return err
}

// inviteFirst prints the link for the first administrator as long as nobody can
// administer. It goes to whoever sees the program's output and into no log.
func inviteFirst(ctx context.Context, p *Program) error {
	token, expires, err := p.Auth.BootstrapToken(ctx)
	if err != nil || token == "" {
		return err
	}
	base := p.options.Config.PublicURL
	if base == "" {
		base = p.URL()
	}
	fmt.Fprintf(p.options.Out, "\nNobody can administer Vaka yet. This link makes the first administrator, once, until %s:\n\n    %s/setup?token=%s\n\n",
		expires.In(p.policy.Zone).Format("2006-01-02 15:04"), base, url.QueryEscape(token))
	return nil
}
