package main

import (
	"errors"
	"fmt"

	"github.com/vaka-project/vaka/config"
)

type checkConfigCommand struct{ settings }

// Help is shown below the command's summary.
func (checkConfigCommand) Help() string {
	return `It reads the settings exactly as serve would, opens no store, and prints what would be used, secrets hidden. Every fault is reported at once, one a line, with exit code 1. What is printed can be used as a settings file.

Examples:

    vaka check-config --config /etc/vaka/vaka.toml
    VAKA_SESSION_HOURS=8 vaka check-config`
}

// Run checks the settings, the certificate that they name among them.
func (c *checkConfigCommand) Run(t Terminal) error {
	conf, err := c.load(t)
	if err != nil {
		return err
	}
	var all config.Faults
	_, ofLaw := lawOf(conf)
	_, ofCertificate := certificateOf(conf)
	for _, err := range []error{ofLaw, ofCertificate} {
		if faults, ok := errors.AsType[config.Faults](err); ok {
			all = append(all, faults...)
		} else if err != nil {
			return err
		}
	}
	if all != nil {
		return all
	}
	fmt.Fprint(t.Out, conf.Redacted())
	return nil
}
