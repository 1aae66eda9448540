package training

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"taitorinki/internal/badge"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/web"
)

// publicRoutes are open to everybody: a badge is worth something only when strangers can check it.
func (s *Service) publicRoutes() {
	k := s.Kit
	k.HandleOpen("GET "+didPath, s.sendIssuer)
	k.HandleOpen("GET "+issuerPath, s.sendIssuer)
	k.HandleOpen("GET "+keysPath, s.sendKeys)
	k.HandleOpen("GET "+keysPath+"/{id}", s.sendKey)
	k.HandleOpen("GET "+listPath, s.sendList)
	k.HandleOpen("GET "+kindPath+"{lang}", s.showKind)
	k.HandleOpen("GET "+kindPath+"{lang}/picture.png", s.sendPicture)
	k.HandleOpen("GET "+badgesPath+"/check", s.showCheck)
	k.HandleOpen("POST "+badgesPath+"/check", s.check)
	k.HandleOpen("GET "+badgesPath+"/{serial}", s.showBadge)
}

// sendJSON sends what verifiers fetch, also from pages of others.
func sendJSON(w http.ResponseWriter, kind string, data []byte) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	send(w, kind, data)
}

// sendIssuer sends who issues the badges, where the issuer's id says: at one of two addresses.
func (s *Service) sendIssuer(w http.ResponseWriter, r *http.Request) error {
	i := s.issuer(i18n.Langs[0])
	if did := strings.HasPrefix(i.ID, "did:"); did != (r.URL.Path == didPath) {
		return errs.New(errs.NotFound, "web.not-found")
	}
	keys, err := s.Keys.Keys()
	if err != nil {
		return err
	}
	doc, err := badge.IssuerDocument(i, keys, "")
	if err == nil {
		sendJSON(w, "application/json", doc)
	}
	return err
}

func (s *Service) sendKeys(w http.ResponseWriter, r *http.Request) error {
	keys, err := s.Keys.Keys()
	if err != nil {
		return err
	}
	doc, err := badge.JWKS(s.issuer(""), keys)
	if err == nil {
		sendJSON(w, "application/jwk-set+json", doc)
	}
	return err
}

func (s *Service) sendKey(w http.ResponseWriter, r *http.Request) error {
	keys, err := s.Keys.Keys()
	if err != nil {
		return err
	}
	for _, k := range keys {
		if k.ID == r.PathValue("id") {
			doc, err := badge.JWK(s.issuer(""), k)
			if err == nil {
				sendJSON(w, "application/jwk+json", doc)
			}
			return err
		}
	}
	return errs.New(errs.NotFound, "web.not-found")
}

func (s *Service) sendList(w http.ResponseWriter, r *http.Request) error {
	list, err := s.statusList(r.Context())
	if err == nil {
		sendJSON(w, "application/vc+ld+json", list.JSON)
	}
	return err
}

func (s *Service) sendPicture(w http.ResponseWriter, r *http.Request) error {
	if !i18n.Known(r.PathValue("lang")) {
		return errs.New(errs.NotFound, "web.not-found")
	}
	png, _, err := s.picture(r.PathValue("lang"))
	if err == nil {
		send(w, "image/png", png)
	}
	return err
}

// kindPage says what the badge is given for.
type kindPage struct {
	web.Page
	badge.Achievement
	County string
	Image  string // as a path
}

// showKind is the address of the achievement: a page for people, JSON for programs that ask for it.
func (s *Service) showKind(w http.ResponseWriter, r *http.Request) error {
	lang := r.PathValue("lang")
	if !i18n.Known(lang) {
		return errs.New(errs.NotFound, "web.not-found")
	}
	a := s.achievement(lang)
	w.Header().Set("Vary", "Accept")
	if accept := r.Header.Get("Accept"); strings.Contains(accept, "json") && !strings.Contains(accept, "text/html") {
		doc, err := achievementJSON(a)
		if err == nil {
			sendJSON(w, "application/ld+json", doc)
		}
		return err
	}
	p := kindPage{Page: s.Kit.Page(r, "training.badge-name"), Achievement: a, County: s.countyName(lang), Image: kindPath + lang + "/picture.png"}
	p.Shell.Title, p.Shell.Narrow = a.Name, true
	return s.Kit.Show(w, r, p.Page, kindView(p))
}

// publicPage is what anybody may see of one badge.
type publicPage struct {
	web.Page
	outcome
	Holder string // "" unless the holder lets it be seen
}

func (s *Service) showBadge(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	b, err := s.bySerial(ctx, r.PathValue("serial"))
	if err != nil {
		return err
	}
	p := publicPage{Page: s.Kit.Page(r, "training.public")}
	p.Shell.Narrow = true
	if p.Result, err = s.Verify(ctx, []byte(b.Token)); err != nil {
		return err
	}
	if b.Shown {
		m, err := s.Mentors.MentorByID(ctx, b.Mentor)
		if err != nil {
			return err
		}
		p.Holder = m.Person.Name
	}
	return s.Kit.Show(w, r, p.Page, publicView(p))
}

// outcome is what a check has found.
type outcome struct {
	badge.Result
	Email string // that was asked about; "" for none
}

// checkPage is where anybody asks whether a badge is true.
type checkPage struct {
	web.Page
	Found  *outcome // nil: nothing has been asked
	Text   string
	Email  string
	Errors *errs.Fields
}

func (s *Service) checkForm(r *http.Request) checkPage {
	p := checkPage{Page: s.Kit.Page(r, "training.check")}
	p.Shell.Narrow = true
	return p
}

func (s *Service) showCheck(w http.ResponseWriter, r *http.Request) error {
	p := s.checkForm(r)
	return s.Kit.Show(w, r, p.Page, checkView(p))
}

// check checks a badge that was sent. Nothing of it is kept.
func (s *Service) check(w http.ResponseWriter, r *http.Request) error {
	given, err := sent(r)
	if err != nil {
		return err
	}
	p := s.checkForm(r)
	p.Email = strings.TrimSpace(r.PostFormValue("email"))
	if len(given) == 0 {
		bad := errs.Fields{}
		bad.Add("file", "training.give-badge")
		p.Errors = &bad
		return s.Kit.ShowInvalid(w, r, p.Page, checkView(p))
	}
	found, err := s.verifyFile(r, given)
	if err != nil {
		return err
	}
	p.Found = &outcome{found, p.Email}
	return s.Kit.Show(w, r, p.Page, checkView(p))
}

// sent is the badge of the form: a file, or else what was pasted. The request's size is limited by whoever reads it.
func sent(r *http.Request) ([]byte, error) {
	err := r.ParseMultipartForm(1 << 20)
	if errors.Is(err, http.ErrNotMultipart) {
		err = r.ParseForm()
	}
	if err != nil {
		return nil, errs.Because(err, errs.Invalid, "training.too-big")
	}
	f, _, err := r.FormFile("file")
	if err != nil { // none was chosen
		return bytes.TrimSpace([]byte(r.PostFormValue("text"))), nil
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil || len(b) > 0 {
		return b, err
	}
	return bytes.TrimSpace([]byte(r.PostFormValue("text"))), nil
}

// verifyFile checks a picture, a token or JSON.
func (s *Service) verifyFile(r *http.Request, given []byte) (badge.Result, error) {
	if bytes.HasPrefix(given, []byte("\x89PNG")) || bytes.HasPrefix(bytes.TrimSpace(given), []byte("<")) {
		text, err := badge.Unbake(given)
		if err != nil {
			return badge.Result{Reasons: []badge.Reason{unbaked(err)}, Cause: err}, nil
		}
		given = []byte(text)
	}
	found, err := s.Verify(r.Context(), given)
	if found.Cause != nil {
		slog.DebugContext(r.Context(), "a badge that is not true", "reasons", found.Reasons)
	}
	return found, err
}

// Reasons of ours, beside those of package badge.
const (
	emptyPicture badge.Reason = "no-badge"   // a picture without a badge in it
	manyBadges   badge.Reason = "two-badges" // more than the one that the standard allows
)

func unbaked(err error) badge.Reason {
	switch {
	case errors.Is(err, badge.ErrNoBadge):
		return emptyPicture
	case errors.Is(err, badge.ErrManyBadges):
		return manyBadges
	}
	return badge.Malformed
}
