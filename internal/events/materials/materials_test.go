package materials_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/events/materials"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// site is a platform with a host of events and a colleague.
type site struct {
	*apptest.Site
	t    *testing.T
	host int64
}

func newSite(t *testing.T, d *db.DB) *site {
	t.Helper()
	s := &site{Site: apptest.New(t, d), t: t}
	s.Grant("host@shores.example", people.Coordinator, "")
	s.Grant("bo@shores.example", "", "")
	s.host = s.Person("host@shores.example").ID
	return s
}

func (s *site) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// webinar is a published event that begins in an hour and lasts one.
func (s *site) webinar(title string) events.Event {
	s.t.Helper()
	at := s.Clock.Now().Add(time.Hour)
	id, err := s.Events.Create(s.t.Context(), s.host, events.Plan{Kind: events.Webinar, Title: title, Open: events.ForStaff, Link: "https://meet.example/1",
		Sittings: []events.Sitting{{Start: at, End: at.Add(time.Hour)}}})
	s.ok(err)
	s.ok(s.Events.Publish(s.t.Context(), s.host, id, 1))
	e, err := events.ByID(s.t.Context(), s.DB, id)
	s.ok(err)
	return e
}

func (s *site) add(event int64, m materials.Material) (int64, error) {
	m.Event = event
	if m.Lang == "" {
		m.Lang = "fi"
	}
	return s.Materials.Add(s.t.Context(), s.host, m)
}

var pdf = []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")

func link(title string) materials.Material {
	return materials.Material{Kind: materials.Link, Title: title, URL: "https://shores.example/slides"}
}

// office is a document with parts of these names.
func office(t testing.TB, types string, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range append([]string{"[Content_Types].xml"}, parts...) {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(types))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func picture(t testing.TB, side int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, side, side))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAFileIsWhatItsContentSaysAndNotItsName(t *testing.T) {
	for name, x := range map[string]struct {
		data []byte
		want materials.Format
	}{
		"pdf": {pdf, materials.PDF}, "picture": {picture(t, 4), materials.PNG},
		"document": {office(t, "<Types/>", "word/document.xml"), materials.Text}, "slides": {office(t, "<Types/>", "ppt/presentation.xml"), materials.Slide},
		"table":             {office(t, "<Types/>", "xl/workbook.xml"), materials.Sheet},
		"script":            {[]byte("#!/bin/sh\nrm -rf /\n"), ""},
		"page":              {[]byte("<!doctype html><script>alert(1)</script>"), ""},
		"svg":               {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), ""},
		"cut pdf":           {pdf[:20], ""},
		"cut picture":       {picture(t, 4)[:12], ""},
		"macros":            {office(t, "<Types/>", "word/document.xml", "word/vbaProject.bin"), ""},
		"macros by another": {office(t, `application/vnd.ms-word.document.macroEnabled.main+xml`, "word/document.xml"), ""},
		"archive":           {office(t, "<Types/>", "setup.exe"), ""},
		"nothing":           {nil, ""},
	} {
		if got := materials.FormatOf(x.data); got != x.want {
			t.Errorf("%s is %q, want %q", name, got, x.want)
		}
	}
}

func FuzzFormatOf(f *testing.F) {
	for _, x := range [][]byte{pdf, picture(f, 2), office(f, "<Types/>", "word/document.xml"), []byte("<svg>")} {
		f.Add(x)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if got := materials.FormatOf(data); got != "" && len(data) < 8 {
			t.Errorf("%q is %q", data, got)
		}
	})
}

// told is the key of what is wrong with a field, or "".
func told(err error, field string) string {
	if bad := web.FieldsOf(err); bad != nil {
		for _, x := range bad.List {
			if x.Name == field {
				return x.Key
			}
		}
	}
	return ""
}

func TestWhatIsWrongWithAMaterialIsSaidAtItsField(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	e := s.webinar("Etävastaanotto")
	file := func(b []byte) materials.Material {
		return materials.Material{Kind: materials.File, Title: "Kalvot", Data: b}
	}
	for name, x := range map[string]struct {
		field, key string
		m          materials.Material
	}{
		"10 MB":           {"file", "materials.too-big", file(make([]byte, 10<<20))},
		"script as a pdf": {"file", "materials.bad-file", file([]byte("#!/bin/sh\necho hello\n"))},
		"svg":             {"file", "materials.bad-file", file([]byte(`<svg onload="alert(1)"/>`))},
		"no file":         {"file", "materials.no-file", file(nil)},
		"script link":     {"url", "materials.bad-link", materials.Material{Kind: materials.Link, Title: "x", URL: "javascript:alert(1)"}},
		"open link":       {"url", "materials.bad-link", materials.Material{Kind: materials.Recording, Title: "x", URL: "http://shores.example/1"}},
		"false host":      {"url", "materials.bad-link", materials.Material{Kind: materials.Link, Title: "x", URL: "https://shores.example@evil.example/"}},
		"5,000 signs":     {"title", "materials.too-long", link(strings.Repeat("ä", 5000))},
		"no title":        {"title", "materials.no-title", link(" \u202e ")},
		"identity":        {"title", "materials.identity", link("Asiakas 131052-308T")},
		"kind":            {"kind", "materials.no-kind", materials.Material{Kind: "page", Title: "x"}},
		"language":        {"lang", "materials.no-lang", materials.Material{Kind: materials.Link, Title: "x", URL: "https://a.example", Lang: "xx"}},
	} {
		if _, err := s.add(e.ID, x.m); told(err, x.field) != x.key {
			t.Errorf("%s gave %v, want %s at %s", name, err, x.key, x.field)
		}
	}
}

func TestHostsAddAndEverybodyWhoSeesTheEventFetches(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		e := s.webinar("Etävastaanotto")
		host, reader, guest := s.As("host@shores.example"), s.As("bo@shores.example"), s.Anonymous()
		form := url.Values{"title": {"<b>Kalvot</b>"}, "kind": {"file"}, "lang": {"fi"}}
		path := e.Path("/materials")
		host.Upload(path, map[string][]byte{"file": pdf}, form).Want(t, 200, "<b>Kalvot</b>")
		host.Upload(path, map[string][]byte{"file": append(picture(t, 4), make([]byte, 10<<20)...)}, form).Want(t, 422, "too large")
		host.Upload(path, map[string][]byte{"file": []byte("#!/bin/sh\n")}, form).Want(t, 422, "We looked at what is in it")
		form.Set("title", "\u202eفيديو\u202c")
		form.Set("kind", "recording")
		form.Set("url", "https://video.example/1")
		host.Post(path, form).Want(t, 200, "فيديو")

		p := reader.Get(e.Path("")).Want(t, 200, "Materials", "&lt;b&gt;Kalvot&lt;/b&gt;", "https://video.example/1", `dir="auto"`)
		if strings.Contains(p.Body, "<b>Kalvot") || strings.Contains(p.Body, "\u202e") {
			t.Errorf("a title is taken for more than text:\n%s", p.Body)
		}
		for _, x := range []struct {
			who  *apptest.Reader
			path string
		}{{reader, path + "/1"}, {guest, e.PublicPath("/materials/1")}} {
			f := x.who.Get(x.path).Want(t, 200)
			if f.Body != string(pdf) || f.Header.Get("Content-Type") != "application/pdf" || f.Header.Get("X-Content-Type-Options") != "nosniff" ||
				f.Header.Get("Content-Disposition") != `attachment; filename=-b-Kalvot--b-.pdf` {
				t.Errorf("%s answered %v %q", x.path, f.Header, f.Body)
			}
		}
		guest.Get(e.PublicPath("/materials")).Want(t, 200, "https://video.example/1", "in Finnish")
		guest.Get(e.PublicPath("/materials/2")).Want(t, 404)
		guest.Get("/e/unknown/materials").Want(t, 404)
		for _, more := range []string{"", "/take", "/tell", "/1/remove"} {
			reader.Post(path+more, form).Want(t, 403)
		}
		reader.Get(path).Want(t, 403)
		host.Post(path+"/1/remove", nil).Want(t, 200).Without(t, "Kalvot")
		reader.Get(path+"/1").Want(t, 404)
		if n := s.count(`SELECT count(*) FROM event_files`); n != 0 {
			t.Errorf("%d files are left of what was removed", n)
		}
	})
}

func (s *site) count(query string) (n int) {
	s.t.Helper()
	s.ok(s.DB.QueryRowContext(s.t.Context(), query).Scan(&n))
	return n
}

func TestTwoHostsTogetherAddNoMoreThanAnEventMayHave(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		e := s.webinar("Etävastaanotto")
		var wg sync.WaitGroup
		for i := range materials.Most + 15 {
			wg.Go(func() { s.add(e.ID, link(fmt.Sprint("Linkki ", i))) })
		}
		wg.Wait()
		if all, err := materials.Of(t.Context(), d, e.ID); err != nil || len(all) != materials.Most {
			t.Errorf("%d materials (%v), want %d", len(all), err, materials.Most)
		}
		if _, err := s.add(e.ID, link("Vielä yksi")); told(err, "title") != "materials.too-many" {
			t.Errorf("one more gave %v", err)
		}
	})
}

func TestWhoCameAndWhoCouldNotAreToldOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		e := s.webinar("Etävastaanotto")
		bo := s.Person("bo@shores.example")
		s.Materials.Had = func(context.Context, db.Q, int64) ([]events.Recipient, error) {
			return []events.Recipient{{Person: bo.ID, Name: bo.Name, Email: bo.Email, Lang: bo.Lang},
				{Guest: 7, Email: "guest@partner.example", Lang: "sv"}}, nil
		}
		tell := e.Path("/materials/tell")
		if _, err := s.Materials.Tell(t.Context(), s.host, e.ID); errs.KindOf(err) != errs.Conflict {
			t.Errorf("before the event telling gave %v", err)
		}
		host, reader := s.As("host@shores.example"), s.As("bo@shores.example")
		later := func() time.Time { return s.Clock.Now().Add(3 * time.Hour) } // a session would end
		s.Materials.Now, s.Outbox.Now = later, later
		host.Post(tell, nil).Want(t, 409) // nothing is there to be told
		_, err := s.add(e.ID, link("Kalvot"))
		s.ok(err)
		host.Get(e.Path("/materials")).Want(t, 200, "Send the message").Form(t, tell).Send().Want(t, 200, "2 people", "Participants were told")
		host.Post(tell, nil).Want(t, 409)
		s.Work()
		path := func(to string) string {
			t.Helper()
			var out []string
			for _, m := range s.Mailed(to) {
				if strings.Contains(m.Text, "/materials") || strings.Contains(m.Text, "#materials") {
					out = append(out, s.LinkIn(m.Text))
				}
			}
			if len(out) != 1 {
				t.Fatalf("%d mails went to %s, want 1", len(out), to)
			}
			return out[0]
		}
		s.Anonymous().Get(path("guest@partner.example")).Want(t, 200, "Kalvot")
		reader.Get(strings.TrimSuffix(path("bo@shores.example"), "#materials")).Want(t, 200, "Kalvot")
		s.Clock.Move(8 * 24 * time.Hour)
		s.Work()
		if n := s.count(`SELECT count(*) FROM event_material_letters`); n != 0 {
			t.Errorf("%d addresses are kept after the mail has gone", n)
		}
	})
}

// A host copies an event as its next run on pages, and takes along what the first left behind.
func TestTheNextRunOfAnEventBeginsWithThePlanAndMaterialsOfTheFirst(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		first := s.webinar("Etävastaanotto")
		for _, m := range []materials.Material{link("Muistilista"), {Kind: materials.File, Title: "Kalvot", Data: pdf}, {Kind: materials.Recording, Title: "Tallenne", URL: "https://video.example/1"}} {
			_, err := s.add(first.ID, m)
			s.ok(err)
		}
		host := s.As("host@shores.example")
		f := host.Get(fmt.Sprint("/events/new?from=", first.ID)).Want(t, 200).Form(t, "/events")
		if f.Values.Get("title") != first.Title || f.Values.Get("sitting-1") != "" {
			t.Errorf("the form of the next run holds %v", f.Values)
		}
		day := s.Clock.Now().In(i18n.Zone()).AddDate(0, 0, 30)
		f.Set("sitting-1", day.Format(time.DateOnly)).Set("from-1", "12").Set("to-1", "13").Set("anyway", "1")
		f.Send().Want(t, 200, "Take over the materials of the earlier run", "Muistilista", "Kalvot")
		next, err := events.ByID(t.Context(), d, first.ID+1)
		s.ok(err)
		if next.CopiedFrom != first.ID || next.State != events.Draft {
			t.Fatalf("the next run is %+v", next)
		}
		take := host.Get(next.Path("/host")).Form(t, "/materials/take")
		if got := take.Values["take"]; len(got) != 2 {
			t.Errorf("%v are ticked, want what is not of that one day", got)
		}
		take.Send().Want(t, 200, "Muistilista", "Kalvot")
		all, err := materials.Of(t.Context(), d, next.ID)
		s.ok(err)
		if len(all) != 2 || all[1].Source == 0 {
			t.Fatalf("taken along: %+v", all)
		}
		host.Post(next.Path("/materials/take"), url.Values{"take": {fmt.Sprint(all[0].Source)}}).Want(t, 422)
		s.ok(s.Materials.Remove(t.Context(), s.host, first.ID, all[1].Source))
		if got := host.Get(fmt.Sprint(next.Path("/materials/"), all[1].ID)).Want(t, 200); got.Body != string(pdf) {
			t.Errorf("the file went with the first run's: %q", got.Body)
		}
		s.As("bo@shores.example").Get(fmt.Sprint(next.Path("/materials/"), all[1].ID)).Want(t, 404) // of a draft
		if err := s.Materials.Remove(t.Context(), s.host, first.ID, all[1].ID); errs.KindOf(err) != errs.NotFound {
			t.Errorf("removing what belongs to another event gave %v", err)
		}
	})
}
