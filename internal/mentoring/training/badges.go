package training

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

	"taitorinki/internal/badge"
	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
)

// Badge is a badge that was given.
type Badge struct {
	ID       int64
	Serial   string // stands in its address
	Mentor   int64
	Lang     string
	Issued   time.Time
	By       int64     // who gave it; 0: the platform, at the end of the path
	Token    string    // as signed; "" where only a list was read
	Document string    // the same as JSON
	Shown    bool      // the public page shows the holder's name
	Revoked  time.Time // zero: holds
	Why      string    // it was revoked

	place int
}

// Where what anybody may fetch stands.
const (
	badgesPath = "/badges"
	keysPath   = badgesPath + "/keys"
	listPath   = badgesPath + "/status/1"
	didPath    = badgesPath + "/did.json"
	issuerPath = badgesPath + "/issuer"
	kindPath   = badgesPath + "/digimentor/" // and the language
)

// issuer is the county as an issuer of badges: a did:web where there is https, and where there is not, as in a demonstration, the
// address of its profile. A badge has the name in its own language.
func (s *Service) issuer(lang string) badge.Issuer {
	i := badge.Issuer{ID: s.BaseURL + issuerPath, URL: s.BaseURL, Keys: s.BaseURL + keysPath, Names: map[string]string{"": s.countyName(lang)}}
	if did, _, err := badge.DIDWeb(s.BaseURL + badgesPath); err == nil {
		i.ID = did
	}
	return i
}

func (s *Service) countyName(lang string) string {
	if s.Kit.County != nil {
		if name := s.Kit.County(lang); name != "" {
			return name
		}
	}
	return s.Kit.Service
}

// achievement is what the badge is given for, in a language. The language itself is not said: verifiers that have bundled an older
// copy of the standard's context would refuse the badge, see badge.Achievement.
func (s *Service) achievement(lang string) badge.Achievement {
	t := func(key string) string { return s.Kit.Words.T(lang, key) }
	at := s.BaseURL + kindPath + lang
	return badge.Achievement{ID: at, Name: t("training.badge-name"), Description: t("training.badge-about"), Type: "Badge",
		Criteria: badge.Criteria{ID: at, Narrative: t("training.badge-criteria")}, Image: at + "/picture.png"}
}

// sign makes a badge for a mentor, which is not kept yet.
func (s *Service) sign(ctx context.Context, m *mentoring.Mentor, by int64) (_ *Badge, err error) {
	defer errs.Wrap(&err, "training.sign(%d)", m.ID)
	now := s.Now() // before the keys are read: one that is retired after this still counts as in use
	keys, err := s.Keys.Need(now)
	if err != nil {
		return nil, err
	}
	subject, err := badge.NewSubject(rand.Reader, m.Person.Email)
	if err != nil {
		return nil, err
	}
	used, _, err := places(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	b := &Badge{Serial: strings.ToLower(rand.Text()[:16]), Mentor: m.ID, Lang: m.Person.Lang, Issued: now, By: by}
	if b.place, err = badge.FreeIndex(rand.Reader, badge.MinStatuses, used); err != nil {
		return nil, err
	}
	out, err := badge.Issue(badge.Credential{ID: s.BaseURL + badgesPath + "/" + b.Serial, Issuer: s.issuer(b.Lang), Achievement: s.achievement(b.Lang),
		Subject: subject, ValidFrom: now.Truncate(time.Second), Status: &badge.Status{List: s.BaseURL + listPath, Index: b.place}}, keys, now)
	b.Token, b.Document = out.Token, string(out.JSON)
	return b, err
}

// earned is the badge of somebody who has done the path; nil when there has been one before, which only a coordinator replaces, or
// when there is no address to give it to.
func (s *Service) earned(ctx context.Context, m *mentoring.Mentor) (*Badge, error) {
	had, err := s.Badges(ctx, m.ID)
	if err != nil || len(had) > 0 || m.Person.Email == "" {
		return nil, err
	}
	return s.sign(ctx, m, 0)
}

// keep keeps a badge that was earned, unless the same has been done meanwhile.
func (s *Service) keep(ctx context.Context, tx *db.Tx, b *Badge) error {
	had, err := readBadges(ctx, tx, false, ` WHERE mentor_id = $1`, b.Mentor)
	if err != nil || len(had) > 0 {
		return err
	}
	return s.insert(ctx, tx, b, "")
}

// insert keeps a badge. A conflict: the mentor holds one, or the place in the list has just been taken.
func (s *Service) insert(ctx context.Context, tx *db.Tx, b *Badge, why string) error {
	made, err := insertBadge(ctx, tx, b)
	if err != nil {
		return err
	}
	if !made {
		return errs.New(errs.Conflict, "training.changed")
	}
	if err := s.announce(ctx, tx, b); err != nil {
		return err
	}
	return people.Audit(ctx, tx, s.Now(), b.By, "training.issue", mentorObject(b.Mentor), why)
}

// Issue gives a mentor a badge for a reason: after one that was revoked, or for what was learnt elsewhere. Who holds a badge already
// is a conflict.
func (s *Service) Issue(ctx context.Context, by, mentor int64, why string) error {
	why, err := reason("issue_why", why)
	if err != nil {
		return err
	}
	m, err := s.Mentors.MentorByID(ctx, mentor)
	if err != nil {
		return err
	}
	if !m.State.Appointed() || m.Person.Email == "" {
		return errs.New(errs.Conflict, "training.not-appointed")
	}
	b, err := s.sign(ctx, &m, by)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error { return s.insert(ctx, tx, b, why) })
}

// Revoke takes the badge of a mentor back, for a reason that the mentor is told. The published list says so from now on.
func (s *Service) Revoke(ctx context.Context, by, mentor int64, serial, why string) error {
	why, err := reason("revoke_why", why)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		all, err := readBadges(ctx, tx, false, ` WHERE mentor_id = $1 AND serial = $2`, mentor, serial)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return errs.New(errs.NotFound, "training.no-badge")
		}
		done, err := updateRevoked(ctx, tx, all[0].ID, db.At(s.Now()), by, why)
		if err == nil && !done {
			err = errs.New(errs.Conflict, "training.changed")
		}
		if err != nil {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), by, "training.revoke", mentorObject(mentor), why)
	})
}

// reason wants a reason in a form's field.
func reason(field, why string) (string, error) {
	bad := errs.Fields{}
	why = strings.TrimSpace(why)
	if why == "" {
		bad.Add(field, "training.give-reason")
	}
	limit(&bad, field, why, mentoring.MostReason)
	return why, bad.Err()
}

// Badges are the badges that a mentor has been given, the newest first.
func (s *Service) Badges(ctx context.Context, mentor int64) ([]Badge, error) {
	return readBadges(ctx, s.DB, true, ` WHERE mentor_id = $1 ORDER BY id DESC`, mentor)
}

// Held is the badge that a mentor holds; has is false when there is none, or it was revoked.
func (s *Service) Held(ctx context.Context, mentor int64) (b Badge, has bool, err error) {
	all, err := s.Badges(ctx, mentor)
	i := slices.IndexFunc(all, func(b Badge) bool { return b.Revoked.IsZero() })
	if err != nil || i < 0 {
		return b, false, err
	}
	return all[i], true, nil
}

// bySerial finds a badge by what stands in its address.
func (s *Service) bySerial(ctx context.Context, serial string) (Badge, error) {
	all, err := readBadges(ctx, s.DB, true, ` WHERE serial = $1`, serial)
	if err == nil && len(all) == 0 {
		err = errs.New(errs.NotFound, "training.no-badge")
	}
	if err != nil {
		return Badge{}, err
	}
	return all[0], nil
}

// Verify checks a badge of ours: a token or JSON.
func (s *Service) Verify(ctx context.Context, text []byte) (badge.Result, error) {
	keys, err := s.Keys.Keys()
	if err != nil {
		return badge.Result{}, err
	}
	v := badge.Verifier{Issuer: s.issuer(""), Keys: keys, Now: s.Now(), List: func(address string) ([]byte, error) {
		if address != s.BaseURL+listPath {
			return nil, errs.New(errs.NotFound, "training.no-badge")
		}
		list, err := s.statusList(ctx)
		return list.JSON, err
	}}
	return v.Verify(text), nil
}

// signedList remembers the status list as it was signed last.
type signedList struct {
	mu      sync.Mutex
	revoked []int
	by      string // who signed, and for which address
	out     badge.Issued
}

// statusList is the published list of badges that were taken back. It is signed anew when one more is, or when keys were changed.
func (s *Service) statusList(ctx context.Context) (_ badge.Issued, err error) {
	defer errs.Wrap(&err, "training.statusList")
	now := s.Now()
	used, revoked, err := places(ctx, s.DB)
	if err != nil {
		return badge.Issued{}, err
	}
	if len(used) == 0 {
		return badge.Issued{}, errs.New(errs.NotFound, "training.no-badge")
	}
	keys, err := s.Keys.Keys()
	if err != nil {
		return badge.Issued{}, err
	}
	by := s.BaseURL
	for _, k := range keys {
		if k.Retired.IsZero() {
			by += " " + k.ID
		}
	}
	l := &s.list
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.by == by && slices.Equal(l.revoked, revoked) {
		return l.out, nil
	}
	out, err := s.signList(revoked, keys, now)
	if err == nil {
		l.by, l.revoked, l.out = by, revoked, out
	}
	return out, err
}

func (s *Service) signList(revoked []int, keys []badge.Key, now time.Time) (out badge.Issued, err error) {
	list, err := badge.NewStatusList(badge.MinStatuses)
	if err != nil {
		return out, err
	}
	for _, place := range revoked {
		if err := list.Revoke(place, true); err != nil {
			return out, err
		}
	}
	return badge.IssueStatus(badge.StatusCredential{ID: s.BaseURL + listPath, Issuer: s.issuer(""), ValidFrom: now.Truncate(time.Second), List: list}, keys, now)
}

// pictures remembers the badge's pictures, which take a while to draw, by title and county.
type pictures struct {
	mu  sync.Mutex
	all map[badge.Picture][2][]byte // PNG, SVG
}

// picture is the badge's picture in a language, as PNG and as SVG.
func (s *Service) picture(lang string) (png, svg []byte, err error) {
	defer errs.Wrap(&err, "training.picture(%s)", lang)
	p := badge.Picture{Title: s.Kit.Words.T(lang, "training.badge-name"), Issuer: s.countyName(lang)}
	m := &s.pictures
	m.mu.Lock()
	defer m.mu.Unlock()
	if x, ok := m.all[p]; ok {
		return x[0], x[1], nil
	}
	if png, err = p.PNG(); err != nil {
		return nil, nil, err
	}
	if svg, err = p.SVG(); err != nil {
		return nil, nil, err
	}
	if m.all == nil {
		m.all = map[badge.Picture][2][]byte{}
	}
	m.all[p] = [2][]byte{png, svg}
	return png, svg, nil
}

// fileKinds are the forms in which a badge is downloaded, by their endings.
var fileKinds = map[string]string{"png": "image/png", "svg": "image/svg+xml", "json": "application/vc+ld+json", "jwt": "text/plain; charset=utf-8"}

// Baked is a badge as a file that its holder takes along: "png" and "svg" are pictures with the badge inside, "json" and "jwt" the badge
// itself.
func (s *Service) Baked(b *Badge, ext string) ([]byte, error) {
	switch ext {
	case "json":
		return []byte(b.Document), nil
	case "jwt":
		return []byte(b.Token), nil
	}
	png, svg, err := s.picture(b.Lang)
	if err != nil {
		return nil, err
	}
	if ext == "svg" {
		return badge.BakeSVG(svg, b.Token)
	}
	return badge.BakePNG(png, b.Token)
}

// standard gives the words of the standard their meaning.
var standard = []string{"https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"}

// achievementJSON is the achievement alone, as stands at its address.
func achievementJSON(a badge.Achievement) ([]byte, error) {
	type criteria struct {
		ID        string `json:"id"`
		Narrative string `json:"narrative"`
	}
	type image struct {
		ID   string `json:"id"`
		Type string `json:"type"`
	}
	return json.Marshal(struct {
		Context     []string `json:"@context"`
		ID          string   `json:"id"`
		Type        []string `json:"type"`
		Name        string   `json:"name"`
		Description string   `json:"description"`
		Kind        string   `json:"achievementType"`
		Criteria    criteria `json:"criteria"`
		Image       image    `json:"image"`
	}{standard, a.ID, []string{"Achievement"}, a.Name, a.Description, a.Type, criteria{a.Criteria.ID, a.Criteria.Narrative}, image{a.Image, "Image"}})
}
