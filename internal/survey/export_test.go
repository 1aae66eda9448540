package survey

import (
	"context"

	"taitorinki/internal/survey/seal"
)

// EvenOut is called by the web layer when a page is left.
func (s *Service) EvenOut(ctx context.Context, sh *Sheet, page int) error {
	return s.evenOut(ctx, sh, page)
}

// Ballot is whose slot a sheet is.
func (sh *Sheet) Ballot() seal.BallotID { return sh.id }
