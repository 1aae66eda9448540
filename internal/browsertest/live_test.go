package browsertest

import (
	"fmt"
	"net/http"
	"testing"

	"taitorinki/internal/dbtest"
	"taitorinki/internal/events/live"
	"taitorinki/internal/people"
)

// rooms are those of the coordinator, the newest first.
func (s *Site) rooms(t testing.TB) []live.Room {
	t.Helper()
	p, err := people.PersonByEmail(t.Context(), s.App.Config.DB, s.County.Cast.Coordinator)
	must(t, err)
	v, err := s.App.People.Identify(t.Context(), p.ID, p.Epoch)
	must(t, err)
	all, err := s.App.Live.RoomsOf(t.Context(), v)
	must(t, err)
	return all
}

// liveStops are the pages of live rooms as the host, a participant, the speaker and the shared screen see them.
func (s *Site) liveStops(t *testing.T) []stop {
	t.Helper()
	rooms := s.rooms(t)
	open, past := rooms[0], rooms[1]
	own, in := fmt.Sprintf("/rooms/%d", open.ID), "/live/"+open.Code
	var speak, screen string
	return []stop{
		{"rooms", func(b *Browser) { b.as(s.County.Cast.Coordinator); b.Open("/rooms") }},
		at("/rooms/new"),
		{"room with errors", func(b *Browser) { b.Go(`form[action="/rooms"] button`); b.mustHave("[data-error-summary]") }},
		at(own), {"room with all open", func(b *Browser) { b.Open(own); b.unfoldAll() }},
		{"poll with errors", func(b *Browser) {
			b.Open(own)
			b.unfoldAll()
			b.Go(`form[action$="/polls"] button`)
			b.mustHave("[data-error-summary]")
		}},
		at(fmt.Sprintf("/events/%d/room", past.Event)), at(own + "/settings"), at(own + "/present"), at(own + "/speak"), at(own + "/after"), at(fmt.Sprintf("/rooms/%d/after", past.ID)), at(fmt.Sprintf("/rooms/%d", past.ID)),
		{"link for the screen", func(b *Browser) {
			b.Open(own)
			b.unfoldAll()
			b.Go(`form:has(input[value="present"]) button`)
			screen = JS[string](b, `document.querySelector(".card a").pathname`)
		}},
		{"link for the speaker", func(b *Browser) {
			b.Open(own)
			b.unfoldAll()
			b.Go(`form:has(input[value="speak"]) button`)
			speak = JS[string](b, `document.querySelector(".card a").pathname`)
		}},
		{"screen", func(b *Browser) { b.Open(screen) }}, {"speaker", func(b *Browser) { b.Open(speak) }},
		at("/live"),
		{"code mistyped", func(b *Browser) {
			b.Fill("#code", "abc")
			b.Go("main form button")
			b.status(http.StatusUnprocessableEntity)
		}},
		at(in), {"question refused", func(b *Browser) {
			b.Open(in)
			b.NoScript(true)
			b.Open(in)
			b.write("#text", "Soita 040 123 4567")
			b.Go(`form[action$="/ask"] button`)
			b.NoScript(false)
			b.mustHave("[data-error-summary]")
		}},
		at("/live/" + past.Code), at("/live/" + past.Code + "/summary"), at(in + "/present/wrong"),
	}
}

func TestAHostAScreenAndThreePhonesMeetInALiveRoom(t *testing.T) {
	s := fresh(t, dbtest.SQLite(t))
	host := newBrowser(t, s.URL, Desktop)
	host.as(s.County.Cast.Coordinator)
	host.Open("/rooms/new")
	host.Fill("#title", "Aamukahvit")
	host.Click("#moderated")
	host.Go(`form[action="/rooms"] button`)
	host.Go(`form[action$="/open"] button`)
	own := host.Path()
	room := s.rooms(t)[0]
	screen := host.tab(Desktop)
	screen.Open(own + "/present")
	phones := make([]*Browser, 3)
	for i := range phones {
		phones[i] = newBrowser(t, s.URL, Phone)
		phones[i].Open("/live")
		phones[i].Fill("#code", room.Code)
		phones[i].Go("main form button")
		phones[i].Until(`document.getElementById("live-connection").innerText === "Yhteys toimii"`)
	}
	phones[0].write("#text", "Miten <b>aloitan</b>?")
	phones[0].Click(`[data-live-ask] button`)
	phones[0].Until(`document.querySelector("[data-live-ask] [data-said]").innerText.includes("Kiitos")`)
	host.Until(`document.getElementById("lead-list").innerText.includes("Miten <b>aloitan</b>?")`)
	host.Go(`button[value="shown"]`)
	phones[0].Until(`document.querySelector("#live-list .vote")?.textContent.trim().replace(/\s+/g, " ") === "1 ääni"`)
	screen.Until(`document.getElementById("screen-main").innerText.includes("aloitan")`)
	for _, p := range phones[1:] {
		p.Until(`document.getElementById("live-more").innerText === "Näytä 1 uusi kysymys"`)
		p.Click("#live-more")
		p.Until(`document.activeElement.matches("#live-list li")`)
		p.Click("#live-list .vote")
		p.Until(`document.querySelector("#live-list .vote").getAttribute("aria-pressed") === "true"`)
	}
	for _, p := range phones {
		p.Until(`document.querySelector("#live-list .vote")?.textContent.trim().replace(/\s+/g, " ") === "3 ääntä"`)
	}
	screen.Until(`document.querySelector("#screen-main .votes").innerText.startsWith("3")`)
	host.Go(`button[value="pin"]`)
	screen.Until(`document.querySelector("#screen-main .tag")?.innerText === "Seuraavaksi"`)
	phones[2].Until(`document.querySelector("#live-list [data-pin]").hidden === false`)

	JS[bool](host, `(() => { document.querySelectorAll("details").forEach((d) => { d.open = true; }); return true; })()`)
	host.Fill(`[name="poll-title"]`, "Yksi sana?")
	host.Click(`input[value="words"]`)
	host.Go(`form[action$="/polls"] button`)
	host.Go(`button[value="start"]`)
	for i, p := range phones {
		p.Until(`document.querySelector("#live-poll form") !== null`)
		p.Fill("#answer", []string{"rauha", "Rauha", "kiire"}[i])
		p.Click("#live-poll button")
		p.Until(`document.querySelector("#live-poll [data-said]").innerText === "Vastauksesi on tallessa."`)
	}
	phones[0].Until(`document.querySelector("#live-poll .words li b")?.innerText === "2"`)

	phones[2].Offline(true)
	phones[1].Click("#live-list .vote") // takes the vote back
	phones[0].Until(`document.querySelector("#live-list [data-n]").innerText === "2"`)
	phones[2].Offline(false)
	phones[2].Until(`document.querySelector("#live-list [data-n]").innerText === "2"`)
	host.Go(`form[action$="/close"] button`)
	for _, p := range phones {
		p.Until(`document.getElementById("live-tag").innerText === "Suljettu"`)
	}
}
