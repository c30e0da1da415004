package cases

import "testing"

// The marks of codes and the single marks share one word and no bit of it.
func TestMarksDoNotMeet(t *testing.T) {
	taken := stateMarks.all | priorityMarks.all | sectorMarks.all
	for _, mark := range []uint64{markLate, markInTime, markFiledLate, markSecret, markMerging, markUnread, markRead, markUnverified, markVerified} {
		if taken&mark != 0 {
			t.Errorf("the mark %064b is taken", mark)
		}
		taken |= mark
	}
}
