// Package demo tells a scenario: the made-up year of a supervisory authority, so
// that somebody who starts Vaka for the first time meets queues, clocks and
// histories, and not an empty list.
//
// The scenario has four parts. The attack on the supplier Miljödata in August 2025
// is an incident to which 250 notifications of four days are linked, with what others
// stated of the numbers, what the authority established, and the supplier's list of
// 232 municipal customers, of which 164 notified; supplements follow, the publication
// of the data, and a selection by which four investigations are opened; 247 cases are
// left to be closed together. Kumla in November 2024 is one controller without working
// systems, whose notification was registered by hand, in three phases. A year of
// ordinary days, 1,000 notifications up to the moment of the first start, leaves a
// queue of every sort.
// And there are the people: the authority's staff, and those who notify.
//
// The two incidents happened; what is told of single controllers is made up, and
// so is every ordinary day, every contact, and every organisation that has
// "Exempel" in its name. Nobody is named who exists.
//
// A scenario is first planned and then told. A plan (scenario) is a pure function of
// the instant up to which it is told: every case is a list of acts, each with its
// instant and its actor. Acts that would come after that instant are left out,
// and what is left of the cases is the open queue. Telling (teller) carries out the
// acts through the same use cases as real traffic, by a clock that stands at each
// act's instant. A scene is an act that concerns many cases, such as a step taken on
// all of them: they are told up to it, and go on after it.
//
// Each act is a keyed command, so a telling that was interrupted is simply told
// again: what is there already is met, and nothing happens twice. The instant up
// to which it is told is kept with the data, so a later start tells the same plan.
package demo
