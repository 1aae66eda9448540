package mentoring

import (
	"net/http"
	"slices"
	"strconv"

	"taitorinki/internal/errs"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// Addresses of pages that mails and other pages lead to.
const (
	JoinPath    = "/mentors/join"    // where somebody comes forward, and sees how it stands
	OwnPath     = "/mentors/me"      // a mentor's own
	ConfirmPath = "/mentors/confirm" // candidates who wait for a supervisor
	ListPath    = "/mentors"
)

func mentorURL(id int64) string { return ListPath + "/" + strconv.FormatInt(id, 10) }

// profileForm is what a mentor tells of themself, as a form.
type profileForm struct {
	Profile
	Areas, Services, Langs []ui.Option
}

func (n *naming) profileForm(p web.Page, x Profile) profileForm {
	f := profileForm{Profile: x}
	f.Areas, f.Services, f.Langs = n.strengths(p, x)
	return f
}

// postedProfile reads a profile. Areas and services that there are not are left out.
func (n *naming) postedProfile(r *http.Request) Profile {
	x := Profile{Langs: r.PostForm["langs"], Reach: r.PostForm.Get("reach")}
	for _, a := range n.areas {
		if slices.Contains(r.PostForm["areas"], a.ID) {
			x.Areas = append(x.Areas, a.ID)
		}
	}
	for _, d := range n.services {
		if slices.Contains(r.PostForm["services"], strconv.FormatInt(d.ID, 10)) {
			x.Services = append(x.Services, d.ID)
		}
	}
	return x
}

func profileOf(m *Mentor) Profile {
	return Profile{Areas: m.Areas, Services: m.Services, Langs: m.Langs, Reach: m.Reach}
}

func itoa(n int) string { return strconv.Itoa(n) }

// parse reads a posted form.
func parse(r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	return nil
}

// checkWhy refuses a reason that seems to tell who somebody is.
func (s *Service) checkWhy(field, why string) error {
	if s.Suspect != nil && s.Suspect(why) {
		return errs.Fault(field, "mentoring.why-names")
	}
	return nil
}

func versionOf(r *http.Request) int {
	v, err := strconv.Atoi(r.PostFormValue("version"))
	if err != nil || v < 0 {
		return 0 // which none has: a form without it is a conflict
	}
	return v
}
