package answering

import (
	"context"
	"net/http"
	"strings"

	"taitorinki/internal/people"
	"taitorinki/internal/survey"
	"taitorinki/internal/web"
)

// noticePart is a paragraph or a heading of a privacy notice. The notice's text has a blank line between its parts, and "# "
// before a heading; its first paragraph says in three sentences what matters most.
type noticePart struct {
	Heading bool
	Text    string
}

// noticeOf is a round's privacy notice with what the county says of itself today: the round's own words are locked with its
// opening, but a telephone number that has changed helps nobody.
func (s *Pages) noticeOf(ctx context.Context, set *survey.Settings, lang string) ([]noticePart, error) {
	var c people.County
	if s.County != nil {
		var err error
		if c, err = s.County(ctx); err != nil {
			return nil, err
		}
	}
	if s.Kit.County != nil {
		c = c.WithName(lang, s.Kit.County(lang))
	}
	var parts []noticePart
	for _, par := range paragraphs(c.Fill(s.Kit.Words, lang, set.Privacy.In(lang))) {
		text, heading := strings.CutPrefix(par, "# ")
		parts = append(parts, noticePart{heading, text})
	}
	return parts, nil
}

func noticeText(parts []noticePart) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.Text)
		b.WriteByte('\n')
	}
	return b.String()
}

// noticePage is the notice of a round, at an address that everybody may keep and pass on.
type noticePage struct {
	web.Page
	Title string
	Parts []noticePart
}

// showNotice shows the notice of any round that has been opened, also after it has closed. It is a respondent's page, so
// nothing of the request is kept.
func (s *Pages) showNotice(w http.ResponseWriter, r *http.Request) error {
	rd, err := survey.RoundByCode(r.Context(), s.DB, r.PathValue("code"))
	if err == nil && rd.State == survey.Draft {
		err = survey.ErrUnknown
	}
	if err != nil {
		return s.linkPage(w, r, err)
	}
	set, err := s.SettingsOf(r.Context(), rd.ID)
	if err != nil {
		return err
	}
	p := noticePage{Page: s.page(r, set, ""), Title: set.Name.In(s.sheetLang(r, set))}
	p.Shell.Title = p.T("survey.notice-title")
	if p.Parts, err = s.noticeOf(r.Context(), set, p.Lang); err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, noticeView(p))
}
