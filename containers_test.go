package vaka_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/vaka-project/vaka/config"
)

// The container files give settings that only a container would show to be wrong.
// They are read here as the program would read them.

var composeSetting = regexp.MustCompile(`(?m)^\s+(VAKA_[A-Z_]+): (.+)$`)

func TestComposeSettings(t *testing.T) {
	env := dockerfileSettings(t)
	found := composeSetting.FindAllStringSubmatch(file(t, "docker-compose.yml"), -1)
	if len(found) < 3 {
		t.Fatalf("found %d settings in docker-compose.yml; is it still written the same way?", len(found))
	}
	for _, m := range found {
		env = append(env, m[1]+"="+strings.Trim(m[2], `"'`))
	}
	c := load(t, env)
	if c.Store != "mongo" || c.MongoURI == "" {
		t.Errorf("store is %q, want mongo with an address", c.Store)
	}
	if len(c.TrustedProxies) == 0 {
		t.Error("no proxy is trusted, so plain HTTP would be refused")
	}
}

func TestDockerfileSettings(t *testing.T) {
	env := append(dockerfileSettings(t), "VAKA_TRUSTED_PROXIES=10.0.0.0/8")
	c := load(t, env)
	if c.Data != "/data" {
		t.Errorf("data lies in %q, want the volume /data", c.Data)
	}
}

// Without a proxy or a certificate the container would serve plain HTTP to
// anybody: it says so and does not start.
func TestDockerfileAloneIsRefused(t *testing.T) {
	if _, _, err := config.Load(config.Sources{Env: dockerfileSettings(t)}); err == nil {
		t.Error("plain HTTP on all addresses was accepted")
	}
}

func load(t *testing.T, env []string) config.Config {
	t.Helper()
	c, warnings, err := config.Load(config.Sources{Env: env})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range warnings {
		t.Errorf("warning: %s", w)
	}
	return c
}

var dockerfileSetting = regexp.MustCompile(`VAKA_[A-Z_]+=\S+`)

func dockerfileSettings(t *testing.T) []string {
	t.Helper()
	settings := dockerfileSetting.FindAllString(file(t, "Dockerfile"), -1)
	if len(settings) < 2 {
		t.Fatalf("found %d settings in the Dockerfile; is it still written the same way?", len(settings))
	}
	return settings
}

func file(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
