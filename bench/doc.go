// Command bench measures the real server: it builds vaka, starts it on an empty
// local store, fills it over loopback HTTP with varied notifications, and prints a
// Markdown table of what people would wait for.
//
//	go run ./bench                       # 10,000 and 100,000 cases
//	go run ./bench -n 1000000            # a million
//	go run ./bench -n 10000 -only queue  # some of the figures
//	go run ./bench -write                # and update docs/performance.md
//
// The load generator runs beside the server on the same machine and takes its
// share of it. What the bare machine does stands in the same table, measured in
// the same run: a disk that syncs, and the same HTTP library with nothing behind
// it. So figures of different machines can be compared as ratios.
//
// Its rows on suggestions say how good they are: precision and recall over generated
// look-alikes, of which it is known what belongs together, and over the demo.
//
// No figure fails anything: a table is to be read.
package main
