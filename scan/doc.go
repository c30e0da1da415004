// Package scan asks a clamd, the daemon of ClamAV, whether a file holds malicious
// software. It speaks clamd's own protocol (INSTREAM) over TCP or a local socket,
// one connection for each file, and knows nothing of cases: it fits where
// cases.Scanner is asked for.
//
// Whatever goes wrong is an error, so that whoever asks can refuse the file: an
// answer that is not understood is never taken for a clean file.
package scan
