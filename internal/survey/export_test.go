package survey

import "taitorinki/internal/survey/seal"

// Ballot is whose sheet it is.
func (sh *Sheet) Ballot() seal.BallotID { return sh.id }
