package answering

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"taitorinki/internal/survey"
	"taitorinki/internal/survey/instrument"
	"taitorinki/internal/web"
)

// Preview is a page of an instrument as a respondent would see it.
type Preview struct {
	Title, Intro string
	Questions    templ.Component
}

// PreviewOf draws the pages of an instrument in the language of p, for those who choose one. Nothing of it is remembered.
func PreviewOf(p web.Page, in *instrument.Instrument) (out []Preview) {
	blank := &survey.Sheet{Instrument: in, Answers: in.Blank()}
	for _, page := range in.Pages {
		out = append(out, Preview{page.Title.In(p.Lang), page.Intro.In(p.Lang), templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			for _, it := range page.Items {
				if err := question((*Pages)(nil).answerItem(answerPage{Page: p}, blank, it, "")).Render(ctx, w); err != nil {
					return err
				}
			}
			return nil
		})})
	}
	return out
}
