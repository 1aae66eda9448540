package supportlog

import (
	"context"
	"time"

	"taitorinki/internal/errs"
	"taitorinki/internal/mask"
)

// learnAgain is how often the names of the staff list are read: somebody new is known so soon.
const learnAgain = time.Minute

// learn reads the names of the staff list. Making a finder of 18,000 names is too slow to be done for each note. Where there is
// nobody yet, nothing is learned: a list may come in at any moment.
func (s *Service) learn(ctx context.Context) error {
	var names []string
	if s.Names != nil {
		var err error
		if names, err = s.Names(ctx); err != nil {
			return err
		}
	}
	f := mask.New(names)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.finder, s.learned = f, s.Now()
	if len(names) == 0 {
		s.learned = time.Time{}
	}
	return nil
}

func (s *Service) names(ctx context.Context) (*mask.Finder, error) {
	if f := s.known(); f != nil {
		return f, nil
	}
	if err := s.learn(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.finder, nil
}

// known is the finder, nil when it is too old.
func (s *Service) known() *mask.Finder {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Now().Sub(s.learned) > 2*learnAgain {
		return nil
	}
	return s.finder
}

// checkNote refuses a note that seems to name or identify somebody, and says what was found. Even what is only possibly a name is
// refused: the note can be put otherwise, and nobody reads it before it is stored.
func (s *Service) checkNote(ctx context.Context, note string, bad *errs.Fields) error {
	if note == "" {
		return nil
	}
	f, err := s.names(ctx)
	if err != nil {
		return err
	}
	for _, x := range f.Find(note) {
		bad.Add("note", "supportlog.note-"+x.Kind.String(), "found", note[x.Start:x.End])
		return nil
	}
	return nil
}
