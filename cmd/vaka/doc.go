// Vaka is the case system of a data protection authority: notifications of
// personal data breaches come in (GDPR Art. 33), become cases with computed
// clocks, and are moved by the right people to a decision.
//
// This is the program: its subcommands, one file each, and the wiring of the
// rooms. It holds no rule of its own. Three things make it up:
//
//   - the settings (settings.go): every row of the table in config is a flag of
//     every command that works on an installation;
//   - the [Parts] (parts.go): the store and the rooms that work on it, put
//     together for one configuration. The commands that look after a stopped
//     installation, such as user and rebuild, use these alone;
//   - the [Program] (program.go): the parts with a listener, a server, a sweeper
//     and the following of other instances around them. serve and demo run it,
//     and so do the tests.
//
// The order of a start is what keeps a picture of the past from being shown as
// the present: following other instances is ready before the board is read, and
// the program is ready only after the board has been read. What fails is said in
// one line on standard error with exit code 1; a command line that cannot be
// understood has exit code 2.
package main
