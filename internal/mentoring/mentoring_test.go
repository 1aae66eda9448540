package mentoring_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
	"taitorinki/internal/sheet"
)

const units = `code,parent,name_fi,name_sv,name_en
H,,Rannat,Stränderna,The Shores
A,H,Kotihoito,Hemvård,Home care
A1,A,Pohjoinen tiimi,Norra teamet,Northern team
B,H,Terveysasema,Hälsostation,Health centre
`

// The name of a4 is a formula to a spreadsheet.
const staff = `email,name,unit,language
a1@shores.example,Aino Aalto,A,fi
a2@shores.example,Anna Aro,A1,fi
a3@shores.example,Antti Asp,A,fi
a4@shores.example,=HYPERLINK(1),A,fi
b1@shores.example,Bo Berg,B,fi
b2@shores.example,Berit Blom,B,fi
`

func newSite(t *testing.T, d *db.DB) *apptest.Site {
	t.Helper()
	s := apptest.New(t, d)
	_, err := s.People.Import(t.Context(), people.Files{
		Units:  people.File{Name: "units.csv", Data: []byte(units)},
		People: people.File{Name: "people.csv", Data: []byte(staff)},
	}, people.ImportOptions{})
	must(t, err)
	return s
}

// tell stores a wish of somebody.
func tell(t *testing.T, s *apptest.Site, who, mentor string, ways ...string) {
	t.Helper()
	must(t, s.Mentors.Save(t.Context(), mentoring.Wish{PersonID: s.Person(who + "@shores.example").ID, Mentor: mentor, Ways: ways}))
}

// stored are all wishes as they lie in the database, every column of them.
func stored(t *testing.T, d *db.DB) (cols []string, all []string) {
	t.Helper()
	rows, err := d.QueryContext(t.Context(), `SELECT * FROM mentoring_wishes ORDER BY person_id`)
	must(t, err)
	defer rows.Close()
	cols, err = rows.Columns()
	must(t, err)
	for rows.Next() {
		vals := make([]any, len(cols))
		to := make([]any, len(cols))
		for i := range vals {
			to[i] = &vals[i]
		}
		must(t, rows.Scan(to...))
		all = append(all, fmt.Sprint(vals...))
	}
	must(t, rows.Err())
	return cols, all
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAWishIsAPersonAndAnAnswerAndNothingElse(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		tell(t, s, "a1", mentoring.Yes, "course", "nonsense", "webinar", "course")
		cols, all := stored(t, d)
		if want := []string{"person_id", "mentor", "ways"}; !slices.Equal(cols, want) {
			t.Errorf("a wish has the columns %v, want %v: a time, a round or a number would tell when it was given", cols, want)
		}
		// The ways stand in our order: that of ticking is not kept.
		if want := fmt.Sprint(s.Person("a1@shores.example").ID, "yes", `["webinar","course"]`); len(all) != 1 || all[0] != want {
			t.Errorf("stored is %q, want %q", all, want)
		}
	})
}

func TestTheSameWishToldAtAnotherTimeIsTheSameRow(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		tell(t, s, "a1", mentoring.Maybe, "video")
		tell(t, s, "b1", mentoring.No)
		_, before := stored(t, d)
		s.Clock.Move(40 * 24 * time.Hour)
		tell(t, s, "a1", mentoring.Yes)
		tell(t, s, "a1", mentoring.Maybe, "video")
		if _, after := stored(t, d); !slices.Equal(after, before) {
			t.Errorf("told again later it is %q, want %q", after, before)
		}
		err := s.Mentors.Save(t.Context(), mentoring.Wish{PersonID: s.Person("a1@shores.example").ID, Mentor: "perhaps"})
		if e, ok := errors.AsType[*errs.E](err); !ok || e.Kind != errs.Invalid {
			t.Errorf("an answer that there is not: %v", err)
		}
		if _, after := stored(t, d); !slices.Equal(after, before) {
			t.Errorf("after an answer that there is not it is %q, want %q", after, before)
		}
	})
}

func TestAWishTakenBackLeavesNoRow(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		tell(t, s, "a1", mentoring.Yes)
		tell(t, s, "b1", mentoring.Yes)
		_, before := stored(t, d)
		for range 2 { // pressed twice it is no error
			must(t, s.Mentors.Withdraw(t.Context(), s.Person("a1@shores.example").ID))
		}
		if _, after := stored(t, d); len(before) != 2 || !slices.Equal(after, before[1:]) {
			t.Errorf("%q became %q, want the other one only", before, after)
		}
	})
}

func TestACoordinatorOfAPartSeesTheWillingOfThatPartOnly(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		tell(t, s, "a1", mentoring.Yes, "text")
		tell(t, s, "a2", mentoring.Maybe)
		tell(t, s, "a3", mentoring.No, "course")
		tell(t, s, "b1", mentoring.Yes)
		for unit, want := range map[string][]string{"": {"Aino Aalto", "Anna Aro", "Bo Berg"}, "A": {"Aino Aalto", "Anna Aro"}, "A1": {"Anna Aro"}, "B": {"Bo Berg"}} {
			email := "lead" + unit + "@shores.example"
			s.Grant(email, people.Coordinator, unit)
			r := s.As(email)
			page := r.Get("/mentors/willing").Want(t, 200, want...)
			list := r.Get("/mentors/willing/list.csv").Want(t, 200, want...)
			for _, name := range []string{"Aino Aalto", "Anna Aro", "Antti Asp", "Bo Berg", "Berit Blom"} {
				if !slices.Contains(want, name) {
					page.Without(t, name)
					list.Without(t, name)
				}
			}
			if n := len(table(t, list)); n != len(want) {
				t.Errorf("the list of %q has %d rows, want %d", unit, n, len(want))
			}
			// Too few have told how they like to learn: anybody could reckon who it was.
			page.Without(t, "How do people like to learn?")
		}
	})
}

func TestNoCellOfTheListIsAFormula(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		tell(t, s, "a4", mentoring.Yes, "webinar", "hands-on")
		rows := table(t, s.Role(people.Coordinator).Get("/mentors/willing/list.csv").Want(t, 200))
		want := []string{"Home care", "'=HYPERLINK(1)", "a4@shores.example", "", "Yes", "webinar, hands-on with a colleague"}
		if len(rows) != 1 || !slices.Equal(rows[0], want) {
			t.Errorf("the list holds %q, want %q", rows, want)
		}
	})
}

// table reads the rows of a list that was downloaded.
func table(t *testing.T, p *apptest.Page) (out [][]string) {
	t.Helper()
	if kind := p.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/csv") {
		t.Fatalf("the list is %s", kind)
	}
	read, err := sheet.Read("list.csv", []byte(p.Body))
	must(t, err)
	for _, r := range read.Rows {
		out = append(out, r.Cells)
	}
	return out
}
