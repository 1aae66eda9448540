package people

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/web"
)

// countyPage is the form of what the county says of itself.
type countyPage struct {
	web.Page
	County
	MonthsText string
	Errors     *errs.Fields
}

func (s *Service) showCounty(w http.ResponseWriter, r *http.Request) error {
	c, err := countyOf(r.Context(), s.DB)
	if err != nil {
		return err
	}
	p := countyPage{Page: s.Kit.Page(r, "people.county"), County: c}
	p.Shell.Narrow = true
	if c.Months > 0 {
		p.MonthsText = strconv.Itoa(c.Months)
	}
	return s.Kit.Show(w, r, p.Page, countyView(p))
}

const mostMonths = 1200

func (s *Service) saveCounty(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	field := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	c := County{Name: map[string]string{}, Contact: field("contact"), DPO: field("dpo"), Feedback: field("feedback"), Reviewed: field("reviewed")}
	for _, l := range i18n.Langs {
		if name := field("name_" + l); name != "" {
			c.Name[l] = name
		}
	}
	bad := errs.Fields{}
	if text := field("months"); text != "" {
		n, ok := whole(text)
		if !ok || n < 1 || n > mostMonths {
			bad.Add("months", "people.county-bad-months")
		}
		c.Months = n
	}
	if _, err := time.Parse(time.DateOnly, c.Reviewed); c.Reviewed != "" && err != nil {
		bad.Add("reviewed", "people.county-bad-day")
	}
	if bad.Err() != nil {
		p := countyPage{Page: s.Kit.Page(r, "people.county"), County: c, MonthsText: field("months"), Errors: &bad}
		p.Shell.Narrow = true
		return s.Kit.ShowInvalid(w, r, p.Page, countyView(p))
	}
	if err := s.SetCounty(r.Context(), web.VisitorOf(r).ID, c); err != nil {
		return err
	}
	s.Kit.Flash(r, "people.county-saved")
	return web.See(w, r, "/settings")
}
