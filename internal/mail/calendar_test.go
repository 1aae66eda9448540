package mail_test

import (
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taitorinki/internal/apptest"
	"taitorinki/internal/ical"
	"taitorinki/internal/mail"
)

// part is one part of a message that has no parts itself.
type part struct {
	Within, Type, Method, Charset, File string
	Body                                string
}

// parts reads a message's parts, the outer ones' types before them.
func parts(t *testing.T, within, contentType, encoding, disposition string, body io.Reader) (all []part) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(contentType)
	must(t, err)
	if strings.HasPrefix(kind, "multipart/") {
		for r := multipart.NewReader(body, params["boundary"]); ; {
			p, err := r.NextRawPart()
			if err == io.EOF {
				return all
			}
			must(t, err)
			h := p.Header
			all = append(all, parts(t, strings.TrimSpace(within+" "+kind), h.Get("Content-Type"), h.Get("Content-Transfer-Encoding"), h.Get("Content-Disposition"), p)...)
		}
	}
	switch encoding {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	must(t, err)
	p := part{Within: within, Type: kind, Method: params["method"], Charset: params["charset"], Body: string(text)}
	if disposition != "" {
		how, d, err := mime.ParseMediaType(disposition)
		must(t, err)
		p.File = how + " " + d["filename"]
	}
	return append(all, p)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// sent is a message as a real mail server got it.
func sent(t *testing.T, m mail.Message) []part {
	t.Helper()
	server := apptest.NewSMTP(t)
	s, err := mail.NewSMTP(server.URL, "events@example.fi")
	must(t, err)
	c, err := s.Dial(t.Context())
	must(t, err)
	must(t, c.Send(t.Context(), m))
	must(t, c.Close())
	taken := server.Taken()
	if len(taken) != 1 {
		t.Fatalf("the server took %d messages", len(taken))
	}
	got, err := netmail.ReadMessage(strings.NewReader(taken[0].Text))
	must(t, err)
	return parts(t, "", got.Header.Get("Content-Type"), got.Header.Get("Content-Transfer-Encoding"), "", got.Body)
}

func TestAnInvitationHasTheCalendarAsAFormOfTheTextAndAsAFile(t *testing.T) {
	start := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	event := ical.Event{
		UID: "clinic-1@example.fi", Stamp: start.AddDate(0, 0, -20), Start: start, End: start.Add(time.Hour), Summary: "Digiklinikka 🎉 åäö",
		Location: "Huone 2", Organizer: ical.Person{Name: "Aino Määttä", Email: "aino@example.fi"},
	}
	to := ical.Person{Name: "Virtanen, Eero", Email: "eero@example.fi"}
	changed := event
	changed.Sequence++
	request, err := ical.Request(event, to)
	must(t, err)
	cancel, err := ical.Cancel(changed, to)
	must(t, err)
	for method, file := range map[string][]byte{"REQUEST": request, "CANCEL": cancel} {
		got := sent(t, mail.Message{ID: "1@x", To: to.Email, Subject: "Kutsu", Text: "Tervetuloa åäö\n", Calendar: file, CalendarMethod: method})
		want := []part{
			{Within: "multipart/mixed multipart/alternative", Type: "text/plain", Charset: "UTF-8", Body: "Tervetuloa åäö\r\n"},
			{Within: "multipart/mixed multipart/alternative", Type: "text/calendar", Method: method, Charset: "UTF-8", Body: string(file)},
			{Within: "multipart/mixed", Type: "application/ics", File: "attachment invite.ics", Body: string(file)},
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: want -, got +\n%s", method, d)
		}
	}
}

func TestAMessageWithoutACalendarIsPlainText(t *testing.T) {
	got := sent(t, mail.Message{ID: "1@x", To: "eero@example.fi", Subject: "Kutsu", Text: "Tervetuloa åäö\n"})
	if d := cmp.Diff([]part{{Type: "text/plain", Charset: "UTF-8", Body: "Tervetuloa åäö\r\n"}}, got); d != "" {
		t.Errorf("want -, got +\n%s", d)
	}
}
