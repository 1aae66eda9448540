package training_test

import (
	"bytes"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"taitorinki/internal/apptest"
	"taitorinki/internal/badge"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/people"
)

func TestAMentorWalksThePathOnPagesAndTakesTheBadge(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := site(t, d)
		id := appointed(t, s, "a1")
		r := s.As("a1@shores.example")
		r.Get("/training").Want(t, 200, "0/6 steps", "What a digimentor is and is not")
		r.Get("/training/steps/role").Want(t, 200, "<h2>A digimentor is not</h2>").Form(t, "/role/done").Send().Want(t, 200, "Marked as done", "Side by side")
		r.Get("/training/steps/talk").Want(t, 200, "The coordinator ticks this step").Without(t, "I have done this")
		r.Get("/training/steps/none").Want(t, 404)
		r.Get("/training/badge").Want(t, 404)
		for _, key := range []string{"beside", "notes", "answers"} {
			r.Get("/training/steps/"+key).Want(t, 200).Form(t, "/"+key+"/done").Send().Want(t, 200)
		}
		lead := s.As("boss@shores.example")
		lead.Get("/training/manage").Want(t, 200, "Aino Aalto", "4/6 steps", "A talk with the coordinator")
		lead.Get("/training/manage/1").Want(t, 200, "Aino Aalto").Form(t, "/tick").Send().Want(t, 200, "ticked by Bea Boss")
		lead.Get("/training/manage/1").Form(t, "/tick").Send().Want(t, 200, "State: active")
		b := wantBadges(t, s, id, 1)
		r.Get("/training").Want(t, 200, "You have done the whole path")
		page := r.Get("/training/badge").Want(t, 200, "Public page", b.Serial)
		page.Without(t, "/badges/"+b.Serial+"/edit")
		for ext, start := range map[string]string{"png": "\x89PNG", "svg": "<", "json": "{", "jwt": "eyJ"} {
			if got := r.Get("/training/badge/digimentor-badge."+ext).Want(t, 200); !strings.HasPrefix(got.Body, start) || !strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment") {
				t.Errorf("%s begins with %.20q", ext, got.Body)
			}
		}
		r.Get("/training/badge/digimentor-badge.exe").Want(t, 404)
		r.Get("/me/data.json").Want(t, 200, b.Serial)

		anybody := s.Anonymous()
		anybody.Get("/badges/"+b.Serial).Want(t, 200, "The badge is true", "The Shores", "sha256$").Without(t, "Aino", "a1@shores")
		page.Form(t, "/shown").Set("shown", "1").Send().Want(t, 200)
		anybody.Get("/badges/"+b.Serial).Want(t, 200, "Aino Aalto").Without(t, "a1@shores")
		anybody.Get("/badges/none").Want(t, 404)
		s.As("a2@shores.example").Get("/training/badge").Want(t, 404)

		lead.Get("/training/manage/1").Form(t, "/revoke").Send().Want(t, 422, "Give the reason")
		lead.Get("/training/manage/1").Form(t, "/revoke").Set("revoke_why", "Given by mistake.").Send().Want(t, 200, "Given by mistake.")
		anybody.Get("/badges/"+b.Serial).Want(t, 200, "cannot be trusted", "has revoked it")
		r.Get("/training/badge").Want(t, 200, "Given by mistake.")
	})
}

func TestWhatVerifiersFetchIsOpenToAll(t *testing.T) {
	s := site(t, dbtest.SQLite(t))
	r := s.Anonymous()
	r.Get("/badges/status/1").Want(t, 404) // no badge, no list
	walk(t, s, appointed(t, s, "a1"))
	for path, has := range map[string]string{"/badges/issuer": `"verificationMethod"`, "/badges/keys": `"kty"`, "/badges/status/1": `"encodedList"`} {
		p := r.Get(path).Want(t, 200, has)
		if p.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s cannot be read by pages of others", path)
		}
	}
	keys, err := s.Training.Keys.Keys()
	must(t, err)
	r.Get("/badges/keys/"+keys[0].ID).Want(t, 200, keys[0].ID)
	r.Get("/badges/keys/other").Want(t, 404)
	r.Get("/badges/did.json").Want(t, 404) // without https there is no did:web
	s.Training.BaseURL = "https://shores.example"
	r.Get("/badges/did.json").Want(t, 200, `"did:web:shores.example:badges"`)
	r.Get("/badges/issuer").Want(t, 404)
	r.Get("/badges/digimentor/fi").Want(t, 200, "Digimentori")
	r.Get("/badges/digimentor/xx").Want(t, 404)
	if p := r.Get("/badges/digimentor/sv/picture.png").Want(t, 200); !strings.HasPrefix(p.Body, "\x89PNG") {
		t.Errorf("the picture begins with %.20q", p.Body)
	}
}

func TestAChangedBadgeIsRefusedInEveryForm(t *testing.T) {
	s := site(t, dbtest.SQLite(t))
	id := appointed(t, s, "a1")
	walk(t, s, id)
	b := wantBadges(t, s, id, 1)
	r := s.Anonymous()
	send := func(data []byte, email string) *apptest.Page {
		return r.Upload("/badges/check", map[string][]byte{"file": data}, url.Values{"email": {email}})
	}
	for _, ext := range []string{"png", "svg", "json", "jwt"} {
		file, err := s.Training.Baked(&b, ext)
		must(t, err)
		send(file, "A1@shores.example").Want(t, 200, "The badge is true", "The badge belongs to A1@shores.example")
		send(file, "a2@shores.example").Want(t, 200, "The badge is true", "does not belong")
		at := bytes.LastIndex(file, []byte(b.Token[len(b.Token)-20:])) // in the signature
		if ext == "json" {
			at = bytes.Index(file, []byte(`"proofValue":"`)) + 30
		}
		changed := slices.Clone(file)
		changed[at] ^= 1
		send(changed, "").Want(t, 200, "cannot be trusted").Without(t, "The badge is true")
	}
	plain, err := badge.Picture{Title: "Digimentor", Issuer: "The Shores"}.PNG()
	must(t, err)
	send(plain, "").Want(t, 200, "no badge in the picture")
	send([]byte("hello"), "").Want(t, 200, "cannot be trusted")
	send(nil, "").Want(t, 422, "Choose a file")
	send(make([]byte, 2<<20), "").Without(t, "The badge is true")
	r.Post("/badges/check", url.Values{"text": {" " + b.Token + "\n"}}).Want(t, 200, "The badge is true")
	other, err := badge.NewKeys(strings.NewReader(strings.Repeat("x", 99)), s.Clock.Now())
	must(t, err)
	found, err := s.Training.Verify(t.Context(), []byte(b.Token))
	must(t, err)
	forged, err := badge.Issue(found.Credential, other, s.Clock.Now())
	must(t, err)
	r.Post("/badges/check", url.Values{"text": {forged.Token}}).Want(t, 200, "not the county’s")
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func TestACoordinatorOfAPartSeesItsMentorsAndDoesNotChangeThePath(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := site(t, d)
		a, b := appointed(t, s, "a1"), appointed(t, s, "b1")
		s.Grant("part@shores.example", people.Coordinator, "B")
		r := s.As("part@shores.example")
		r.Get("/training/manage?show=all").Want(t, 200, "Bo Berg").Without(t, "Aino Aalto")
		r.Get("/training/manage/"+itoa(b)).Want(t, 200, "Bo Berg")
		r.Get("/training/manage/"+itoa(a)).Want(t, 403).Without(t, "Aino Aalto")
		r.Post("/training/manage/"+itoa(a)+"/tick", url.Values{"version": {"1"}, "step": {"talk"}}).Want(t, 403)
		r.Get("/training/path").Want(t, 200, "What a digimentor is").Without(t, "Write a new version")
		r.Post("/training/path/draft", nil).Want(t, 403)
		wantProgress(t, s, a, 0, 6)
	})
}

func TestACoordinatorWritesAndPublishesAVersionOnPages(t *testing.T) {
	s := site(t, dbtest.SQLite(t))
	appointed(t, s, "a1")
	r := s.As("boss@shores.example")
	r.Get("/training/path").Want(t, 200, "Came with the platform").Form(t, "/path/draft").Send().Want(t, 200, "Draft of version 2")
	f := r.Get("/training/path/new").Want(t, 200).Form(t, "/path/steps")
	f.Set("kind", "link").Set("link", "javascript:alert(1)").Set("title_en", "A video").Send().Want(t, 422, "beginning with https://")
	f.Set("kind", "link").Set("link", "https://video.example/1").Set("minutes", "x").Send().Want(t, 422, "whole minutes")
	page := f.Set("minutes", "10").Set("text_en", "Look <script>alert(1)</script> and [click](javascript:alert(1)) **now**.").Send().Want(t, 200, "Saved", "<strong>now</strong>")
	if body := page.Body; strings.Contains(body, "<script>alert") || strings.Contains(body, `href="javascript`) {
		t.Error("the text runs")
	}
	r.Get("/training/path").Form(t, "/publish").Send().Want(t, 422, "A video: fill in what is missing")
	r.Get("/training/path").Form(t, "/discard").Send().Want(t, 200, "Write a new version")
	r.Get("/training/path/new").Want(t, 404)
}
