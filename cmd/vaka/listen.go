package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/vaka-project/vaka/config"
)

// certificateOf loads the certificate that the settings name; nil where they
// name none.
func certificateOf(c config.Config) (*tls.Config, error) {
	if c.TLSCert == "" {
		return nil, nil
	}
	var faults config.Faults
	for _, file := range []struct{ setting, path string }{{"tls_cert", c.TLSCert}, {"tls_key", c.TLSKey}} {
		if _, err := os.ReadFile(file.path); err != nil {
			faults = append(faults, config.Fault{Setting: file.setting, Message: "the file cannot be read: " + plainCause(err).Error()})
		}
	}
	if len(faults) > 0 {
		return nil, faults
	}
	pair, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
	if err != nil {
		return nil, config.Faults{{
			Setting: "tls_cert", Message: "the certificate and tls_key cannot be used together: " + err.Error(),
		}}
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
}

// listen opens the listener of the service.
func listen(address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w; give another --listen", address, plainCause(err))
	}
	return listener, nil
}

// plainCause is the innermost error, without the names of system calls.
func plainCause(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
