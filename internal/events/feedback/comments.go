package feedback

import (
	"context"
	"strings"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// The longest name of a group, reason for hiding and text of changes, in characters, and the most groups of an event.
const (
	mostName    = 60
	mostWhy     = 200
	mostChanges = 1500
	mostThemes  = 20
)

// Comment is one text of somebody.
type Comment struct {
	ID       int64
	Question Question
	Text     string // "" when hidden
	Theme    int64  // 0: not in a group yet
	Hidden   string // why a coordinator took the text away
}

// Theme is a group that hosts have put comments into. N is how many are in it.
type Theme struct {
	ID   int64
	Name string
	N    int
}

// Changes are what the hosts of an event change because of feedback.
type Changes struct {
	Text      string
	Published bool
	Version   int // 0 when nothing is written
}

// Comments are the comments of an event for its hosts: none while no figure of it is told.
func (s *Service) Comments(ctx context.Context, e *events.Event) ([]Comment, error) {
	told, err := Usefulness(ctx, s.DB, []int64{e.ID})
	if err != nil || !told[e.ID].Shown {
		return nil, err
	}
	return commentsOf(ctx, s.DB, e.ID)
}

// AddTheme makes a group of comments.
func (s *Service) AddTheme(ctx context.Context, e *events.Event, name string) (id int64, err error) {
	name = strings.Join(strings.Fields(web.Lines(name)), " ")
	bad := errs.Fields{}
	if name == "" {
		bad.Add("theme", "feedback.no-theme")
	}
	if clean(&bad, "theme", name, mostName); bad.Err() != nil {
		return 0, bad.Err()
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		all, err := themesOf(ctx, tx, e.ID)
		if err == nil && len(all) >= mostThemes {
			err = errs.Fault("theme", "feedback.too-many-themes", "most", mostThemes)
		}
		if err != nil {
			return err
		}
		id, err = insertTheme(ctx, tx, e.ID, name)
		return err
	})
	return id, err
}

// RemoveTheme takes a group away; its comments are in none then.
func (s *Service) RemoveTheme(ctx context.Context, e *events.Event, id int64) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error { return removeTheme(ctx, tx, e.ID, id) })
}

// Group puts comments into groups, by their numbers; group 0 is none.
func (s *Service) Group(ctx context.Context, e *events.Event, into map[int64]int64) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) (err error) {
		defer errs.Wrap(&err, "feedback.Group(%d)", e.ID)
		for comment, theme := range into {
			if err := setTheme(ctx, tx, e.ID, comment, theme); err != nil {
				return err
			}
		}
		return nil
	})
}

// mayHide reports whether a visitor may take comments away: a coordinator of the event's unit.
func (s *Service) mayHide(ctx context.Context, v web.Visitor, e *events.Event) (bool, error) {
	return people.Covers(ctx, s.DB, v, people.CheckTexts, e.Unit)
}

// Hide removes the text of a comment that names somebody, and notes why.
func (s *Service) Hide(ctx context.Context, v web.Visitor, e *events.Event, comment int64, why string) error {
	ok, err := s.mayHide(ctx, v, e)
	if err == nil && !ok {
		err = errs.New(errs.Forbidden, "web.forbidden")
	}
	if err != nil {
		return err
	}
	why = web.Lines(why)
	bad := errs.Fields{}
	if why == "" {
		bad.Add("why", "feedback.no-why")
	}
	if clean(&bad, "why", why, mostWhy); bad.Err() != nil {
		return bad.Err()
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		there, err := hideComment(ctx, tx, e.ID, comment, why)
		if err == nil && !there {
			err = errs.New(errs.NotFound, "feedback.no-comment")
		}
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, v.ID, "event.feedback-hidden", e, why)
	})
}

// WriteChanges stores what the hosts of an event change, and shows it to everybody or to hosts alone.
func (s *Service) WriteChanges(ctx context.Context, by int64, e *events.Event, c Changes) error {
	c.Text = web.Lines(c.Text)
	bad := errs.Fields{}
	if c.Text == "" && c.Published {
		bad.Add("changes", "feedback.no-changes")
	}
	if clean(&bad, "changes", c.Text, mostChanges); bad.Err() != nil {
		return bad.Err()
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		before, err := changesOf(ctx, tx, e.ID)
		if err != nil {
			return err
		}
		if err := storeChanges(ctx, tx, e.ID, c); err != nil || before.Published == c.Published {
			return err
		}
		action := "event.feedback-published"
		if !c.Published {
			action = "event.feedback-withdrawn"
		}
		return s.audit(ctx, tx, by, action, e, "")
	})
}
