package web

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vaka-project/vaka/cases"
	"github.com/vaka-project/vaka/workflow"
)

type eventList struct {
	Items []eventView `json:"items"`
}

// eventView is one event: its header, which is kept for ever, and its content.
type eventView struct {
	Seq      int64           `json:"seq"`
	Kind     cases.EventKind `json:"kind" doc:"A step of the procedure, or what else happens to a case."`
	At       time.Time       `json:"at"`
	Actor    string          `json:"actor" doc:"An account's id, or system: and the rule that acted."`
	Name     string          `json:"actor_name,omitempty"`
	Sentence string          `json:"sentence" doc:"What happened, in English."`
	Digest   string          `json:"digest"`
	Prev     string          `json:"prev,omitempty" doc:"The hash of the event before."`
	Hash     string          `json:"hash"`
	Payload  json.RawMessage `json:"payload" doc:"The content, by its kind; null once it was erased."`
}

func (q *call) events() error {
	history, err := q.s.opt.Cases.History(q.ctx, q.actor, q.Params("id"))
	if err != nil {
		return err
	}
	var actors []string
	for _, e := range history {
		actors = append(actors, e.Header.Actor)
	}
	names := q.names(actors)
	out := eventList{Items: make([]eventView, 0, len(history))}
	for _, e := range history {
		h := e.Header
		payload := json.RawMessage(e.Payload)
		switch {
		case e.Payload == nil:
			payload = json.RawMessage("null")
		case h.Kind == cases.EventAttachmentAdded:
			payload = withoutKey(e)
		}
		out.Items = append(out.Items, eventView{
			Seq: h.Seq, Kind: h.Kind, At: h.At, Actor: h.Actor, Name: names[h.Actor], Sentence: told(e, speeches["en"].who(h.Actor, names)),
			Digest: h.Digest, Prev: h.Prev, Hash: h.Hash(), Payload: payload,
		})
	}
	return q.answer(http.StatusOK, out)
}

// withoutKey is the content of an event that adds a file, without the key of the
// digests: it is the store's own, and leaves the program with an export only.
func withoutKey(e cases.Event) json.RawMessage {
	var p cases.AttachmentAdded
	if err := e.Read(&p); err != nil {
		return json.RawMessage("null")
	}
	p.Key = ""
	raw, err := json.Marshal(p)
	if err != nil {
		panic("what was read as JSON marshals: " + err.Error())
	}
	return raw
}

// told says in English what happened, as the pages do, and adds what the content
// says of it in a word.
func told(e cases.Event, actor string) string {
	said := speeches["en"].happened(e, actor)
	if e.Payload == nil {
		return said + " The content of this event has been erased."
	}
	return said + facts(e)
}

// facts are what an event's content adds to its sentence: numbers, outcome, and
// where the case went.
func facts(e cases.Event) string {
	switch e.Header.Kind {
	case cases.EventReceived:
		return read(e, func(p cases.Received) string {
			return " The case is " + p.Number + ", " + timeliness(p.Judgement.Late) + ", with priority " + string(p.Priority.Priority) + "."
		})
	case cases.EventOpened:
		return read(e, func(p cases.Opened) string {
			return " The case is " + p.Number + ". Source: " + spoken(string(p.Source)) + "."
		})
	case cases.EventFiled:
		return read(e, func(p cases.Filed) string {
			return " It is version " + strconv.Itoa(p.Submission.N) + " (" + spoken(string(p.Submission.Kind)) + ")." + moved(p.From, p.To)
		})
	case cases.EventMergeIntended:
		return read(e, func(p cases.Member) string { return " The other case is " + p.Number + "." })
	case cases.EventUndoIntended:
		return read(e, func(p cases.Undoing) string { return " The other case is " + p.Number + "." })
	case cases.EventMemberFiled:
		return read(e, func(p cases.MemberFiled) string {
			return " It is version " + strconv.Itoa(p.Submission) + " of " + p.Number + "."
		})
	case cases.EventClockMoved:
		return read(e, func(p cases.ClockMoved) string {
			return " " + p.Clock.ID + " ends at " + p.Clock.DueAt.Format(time.RFC3339) + " and not at " + p.WasDueAt.Format(time.RFC3339) + "."
		})
	case cases.EventHandedOver:
		return read(e, func(p cases.HandedOver) string {
			switch {
			case p.To == "":
				return " Nobody holds it now."
			case p.Named:
				return " Its new caseworker was named among those who see it."
			}
			return " It has a new caseworker."
		})
	case cases.EventAttachmentAdded:
		return read(e, func(p cases.AttachmentAdded) string { return " It is called " + p.Attachment.Name + "." })
	case cases.EventAttachmentRemoved, cases.EventMergeDone, cases.EventMergeAbandoned, cases.EventMergeUndone, cases.EventUndoAbandoned, cases.EventClocksLapsed:
		return ""
	case cases.EventDuplicatesDismissed:
		return read(e, func(p struct {
			Cases []string `json:"cases"`
		},
		) string {
			return " Cases: " + strings.Join(p.Cases, ", ") + "."
		})
	case cases.EventRanked:
		return read(e, func(p cases.Ranked) string {
			if p.Rank == 0 {
				return " The case is no longer placed by hand."
			}
			return " Its place is among the investigations of priority " + string(p.In) + "."
		})
	}
	return read(e, func(p cases.Taken) string {
		s := moved(p.From, p.To)
		if p.DeputyFor != "" {
			s = " It was taken as deputy of the case's caseworker." + s
		}
		if p.Decision != nil && p.From != p.To {
			s += " Outcome: " + spoken(string(p.Decision.Outcome)) + "."
		} else if p.Closing != nil {
			s += " Outcome: " + spoken(string(p.Closing.Outcome)) + "."
		}
		return s
	})
}

// read hands an event's payload to say.
func read[T any](e cases.Event, say func(T) string) string {
	var p T
	if err := e.Read(&p); err != nil {
		return " Its content cannot be read."
	}
	return say(p)
}

func timeliness(late bool) string {
	if late {
		return "notified after the time limit"
	}
	return "notified in time"
}

func moved(from, to workflow.State) string {
	if from == to {
		return ""
	}
	if from == "" {
		return " The case is now " + spoken(string(to)) + "."
	}
	return " The case went from " + spoken(string(from)) + " to " + spoken(string(to)) + "."
}

// spoken is a code as words.
func spoken(code string) string { return strings.ToLower(strings.ReplaceAll(code, "_", " ")) }
