package sdc

import "sync"

// progress adds up how far several tables are. All tables count the same, and within one its groups.
type progress struct {
	mu         sync.Mutex
	tell       func(done, total int)
	tables     int
	done, told int // in thousandths of a table
}

func newProgress(tell func(done, total int), tables int) *progress {
	if tell == nil {
		return nil
	}
	return &progress{tell: tell, tables: tables}
}

// share is how far one table is. A share is never told twice, so that the asker sees at most a hundred steps.
type share struct {
	*progress
	reached int
}

// reach tells that x of y of a table are done.
func (s *share) reach(x, y int) {
	if s.progress == nil || y <= 0 {
		return
	}
	now := 1000 * x / y
	if now <= s.reached {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done, s.reached = s.done+now-s.reached, now
	if percent := s.done / (10 * s.tables); percent > s.told {
		s.told = percent
		s.tell(percent, 100)
	}
}
