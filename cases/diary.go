package cases

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/vaka-project/vaka/workflow"
)

// diaryKey is under what a register number is taken: capitals and spaces make no
// other number.
func diaryKey(number string) string {
	return strings.ToUpper(strings.Join(strings.Fields(number), " "))
}

// diaryClaim takes a register number for the case along with the step that gives
// it. There is none to take where the case has it already; a number of another
// case is refused.
func (s *Service) diaryClaim(ctx context.Context, c *Case, number string) ([]Claim, error) {
	key := diaryKey(number)
	if key == "" {
		return nil, nil
	}
	var have NumberClaim
	err := s.store.Get(ctx, Diary, key, &have)
	switch {
	case errors.Is(err, ErrNotFound):
		return []Claim{{In: Diary, ID: key, Doc: NumberClaim{Number: key, Case: c.ID}}}, nil
	case err != nil:
		return nil, Unavailable(fmt.Errorf("register number: %w", err))
	case have.Case == c.ID:
		return nil, nil
	}
	e := workflow.RefuseFaults("step_data", "The step cannot be taken with this data.", []workflow.Fault{{
		Path: "/data/diary_number", Code: "diary_number_taken",
		Message: "Another case has this register number. Check it; if that case has it by mistake, correct that one first.",
	}})
	e.Kind = workflow.Unprocessable
	return nil, e
}

// freeDiary gives up the register number that a case had before it got another
// one, so that a number given by mistake can go to the case that it belongs to.
// What fails leaves a number that no other case can take, and says so in the log.
func (s *Service) freeDiary(ctx context.Context, c *Case, before string) {
	key := diaryKey(before)
	if key == "" || key == diaryKey(c.DiaryNumber) {
		return
	}
	var have NumberClaim
	err := s.store.Get(ctx, Diary, key, &have)
	if err == nil && have.Case == c.ID {
		err = s.store.Delete(ctx, Diary, key)
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		s.logger.Warn("a register number that was replaced is still taken", "case", c.ID, "error", err)
	}
}
