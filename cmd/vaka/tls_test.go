package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// certificate makes a certificate for 127.0.0.1 and returns its files and a pool
// that trusts it.
func certificate(t *testing.T) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER})
	if err := os.WriteFile(cert, certPEM, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(key, keyPEM, 0o600); err != nil {
		t.Fatal(err)
	}
	pool = x509.NewCertPool()
	pool.AppendCertsFromPEM(certPEM)
	return cert, key, pool
}

// With a certificate the program may listen for everybody, and speaks TLS only.
func TestProgram_TLS(t *testing.T) {
	cert, key, pool := certificate(t)
	p, ready, stop := runHere(t, Options{Config: settingsFor(t, map[string]string{
		"listen": "0.0.0.0:0", "tls_cert": cert, "tls_key": key,
	})})
	<-ready
	if !strings.HasPrefix(p.URL(), "https://127.0.0.1:") {
		t.Errorf("it is at %s", p.URL())
	}
	c := newClient()
	c.http.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: pool}
	if status, _, err := c.do(http.MethodGet, p.URL()+"/readyz", nil, "", nil); err != nil || status != http.StatusOK {
		t.Errorf("status %d, error %v", status, err)
	}
	plain := strings.Replace(p.URL(), "https:", "http:", 1)
	if status, _, err := c.do(http.MethodGet, plain+"/readyz", nil, "", nil); err == nil && status == http.StatusOK {
		t.Error("it speaks plain HTTP too")
	}
	c.http.CloseIdleConnections()
	if err := stop(); err != nil {
		t.Error(err)
	}

	other, _, _ := certificate(t)
	got := here(t, nil, "check-config", "--tls-cert", other, "--tls-key", key)
	if got.code != exitFailed || !strings.Contains(got.err, "tls_cert: the certificate and tls_key cannot be used together") {
		t.Errorf("a certificate with another's key: %+v", got)
	}
}
