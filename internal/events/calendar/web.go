package calendar

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/ical"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// Routes adds the pages and files.
func (s *Service) Routes() {
	k := s.Kit
	k.Handle("GET /events/{id}/event.ics", web.SignedIn, s.sendEvent)
	k.HandlePrivate("GET /e/{code}/event.ics", s.sendPublic)
	k.Handle("GET /calendar", web.SignedIn, s.show)
	k.Handle("POST /calendar", web.SignedIn, s.change)
	k.HandlePrivate("GET /calendar/feed/{file}", s.feed)
}

func (s *Service) sendEvent(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := web.ID(r, "id")
	if err != nil {
		return err
	}
	e, err := events.ByID(ctx, s.DB, id)
	if err != nil {
		return err
	}
	if e.State == events.Draft {
		if _, err := s.Events.Hosted(ctx, web.VisitorOf(r), id); err != nil {
			return err
		}
	}
	return s.sendFile(w, r, &e, true)
}

func (s *Service) sendPublic(w http.ResponseWriter, r *http.Request) error {
	e, err := events.ByCode(r.Context(), s.DB, r.PathValue("code"))
	if err != nil {
		return err
	}
	return s.sendFile(w, r, &e, false)
}

func (s *Service) sendFile(w http.ResponseWriter, r *http.Request, e *events.Event, join bool) error {
	all, err := s.sittings(r.Context(), e, join)
	if err != nil {
		return err
	}
	file, err := ical.Publish(all...)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8; method=PUBLISH")
	w.Header().Set("Content-Disposition", `attachment; filename="event.ics"`)
	_, err = w.Write(file)
	return err
}

// page is the page about the own feed. Link is there once, when it has just been made.
type page struct {
	web.Page
	Made time.Time
	Link string
}

// webcal is the link as programs for calendars take it from a browser.
func (p page) webcal() string {
	_, rest, _ := strings.Cut(p.Link, "://")
	return "webcal://" + rest
}

func (s *Service) show(w http.ResponseWriter, r *http.Request) error { return s.showLink(w, r, "") }

func (s *Service) showLink(w http.ResponseWriter, r *http.Request, link string) (err error) {
	p := page{Page: s.Kit.Page(r, "calendar.title"), Link: link}
	p.Shell.Narrow = true
	if p.Made, err = madeOf(r.Context(), s.DB, p.Who.ID); err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, view(p))
}

// change makes or revokes the feed. The new link is in the answer itself: to show it on another page it would have to be stored.
func (s *Service) change(w http.ResponseWriter, r *http.Request) error {
	who := web.VisitorOf(r).ID
	switch r.PostFormValue("do") {
	case "make":
		token, err := s.make(r.Context(), who)
		if err != nil {
			return err
		}
		return s.showLink(w, r, s.BaseURL+"/calendar/feed/"+token+".ics")
	case "revoke":
		if err := s.Revoke(r.Context(), who); err != nil {
			return err
		}
		s.Kit.Flash(r, "calendar.revoked")
	}
	return web.See(w, r, "/calendar")
}

// feed sends a person's calendar to a program that reads it regularly.
func (s *Service) feed(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	token, ok := strings.CutSuffix(r.PathValue("file"), ".ics")
	if !ok {
		return noFeed()
	}
	owner, err := ownerOf(ctx, s.DB, web.TokenHash(token))
	if err != nil {
		return err
	}
	p, err := people.PersonByID(ctx, s.DB, owner)
	if err != nil {
		return err
	}
	if !p.Left.IsZero() {
		return noFeed()
	}
	all, err := s.entries(ctx, owner)
	if err != nil {
		return err
	}
	file, err := ical.Feed(s.Kit.Words.T(p.Lang, "calendar.feed-name", "service", s.Kit.Service), all)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(file)
	w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:16])+`"`)
	w.Header().Set("Cache-Control", "private, no-cache") // kept by its reader alone, who asks whether it has changed
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(file))
	return nil
}

func noFeed() error { return errs.New(errs.NotFound, "calendar.no-feed") }

// entries are all that a feed holds, first to last. An event that no calendar can hold is left out, so that the others come.
func (s *Service) entries(ctx context.Context, person int64) (out []ical.Event, err error) {
	seen := map[string]bool{}
	for _, mine := range s.Mine {
		all, err := mine(ctx, person)
		if err != nil {
			return nil, err
		}
		for _, x := range all {
			ready := []ical.Event{x.Ready}
			if x.Event != 0 {
				e, err := events.ByID(ctx, s.DB, x.Event)
				if err != nil {
					return nil, err
				}
				if ready, err = s.sittings(ctx, &e, true); err != nil {
					return nil, err
				}
			}
			for _, c := range ready {
				if seen[c.UID] {
					continue
				}
				seen[c.UID] = true
				if _, err := ical.Publish(c); err != nil {
					slog.ErrorContext(ctx, "an event fits no calendar", "event", x.Event, "err", err)
					continue
				}
				out = append(out, c)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b ical.Event) int { return a.Start.Compare(b.Start) })
	return out, nil
}
