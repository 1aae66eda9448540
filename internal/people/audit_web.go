package people

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people/chain"
	"taitorinki/internal/sheet"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// auditPage is a page of the log.
type auditPage struct {
	web.Page
	Kind  string
	Kinds []ui.Option
	Lines []auditLine
	Pages ui.Pages
	Seal  string // up to which entry the log is sealed, in words
	Kept  []keptLine
}

type auditLine struct {
	At, Who, What, Object, URL string
}

func (s *Service) showAudit(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := auditPage{Page: s.Kit.Page(r, "people.audit"), Kind: r.URL.Query().Get("kind")}
	p.Kinds = []ui.Option{{Label: p.T("people.audit-kind-all")}}
	for _, k := range auditKinds {
		p.Kinds = append(p.Kinds, ui.Option{Value: k.name, Label: p.T("people.audit-kind-" + k.name)})
	}
	_, total, err := AuditLog(ctx, s.DB, p.Kind, 0, 0)
	if err != nil {
		return err
	}
	var offset int
	p.Pages, offset = web.PagesOf(r, total)
	entries, _, err := AuditLog(ctx, s.DB, p.Kind, ui.PageSize, offset)
	if err != nil {
		return err
	}
	if p.Lines, err = s.auditLines(ctx, p.Page, entries); err != nil {
		return err
	}
	if p.Seal, err = s.sealLine(ctx, p.Page); err != nil {
		return err
	}
	if p.Kept, err = s.keptLines(ctx, p.Lang, p.T); err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, auditView(p))
}

// sealLine tells up to which entry the log is sealed, and shows the head's hash, short: enough to compare it by eye with one that
// was noted elsewhere.
func (s *Service) sealLine(ctx context.Context, p web.Page) (string, error) {
	head, waiting, err := chain.Head(ctx, s.DB)
	if err != nil || head.ID == 0 {
		return p.T("people.audit-unsealed"), err
	}
	line := p.T("people.audit-sealed", "entry", head.ID, "hash", head.Hash.String()[:16])
	if waiting > 0 {
		line += " " + p.T("people.audit-waiting", "n", waiting)
	}
	return line, nil
}

// auditLines puts entries into words. What an entry is about is a link for those who may follow it.
func (s *Service) auditLines(ctx context.Context, p web.Page, entries []Entry) (out []auditLine, err error) {
	type named struct{ name, url string }
	known := map[string]named{}
	for _, e := range entries {
		o, has := known[e.Object]
		if !has {
			if o.name, o.url, err = s.object(ctx, e.Object, p.Lang); err != nil {
				return nil, err
			}
			if !p.Who.May(ReadPeople) && !strings.HasPrefix(e.Object, "round:") {
				o.url = ""
			}
			known[e.Object] = o
		}
		out = append(out, auditLine{i18n.Time(p.Lang, e.At), doer(p, e), inWords(p, e), o.name, o.url})
	}
	return out, nil
}

const mostAudit = 1_000_000 // rows that a spreadsheet takes

// sendAudit writes the log as a table, and that somebody took it.
func (s *Service) sendAudit(w http.ResponseWriter, r *http.Request) error {
	ctx, kind := r.Context(), r.URL.Query().Get("kind")
	entries, _, err := AuditLog(ctx, s.DB, kind, mostAudit, 0)
	if err != nil {
		return err
	}
	p := s.Kit.Page(r, "people.audit")
	lines, err := s.auditLines(ctx, p, entries)
	if err != nil {
		return err
	}
	if err := Audit(ctx, s.DB, s.Now(), p.Who.ID, "audit.export", "", ""); err != nil {
		return err
	}
	rows := make([][]string, len(lines))
	for i, l := range lines {
		rows[i] = []string{entries[i].At.In(i18n.Zone()).Format("2006-01-02 15:04:05"), l.Who, l.What, l.Object}
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="log.csv"`)
	return sheet.WriteCSV(w, []string{p.T("people.audit-at"), p.T("people.audit-who"), p.T("people.audit-what"), p.T("people.audit-object")}, rows)
}

// doer names who did it. Nobody asks for reminders and invitations of newcomers at the time: the program sees to them.
func doer(p web.Page, e Entry) string {
	switch {
	case e.Person != "":
		return e.Person
	case strings.HasPrefix(e.Action, "retention."), e.Action == chain.ForgetAction, e.Action == "round.remind" || e.Action == "round.late" || e.Action == "round.close-due":
		return p.T("people.program")
	}
	return p.T("people.operator")
}

// inWords puts an entry into words: its detail fills the placeholders of its action, or stands after it.
func inWords(p web.Page, e Entry) string {
	key := e.Action
	if ours := "people.audit-" + strings.ReplaceAll(key, ".", "-"); p.T(ours) != ours {
		key = ours
	}
	var m map[string]any
	if json.Unmarshal([]byte(e.Detail), &m) != nil {
		return strings.TrimSpace(p.T(key) + " " + e.Detail)
	}
	var args []any
	for name, v := range m {
		switch x := v.(type) {
		case string:
			if strings.HasPrefix(x, "people.") {
				v = p.T(x) // a role, say
			} else if t, err := time.ParseInLocation("2006-01-02 15:04", x, i18n.Zone()); err == nil {
				v = i18n.Time(p.Lang, t)
			}
		case float64:
			v = int(x)
		}
		args = append(args, name, v)
	}
	return p.T(key, args...)
}

// object names what an entry is about.
func (s *Service) object(ctx context.Context, object, lang string) (name, url string, err error) {
	kind, num, _ := strings.Cut(object, ":")
	switch kind {
	case "person", "unit":
		name, url, err = s.ownObject(ctx, kind, num, lang)
	default: // of a feature; its code may be made of digits alone
		if s.ObjectName != nil {
			name, url, err = s.ObjectName(ctx, object, lang)
		}
	}
	return firstOf(name, firstOf(num, object)), url, err
}

// ownObject names a person or a unit, one that is gone by its number.
func (s *Service) ownObject(ctx context.Context, kind, num, lang string) (name, url string, err error) {
	id, err := strconv.ParseInt(num, 10, 64)
	if err != nil {
		return "", "", nil
	}
	if kind == "person" {
		p, err := PersonByID(ctx, s.DB, id)
		if errs.KindOf(err) == errs.NotFound {
			return kind + ":" + num, "", nil
		}
		return p.Name, personURL(id), err
	}
	u, err := UnitByID(ctx, s.DB, id)
	if errs.KindOf(err) == errs.NotFound {
		return kind + ":" + num, "", nil
	}
	return u.Name(lang), unitURL(id), err
}
