package materials

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/i18n"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// Routes adds the pages.
func (s *Service) Routes() {
	k := s.Kit
	k.Handle("GET /events/{id}/materials", web.SignedIn, s.manage)
	k.Handle("POST /events/{id}/materials", web.SignedIn, s.add)
	k.Handle("POST /events/{id}/materials/take", web.SignedIn, s.take)
	k.Handle("POST /events/{id}/materials/tell", web.SignedIn, s.tell)
	k.Handle("GET /events/{id}/materials/{material}", web.SignedIn, s.sendFile)
	k.Handle("POST /events/{id}/materials/{material}/remove", web.SignedIn, s.remove)

	k.HandlePrivate("GET /e/{code}/materials", s.showPublic)
	k.HandlePrivate("GET /e/{code}/materials/{material}", s.sendPublic)
}

// shelf is a list of materials with the path below which their files are.
type shelf struct {
	web.Page
	All  []Material
	Path string
}

// meta is the small print of a material.
func (x shelf) meta(m Material) string {
	lang := x.T("materials.in-" + m.Lang)
	if m.Kind != File {
		return x.T("materials.kind-"+string(m.Kind)) + " · " + lang
	}
	return strings.ToUpper(string(m.Format)) + " · " + sizeOf(x.Page, m.Size) + " · " + lang
}

// sizeOf is a size in bytes in words.
func sizeOf(p web.Page, n int) string {
	if n < 100<<10 {
		return p.T("materials.kilobytes", "n", max(1, n>>10))
	}
	return p.T("materials.megabytes", "n", i18n.Decimal(p.Lang, float64(n)/(1<<20), 1))
}

func (x shelf) href(m Material) string {
	if m.Kind != File {
		return m.URL
	}
	return x.Path + "/" + strconv.FormatInt(m.ID, 10)
}

// Card shows an event's materials to everybody who may see the event, with or without an account; nil when there are none.
func (s *Service) Card(ctx context.Context, p web.Page, e *events.Event) (templ.Component, error) {
	all, err := Of(ctx, s.DB, e.ID)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	path := e.Path("/materials")
	if p.Who.ID == 0 {
		path = e.PublicPath("/materials")
	}
	return cardView(shelf{p, all, path}), nil
}

// hostPage is what those who look after an event see of its materials.
type hostPage struct {
	web.Page
	E       *events.Event
	Shelf   shelf
	Earlier []ui.Option
	Told    time.Time
	MayTell bool
	Typed   Material
	Kinds   []ui.Option
	Langs   []ui.Option
	Errors  *errs.Fields
}

// HostCard shows hosts how many materials there are, and offers those of the earlier run.
func (s *Service) HostCard(ctx context.Context, p web.Page, e *events.Event) (templ.Component, error) {
	h, err := s.hostPage(ctx, p, e)
	if err != nil {
		return nil, err
	}
	return hostCard(h), nil
}

func (s *Service) hostPage(ctx context.Context, page web.Page, e *events.Event) (p hostPage, err error) {
	p = hostPage{Page: page, E: e, Typed: Material{Kind: File, Lang: page.Lang}}
	all, err := Of(ctx, s.DB, e.ID)
	if err != nil {
		return p, err
	}
	p.Shelf = shelf{page, all, e.Path("/materials")}
	old, err := s.Earlier(ctx, s.DB, page.Who, e)
	if err != nil {
		return p, err
	}
	for _, m := range old {
		p.Earlier = append(p.Earlier, ui.Option{Value: strconv.FormatInt(m.ID, 10), Label: m.Title, Help: p.Shelf.meta(m), Selected: m.Kind != Recording})
	}
	for _, k := range Kinds {
		p.Kinds = append(p.Kinds, ui.Option{Value: string(k), Label: p.T("materials.kind-" + string(k))})
	}
	for _, l := range i18n.Langs {
		p.Langs = append(p.Langs, ui.Option{Value: l, Label: p.T("materials.in-" + l)})
	}
	p.Told, err = toldAt(ctx, s.DB, e.ID)
	p.MayTell = s.Had != nil && len(all) > 0 && p.Told.IsZero() && e.State == events.Published && e.Over(s.Now())
	return p, err
}

// hosted is the event that the path names, for a visitor who looks after it.
func (s *Service) hosted(r *http.Request) (e events.Event, err error) {
	id, err := web.ID(r, "id")
	if err != nil {
		return e, err
	}
	return s.Events.Hosted(r.Context(), web.VisitorOf(r), id)
}

func (s *Service) manage(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	return s.show(w, r, &e, Material{}, nil)
}

func (s *Service) show(w http.ResponseWriter, r *http.Request, e *events.Event, typed Material, bad *errs.Fields) error {
	p, err := s.hostPage(r.Context(), s.Kit.Page(r, "materials.title"), e)
	if err != nil {
		return err
	}
	p.Shell.Title, p.Shell.Narrow = p.T("materials.of", "title", e.Title), true
	if bad != nil {
		if p.Errors = bad; typed.Kind != "" {
			p.Typed = typed
		}
		return s.Kit.ShowInvalid(w, r, p.Page, manageView(p))
	}
	return s.Kit.Show(w, r, p.Page, manageView(p))
}

// back answers a form: to the page, with a message, or what was wrong with the form.
func (s *Service) back(w http.ResponseWriter, r *http.Request, e *events.Event, typed Material, err error, message string, args ...any) error {
	if bad := web.FieldsOf(err); bad != nil {
		return s.show(w, r, e, typed, bad)
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, message, args...)
	return web.See(w, r, e.Path("/materials"))
}

func (s *Service) add(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	file, err := fileOf(r)
	if err != nil {
		return err
	}
	m := Material{Event: e.ID, Kind: Kind(r.PostFormValue("kind")), Title: r.PostFormValue("title"), Lang: r.PostFormValue("lang"), URL: r.PostFormValue("url"), Data: file}
	_, err = s.Add(r.Context(), web.VisitorOf(r).ID, m)
	return s.back(w, r, &e, m, err, "materials.added")
}

// fileOf is the file of a form, nil when none was chosen. Of a file that is too large it is just more than may be kept.
func fileOf(r *http.Request) ([]byte, error) {
	err := r.ParseMultipartForm(MostFile)
	if errors.Is(err, http.ErrNotMultipart) {
		return nil, r.ParseForm()
	}
	if _, tooBig := errors.AsType[*http.MaxBytesError](err); err != nil && !tooBig {
		err = errs.Because(err, errs.Invalid, "materials.no-file")
	}
	if err != nil {
		return nil, err
	}
	defer r.MultipartForm.RemoveAll()
	f, _, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, MostFile+1))
}

func (s *Service) take(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	var wanted []int64
	_ = r.ParseForm() // a form that cannot be read chooses nothing
	for _, x := range r.PostForm["take"] {
		if id, err := strconv.ParseInt(x, 10, 64); err == nil {
			wanted = append(wanted, id)
		}
	}
	return s.back(w, r, &e, Material{}, s.TakeOver(r.Context(), web.VisitorOf(r), &e, wanted), "materials.taken")
}

func (s *Service) tell(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	n, err := s.Tell(r.Context(), web.VisitorOf(r).ID, e.ID)
	return s.back(w, r, &e, Material{}, err, "materials.told", "n", n)
}

func (s *Service) remove(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	id, err := web.ID(r, "material")
	if err != nil {
		return err
	}
	return s.back(w, r, &e, Material{}, s.Remove(r.Context(), web.VisitorOf(r).ID, e.ID, id), "materials.removed")
}

func (s *Service) sendFile(w http.ResponseWriter, r *http.Request) error {
	e, _, err := s.Events.Opened(r)
	if err != nil {
		return err
	}
	return s.send(w, r, &e)
}

func (s *Service) sendPublic(w http.ResponseWriter, r *http.Request) error {
	e, err := events.ByCode(r.Context(), s.DB, r.PathValue("code"))
	if err != nil {
		return err
	}
	return s.send(w, r, &e)
}

// send sends a file as an attachment, of the type that we have found it to be.
func (s *Service) send(w http.ResponseWriter, r *http.Request, e *events.Event) error {
	id, err := web.ID(r, "material")
	if err != nil {
		return err
	}
	m, err := one(r.Context(), s.DB, e.ID, id)
	if err != nil {
		return err
	}
	if m.Kind != File {
		return errs.New(errs.NotFound, "materials.none")
	}
	b, err := data(r.Context(), s.DB, &m)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", types[m.Format])
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": fileName(&m)}))
	h.Set("Content-Length", strconv.Itoa(len(b)))
	_, err = w.Write(b)
	return err
}

// fileName is the title as a file's name, which no system takes for a path.
func fileName(m *Material) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) {
			return '-'
		}
		return r
	}, m.Title)
	return strings.Trim(name, ". ") + "." + string(m.Format)
}

// publicPage is what guests see of an event's materials.
type publicPage struct {
	web.Page
	E     *events.Event
	Shelf shelf
}

func (s *Service) showPublic(w http.ResponseWriter, r *http.Request) error {
	e, err := events.ByCode(r.Context(), s.DB, r.PathValue("code"))
	if err != nil {
		return err
	}
	p := publicPage{Page: s.Kit.PrivatePage(r, s.Kit.Lang(r), ""), E: &e}
	p.Shell.Title = p.T("materials.of", "title", e.Title)
	all, err := Of(r.Context(), s.DB, e.ID)
	if err != nil {
		return err
	}
	p.Shelf = shelf{p.Page, all, e.PublicPath("/materials")}
	return s.Kit.Show(w, r, p.Page, publicView(p))
}
