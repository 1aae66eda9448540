package people

import (
	"context"
	"net/http"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/web"
)

// erasePage is the dry run of an erasure: what goes, what stays and why.
type erasePage struct {
	web.Page
	Person Person
	WhyNot string // why nothing can be done; "" when it can
	Asked  string // when the person asked for it; "" when they have not
	Goes   []string
}

// stays are the message keys of what an erasure leaves, each with its reason.
var stays = []string{"people.erase-stays-row", "people.erase-stays-log", "people.erase-stays-results", "people.erase-stays-answers", "people.erase-stays-texts", "people.erase-stays-badge"}

func (s *Service) showErase(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	base, err := s.personPage(r)
	if err != nil {
		return err
	}
	if err := s.noteView(r, base.Person.ID); err != nil {
		return err
	}
	p := erasePage{Page: s.Kit.Page(r, "people.erase"), Person: base.Person}
	p.Shell.Narrow = true
	why, err := s.whyNotErase(ctx, p.Person)
	if err != nil {
		return err
	}
	if why != "" {
		p.WhyNot = p.T(why)
	}
	asked, err := askedErasure(ctx, s.DB, p.Person.ID)
	if err != nil {
		return err
	}
	if !asked.IsZero() {
		p.Asked = p.T("people.erase-asked", "at", i18n.Date(p.Lang, asked))
	}
	if p.Goes, err = s.goes(ctx, &p); err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, eraseView(p))
}

// goes is what an erasure takes away. What several erasers call the same is one line.
func (s *Service) goes(ctx context.Context, p *erasePage) ([]string, error) {
	out := []string{p.T("people.erase-name")}
	counts := map[string]int{}
	all := s.erasers()
	for _, e := range all {
		n, err := e.Count(ctx, s.DB, p.Person.ID)
		if err != nil {
			return nil, err
		}
		counts[e.Name] += n
	}
	for _, e := range all {
		if n := counts[e.Name]; n > 0 {
			out = append(out, p.T("people.erase-"+e.Name, "n", n))
		}
		delete(counts, e.Name)
	}
	return out, nil
}

func (s *Service) erasePerson(w http.ResponseWriter, r *http.Request) error {
	p, err := s.personPage(r)
	if err != nil {
		return err
	}
	if r.PostFormValue("sure") != "yes" {
		return errs.New(errs.Invalid, "people.erase-not-sure")
	}
	if err := s.Erase(r.Context(), p.Who.ID, p.Person.ID); err != nil {
		return err
	}
	s.Kit.Flash(r, "people.erase-done")
	return web.See(w, r, "/people")
}

// askErasure is a person's own wish.
func (s *Service) askErasure(w http.ResponseWriter, r *http.Request) error {
	if err := s.AskErasure(r.Context(), web.VisitorOf(r).ID); err != nil {
		return err
	}
	s.Kit.Flash(r, "people.erase-consent-done")
	return web.See(w, r, "/me")
}
