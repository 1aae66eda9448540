package answering

import (
	"crypto/rand"
	"net/http"

	"taitorinki/internal/survey"
	"taitorinki/internal/survey/wavecode"
)

// offerCode fills in what the page before sending says of waves.
func (p *sendPage) offerCode(r *http.Request, set *survey.Settings) {
	p.Waves, p.Later = set.Waves, set.Waves && set.Series != 0
	if !p.Waves {
		return
	}
	var random [8]byte
	rand.Read(random[:])
	p.NewCode = wavecode.New(random).String()
	p.OldCode, p.NoCode = r.PostFormValue("old_code"), r.PostFormValue("no_code") != ""
}

// codeOf reads which code the respondent wants to be paired by: the one kept from an earlier wave, else the new one, or
// none. A code with a typing error is wavecode.ErrMistyped.
func codeOf(r *http.Request, set *survey.Settings) (wavecode.Code, error) {
	if !set.Waves {
		return 0, nil
	}
	if old := r.PostForm.Get("old_code"); old != "" && set.Series != 0 {
		return wavecode.Parse(old)
	}
	if r.PostForm.Get("no_code") != "" {
		return 0, nil
	}
	code, err := wavecode.Parse(r.PostForm.Get("new_code"))
	if err != nil {
		return 0, nil // an old form, or a script gone wrong: an answer is worth more than its pair
	}
	return code, nil
}
