// Package materials keeps what an event leaves behind: links, files and the recording, for those who came and those who could not.
//
// A file is what its content says it is, whatever its name. It goes out as an attachment that no browser opens by itself.
package materials

import (
	"context"
	"embed"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/i18n"
	"taitorinki/internal/jobs"
	"taitorinki/internal/mask"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// Locales are the words of materials.
//
//go:embed locales
var Locales embed.FS

// Most is how many materials an event may have, and MostFile how large a file may be, in bytes.
const (
	Most     = 20
	MostFile = 5 << 20
)

// Service keeps materials and serves their pages.
type Service struct {
	DB      *db.DB
	Kit     *web.Kit
	Outbox  *outbox.Outbox
	Now     func() time.Time
	BaseURL string // where links begin, without a slash at the end
	Events  *events.Service

	// Had are those who had a place at an event, whether they came or not. While it is nil nobody can be told of materials.
	Had func(ctx context.Context, q db.Q, event int64) ([]events.Recipient, error)
}

// Kind is what sort of material something is.
type Kind string

// The kinds. They are stored: never change one.
const (
	Link      Kind = "link"
	Recording Kind = "recording" // a link too
	File      Kind = "file"
)

// Kinds lists the kinds in the order in which forms show them.
var Kinds = []Kind{File, Link, Recording}

// Material is one thing that an event leaves behind.
type Material struct {
	ID, Event int64
	Kind      Kind
	Title     string
	Lang      string
	URL       string // of a link
	Format    Format // of a file
	Size      int    // of a file, in bytes
	Source    int64  // the material of an earlier run that it was taken from; 0 for none
	Data      []byte // of a file that is being added

	file int64
}

// Jobs adds the work that is done regularly.
func (s *Service) Jobs(w *jobs.Worker) {
	w.Every("forget to whom mail about materials went", time.Hour, s.prune)
}

// check trims a material, finds out what a file is, and tells everything that is wrong with it.
func check(m *Material) error {
	bad := &errs.Fields{}
	m.Title, m.URL = web.Line(m.Title), strings.TrimSpace(m.URL)
	switch {
	case m.Title == "":
		bad.Add("title", "materials.no-title")
	case utf8.RuneCountInString(m.Title) > events.MostTitle:
		bad.Add("title", "materials.too-long", "most", events.MostTitle)
	}
	for _, x := range mask.New(nil).Find(m.Title) {
		if x.Kind == mask.Identity {
			bad.Add("title", "materials.identity", "text", m.Title[x.Start:x.End])
		}
	}
	if !i18n.Known(m.Lang) {
		bad.Add("lang", "materials.no-lang")
	}
	switch m.Kind {
	case Link, Recording:
		m.Data = nil
		if !(len(m.URL) <= events.MostLink && web.GoodLink(m.URL)) {
			bad.Add("url", "materials.bad-link")
		}
	case File:
		m.URL = ""
		checkFile(m, bad)
	default:
		bad.Add("kind", "materials.no-kind")
	}
	return bad.Err()
}

func checkFile(m *Material, bad *errs.Fields) {
	m.Size = len(m.Data)
	switch {
	case m.Size == 0:
		bad.Add("file", "materials.no-file")
	case m.Size > MostFile:
		bad.Add("file", "materials.too-big", "megabytes", MostFile>>20)
	default:
		if m.Format = FormatOf(m.Data); m.Format == "" {
			bad.Add("file", "materials.bad-file")
		}
	}
}

// Add stores a material of an event.
func (s *Service) Add(ctx context.Context, by int64, m Material) (id int64, err error) {
	if err := check(&m); err != nil {
		return 0, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		e, err := events.ByID(ctx, tx, m.Event)
		if err != nil {
			return err
		}
		if err := room(ctx, tx, e.ID, 1); err != nil {
			return err
		}
		if id, err = insert(ctx, tx, &m, s.Now()); err != nil {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), by, "event.material", object(e.ID), "")
	})
	return id, err
}

// Remove takes a material away.
func (s *Service) Remove(ctx context.Context, by, event, id int64) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := remove(ctx, tx, event, id); err != nil {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), by, "event.material-removed", object(event), "")
	})
}

// Earlier are the materials of the run that an event was copied from which were not taken along yet.
func (s *Service) Earlier(ctx context.Context, q db.Q, v web.Visitor, e *events.Event) ([]Material, error) {
	if e.CopiedFrom == 0 {
		return nil, nil
	}
	from, err := events.ByID(ctx, q, e.CopiedFrom)
	if err != nil {
		return nil, err
	}
	if from.State == events.Draft {
		if ok, err := s.Events.Hosts(ctx, q, v, &from); err != nil || !ok {
			return nil, err
		}
	}
	old, err := Of(ctx, q, from.ID)
	if err != nil {
		return nil, err
	}
	has, err := Of(ctx, q, e.ID)
	return slices.DeleteFunc(old, func(m Material) bool {
		return slices.ContainsFunc(has, func(x Material) bool { return x.Source == m.ID })
	}), err
}

// TakeOver takes materials of the earlier run along. What was taken before, or is not of that run, is left alone.
func (s *Service) TakeOver(ctx context.Context, v web.Visitor, e *events.Event, wanted []int64) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		all, err := s.Earlier(ctx, tx, v, e)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(m Material) bool { return !slices.Contains(wanted, m.ID) })
		if len(all) == 0 {
			return errs.Fault("take", "materials.none-chosen")
		}
		if err := room(ctx, tx, e.ID, len(all)); err != nil {
			return err
		}
		for _, m := range all {
			m.Source, m.Event = m.ID, e.ID
			if _, err := insert(ctx, tx, &m, s.Now()); err != nil {
				return err
			}
		}
		return people.Audit(ctx, tx, s.Now(), v.ID, "event.material", object(e.ID), "")
	})
}
