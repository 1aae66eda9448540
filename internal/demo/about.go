package demo

import (
	"context"

	"taitorinki/internal/about"
)

// speakUp tells of pages that do not work for somebody: one was mended and answered, one waits.
func (d *Demo) speakUp(ctx context.Context) error {
	coordinator := d.ids[d.before.Cast.Coordinator]
	return d.live(ctx, []happening{
		{day(-61, 10), func(ctx context.Context) error {
			return d.App.About.Give(ctx, about.Feedback{Lang: "fi", Page: "Omat tulokset", Text: "Ruudunlukija luki kuvion nimen, mutta ei lukuja. En saanut tietää tulostani."})
		}},
		{day(-58, 14), func(ctx context.Context) error {
			all, err := about.Waiting(ctx, d.App.Config.DB)
			if err != nil || len(all) == 0 {
				return err
			}
			return d.App.About.Answer(ctx, coordinator, all[0].ID, "Lisäsimme kuvion alle taulukon, jossa luvut ovat tekstinä.")
		}},
		{day(-3, 9), func(ctx context.Context) error {
			return d.App.About.Give(ctx, about.Feedback{Lang: "sv", Page: "Kalender", Text: "Jag använder 400 procents förstoring och hittar inte knappen för att prenumerera på kalendern."})
		}},
	})
}
