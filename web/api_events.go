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
		if e.Payload == nil {
			payload = json.RawMessage("null")
		}
		out.Items = append(out.Items, eventView{
			Seq: h.Seq, Kind: h.Kind, At: h.At, Actor: h.Actor, Name: names[h.Actor], Sentence: sentence(e, who(h.Actor, names)),
			Digest: h.Digest, Prev: h.Prev, Hash: h.Hash(), Payload: payload,
		})
	}
	return q.answer(http.StatusOK, out)
}

// who names an actor in a sentence.
func who(actor string, names map[string]string) string {
	if rule, ok := strings.CutPrefix(actor, "system:"); ok {
		return "The system (" + strings.ReplaceAll(rule, "_", " ") + ")"
	}
	if name := names[actor]; name != "" {
		return name
	}
	return "Somebody"
}

// sentence says in English what happened.
func sentence(e cases.Event, who string) string {
	if e.Payload == nil {
		return who + " did something whose content has been erased."
	}
	switch e.Header.Kind {
	case cases.EventReceived:
		return read(e, func(p cases.Received) string {
			return who + " filed the notification; the case is " + p.Number + ", " + timeliness(p.Judgement.Late) +
				", with priority " + string(p.Priority.Priority) + "."
		})
	case cases.EventOpened:
		return read(e, func(p cases.Opened) string {
			return who + " opened the case as " + p.Number + " (" + spoken(string(p.Source)) + ")."
		})
	case cases.EventFiled:
		return read(e, func(p cases.Filed) string {
			return who + " filed version " + strconv.Itoa(p.Submission.N) + " (" + spoken(string(p.Submission.Kind)) + ")" + moved(p.From, p.To) + "."
		})
	case cases.EventMergeIntended:
		return read(e, func(p cases.Member) string { return "A merge of " + p.Number + " into this case began." })
	case cases.EventMergeDone:
		return "The merge is done."
	case cases.EventMergeAbandoned:
		return "The merge was abandoned."
	case cases.EventUndoIntended:
		return read(e, func(p cases.Undoing) string {
			return "The undoing of the merge of " + p.Number + " into this case began."
		})
	case cases.EventMergeUndone:
		return "The merge is undone."
	case cases.EventUndoAbandoned:
		return "The undoing of the merge was abandoned."
	case cases.EventMemberFiled:
		return read(e, func(p cases.MemberFiled) string {
			return "Version " + strconv.Itoa(p.Submission) + " came in on " + p.Number + ", which was merged into this case."
		})
	}
	step, _ := workflow.StepByID(workflow.StepID(e.Header.Kind))
	return read(e, func(p cases.Taken) string {
		s := who + ": " + strings.ToLower(step.Title[:1]) + step.Title[1:] + moved(p.From, p.To) + "."
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
		return "This event cannot be read."
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
	return ", from " + spoken(string(from)) + " to " + spoken(string(to))
}

// spoken is a code as words.
func spoken(code string) string { return strings.ToLower(strings.ReplaceAll(code, "_", " ")) }
