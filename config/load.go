package config

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Sources is where settings come from besides their defaults.
type Sources struct {
	// File is the path of the TOML file, from --config. When it is empty, the
	// variable VAKA_CONFIG names the file; when that is empty too there is none.
	File string
	// Env is the environment, as os.Environ returns it.
	Env []string
	// Flags holds the flags that were given, by the setting's key (session_hours,
	// mongo_uri_file), each written as in the environment.
	Flags map[string]string
	// Known holds the codes of other rooms that settings may name.
	Known Known
}

const (
	configEnv  = "VAKA_CONFIG" // names the file; itself no setting
	envPrefix  = "VAKA_"
	testPrefix = "VAKA_TEST_" // read by tests only, and no slip of anybody's
)

// Load reads and checks every setting. The warnings are sentences that nobody
// has to act on for the program to start. The error is a [Faults] with
// everything that is wrong; the Config is then not to be used. Neither holds a
// value that was given.
func Load(from Sources) (Config, []string, error) {
	env, names := variables(from.Env)
	l := loader{origin: map[string]string{}}
	l.readDefaults()
	if file := firstOf(from.File, env[configEnv]); file != "" {
		l.readFile(file)
	}
	l.readEnv(env, names)
	l.readFlags(from.Flags)
	l.settle()
	l.check(from.Known)
	if len(l.faults) > 0 {
		return Config{}, l.warnings, l.faults
	}
	return l.config, l.warnings, nil
}

// loader is the state of one Load: the sources are laid over one another in
// config, and origin keeps which one gave each setting its value.
type loader struct {
	config   Config
	origin   map[string]string // key, or clocks.NAME, to "vaka.toml line 7"; without an entry the default
	warnings []string
	faults   Faults
	partial  bool // the file could not be read as a whole
}

func (l *loader) fault(setting, source, message string) {
	l.faults = append(l.faults, Fault{Setting: setting, Source: source, Message: message})
}

func (l *loader) readDefaults() {
	for _, s := range table {
		if s.Default == "" {
			continue
		}
		if wrong := s.setText(&l.config, s.Default); wrong != "" {
			l.fault(s.Key, "the default", wrong)
		}
	}
}

// variables returns the environment as a map, and its names in order. Of a name
// given twice the first counts, as it does for os.Getenv.
func variables(environ []string) (map[string]string, []string) {
	env := make(map[string]string, len(environ))
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		if _, twice := env[name]; !twice {
			env[name] = value
		}
	}
	return env, slices.Sorted(maps.Keys(env))
}

func (l *loader) readEnv(env map[string]string, names []string) {
	known := []string{configEnv}
	for _, s := range table {
		known = append(known, s.Env)
		value := env[s.Env]
		if s.Secret {
			known = append(known, s.FileEnv())
			if l.readTwin(s, s.Env, value, s.FileEnv(), env[s.FileEnv()]) {
				continue
			}
		}
		if value != "" {
			l.take(s, s.Env, value)
		}
	}
	for _, name := range names {
		if strings.HasPrefix(name, envPrefix) && !strings.HasPrefix(name, testPrefix) && !slices.Contains(known, name) {
			l.warnings = append(l.warnings, "environment: "+spoken(name)+" is ignored: "+unknown(name, known))
		}
	}
}

func (l *loader) readFlags(flags map[string]string) {
	known := []string{}
	for _, s := range table {
		known = append(known, s.Key)
		value, given := flags[s.Key]
		if s.Secret {
			known = append(known, s.FileKey())
			if l.readTwin(s, "--"+s.Flag, value, "--"+s.FileFlag(), flags[s.FileKey()]) {
				continue
			}
		}
		if given {
			l.take(s, "--"+s.Flag, value)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(flags)) {
		if !slices.Contains(known, name) {
			l.fault(spoken(name), "flags", unknown(name, known))
		}
	}
}

// take lays one written value over what is there.
func (l *loader) take(s Setting, source, value string) {
	if wrong := s.setText(&l.config, value); wrong != "" {
		l.fault(s.Key, source, wrong)
		return
	}
	l.origin[s.Key] = source
}

// readTwin takes a secret from the file that its twin names (mongo_uri_file). It
// reports whether the twin was given, and the secret itself is then not to be
// looked at.
func (l *loader) readTwin(s Setting, source, value, twin, path string) bool {
	switch {
	case path == "":
		return false
	case value != "":
		l.fault(s.Key, twin, "give either "+twin+" or "+source+", not both")
	default:
		secret, wrong := readSecret(path)
		if wrong != "" {
			l.fault(s.Key, twin, wrong)
			return true
		}
		l.take(s, twin, secret)
	}
	return true
}

// maxSecret is far beyond any password or connection string, in bytes.
const maxSecret = 64 << 10

// readSecret returns what stands in a file, without the newline that editors and
// echo put at its end. A fault does not name the path: people write the secret
// itself where its file should be named.
func readSecret(path string) (secret, fault string) {
	content, wrong := readLimited(path, maxSecret)
	if wrong != "" {
		return "", "the file named for it " + wrong
	}
	secret = strings.TrimRight(string(content), "\r\n")
	switch {
	case strings.TrimSpace(secret) == "":
		return "", "the file named for it is empty"
	case strings.ContainsAny(secret, "\r\n\x00") || !utf8.ValidString(secret):
		return "", "the file named for it must hold the secret as one line of text"
	}
	return secret, ""
}

// settle gives the settings that depend on others, or have two spellings, their
// one form.
func (l *loader) settle() {
	c := &l.config
	if c.MetricsListen == "off" {
		c.MetricsListen = ""
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	if c.MongoURI == "" {
		return
	}
	switch {
	case l.origin["store"] == "":
		c.Store, l.origin["store"] = "mongo", l.origin["mongo_uri"]
	case c.Store == "bolt":
		l.warnings = append(l.warnings, "mongo_uri ("+l.origin["mongo_uri"]+") is not used: store ("+l.origin["store"]+") is bolt")
	}
}

// check adds what Validate finds, with the place where each value was given. A
// rule is passed over when a setting that it rests on could not be read: its
// fault has been reported, and what followed from it would only mislead.
func (l *loader) check(known Known) {
	faulty := map[string]bool{}
	for _, f := range l.faults {
		faulty[f.Setting] = true
	}
	for _, f := range l.config.Validate(known) {
		unsure := faulty[f.Setting] || faulty[parent(f.Setting)] || l.partial && len(f.restsOn) > 0
		for _, other := range f.restsOn {
			unsure = unsure || faulty[other]
		}
		if !unsure {
			f.Source = l.source(f.Setting)
			l.faults = append(l.faults, f)
		}
	}
}

// source says where a setting, or an entry of one, has its value from.
func (l *loader) source(setting string) string {
	key := parent(setting)
	byDefault := "not given"
	if slices.ContainsFunc(table, func(s Setting) bool { return s.Key == key && s.Default != "" }) {
		byDefault = "the default"
	}
	return firstOf(l.origin[setting], l.origin[key], byDefault)
}

// parent returns the setting that an entry such as clocks.TRIAGE_P1 belongs to.
func parent(setting string) string {
	key, _, _ := strings.Cut(setting, ".")
	return key
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
