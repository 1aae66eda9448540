// Package catalog holds the words that all features share: the competence areas at which surveys, help and learning point, and
// the digital services in use, with what has changed in them.
//
// The areas come with the platform. A survey scale measures the area whose id it has; an instrument with other scales has no
// area in common with the rest, and pages then show its own names. Services are the county's own.
package catalog

import (
	"context"
	"embed"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// Locales are the words of the catalogue.
//
//go:embed locales
var Locales embed.FS

// Service serves the pages of the catalogue.
type Service struct {
	DB  *db.DB
	Kit *web.Kit
	Now func() time.Time
}

// Words are a text by language.
type Words = map[string]string

// Area is a competence area, or a support factor beside them.
type Area struct {
	ID      string
	Name    Words
	Support bool
}

// AreaName is the name of the area with an id among areas; the id itself when there is none.
func AreaName(areas []Area, id, lang string) string {
	for _, a := range areas {
		if a.ID == id {
			return i18n.In(a.Name, lang)
		}
	}
	return id
}

// DigitalService is a service in use: remote reception, chat, symptom checker.
type DigitalService struct {
	ID      int64
	Name    Words
	About   Words
	Owner   string // who answers for it and how to reach them; "" when not said
	Link    string // https://..., "" for none
	Version int
	Ended   time.Time // zero while it is in use
}

// ServiceName is the name of the service with an id among services; "" when there is none.
func ServiceName(services []DigitalService, id int64, lang string) string {
	for _, s := range services {
		if s.ID == id {
			return i18n.In(s.Name, lang)
		}
	}
	return ""
}

// News is what changed in a service.
type News struct {
	ID, Service int64
	At          time.Time
	Text        Words
}

// The longest texts, in characters.
const (
	MostName = 100
	MostText = 500
)

// Save stores a service, a new one when it has no ID, and returns its ID. A version that is not the stored one is a conflict.
func (s *Service) Save(ctx context.Context, by int64, d DigitalService) (id int64, err error) {
	if err := check(&d); err != nil {
		return 0, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		action := "catalog.change"
		if id = d.ID; id == 0 {
			action = "catalog.add"
			id, err = insertService(ctx, tx, &d)
		} else {
			err = updateService(ctx, tx, &d)
		}
		if err != nil {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), by, action, objectOf(id), "")
	})
	return id, err
}

// check trims a service's texts and tells everything that is wrong with them.
func check(d *DigitalService) error {
	bad := errs.Fields{}
	d.Name, d.About = trimmed(d.Name), trimmed(d.About)
	d.Owner, d.Link = strings.TrimSpace(d.Owner), strings.TrimSpace(d.Link)
	if len(d.Name) == 0 {
		bad.Add("name_"+i18n.Langs[0], "catalog.no-name")
	}
	for _, l := range i18n.Langs {
		most(&bad, "name_"+l, d.Name[l], MostName)
		most(&bad, "about_"+l, d.About[l], MostText)
	}
	most(&bad, "owner", d.Owner, MostName)
	if u, err := url.Parse(d.Link); d.Link != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
		bad.Add("link", "catalog.bad-link")
	}
	return bad.Err()
}

func trimmed(w Words) Words {
	out := Words{}
	for _, l := range i18n.Langs {
		if t := strings.TrimSpace(w[l]); t != "" {
			out[l] = t
		}
	}
	return out
}

func most(bad *errs.Fields, field, text string, n int) {
	if utf8.RuneCountInString(text) > n {
		bad.Add(field, "catalog.too-long", "most", n)
	}
}

// End takes a service out of use, or back into it.
func (s *Service) End(ctx context.Context, by, id int64, ended bool) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		at, action := time.Time{}, "catalog.resume"
		if ended {
			at, action = s.Now(), "catalog.end"
		}
		if err := endService(ctx, tx, id, at); err != nil {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), by, action, objectOf(id), "")
	})
}

// Tell stores what changed in a service.
func (s *Service) Tell(ctx context.Context, by, service int64, text Words) error {
	bad := errs.Fields{}
	text = trimmed(text)
	if len(text) == 0 {
		bad.Add("text_"+i18n.Langs[0], "catalog.no-text")
	}
	for _, l := range i18n.Langs {
		most(&bad, "text_"+l, text[l], MostText)
	}
	if err := bad.Err(); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := insertNews(ctx, tx, &News{Service: service, At: s.Now(), Text: text}, by); err != nil {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), by, "catalog.tell", objectOf(service), "")
	})
}
