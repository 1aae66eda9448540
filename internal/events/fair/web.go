package fair

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"taitorinki/internal/catalog"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/i18n"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// mostForm is how large a form with a picture may be, in bytes: more than a picture, so that one that is too large is told of in the form.
const mostForm = 16 << 20

// Routes adds the pages.
func (s *Service) Routes() {
	k := s.Kit
	k.Handle("GET /events/{id}/fair", web.SignedIn, s.showFloor)
	k.Handle("GET /events/{id}/exhibitors", web.SignedIn, s.manage)
	k.Handle("POST /events/{id}/exhibitors", web.SignedIn, s.add)
	k.Handle("POST /events/{id}/exhibitors/take", web.SignedIn, s.takeOver)
	k.Handle("GET /events/{id}/exhibitors/{exhibitor}", web.SignedIn, s.edit)
	k.Handle("POST /events/{id}/exhibitors/{exhibitor}", web.SignedIn, s.save)
	k.Handle("POST /events/{id}/exhibitors/{exhibitor}/slots", web.SignedIn, s.addSlot)
	k.Handle("POST /events/{id}/exhibitors/{exhibitor}/slots/{slot}", web.SignedIn, s.callOff)
	k.Handle("POST /events/{id}/exhibitors/{exhibitor}/picture", web.SignedIn, s.dropPicture)
	k.Handle("POST /events/{id}/exhibitors/{exhibitor}/link", web.SignedIn, s.link)
	k.Handle("POST /events/{id}/exhibitors/{exhibitor}/remove", web.SignedIn, s.remove)

	k.HandlePrivate("GET /e/{code}/fair", s.showPublic)
	k.HandlePrivate("GET /e/{code}/fair/mine", s.showMine)
	k.HandlePrivate("POST /e/{code}/fair/mine/forget", s.forget)
	k.HandlePrivate("GET /e/{code}/fair/x/{exhibitor}", s.showCard)
	k.HandlePrivate("GET /e/{code}/fair/x/{exhibitor}/picture", s.sendPicture)
	k.HandlePrivate("POST /e/{code}/fair/x/{exhibitor}/card", s.takeCard)
	k.HandlePrivate("POST /e/{code}/fair/x/{exhibitor}/slots/{slot}", s.reserve)
	k.HandlePrivate("POST /e/{code}/fair/x/{exhibitor}/contact", s.ask)

	k.HandlePrivate("GET /e/{code}/fair/own/{token}", s.showOwn)
	k.HandlePrivateUpload("POST /e/{code}/fair/own/{token}", mostForm, s.saveOwn)
	k.HandlePrivate("POST /e/{code}/fair/own/{token}/slots", s.addOwnSlot)
	k.HandlePrivate("POST /e/{code}/fair/own/{token}/slots/{slot}", s.callOffOwn)
	k.HandlePrivate("POST /e/{code}/fair/own/{token}/picture", s.dropOwnPicture)
}

// number writes a number for a form or a path.
func number[T ~int | ~int64](n T) string { return strconv.FormatInt(int64(n), 10) }

// names are what digital services are called.
type names struct{ services []catalog.DigitalService }

func (s *Service) names(ctx context.Context) (names, error) {
	all, err := catalog.Services(ctx, s.DB)
	return names{all}, err
}

func (n names) of(id int64, lang string) string { return catalog.ServiceName(n.services, id, lang) }

// floorPage is the list of a fair's exhibitors, as people with an account and visitors without one see it.
type floorPage struct {
	web.Page
	E      *events.Event
	Floors []Floor
	Coming []Demo
	Visit  Visit
	Public bool // without an account
	Closed string
	Days   bool // the fair is on several days
	Names  names
}

// path is an exhibitor's page.
func (p floorPage) path(id int64, more string) string {
	return p.E.PublicPath("/fair/x/" + number(id) + more)
}

// off are the demonstrations in which the visitor had a place and which were called off. This is the only way to tell: nobody knows who
// the visitor is.
func (p floorPage) off() (out []Demo) {
	for _, f := range p.Floors {
		for _, x := range f.All {
			for _, slot := range x.Slots {
				if slot.Cancelled && p.Visit.Slots[slot.ID] {
					out = append(out, Demo{slot, x})
				}
			}
		}
	}
	inTime(out)
	return out
}

// clock is when something is: the hour, with the day where there are several.
func (p floorPage) clock(t time.Time) string { return clock(p.Page, t, p.Days) }

func clock(p web.Page, t time.Time, days bool) string {
	if days {
		return i18n.Time(p.Lang, t)
	}
	if p.Lang == "en" {
		return strings.Replace(web.ClockOf(t), ".", ":", 1)
	}
	return web.ClockOf(t)
}

func severalDays(e *events.Event) bool {
	return e.Start.In(i18n.Zone()).Format(time.DateOnly) != e.End.In(i18n.Zone()).Format(time.DateOnly)
}

// mostComing is how many of the next demonstrations stand above the list.
const mostComing = 5

func (s *Service) floorPage(ctx context.Context, page web.Page, e *events.Event) (p floorPage, err error) {
	p = floorPage{Page: page, E: e, Days: severalDays(e)}
	if errs.KindOf(s.open(e)) == errs.Conflict {
		p.Closed = p.T("fair.is-over")
		if e.State == events.Cancelled {
			p.Closed = p.T("fair.cancelled")
		}
	}
	all, err := Of(ctx, s.DB, e.ID)
	if err != nil {
		return p, err
	}
	p.Floors = Floors(all, p.Lang)
	if p.Closed == "" {
		p.Coming = Coming(all, s.Now(), mostComing)
	}
	p.Names, err = s.names(ctx)
	return p, err
}

func (s *Service) showFloor(w http.ResponseWriter, r *http.Request) error {
	e, _, err := s.Events.Opened(r)
	if e, err = isFair(e, err); err != nil {
		return err
	}
	p, err := s.floorPage(r.Context(), s.Kit.Page(r, "fair.title"), &e)
	if err != nil {
		return err
	}
	p.Shell.Title, p.Shell.Narrow = p.T("fair.of", "title", e.Title), true
	return s.Kit.Show(w, r, p.Page, floorView(p))
}

// eventCard leads from an event's page to its exhibitors.
type eventCard struct {
	web.Page
	Path       string
	All, Slots int
	Hosts      bool
}

// Card leads from a fair's page to its exhibitors, with or without an account; nil for other events.
func (s *Service) Card(ctx context.Context, p web.Page, e *events.Event) (templ.Component, error) {
	c, err := s.card(ctx, p, e)
	if err != nil || c.All == 0 {
		return nil, err
	}
	c.Path = e.Path("/fair")
	if p.Who.ID == 0 {
		c.Path = e.PublicPath("/fair")
	}
	return cardView(c), nil
}

// HostCard leads hosts from a fair's page to its exhibitors; nil for other events.
func (s *Service) HostCard(ctx context.Context, p web.Page, e *events.Event) (templ.Component, error) {
	if e.Kind != events.Fair {
		return nil, nil
	}
	c, err := s.card(ctx, p, e)
	if err != nil {
		return nil, err
	}
	c.Path, c.Hosts = e.Path("/exhibitors"), true
	return cardView(c), nil
}

func (s *Service) card(ctx context.Context, p web.Page, e *events.Event) (eventCard, error) {
	c := eventCard{Page: p}
	if e.Kind != events.Fair {
		return c, nil
	}
	all, err := Of(ctx, s.DB, e.ID)
	c.All = len(all)
	for _, x := range all {
		for _, slot := range x.Slots {
			if !slot.Cancelled {
				c.Slots++
			}
		}
	}
	return c, err
}

// shownCards is how often a card was taken along, in words: small numbers are not told.
func shownCards(p web.Page, x *Exhibitor) string {
	if x.Cards < LeastShown {
		return p.T("fair.cards-few", "least", LeastShown)
	}
	return p.T("fair.cards-taken", "n", x.Cards)
}

// times is the same for a table.
func times(p web.Page, x *Exhibitor) string {
	if x.Cards < LeastShown {
		return p.T("fair.times-few", "least", LeastShown)
	}
	return p.T("fair.times", "n", x.Cards)
}

// formFile is the picture of a form, nil when none was chosen. Of one that is too large it is just more than may be kept.
func formFile(r *http.Request) ([]byte, error) {
	err := r.ParseMultipartForm(MostPicture)
	if errors.Is(err, http.ErrNotMultipart) {
		return nil, r.ParseForm()
	}
	if _, tooBig := errors.AsType[*http.MaxBytesError](err); err != nil && !tooBig {
		err = errs.Because(err, errs.Invalid, "fair.bad-picture")
	}
	if err != nil {
		return nil, err
	}
	defer r.MultipartForm.RemoveAll()
	f, _, err := r.FormFile("picture")
	if errors.Is(err, http.ErrMissingFile) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, MostPicture+1))
}

// readCard reads an exhibitor's card out of a form, over what is stored; hosts say where the exhibitor stands.
func readCard(r *http.Request, x *Exhibitor, host bool) (picture []byte, err error) {
	if picture, err = formFile(r); err != nil {
		return nil, err
	}
	v := r.PostFormValue
	service, _ := strconv.ParseInt(v("service"), 10, 64)
	x.Card = Card{v("name"), v("what"), v("whom"), service, v("contact"), v("reach"), v("email"), v("lang")}
	x.Version, _ = strconv.Atoi(v("version"))
	if host {
		x.Place, x.Spot = v("place"), v("spot")
	}
	return picture, nil
}

// readSlot reads a demonstration out of a form.
func readSlot(r *http.Request, bad *errs.Fields) Slot {
	var x Slot
	x.Start = web.Moment(bad, r.PostFormValue("day"), r.PostFormValue("clock"), "clock", "clock")
	x.Minutes, _ = strconv.Atoi(strings.TrimSpace(r.PostFormValue("minutes")))
	x.Places, _ = strconv.Atoi(strings.TrimSpace(r.PostFormValue("places")))
	return x
}

// editPage is the form of an exhibitor's card and demonstrations, for hosts and for the exhibitor.
type editPage struct {
	web.Page
	E        *events.Event
	X        Exhibitor
	Stored   Exhibitor // as it is, beside what was typed
	Path     string    // of the form
	Host     bool
	Services []ui.Option
	Langs    []ui.Option
	Days     []ui.Option
	Typed    map[string]string // of the form of a demonstration
	Links    int
	Link     string // that was just made, shown once
	Saved    bool
	Errors   *errs.Fields
}

func (p editPage) clock(t time.Time) string { return clock(p.Page, t, len(p.Days) > 1) }

func (s *Service) editPage(ctx context.Context, page web.Page, e *events.Event, x Exhibitor) (p editPage, err error) {
	p = editPage{Page: page, E: e, X: x, Stored: x, Typed: map[string]string{"minutes": "20", "places": "12"}}
	p.Services = []ui.Option{{Label: p.T("fair.no-service")}}
	all, err := catalog.ServicesInUse(ctx, s.DB)
	for _, d := range all {
		p.Services = append(p.Services, ui.Option{Value: number(d.ID), Label: i18n.In(d.Name, p.Lang), Selected: d.ID == x.Service})
	}
	for _, l := range i18n.Langs {
		p.Langs = append(p.Langs, ui.Option{Value: l, Label: p.T("fair.lang-" + l)})
	}
	for _, held := range e.Held() {
		day := held.Start.In(i18n.Zone()).Format(time.DateOnly)
		if n := len(p.Days); n == 0 || p.Days[n-1].Value != day {
			p.Days = append(p.Days, ui.Option{Value: day, Label: i18n.Date(p.Lang, held.Start)})
		}
	}
	return p, err
}

// wrong puts what was typed and what is wrong with it into a form.
func (p *editPage) wrong(r *http.Request, x Exhibitor, bad *errs.Fields) {
	p.X, p.Errors = x, bad
	for _, name := range []string{"day", "clock", "minutes", "places"} {
		if r.PostForm.Has(name) {
			p.Typed[name] = r.PostFormValue(name)
		}
	}
	for i := range p.Services {
		p.Services[i].Selected = p.Services[i].Value == number(x.Service)
	}
}
