package supportlog

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"taitorinki/internal/errs"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/web"
)

// sent is an entry as a device sends it. Its day is told as so many days ago, by the device's own count of days since it was
// made: whatever day the device thinks it is, the difference is right.
type sent struct {
	Key     string `json:"key"`
	Area    string `json:"area"`
	Service int64  `json:"service"`
	Way     string `json:"way"`
	Minutes int    `json:"minutes"`
	Unit    int64  `json:"unit"`
	Ago     int    `json:"ago"`
	Note    string `json:"note"`
}

// taken is what became of an entry that was sent.
type taken struct {
	Key     string `json:"key"`
	Saved   bool   `json:"saved"`
	Message string `json:"message,omitempty"` // why not, or what was set right
}

// mostSent is how many entries a device may send at once.
const mostSent = 50

// take stores entries that a device has kept, each by itself, and answers for each. They are taken once, however often they come.
func (s *Service) take(w http.ResponseWriter, r *http.Request) error {
	m, err := s.mentor(r)
	if err != nil {
		return err
	}
	var in struct {
		Entries []sent `json:"entries"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || len(in.Entries) > mostSent {
		return errs.Because(err, errs.Invalid, "supportlog.bad-sending")
	}
	k, err := readKnown(r.Context(), s.DB)
	if err != nil {
		return err
	}
	lang := s.Kit.Lang(r)
	t := func(key string, args ...any) string { return s.Kit.Words.T(lang, key, args...) }
	out := []taken{}
	for _, x := range in.Entries {
		e := Entry{Key: x.Key, Area: x.Area, Service: x.Service, Way: x.Way, Minutes: x.Minutes, Unit: x.Unit, Note: x.Note}
		answer := taken{Key: x.Key, Saved: true}
		if x.Ago < 0 { // its clock has been set back since
			x.Ago, answer.Message = 0, t("supportlog.day-set")
		}
		e.Day = mentoring.DaysFrom(s.today(), -min(x.Ago, 1000))
		if err := s.addKnown(r.Context(), m, e, k); err != nil {
			why, ok := words(err, t)
			if !ok {
				return err
			}
			answer.Saved, answer.Message = false, why
		}
		out = append(out, answer)
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(struct {
		Entries []taken `json:"entries"`
	}{out})
}

// words are what is wrong with an entry, in the reader's language; ok is false when it is a fault of ours.
func words(err error, t func(string, ...any) string) (text string, ok bool) {
	if bad := web.FieldsOf(err); bad != nil {
		var all []string
		for _, f := range bad.List {
			all = append(all, t(f.Key, f.Args...))
		}
		return strings.Join(all, " "), true
	}
	if e, is := errors.AsType[*errs.E](err); is && e.Kind != errs.Internal {
		return t(e.Key, e.Args...), true
	}
	return "", false
}
