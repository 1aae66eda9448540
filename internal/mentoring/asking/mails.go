package asking

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"taitorinki/internal/errs"
	"taitorinki/internal/mail"
	"taitorinki/internal/people"
)

// The mails. Kinds stand in the queue: never change one.
const (
	mailTopic    = "help"
	turnKind     = "help-turn"     // to whom the request has gone; ref is the turn
	takenKind    = "help-taken"    // to the asker: a mentor helps; ref is the mentor's turn
	answeredKind = "help-answered" // to the asker: the coordinator has answered; ref is the request
	overKind     = "help-over"     // to the mentor from whom the request was taken away; ref is the mentor's turn
)

// Mails adds the writers of the messages.
func (s *Service) Mails() {
	s.Outbox.Handle(turnKind, s.writeTurn)
	s.Outbox.Handle(takenKind, s.writeTaken)
	s.Outbox.Handle(answeredKind, s.writeAnswered)
	s.Outbox.Handle(overKind, s.writeOver)
}

// ofTurn is the request of a turn and the turn itself.
func (s *Service) ofTurn(ctx context.Context, id int64) (r Request, t Turn, err error) {
	var request int64
	err = s.DB.QueryRowContext(ctx, `SELECT request_id FROM mentoring_request_turns WHERE id = $1`, id).Scan(&request)
	if errors.Is(err, sql.ErrNoRows) {
		return r, t, errNoRequest
	}
	if err != nil {
		return r, t, err
	}
	if r, err = requestByID(ctx, s.DB, request); err != nil {
		return r, t, err
	}
	for _, t := range r.Turns {
		if t.ID == id {
			return r, t, nil
		}
	}
	return r, t, errNoRequest
}

// writeTurn tells that somebody asks for help: with what and where, but neither who nor in which words, for mail is read on
// screens in corridors.
func (s *Service) writeTurn(ctx context.Context, ref int64) (m mail.Message, err error) {
	defer errs.Wrap(&err, "asking.writeTurn(%d)", ref)
	r, t, err := s.ofTurn(ctx, ref)
	if err != nil {
		return m, err
	}
	if r.State != Open || !t.Over.IsZero() {
		return m, errNoRequest
	}
	kind, path := "turn", fmt.Sprintf("/help/inbox/%d", r.ID)
	switch {
	case t.Mentor == 0:
		kind, path = "coordinator", fmt.Sprintf("/help/%d", r.ID)
	case t.Level == Area:
		kind = "area"
	}
	return s.write(ctx, t.Person, &r, kind, path)
}

func (s *Service) writeTaken(ctx context.Context, ref int64) (m mail.Message, err error) {
	defer errs.Wrap(&err, "asking.writeTaken(%d)", ref)
	r, t, err := s.ofTurn(ctx, ref)
	if err != nil {
		return m, err
	}
	if r.Mentor != t.Mentor || r.By == 0 || r.State == Done {
		return m, errNoRequest
	}
	return s.write(ctx, r.By, &r, "taken", "/help/mine")
}

func (s *Service) writeAnswered(ctx context.Context, ref int64) (m mail.Message, err error) {
	defer errs.Wrap(&err, "asking.writeAnswered(%d)", ref)
	r, err := requestByID(ctx, s.DB, ref)
	if err != nil {
		return m, err
	}
	if r.State != Answered || r.By == 0 {
		return m, errNoRequest
	}
	return s.write(ctx, r.By, &r, "answered", "/help/mine")
}

// writeOver tells a mentor that the request is another's now: the coordinator has handed it over, or the help was not enough.
func (s *Service) writeOver(ctx context.Context, ref int64) (m mail.Message, err error) {
	defer errs.Wrap(&err, "asking.writeOver(%d)", ref)
	r, t, err := s.ofTurn(ctx, ref)
	if err != nil {
		return m, err
	}
	if t.Over.IsZero() || r.By == 0 {
		return m, errNoRequest
	}
	return s.write(ctx, t.Person, &r, t.How, "/help/inbox")
}

// write writes a message to a person in their language. errNoRequest lets the outbox drop one that there is no reason for any more.
func (s *Service) write(ctx context.Context, to int64, r *Request, kind, path string) (m mail.Message, err error) {
	who, err := people.PersonByID(ctx, s.DB, to)
	if err != nil {
		return m, err
	}
	if !who.Left.IsZero() || who.Email == "" {
		return m, errNoRequest
	}
	t := func(key string, args ...any) string { return s.Kit.Words.T(who.Lang, key, args...) }
	n, err := s.names(ctx, who.Lang, t, *r)
	if err != nil {
		return m, err
	}
	args := []any{"theme", n.theme(r), "unit", n.unit(r.Unit), "way", t("asking.way-" + r.Way), "when", t("asking.when-" + r.When),
		"due", n.time(r.Due), "mentor", n.mentor(r), "link", s.BaseURL + path}
	m.To = who.Email
	m.Subject, m.Text = t("asking.mail-"+kind+"-subject", args...), t("asking.mail-"+kind, args...)
	return m, nil
}
