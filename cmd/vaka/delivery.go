package main

import (
	"cmp"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/config"
	"github.com/vaka-project/vaka/notifier"
)

// delivery is every way by which letters reach people in an installation.
type delivery struct {
	channels map[notifier.ChannelKind]notifier.Channel
	closers  []func()
}

// newDelivery makes the channels that the settings ask for. Nothing is connected
// yet: a mail server that is down keeps nothing from starting. A demo's people are
// made up, so whatever the settings say it writes down what it would send, and
// sends nothing to anybody.
func newDelivery(c config.Config, demo bool, p *Parts) (*delivery, error) {
	d := &delivery{channels: map[notifier.ChannelKind]notifier.Channel{notifier.ChannelInbox: p.Inbox}}
	if demo {
		d.channels[notifier.ChannelEmail] = notifier.Recorded{}
		return d, nil
	}
	if c.Webhooks != "off" {
		hooks := notifier.NewWebhook(notifier.WebhookOptions{
			Hooks: p.Auth, PublicURL: c.PublicURL, Timeout: time.Duration(c.WebhookSeconds) * time.Second,
			PlainHTTP: c.Webhooks == "any", Networks: c.WebhookNetworks,
		})
		d.channels[notifier.ChannelWebhook], d.closers = hooks, append(d.closers, hooks.Close)
	}
	if c.SMTPHost == "" {
		return d, nil
	}
	mail, err := newMail(c, p)
	if err != nil {
		return nil, err
	}
	d.channels[notifier.ChannelEmail], d.closers = mail, append(d.closers, mail.Close)
	return d, nil
}

func newMail(c config.Config, p *Parts) (*notifier.SMTP, error) {
	composer, err := notifier.NewComposer(notifier.Office{Authority: c.AuthorityName, PublicURL: c.PublicURL, Zone: p.policy.Zone})
	if err != nil {
		return nil, err
	}
	_, sender, _ := strings.Cut(c.MailFrom, "@")
	o := notifier.SMTPOptions{
		Composer: composer, Host: c.SMTPHost, Port: c.SMTPPort, Security: notifier.Security(c.SMTPSecurity),
		User: c.SMTPUser, Password: string(c.SMTPPassword), From: c.MailFrom, FromName: cmp.Or(c.AuthorityName, "Vaka"),
		Domain: cmp.Or(c.MailDomain, sender), Timeout: time.Duration(c.SMTPSeconds) * time.Second,
	}
	if c.DKIMKey != "" {
		text, err := os.ReadFile(c.DKIMKey)
		if err != nil {
			return nil, fmt.Errorf("dkim_key: %w", err)
		}
		if o.DKIMKey, err = notifier.ParseDKIMKey(text); err != nil {
			return nil, fmt.Errorf("dkim_key: %w", err)
		}
		o.DKIMDomain, o.DKIMSelector = sender, c.DKIMSelector
	}
	return notifier.NewSMTP(o)
}

// close lets go of open connections.
func (d *delivery) close() {
	if d == nil {
		return
	}
	for _, one := range d.closers {
		one()
	}
}

// webhooksOf says which webhooks people may choose.
func webhooksOf(c config.Config) auth.Webhooks {
	switch c.Webhooks {
	case "off":
		return auth.WebhooksOff
	case "any":
		return auth.WebhooksAnyScheme
	}
	return auth.WebhooksHTTPS
}
