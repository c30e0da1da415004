package ferret

import (
	"testing"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/notifier/notifiertest"
)

func TestReminders(t *testing.T) {
	notifiertest.Run(t, func(t *testing.T) notifiertest.Engine {
		name := database()
		return notifiertest.Engine{Store: open(t, name), Another: func() cases.Store { return open(t, name) }}
	})
}
