package results

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"taitorinki/internal/i18n"
	"taitorinki/internal/insight"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// textRoutes adds the pages of open answers.
func (s *Pages) textRoutes() {
	s.Kit.Handle("GET /results/{code}/texts", people.ReadResults, s.viewed(s.texts))
	s.Kit.Handle("GET /results/{code}/texts.csv", people.ReadResults, s.textsCSV)
	s.Kit.Handle("GET /results/{code}/texts/check", people.CheckTexts, s.checking(s.check))
	s.Kit.Handle("POST /results/{code}/texts/check", people.CheckTexts, s.checking(s.saveChecks))
}

// checks reports whether the visitor checks open answers: they are of the whole, so a role over a part is not enough.
func checks(v web.Visitor) bool { return v.Everywhere(people.CheckTexts) }

// textsPage is the open answers of a round: one question at a time.
type textsPage struct {
	*view
	Questions []ui.NavItem
	Title     string // the question
	Texts     []string
	Pages     ui.Pages
	Checks    bool
}

func (s *Pages) texts(w http.ResponseWriter, r *http.Request, v *view) error {
	p := textsPage{view: v, Checks: checks(web.VisitorOf(r))}
	questions, err := insight.Questions(r.Context(), s.DB, v.Code)
	if err != nil {
		return err
	}
	all, err := s.shown(r, v)
	if err != nil {
		return err
	}
	questions = slices.DeleteFunc(questions, func(q insight.Question) bool { return len(all[q.Item]) == 0 })
	if len(questions) > 0 {
		at := chosen(questions, r.FormValue("q"))
		p.Title, p.Questions = i18n.In(questions[at].Words, v.Lang), v.questionLinks(questions, at, "/texts")
		p.page(all[questions[at].Item], questions[at].Item, r.FormValue("page"))
	}
	return s.show(w, r, v, v.T("insight.texts"), textsResult(p))
}

// shown are the texts that readers may see, by question, with marks in the reader's language.
func (s *Pages) shown(r *http.Request, v *view) (map[string][]string, error) {
	all, err := s.ShownTexts(r.Context(), v.Code)
	if err != nil || v.Whole() == nil {
		return nil, err
	}
	marks, out := s.Marks(v.Lang), map[string][]string{}
	for _, t := range all {
		out[t.Item] = append(out[t.Item], marks.Replace(t.Text))
	}
	return out, nil
}

// page is the part of the texts that a page shows.
func (p *textsPage) page(texts []string, item, page string) {
	p.Pages = pages(len(texts), ui.PageSize, page, func(n int) string { return p.questionURL("/texts", item, n, false) })
	from := (p.Pages.Page - 1) * ui.PageSize
	p.Texts = texts[from:min(from+ui.PageSize, len(texts))]
}

func pages(total, size int, page string, to func(int) string) ui.Pages {
	n, _ := strconv.Atoi(page)
	of := max((total+size-1)/size, 1)
	return ui.Pages{Page: min(max(n, 1), of), Pages: of, Total: total, URL: to}
}

// chosen is the index of the question that an address names, the first when it names none.
func chosen(questions []insight.Question, item string) int {
	return max(slices.IndexFunc(questions, func(q insight.Question) bool { return q.Item == item }), 0)
}

// questionLinks lead to each question; one alone needs none.
func (v *view) questionLinks(questions []insight.Question, at int, path string) (out []ui.NavItem) {
	for i, q := range questions {
		out = append(out, ui.NavItem{Label: i18n.In(q.Words, v.Lang), URL: v.questionURL(path, q.Item, 1, false), Current: i == at})
	}
	if len(out) == 1 {
		return nil
	}
	return out
}

func (v *view) questionURL(path, item string, page int, decided bool) string {
	q := url.Values{"q": {item}}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	if decided {
		q.Set("decided", "1")
	}
	return v.URL(path) + "?" + q.Encode()
}

// textsCSV is the same texts as a file, in the same order.
func (s *Pages) textsCSV(w http.ResponseWriter, r *http.Request) error {
	return s.viewed(func(w http.ResponseWriter, r *http.Request, v *view) error {
		if err := s.noteExport(r, v); err != nil {
			return err
		}
		questions, err := insight.Questions(r.Context(), s.DB, v.Code)
		if err != nil {
			return err
		}
		all, err := s.shown(r, v)
		if err != nil {
			return err
		}
		var rows [][]string
		for _, q := range questions {
			for _, text := range all[q.Item] {
				rows = append(rows, []string{i18n.In(q.Words, v.Lang), text})
			}
		}
		return sendCSV(w, "texts-"+v.Code, []string{v.T("insight.csv-question"), v.T("insight.csv-text")}, rows)
	})(w, r)
}
