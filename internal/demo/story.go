package demo

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
	"taitorinki/internal/web"
)

// place is a page that is worth a look through somebody's eyes.
type place struct{ Label, URL string }

// story is what the page tells of a county that is filled.
type story struct {
	Told  []string // in sentences
	Nurse nurse
	Room  string // code of the live room that is open; "" when none is
}

// nurse is the cast's own respondent, whom a visitor can answer for.
type nurse struct{ Name, Code, Survey, Mails string }

// places are the pages where each role begins. A round that the visitor has closed or made meanwhile is taken as it is now.
func (d *Demo) places(ctx context.Context, p web.Page, role string) (out []place, err error) {
	open, err := d.roundIn(ctx, survey.Open)
	if err != nil {
		return nil, err
	}
	closed, err := d.roundIn(ctx, survey.Closed)
	if err != nil {
		return nil, err
	}
	add := func(key, url string) { out = append(out, place{p.T("demo.to-" + key), url}) }
	reads := []string{people.Coordinator, people.Supervisor, people.Researcher, people.Administrator}
	if closed != nil && slices.Contains(reads, role) {
		add("change", "/results/"+closed.Code)
	}
	if open != nil {
		round := fmt.Sprintf("/rounds/%d", open.ID)
		switch role {
		case people.Coordinator:
			add("sending", round)
			add("rates", round+"/rates")
			add("slips", round+"/slips")
			add("reminders", round+"/reminders")
		case people.Supervisor:
			add("rates", round)
		case people.DPO:
			add("notice", "/privacy/"+open.Code)
		}
	}
	switch role {
	case people.Coordinator:
		add("willing", "/mentors/willing")
		add("help", "/help")
		add("meetings", "/meetings")
		add("rooms", "/rooms")
	case people.Mentor:
		add("inbox", "/help/inbox")
		add("meetings", "/meetings")
	case people.Supervisor:
		add("units", "/units")
	case people.DPO:
		add("log", "/audit")
	case people.Administrator:
		add("units", "/units")
		add("county", "/settings")
	case people.Researcher:
		add("instruments", "/instruments")
	case people.Member:
		add("ask", "/help/new")
		add("wishes", mentoring.WishPath)
		add("topics", "/topics")
		add("me", "/me")
	}
	return out, nil
}

// story tells what has happened, once it has.
func (d *Demo) story(ctx context.Context, p web.Page) (s story, err error) {
	for _, key := range []string{"first", "help", "second", "open"} {
		s.Told = append(s.Told, p.T("demo.story-"+key))
	}
	address := d.before.Cast.MentorCandidate
	who, err := people.PersonByEmail(ctx, d.App.Config.DB, address)
	if err != nil {
		return s, err
	}
	if s.Room, err = d.roomCode(ctx); err != nil {
		return s, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	s.Nurse = nurse{Name: who.Name, Code: d.nursesCode().String(), Survey: d.link, Mails: "/demo/mail?to=" + url.QueryEscape(address)}
	return s, nil
}
