// Package notifiertest holds what reminding is tested with, wherever it is tested.
//
// Run lets dispatchers work on an engine, two of them on one store where the engine
// lets two instances in: claims, crashes, leases, clocks that are wrong, a mail
// server that refuses, keeps silent, hangs up or is away for a day, a webhook that
// answers too late, people without an address. Whatever happens, nothing may be
// lost, nothing told twice but where nobody could know, and every failure must be
// seen.
package notifiertest
