package web_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"strings"
	"testing"

	"github.com/vaka-project/vaka/web"
)

const machines = "/api/v1/breach-notifications"

// payload is the example of the contract, with changes; nil takes a field away.
func payload(change map[string]any) []byte {
	var v map[string]any
	if err := json.Unmarshal(web.BodyOf("breach-notification"), &v); err != nil {
		panic(err)
	}
	maps.Copy(v, change)
	maps.DeleteFunc(v, func(_ string, v any) bool { return v == nil })
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// byMachine files under a key whose last digits are n.
func (h *house) byMachine(who, n string, body []byte) reply {
	h.t.Helper()
	key := "0b6d9f0e-3f5c-4f2a-9c58-" + strings.Repeat("0", 12-len(n)) + n
	return h.do(request{who: who, method: "POST", path: machines, body: body, header: map[string]string{"Idempotency-Key": key}})
}

func TestMachineContract(t *testing.T) {
	h := open(t)
	first := h.byMachine("dpo", "1", payload(nil)).want(202)
	id := first.text("notification_id")
	if first.text("status") != "received" || len(first.at("missing").([]any)) == 0 || !strings.Contains(string(first.Body), `"field":"field_44"`) || !strings.HasPrefix(first.text("case_number"), "PUI-") {
		t.Errorf("answer %s", first.Body)
	}
	if again := h.byMachine("dpo", "1", payload(nil)).want(202); !bytes.Equal(again.Body, first.Body) {
		t.Errorf("again: %s", again.Body)
	}
	h.byMachine("dpo", "1", payload(map[string]any{"field_7": "x"})).want(409, "idempotency_key_reused")
	if r := h.get("dpo", "/api/v1/cases/"+id).want(200); r.text("controller") != "Exempelbolaget AB" {
		t.Errorf("the case is %s", r.Body)
	}

	follow := payload(map[string]any{"field_3": "b", "field_6": id, "field_62": "A laptop was stolen."})
	second := h.byMachine("dpo", "2", follow).want(202)
	if second.text("notification_id") != id {
		t.Errorf("the follow-up made a case of its own: %s", second.Body)
	}
	if again := h.byMachine("dpo", "2", follow).want(202); !bytes.Equal(again.Body, second.Body) {
		t.Errorf("again: %s", again.Body)
	}
	h.byMachine("dpo", "1", follow).want(409, "idempotency_key_reused")
	// Named by its number, as people copy it; and a withdrawal.
	whole := payload(map[string]any{"field_3": "b", "field_6": first.text("case_number"), "field_4": "c", "field_5": "Filed twice."})
	h.byMachine("dpo", "3", whole)
	// What a part leaves out is no reason to warn: the whole is looked at.
	part := h.byMachine("dpo", "4", []byte(`{"field_3": "b", "field_4": "b", "field_6": "`+id+`", "field_13": "nobody@nowhere"}`)).want(202)
	if w := string(part.Body); strings.Contains(w, "before_gdpr") || strings.Contains(w, "/controller") {
		t.Errorf("warned of what was not sent, or by another path: %s", w)
	}
	if r := h.get("dpo", "/api/v1/cases/"+id).want(200); len(r.at("submissions").([]any)) != 4 || r.at("withdrawal") == nil {
		t.Errorf("the case is %s", r.Body)
	}
}

// What a controllers' tool exports is taken as it is; with everything answered it is
// 201 and not 202.
func TestMachineContractComplete(t *testing.T) {
	h := open(t)
	raw, err := os.ReadFile("testdata/edpb-tool-export.json")
	must(t, err)
	h.byMachine("dpo", "1", raw).want(202)
	var export map[string]any
	must(t, json.Unmarshal(raw, &export))
	export["field_4"], export["field_89"] = "a", "b"
	whole, err := json.Marshal(export)
	must(t, err)
	r := h.byMachine("dpo", "2", whole).want(201)
	if r.text("status") != "received" || len(r.at("missing").([]any)) != 0 || r.Header.Get("Location") != "/api/v1/cases/"+r.text("notification_id") {
		t.Errorf("answer %s", r.Body)
	}
}

func TestMachineContractRefusals(t *testing.T) {
	h := open(t)
	foreign, number := h.file("other")
	for i, c := range []struct {
		name   string
		change map[string]any
		status int
		faults string
	}{
		{"unknown field", map[string]any{"field_999": "x"}, 400, "unknown_field"},
		{"unknown letter", map[string]any{"field_55": "z"}, 400, "/field_55 unknown_code"},
		{"wrong type", map[string]any{"field_12": 7}, 400, "/field_12 wrong_type"},
		{"awareness in the future", map[string]any{"field_48": "2027-01-01T00:00"}, 422, "/field_48 in_the_future"},
		{"a time that does not exist", map[string]any{"field_48": "2026-03-29T02:30"}, 422, "/field_48 time_does_not_exist"},
		{"a time that exists twice", map[string]any{"field_48": "2026-10-25T02:30"}, 422, "/field_48 time_exists_twice"},
		{"no name", map[string]any{"field_12": ""}, 422, "/field_12 required"},
		{"somebody else's case", map[string]any{"field_3": "b", "field_6": foreign}, 422, "/field_6 unknown_case"},
		{"somebody else's number", map[string]any{"field_3": "b", "field_6": number}, 422, "/field_6 unknown_case"},
		{"no such case", map[string]any{"field_3": "b", "field_6": "PUI-2026-9999"}, 422, "/field_6 unknown_case"},
		{"no case named", map[string]any{"field_3": "b", "field_6": nil}, 422, "/field_6 required"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := h.in(t)
			r := h.byMachine("dpo", "f"+string(rune('a'+i%6))+string(rune('0'+i/6)), payload(c.change)).want(c.status)
			if !strings.Contains(r.faults(), c.faults) {
				t.Errorf("faults %q, want %q", r.faults(), c.faults)
			}
		})
	}
	for _, key := range []string{"", "abc", "0b6d9f0e3f5c4f2a9c58000000000001", "0b6d9f0e-3f5c-4f2a-9c58-00000000000g"} {
		h.do(request{who: "dpo", method: "POST", path: machines, body: payload(nil), header: map[string]string{"Idempotency-Key": key}}).want(400, "idempotency_key")
	}
	h.byMachine("", "1", payload(nil)).want(401)
	h.byMachine("dpo", "2", []byte(`{"field_3": `)).want(400)
	one, other := h.byMachine("dpo", "4", payload(map[string]any{"field_3": "b", "field_6": foreign})), h.byMachine("dpo", "5", payload(map[string]any{"field_3": "b", "field_6": "PUI-2026-9999"}))
	if one.text("detail") != other.text("detail") {
		t.Error("the answer tells whether there is such a case")
	}
}
