// Package e2e looks at Vaka as people do: in a browser.
//
// It is a module of its own, so that the browser's driver is no dependency of
// the service. The tests build the program from the folder above, start its
// demo on a free port, and drive Debian's Chromium over the debugging
// protocol. One browser serves all tests; everybody who looks has a tab with
// cookies of its own, and whatever goes wrong in a tab (an error in the console,
// something that the content security policy refused, a request to elsewhere)
// fails the test that opened it.
//
// pages_test.go looks at every page of the table, in both languages and themes
// and at three widths, and lets axe-core judge it. day_test.go and
// notifier_test.go live through the days of those who use it, with and without
// scripts; keyboard_test.go does so without a mouse.
//
// axe-core comes from npm (npm ci --ignore-scripts) and is used by the tests
// only. `make test` installs what is missing.
package e2e
