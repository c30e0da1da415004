// Package config reads every setting of the program once, before anything
// starts, into one plain struct.
//
// A setting has one key (session_hours), and the key gives it its name in each
// of the four sources, of which a later one wins:
//
//	default      the struct tag in config.go
//	file         session_hours = 12          TOML; --config or VAKA_CONFIG names it
//	environment  VAKA_SESSION_HOURS=12
//	flag         --session-hours 12
//
// Lists and the table of clocks are replaced whole, never mixed from two
// sources: what runs can be read in one place. An environment variable that is
// empty counts as not set, because compose files pass variables on whether or
// not they have a value. A relative path in the file starts at the file's
// folder; anywhere else it starts where the program was started.
//
// A secret may also be given as the name of a file that holds it, so that it
// stands in no unit file and no process list: mongo_uri_file in the file,
// VAKA_MONGO_URI_FILE in the environment. Giving both in one source is a fault,
// since nobody could say which of them was meant.
//
// What is wrong is reported in full and at once: each [Fault] names the
// setting, where it was given, and what is allowed. It never repeats what was
// given, because a value in the wrong place may be a password; for the same
// reason the TOML library's own messages, which quote the text that they
// stumble over, are not passed on.
//
// The table of settings ([Settings]) is read from the struct's tags, and all
// else follows from it: the flags and their help, the commented example in
// docs/vaka.example.toml, the check of unknown names. A new setting is one
// field, and a line in [Config.Validate] when its tags cannot say what is
// allowed.
//
// The package imports nothing of the project. Codes that other rooms own
// (sectors, clocks, kinds of files) are handed in as [Known].
package config
