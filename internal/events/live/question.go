package live

import (
	"context"
	"strings"
	"unicode"

	"taitorinki/internal/errs"
	"taitorinki/internal/web"

	"golang.org/x/text/unicode/norm"
)

var (
	errNotOpen = errs.New(errs.Conflict, "live.not-open")
	errTooFast = errs.New(errs.Conflict, "live.too-fast")
)

// fold is what equal questions and words have in common: letters and digits without case, signs and spaces at the ends.
func fold(text string) string {
	var b strings.Builder
	space := false
	for _, r := range norm.NFKC.String(strings.ToLower(text)) {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsNumber(r) {
			space = b.Len() > 0
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	if b.Len() == 0 {
		return strings.TrimSpace(text) // signs only
	}
	return b.String()
}

// Ask puts a question, with the device's own vote. An equal question becomes a vote for the one that is there.
func (s *Service) Ask(ctx context.Context, r *Room, d Device, text, name string) (q Question, err error) {
	text, name = oneLine(text), oneLine(name)
	if r.Anonymous {
		name = ""
	}
	if err := checkQuestion(text, name); err != nil {
		return q, err
	}
	if r.State != Open {
		return q, errNotOpen
	}
	if !s.pace.let(s.Now(), r.ID, d, "ask") {
		return q, errTooFast
	}
	if n, err := countQuestions(ctx, s.DB, r.ID); err != nil || n >= MostQuestions {
		return q, firstError(err, errs.New(errs.Conflict, "live.full"))
	}
	state := Shown
	if r.Moderated {
		state = Pending
	}
	if _, err := s.DB.Save(ctx, saveQuestion, text, fold(text), name, state, r.ID); err != nil {
		return q, err
	}
	if q, err = questionByFold(ctx, s.DB, r.ID, fold(text)); err != nil {
		if errs.KindOf(err) == errs.NotFound {
			err = errNotOpen // it was closed this moment
		}
		return q, err
	}
	_, err = s.DB.Save(ctx, saveVote, d.voter(ofQuestion, q.ID), q.ID, r.ID)
	s.changed(r.ID)
	return q, err
}

func firstError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func checkQuestion(text, name string) error {
	var bad errs.Fields
	if text == "" {
		bad.Add("text", "live.question-missing")
	}
	checkText(&bad, "text", text, MostQuestion)
	checkText(&bad, "name", name, MostName)
	return bad.Err()
}

// Vote adds a device's vote to a question, or takes it back. Twice is once.
func (s *Service) Vote(ctx context.Context, r *Room, d Device, question int64, on bool) error {
	if r.State != Open {
		return errNotOpen
	}
	if !s.pace.let(s.Now(), r.ID, d, "vote") {
		return errTooFast
	}
	statement := saveVote
	args := []any{d.voter(ofQuestion, question), question, r.ID}
	if !on {
		statement = dropVote
	}
	n, err := s.DB.Save(ctx, statement, args...)
	if err != nil {
		return err
	}
	if n > 0 {
		s.changed(r.ID)
		return nil
	}
	has, err := hasVoted(ctx, s.DB, question, d.voter(ofQuestion, question))
	if err == nil && has != on {
		err = errNotOpen
	}
	return err
}

// Mark gives a question another state, as the host.
func (s *Service) Mark(ctx context.Context, v web.Visitor, room, question int64, state string) error {
	r, err := s.hosted(ctx, v, room)
	if err != nil {
		return err
	}
	return s.mark(ctx, &r, question, state)
}

func (s *Service) mark(ctx context.Context, r *Room, question int64, state string) error {
	switch state {
	case Shown, Answered, Hidden:
	default:
		return errs.New(errs.Invalid, "web.not-found")
	}
	if err := setState(ctx, s.DB, r.ID, question, state); err != nil {
		return err
	}
	s.changed(r.ID)
	return nil
}

// Write answers a question in writing, for the summary; an empty answer takes it back.
func (s *Service) Write(ctx context.Context, v web.Visitor, room, question int64, answer string) error {
	r, err := s.hosted(ctx, v, room)
	if err != nil {
		return err
	}
	answer = strings.TrimSpace(strings.ReplaceAll(answer, "\r", ""))
	var bad errs.Fields
	checkText(&bad, "answer", answer, MostAnswer)
	if bad.Err() != nil {
		return &bad
	}
	if err := setAnswer(ctx, s.DB, r.ID, question, answer); err != nil {
		return err
	}
	s.changed(r.ID)
	return nil
}
