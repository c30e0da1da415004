package bolt

import (
	"testing"

	"github.com/vaka-project/vaka/notifier/notifiertest"
)

func TestReminders(t *testing.T) {
	notifiertest.Run(t, func(t *testing.T) notifiertest.Engine { return notifiertest.Engine{Store: open(t, t.TempDir())} })
}
