package cases

import (
	"context"
	"fmt"

	"github.com/vaka-project/vaka/workflow"
)

// AsOf returns a case as it stood at one of its versions, folded from its events,
// for staff who may see it now. A version that it does not have is not there.
func (s *Service) AsOf(ctx context.Context, a Actor, ref string, version int64) (*Case, error) {
	events, err := s.History(ctx, a, ref)
	if err != nil {
		return nil, err
	}
	if version < 1 || version > int64(len(events)) {
		return nil, workflow.Refuse(workflow.NotFound, "not_found", "The case has no such version.")
	}
	then := &Case{}
	for _, e := range events[:version] {
		if err := then.Apply(e); err != nil {
			return nil, fmt.Errorf("folding %s: %w", Key(e.Header.Record, e.Header.Seq), err)
		}
	}
	return then, nil
}
