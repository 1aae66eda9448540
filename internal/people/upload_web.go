package people

import (
	"context"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/sheet"
	"taitorinki/internal/web"
)

// importPage asks for the files of a list.
type importPage struct {
	web.Page
	Errors *errs.Fields
}

func (s *Service) showImport(w http.ResponseWriter, r *http.Request) error {
	if err := s.mustCover(r.Context(), web.VisitorOf(r), ImportPeople, 0); err != nil {
		return err
	}
	p := importPage{Page: s.Kit.Page(r, "people.import")}
	return s.Kit.Show(w, r, p.Page, importView(p))
}

func (s *Service) uploadStaff(w http.ResponseWriter, r *http.Request) (err error) {
	if err := s.mustCover(r.Context(), web.VisitorOf(r), ImportPeople, 0); err != nil {
		return err
	}
	var files Files
	bad := errs.Fields{}
	for name, f := range map[string]*File{"units": &files.Units, "people": &files.People, "professions": &files.Professions} {
		if *f, err = formFile(r, name); err != nil {
			return err
		}
		if len(f.Data) > sheet.MaxBytes {
			bad.Add(name, "sheet.too_big", "megabytes", sheet.MaxBytes>>20)
		}
	}
	if !files.Units.given() && !files.People.given() && !files.Professions.given() {
		bad.Add("units", "people.no-files")
	}
	if bad.Err() != nil {
		p := importPage{Page: s.Kit.Page(r, "people.import"), Errors: &bad}
		return s.Kit.ShowInvalid(w, r, p.Page, importView(p))
	}
	return s.keepUpload(w, r, staffUpload, files, "/people/import/check/")
}

func (s *Service) keepUpload(w http.ResponseWriter, r *http.Request, kind string, files Files, to string) error {
	var id int64
	err := s.DB.InTx(r.Context(), func(tx *db.Tx) (err error) {
		id, err = saveUpload(r.Context(), tx, s.Now(), web.VisitorOf(r).ID, kind, files)
		return err
	})
	if err != nil {
		return err
	}
	return web.See(w, r, to+strconv.FormatInt(id, 10))
}

// formFile reads an uploaded file; one that was not chosen is empty.
func formFile(r *http.Request, name string) (File, error) {
	if err := r.ParseMultipartForm(8 << 20); err != nil {
		if _, tooBig := errors.AsType[*http.MaxBytesError](err); tooBig {
			return File{}, err
		}
		return File{}, errs.Because(err, errs.Invalid, "people.no-files")
	}
	f, head, err := r.FormFile(name)
	if errors.Is(err, http.ErrMissingFile) {
		return File{}, nil
	}
	if err != nil {
		return File{}, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, sheet.MaxBytes+1))
	return File{Name: filepath.Base(head.Filename), Data: b}, err
}

// differencePage shows what a list would change.
type differencePage struct {
	web.Page
	ID       int64
	Change   *Change // nil when a file cannot be used at all
	Problems Problems
	Sections []section
	Names    unitNames
	Much     bool // more than a tenth of the people would leave
	BadError bool // the box that leaves rows out was not ticked
	Lists    int64
}

func (s *Service) showUpload(w http.ResponseWriter, r *http.Request) error {
	p, err := s.difference(r)
	if err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, differenceView(p))
}

func (s *Service) difference(r *http.Request) (p differencePage, err error) {
	ctx, v := r.Context(), web.VisitorOf(r)
	if err := s.mustCover(ctx, v, ImportPeople, 0); err != nil {
		return p, err
	}
	id, err := web.ID(r, "id")
	if err != nil {
		return p, err
	}
	u, err := loadUpload(ctx, s.DB, s.Now(), v.ID, id, staffUpload)
	if err != nil {
		return p, err
	}
	p = differencePage{Page: s.Kit.Page(r, "people.import-check"), ID: id}
	if p.Lists, err = listsSoFar(ctx, s.DB); err != nil {
		return p, err
	}
	p.Change, err = s.Import(ctx, u.Files, ImportOptions{DryRun: true, By: v.ID})
	if ps, bad := errors.AsType[Problems](err); bad {
		p.Problems, err = ps, nil
	}
	if err != nil || p.Change == nil {
		return p, err
	}
	t, err := LoadTree(ctx, s.DB)
	if err != nil {
		return p, err
	}
	p.Names = namesOf(t, p.Change, p.Lang)
	p.Sections = p.sections()
	p.Much = p.Change.ManyLeave(t.Staff())
	return p, nil
}

func (s *Service) confirmStaff(w http.ResponseWriter, r *http.Request) error {
	ctx, v := r.Context(), web.VisitorOf(r)
	if err := s.mustCover(ctx, v, ImportPeople, 0); err != nil {
		return err
	}
	id, err := web.ID(r, "id")
	if err != nil {
		return err
	}
	var c *Change
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		u, err := takeUpload(ctx, tx, s.Now(), v.ID, id, staffUpload)
		if err != nil {
			return err
		}
		// What the reader saw and agreed to is not what would happen once another list has been brought in.
		lists, err := listsSoFar(ctx, tx)
		if err != nil {
			return err
		}
		if r.PostFormValue("lists") != strconv.FormatInt(lists, 10) {
			return errs.New(errs.Conflict, "people.upload-old")
		}
		list, problems := Read(u.Files)
		if problems.Fatal() {
			return problems
		}
		c, err = s.bringIn(ctx, tx, list, problems, ImportOptions{SkipBad: r.PostFormValue("skip") == "1", By: v.ID})
		return err
	})
	if _, bad := errors.AsType[Problems](err); bad {
		p, err := s.difference(r)
		if err != nil {
			return err
		}
		p.BadError = true
		return s.Kit.ShowInvalid(w, r, p.Page, differenceView(p))
	}
	if err != nil {
		return err
	}
	lang := s.Kit.Lang(r)
	t := func(key string, args ...any) string { return s.Kit.Words.T(lang, key, args...) }
	what := c.Summary().lines(t)
	if len(what) == 0 {
		what = []string{t("people.nothing-changed")}
	}
	s.Kit.Flash(r, "people.imported", "what", strings.Join(what, " "))
	return web.See(w, r, "/people")
}

// rolesPage asks for a list of roles or, when it has one, shows what it would give.
type rolesPage struct {
	web.Page
	ID       int64
	Change   *RolesChange
	Problems Problems
	Lines    []string
	More     int
	BadError bool
	Errors   *errs.Fields
}

func (s *Service) showRolesImport(w http.ResponseWriter, r *http.Request) error {
	p := rolesPage{Page: s.Kit.Page(r, "people.roles-import")}
	return s.Kit.Show(w, r, p.Page, rolesImportView(p))
}

func (s *Service) uploadRoles(w http.ResponseWriter, r *http.Request) error {
	f, err := formFile(r, "roles")
	if err != nil {
		return err
	}
	bad := errs.Fields{}
	switch {
	case !f.given():
		bad.Add("roles", "people.no-files")
	case len(f.Data) > sheet.MaxBytes:
		bad.Add("roles", "sheet.too_big", "megabytes", sheet.MaxBytes>>20)
	}
	if bad.Err() != nil {
		p := rolesPage{Page: s.Kit.Page(r, "people.roles-import"), Errors: &bad}
		return s.Kit.ShowInvalid(w, r, p.Page, rolesImportView(p))
	}
	return s.keepUpload(w, r, rolesUpload, Files{People: f}, "/roles/import/")
}

func (s *Service) showRolesUpload(w http.ResponseWriter, r *http.Request) error {
	p, err := s.rolesDifference(r)
	if err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, rolesCheckView(p))
}

func (s *Service) rolesDifference(r *http.Request) (p rolesPage, err error) {
	ctx, v := r.Context(), web.VisitorOf(r)
	id, err := web.ID(r, "id")
	if err != nil {
		return p, err
	}
	u, err := loadUpload(ctx, s.DB, s.Now(), v.ID, id, rolesUpload)
	if err != nil {
		return p, err
	}
	p = rolesPage{Page: s.Kit.Page(r, "people.roles-check"), ID: id}
	p.Change, err = s.ImportRoles(ctx, u.Files.People, ImportOptions{DryRun: true, By: v.ID})
	if ps, bad := errors.AsType[Problems](err); bad {
		p.Problems, err = ps, nil
	}
	if err != nil || p.Change == nil {
		return p, err
	}
	t, err := LoadTree(ctx, s.DB)
	if err != nil {
		return p, err
	}
	names := namesOf(t, &Change{}, p.Lang)
	for i, d := range p.Change.Given {
		if i == shown {
			p.More = len(p.Change.Given) - shown
			break
		}
		p.Lines = append(p.Lines, d.line(p.Page, names))
	}
	return p, nil
}

func (s *Service) confirmRoles(w http.ResponseWriter, r *http.Request) error {
	ctx, v := r.Context(), web.VisitorOf(r)
	id, err := web.ID(r, "id")
	if err != nil {
		return err
	}
	c, err := s.takeRoles(ctx, v, id, r.PostFormValue("skip") == "1")
	if _, bad := errors.AsType[Problems](err); bad {
		p, err := s.rolesDifference(r)
		if err != nil {
			return err
		}
		p.BadError = true
		return s.Kit.ShowInvalid(w, r, p.Page, rolesCheckView(p))
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "people.roles-imported", "n", len(c.Given))
	return web.See(w, r, "/roles/import")
}

func (s *Service) takeRoles(ctx context.Context, v web.Visitor, id int64, skipBad bool) (c *RolesChange, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		u, err := takeUpload(ctx, tx, s.Now(), v.ID, id, rolesUpload)
		if err != nil {
			return err
		}
		c, err = s.giveRoles(ctx, tx, u.Files.People, v, skipBad)
		return err
	})
	return c, err
}
