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
	Times      []timeField
	Errors     *errs.Fields
}

// timeField is a retention time on the form.
type timeField struct {
	Name, Text string // what was typed; "" is our default
	of         *int
	least      int // shorter would break what the platform does with it
}

// times are the retention times of k on the form.
func times(k *Keep) []timeField {
	all := []timeField{{"left_months", "", &k.LeftMonths, 1}, {"audit_months", "", &k.AuditMonths, 12}, {"mail_days", "", &k.MailDays, 7}, {"job_days", "", &k.JobDays, 7}}
	for i := range all {
		if n := *all[i].of; n > 0 {
			all[i].Text = strconv.Itoa(n)
		}
	}
	return all
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
	p.Times = times(&c.Keep)
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
	typed := times(&c.Keep)
	for i, f := range typed {
		typed[i].Text = field(f.Name)
		if n, ok := whole(typed[i].Text); ok && n >= f.least && n <= mostMonths {
			*f.of = n
		} else if typed[i].Text != "" {
			bad.Add(f.Name, "people.county-bad-time", "least", f.least, "most", mostMonths)
		}
	}
	if _, err := time.Parse(time.DateOnly, c.Reviewed); c.Reviewed != "" && err != nil {
		bad.Add("reviewed", "people.county-bad-day")
	}
	if bad.Err() != nil {
		p := countyPage{Page: s.Kit.Page(r, "people.county"), County: c, MonthsText: field("months"), Times: typed, Errors: &bad}
		p.Shell.Narrow = true
		return s.Kit.ShowInvalid(w, r, p.Page, countyView(p))
	}
	if err := s.SetCounty(r.Context(), web.VisitorOf(r).ID, c); err != nil {
		return err
	}
	s.Kit.Flash(r, "people.county-saved")
	return web.See(w, r, "/settings")
}
