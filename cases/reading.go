package cases

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vaka-project/vaka/workflow"
)

// ReadOptions is what reading a notification needs to know.
type ReadOptions struct {
	Zone       *time.Location // of local times, and of the dates that are compared with Now
	Now        time.Time      // nothing that has happened can lie after it
	LocalTimes bool           // times without an offset are times of Zone, as a page's form sends them
}

func (o ReadOptions) timesIn() *time.Location {
	if o.LocalTimes {
		return o.Zone
	}
	return nil
}

// Warning is something about a notification that looks wrong. It never stops a
// filing, and never repeats what was written.
type Warning struct {
	Path    string `json:"path"` // JSON Pointer into what was sent
	Code    string `json:"code"`
	Message string `json:"message"`
}

// ReadNotification reads a whole notification. The error is a *workflow.Error with
// every fault at once: Malformed when raw is not JSON at all, Invalid when a field
// cannot be accepted or one is missing without which there is no case. Anything
// else that is missing is for Completeness to tell.
func ReadNotification(raw []byte, opts ReadOptions) (Notification, []Warning, error) {
	var n Notification
	faults := Bind(raw, &n, opts.timesIn())
	if err := unreadable(faults); err != nil {
		return Notification{}, nil, err
	}
	n.normalise()
	if n.SubmissionKind == "" && n.Kind == NotificationNew {
		n.SubmissionKind = SubmissionNew
	}
	faults = append(faults, checkNotification(&n, opts, faults, "")...)
	if n.Kind == NotificationFollowUp && n.PreviousCaseID == "" {
		faults = append(faults, workflow.Fault{
			Path: "/previous_case_id", Code: "required", Message: "A follow-up needs the id or number of the case that it follows up.",
		})
	}
	if err := Refusal(faults); err != nil {
		return Notification{}, nil, err
	}
	return n, warnings(&n, opts), nil
}

// Validate judges a notification that was put together in another way than by
// reading, for instance by Merge. Its errors and warnings are ReadNotification's.
func Validate(n Notification, opts ReadOptions) ([]Warning, error) {
	if err := Refusal(checkNotification(&n, opts, nil, "")); err != nil {
		return nil, err
	}
	return warnings(&n, opts), nil
}

// unreadable is the refusal of an input of which nothing can be said but that.
func unreadable(faults []workflow.Fault) error {
	if err := Refusal(faults); workflow.KindOf(err) == workflow.Malformed {
		return err
	}
	return nil
}

// normalise fills in what goes without saying and trims what has no meaning.
func (n *Notification) normalise() {
	n.Regime = cmp.Or(n.Regime, RegimeGDPR33)
	n.Language = cmp.Or(n.Language, "sv")
	c := &n.Controller
	for _, s := range []*string{&c.Name, &c.Board, &c.ID, &c.UnitID, &n.Reporter.Name, &n.PreviousCaseID, &n.ControllerReference} {
		*s = strings.TrimSpace(*s)
	}
	for _, count := range []*Count{&n.Subjects, &n.Records} {
		if count.Mode == CountExact { // one number is enough for an exact one, but a wrong one is wrong once
			if count.Min == nil && count.Max != nil && *count.Max >= 0 {
				count.Min = count.Max
			}
			if count.Max == nil && count.Min != nil && *count.Min >= 0 {
				count.Max = count.Min
			}
		}
	}
	n.BreachTypes = unique(n.BreachTypes)
	n.SubjectCategories = unique(n.SubjectCategories)
	n.DataCategories = unique(n.DataCategories)
	n.Impacts = unique(n.Impacts)
}

// unique drops what a set names again.
func unique[T comparable](set []T) []T {
	for i := range set {
		if slices.Contains(set[:i], set[i]) {
			kept := slices.Clone(set[:i])
			for _, v := range set[i:] {
				if !slices.Contains(kept, v) {
					kept = append(kept, v)
				}
			}
			return kept
		}
	}
	return set
}

// checker collects what is wrong with a notification, except where reading already
// found a fault.
type checker struct {
	at     string
	known  []workflow.Fault
	faults []workflow.Fault
}

func (c *checker) fault(pointer, code, message string) {
	pointer = c.at + pointer
	if !hasFaultAt(c.known, pointer) {
		c.faults = append(c.faults, workflow.Fault{Path: pointer, Code: code, Message: message})
	}
}

// hasFaultAt says whether something is known to be wrong with a value, with what
// lies in it or with what it lies in.
func hasFaultAt(faults []workflow.Fault, pointer string) bool {
	return slices.ContainsFunc(faults, func(f workflow.Fault) bool {
		return f.Path == pointer || strings.HasPrefix(f.Path, pointer+"/") || strings.HasPrefix(pointer, f.Path+"/")
	})
}

// checkNotification finds the faults that no single value shows. known are the
// faults found already, at is where the notification lies in what was sent.
func checkNotification(n *Notification, opts ReadOptions, known []workflow.Fault, at string) []workflow.Fault {
	c := &checker{at: at, known: known}
	c.required(n)
	c.envelope(n)
	c.times(n, opts.Now)
	c.count("/subjects", n.Subjects)
	c.count("/records", n.Records)
	c.numbers(n)
	return c.faults
}

// required checks what makes a case possible. The table says which fields these
// are; a withdrawal needs them as well, for it is a version like any other.
func (c *checker) required(n *Notification) {
	for i := range fieldTable {
		f := &fieldTable[i]
		if f.Need != NeedAlways {
			continue
		}
		if answered, _ := f.answered(n); !answered {
			c.fault(f.Pointer(), "required", "This is needed: without it there can be no case.")
		}
	}
}

const maxReference = 64

func (c *checker) envelope(n *Notification) {
	if n.Subkind == SubkindWithdraw && n.Kind == NotificationNew {
		c.fault("/notification_subkind", "withdraw_needs_follow_up", "Only a follow-up can withdraw a notification.")
	}
	if n.Channel == ChannelPhone && strings.TrimSpace(string(n.RegistrarNote)) == "" {
		c.fault("/registrar_note", "needs_note", "What came by telephone needs a dated note of who said what.")
	}
	if len([]rune(n.ControllerReference)) > maxReference {
		c.fault("/controller_reference", "too_long", "The reference is too long; at most 64 characters are accepted.")
	}
}

// times checks that what has happened does not lie in the future, and that what has
// a beginning and an end has them in order.
func (c *checker) times(n *Notification, now time.Time) {
	if n.AwareAt.After(now) {
		c.fault("/aware_at", "in_the_future", "The controller cannot have become aware in the future.")
	}
	for _, past := range []struct {
		pointer string
		t       *time.Time
	}{
		{"/occurred_from", n.OccurredFrom},
		{"/occurred_to", n.OccurredTo},
		{"/detected_at", n.DetectedAt},
		{"/processor_aware_at", n.ProcessorAwareAt},
		{"/processor_told_controller_at", n.ProcessorToldControllerAt},
		{"/contained_at", n.ContainedAt},
		{"/dispatched_at", n.DispatchedAt},
		{"/arrived_at", n.ArrivedAt},
	} {
		if past.t != nil && past.t.After(now) {
			c.fault(past.pointer, "in_the_future", "This has happened, so it cannot lie in the future.")
		}
	}
	if n.OccurredFrom != nil && n.OccurredTo != nil && n.OccurredFrom.After(*n.OccurredTo) {
		c.fault("/occurred_to", "ends_before_beginning", "The breach cannot have ended before it began.")
	}
}

func (c *checker) count(pointer string, n Count) {
	c.notNegative(pointer+"/min", n.Min)
	c.notNegative(pointer+"/max", n.Max)
	if n.Min == nil || n.Max == nil {
		return
	}
	switch {
	case *n.Min > *n.Max:
		c.fault(pointer+"/max", "max_below_min", "The largest number cannot be below the smallest.")
	case n.Mode == CountExact && *n.Min != *n.Max:
		c.fault(pointer+"/max", "exact_is_one_number", "An exact number is one number; give a range as approximate.")
	}
}

func (c *checker) numbers(n *Notification) {
	c.notNegative("/unavailable_hours", n.UnavailableHours)
	c.notNegative("/subjects_in_se", n.SubjectsInSE)
	c.notNegative("/protected_identity_count", n.ProtectedIdentityCount)
	c.notNegative("/informed_count", n.InformedCount)
	for i := range n.BundleMembers {
		c.notNegative(pointerTo("bundle_members", i, "count"), n.BundleMembers[i].Count)
	}
	for _, country := range sortedKeys(n.SubjectsByCountry) {
		pointer := "/subjects_by_country/" + shownKey(country)
		if code, message := Country(country).Check(); code != "" {
			c.fault(pointer, code, message)
		}
		people := n.SubjectsByCountry[country]
		c.notNegative(pointer, &people)
	}
	for _, key := range sortedKeys(n.EDPBText) {
		if _, known := edpbRowOf(key); !known {
			c.fault("/edpb_text/"+shownKey(key), "unknown_field", "The EDPB contract has no such field.")
		}
	}
}

func (c *checker) notNegative(pointer string, n *int64) {
	if n != nil && *n < 0 {
		c.fault(pointer, "negative", "This number cannot be below zero.")
	}
}

func pointerTo(list string, i int, key string) string {
	return "/" + list + "/" + strconv.Itoa(i) + "/" + key
}

func sortedKeys[V any](m map[string]V) []string {
	if len(m) == 0 {
		return nil
	}
	return slices.Sorted(maps.Keys(m))
}
