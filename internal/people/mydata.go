package people

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"taitorinki/internal/outbox"
	"taitorinki/internal/web"
)

// myData is a person's own data as a file.
type myData struct {
	Name        string     `json:"name"`
	Email       string     `json:"email"`
	StaffNumber string     `json:"staff_number,omitempty"`
	UnitCode    string     `json:"unit_code,omitempty"`
	Unit        string     `json:"unit,omitempty"`
	Profession  string     `json:"profession,omitempty"`
	Language    string     `json:"language"`
	OnList      bool       `json:"on_staff_list"`
	Roles       []myRole   `json:"roles"`
	Log         []myAction `json:"log"`
	Mails       []myMail   `json:"mails,omitempty"`

	More map[string]any `json:"more,omitempty"` // by feature
}

type myRole struct {
	Role    string    `json:"role"`
	Unit    string    `json:"unit_code,omitempty"`
	Listed  bool      `json:"from_staff_list"`
	Claimed bool      `json:"from_county_sign_in"`
	Granted time.Time `json:"granted_at"`
}

type myAction struct {
	At     time.Time `json:"at"`
	Action string    `json:"action"`
	Object string    `json:"object"`
	Detail string    `json:"detail,omitempty"`
}

type myMail struct {
	At    time.Time `json:"at"` // of a sent one the hour alone
	Topic string    `json:"topic"`
	Kind  string    `json:"kind"`
	State string    `json:"state"`
}

func (s *Service) sendMe(w http.ResponseWriter, r *http.Request) error {
	d, err := s.myData(r.Context(), web.VisitorOf(r).ID, s.Kit.Lang(r))
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="taitorinki.json"`)
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(b) // a reader who went away is no fault of ours
	return nil
}

func (s *Service) myData(ctx context.Context, id int64, lang string) (d myData, err error) {
	p, err := PersonByID(ctx, s.DB, id)
	if err != nil {
		return d, err
	}
	d = myData{Name: p.Name, Email: p.Email, StaffNumber: p.StaffNumber, Profession: p.Profession, Language: p.Lang, OnList: p.Listed,
		Roles: []myRole{}, Log: []myAction{}}
	codes := map[int64]string{}
	all, err := units(ctx, s.DB, `ORDER BY id`)
	if err != nil {
		return d, err
	}
	for _, u := range all {
		codes[u.ID] = u.Code
		if u.ID == p.UnitID {
			d.UnitCode, d.Unit = u.Code, u.Name(lang)
		}
	}
	held, err := RolesOf(ctx, s.DB, id)
	if err != nil {
		return d, err
	}
	for _, r := range held {
		d.Roles = append(d.Roles, myRole{r.Role, codes[r.UnitID], r.Listed, !r.Claimed.IsZero(), r.Granted})
	}
	mails, err := outbox.OfAddress(ctx, s.DB, p.Email)
	if err != nil {
		return d, err
	}
	for _, m := range mails {
		d.Mails = append(d.Mails, myMail{m.At, m.Topic, m.Kind, m.State})
	}
	log, err := entriesOf(ctx, s.DB, id)
	for _, e := range log {
		d.Log = append(d.Log, myAction{e.At, e.Action, e.Object, e.Detail})
	}
	if err != nil || s.Parts == nil {
		return d, err
	}
	parts, err := s.Parts(ctx, id, func(key string, args ...any) string { return s.Kit.Words.T(lang, key, args...) })
	for _, x := range parts {
		if x.Value != nil {
			if d.More == nil {
				d.More = map[string]any{}
			}
			d.More[x.Name] = x.Value
		}
	}
	return d, err
}
