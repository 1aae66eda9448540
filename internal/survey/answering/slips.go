package answering

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"net/http"
	"strconv"

	"taitorinki/internal/survey"
	"taitorinki/internal/survey/link"
	"taitorinki/internal/web"
)

// slipPage welcomes whoever came with a paper slip.
type slipPage struct {
	web.Page
	Code, Nonce string
	Name, Error string
}

func (s *Pages) typeSlip(w http.ResponseWriter, r *http.Request) error {
	p := slipPage{Page: s.Kit.PrivatePage(r, s.Kit.Lang(r), "survey.slip-type-title")}
	return s.Kit.Show(w, r, p.Page, slipTyping(p))
}

func (s *Pages) typedSlip(w http.ResponseWriter, r *http.Request) error {
	code := r.PostFormValue("code")
	round, secret, err := link.Parse(link.Slip, code)
	if err != nil {
		p := slipPage{Page: s.Kit.PrivatePage(r, s.Kit.Lang(r), "survey.slip-type-title"), Code: code}
		p.Error = p.T("survey.slip-mistyped")
		return s.Kit.ShowInvalid(w, r, p.Page, slipTyping(p))
	}
	return web.See(w, r, "/s/"+link.Format(link.Slip, round, secret))
}

// showSlip asks before a slip is taken into use: cameras and mail programs open addresses by themselves.
func (s *Pages) showSlip(w http.ResponseWriter, r *http.Request) error {
	sh, _, err := s.Slip(r.Context(), r.PathValue("code"))
	if errors.Is(err, survey.ErrSlipTaken) {
		return s.slipTaken(w, r, sh)
	}
	if err != nil {
		return s.linkPage(w, r, err)
	}
	set, err := s.SettingsOf(r.Context(), sh.Round.ID)
	if err != nil {
		return err
	}
	var nonce [8]byte
	rand.Read(nonce[:])
	p := slipPage{Page: s.page(r, set, ""), Code: r.PathValue("code"), Nonce: strconv.FormatUint(binary.BigEndian.Uint64(nonce[:]), 36)}
	p.Name = set.Name.In(p.Lang)
	p.Shell.Title = p.Name
	return s.Kit.Show(w, r, p.Page, slipWelcome(p))
}

// slipTaken tells that somebody has taken the slip into use, and leads that somebody on, in the same browser.
func (s *Pages) slipTaken(w http.ResponseWriter, r *http.Request, sh *survey.Sheet) error {
	p := kindPage{Page: s.Kit.PrivatePage(r, s.Kit.Lang(r), "survey.slip-taken-title")}
	p.Heading, p.Text = p.T("survey.slip-taken-title"), p.T("survey.slip-taken")
	p.GoOn = "/a/" + sh.Round.Code + "/1?" + ofParam + "=" + sh.Tag
	return s.Kit.ShowStatus(w, r, http.StatusConflict, p.Page, kindlyPage(p))
}

func (s *Pages) takeSlip(w http.ResponseWriter, r *http.Request) error {
	code := r.PathValue("code")
	nonce, err := strconv.ParseUint(r.PostFormValue("nonce"), 36, 64)
	if err != nil {
		return web.See(w, r, "/s/"+code)
	}
	personal, err := s.TakeSlip(r.Context(), code, nonce)
	if errors.Is(err, survey.ErrSlipTaken) {
		return web.See(w, r, "/s/"+code)
	}
	if err != nil {
		return s.linkPage(w, r, err)
	}
	round := personal[:link.RoundLen]
	s.setCookie(w, round, ballotCookie, personal, 0)
	s.dropCookie(w, round, feedCookie)
	return web.See(w, r, "/a/"+round+"/1")
}
