package dataset

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// read is an element as it is read back.
type read struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []read     `xml:",any"`
}

func (x *read) attr(name string) string {
	space, local, found := strings.Cut(name, ":")
	if !found {
		space, local = "", name
	}
	for _, a := range x.Attrs {
		if a.Name.Local == local && (space == "" || strings.Contains(a.Name.Space, "XML") || a.Name.Space == space) {
			return a.Value
		}
	}
	return ""
}

// all are the elements at a path below x.
func (x *read) all(path string) (out []*read) {
	name, rest, deeper := strings.Cut(path, "/")
	for i := range x.Children {
		if c := &x.Children[i]; c.XMLName.Local == name {
			if !deeper {
				out = append(out, c)
			} else {
				out = append(out, c.all(rest)...)
			}
		}
	}
	return out
}

func readDDI(t interface {
	Helper()
	Fatal(...any)
}, table Table, s Study) *read {
	t.Helper()
	var b bytes.Buffer
	if err := DDI(&b, table, s, 4); err != nil {
		t.Fatal(err)
	}
	var root read
	if err := xml.Unmarshal(b.Bytes(), &root); err != nil {
		t.Fatal(err)
	}
	return &root
}

// cessda are the fields that CESSDA's profile of DDI Codebook 2.5 makes mandatory, below codeBook: the path, an attribute
// that it must have ("" = a text instead), and whether the element must be there at all.
var cessda = []struct {
	path, attr string
	there      bool
}{
	{"stdyDscr/citation/titlStmt/titl", "", true},
	{"stdyDscr/citation/titlStmt/titl", "xml:lang", true},
	{"stdyDscr/citation/titlStmt/parTitl", "xml:lang", false},
	{"stdyDscr/citation/titlStmt/IDNo", "", true},
	{"stdyDscr/citation/titlStmt/IDNo", "agency", true},
	{"stdyDscr/citation/holdings", "URI", true},
	{"stdyDscr/citation/distStmt/distrbtr", "", true},
	{"stdyDscr/citation/distStmt/distrbtr", "xml:lang", true},
	{"stdyDscr/citation/distStmt/distDate", "date", false},
	{"stdyDscr/stdyInfo/abstract", "", true},
	{"stdyDscr/stdyInfo/abstract", "xml:lang", true},
	{"stdyDscr/stdyInfo/subject/keyword", "xml:lang", false},
	{"stdyDscr/stdyInfo/subject/topcClas", "xml:lang", false},
	{"stdyDscr/stdyInfo/sumDscr/collDate", "event", false},
	{"stdyDscr/stdyInfo/sumDscr/nation", "xml:lang", false},
	{"stdyDscr/stdyInfo/sumDscr/anlyUnit", "xml:lang", false},
	{"stdyDscr/method/dataColl/timeMeth", "xml:lang", false},
	{"stdyDscr/method/dataColl/sampProc", "xml:lang", false},
	{"stdyDscr/method/dataColl/collMode", "xml:lang", false},
	{"stdyDscr/dataAccs/useStmt/restrctn", "xml:lang", false},
}

// lacking lists what CESSDA's profile misses.
func lacking(root *read) (out []string) {
	for _, name := range []string{"schemaLocation", "xml:lang"} {
		if root.attr(name) == "" {
			out = append(out, "codeBook@"+name)
		}
	}
	for _, m := range cessda {
		found := root.all(m.path)
		if len(found) == 0 && m.there {
			out = append(out, m.path)
		}
		for _, x := range found {
			if m.attr != "" && x.attr(m.attr) == "" || m.attr == "" && strings.TrimSpace(x.Text) == "" {
				out = append(out, m.path+"@"+m.attr)
			}
		}
	}
	return out
}

func TestADescriptionHasWhatCESSDAAsksFor(t *testing.T) {
	root := readDDI(t, example(), exampleStudy)
	if got := lacking(root); got != nil {
		t.Errorf("lacking: %q", got)
	}
	for _, m := range cessda {
		if len(root.all(m.path)) == 0 {
			t.Errorf("the example has no %s: the test sees nothing of it", m.path)
		}
	}
	if root.XMLName.Space != "ddi:codebook:2_5" || root.XMLName.Local != "codeBook" || root.attr("version") != "2.5" {
		t.Errorf("got %v, version %s", root.XMLName, root.attr("version"))
	}
}

func TestAStudyWithTheLeastHasWhatCESSDAAsksFor(t *testing.T) {
	least := Study{Lang: "sv", ID: "1", Agency: "A", Titles: Words{"sv": "T"}, Abstract: Words{"sv": "A"}, Holdings: "https://a.fi/1", Distributor: Words{"sv": "D"}}
	if got := lacking(readDDI(t, example(), least)); got != nil {
		t.Errorf("lacking: %q", got)
	}
}

func TestAStudyThatLacksAMandatoryFieldIsRefused(t *testing.T) {
	for want, spoil := range map[string]func(*Study){
		"xml:lang":      func(s *Study) { s.Lang = "" },
		"titl":          func(s *Study) { s.Titles = Words{"en": "T"} },
		"IDNo":          func(s *Study) { s.ID = "" },
		"IDNo/@agency":  func(s *Study) { s.Agency = "" },
		"holdings/@URI": func(s *Study) { s.Holdings = "tutkimus/1" },
		"distrbtr":      func(s *Study) { s.Distributor = nil },
		"abstract":      func(s *Study) { s.Abstract = Words{"fi": " \n"} },
	} {
		s := exampleStudy
		spoil(&s)
		err := DDI(io.Discard, example(), s, 4)
		if got := broken(t, err); len(got) == 0 || got[0] != want+" dataset.study-missing" {
			t.Errorf("got %q, want %s", got, want)
		}
	}
}

// schema is the order of children in the elements that we write, and how often each may be (? at most once, * any number,
// otherwise once), by codebook.xsd of DDI Codebook 2.5. Children that we never write are left out.
var schema = map[string]string{
	"codeBook": "docDscr* stdyDscr fileDscr* dataDscr*",
	"docDscr":  "citation?",
	"stdyDscr": "citation stdyInfo* method* dataAccs*",
	"citation": "titlStmt rspStmt? prodStmt? distStmt? verStmt* holdings*",
	"titlStmt": "titl parTitl* IDNo*",
	"rspStmt":  "AuthEnty*",
	"prodStmt": "producer* prodDate* software*",
	"distStmt": "distrbtr* distDate?",
	"verStmt":  "version?",
	"stdyInfo": "subject? abstract* sumDscr*",
	"subject":  "keyword* topcClas*",
	"sumDscr":  "collDate* nation* geogCover* anlyUnit* universe* dataKind*",
	"method":   "dataColl* notes*",
	"dataColl": "timeMeth* sampProc* collMode*",
	"dataAccs": "useStmt*",
	"useStmt":  "restrctn? citReq? deposReq?",
	"fileDscr": "fileTxt*",
	"fileTxt":  "fileName? dimensns? fileType?",
	"dimensns": "caseQnty* varQnty*",
	"dataDscr": "var*",
	"var":      "labl* qstn* valrng* invalrng* catgry* varFormat? notes*",
	"qstn":     "qstnLit*",
	"valrng":   "range*",
	"invalrng": "item*",
	"catgry":   "catValu? labl*",
}

// against lists where an element's children are not as the schema has them.
func against(x *read) (out []string) {
	left := x.Children
	for part := range strings.FieldsSeq(schema[x.XMLName.Local]) {
		name := strings.TrimRight(part, "?*")
		n := 0
		for len(left) > 0 && left[0].XMLName.Local == name {
			out = append(out, against(&left[0])...)
			left = left[1:]
			n++
		}
		if n > 1 && !strings.HasSuffix(part, "*") || n == 0 && part == name {
			out = append(out, fmt.Sprintf("%s has %d %s", x.XMLName.Local, n, name))
		}
	}
	if len(left) > 0 {
		out = append(out, fmt.Sprintf("%s has a %s in the wrong place", x.XMLName.Local, left[0].XMLName.Local))
	}
	return out
}

func TestADescriptionFollowsTheSchema(t *testing.T) {
	least := Study{Lang: "sv", ID: "1", Agency: "A", Titles: Words{"sv": "T"}, Abstract: Words{"sv": "A"}, Holdings: "https://a.fi/1", Distributor: Words{"sv": "D"}}
	for _, s := range []Study{exampleStudy, least} {
		if got := against(readDDI(t, example(), s)); got != nil {
			t.Errorf("got %q", got)
		}
	}
}

func TestADescriptionTellsOfEachVariable(t *testing.T) {
	root := readDDI(t, example(), exampleStudy)
	var got []string
	for _, v := range root.all("dataDscr/var") {
		got = append(got, v.attr("ID")+" "+v.attr("name"))
	}
	if diff := cmp.Diff([]string{"V1 id", "V2 ammattiryhmä", "V3 mean_of_a_scale_with_a_long_name", "V4 q1.digital", "V5 comment", "V6 long_text"}, got); diff != "" {
		t.Error(diff)
	}
	item := root.all("dataDscr/var")[3]
	for path, want := range map[string]string{
		"labl":         "[Osaan käyttää älylaitetta Jag kan använda smarta enheter I can use smart devices]",
		"catgry/labl":  "[täysin eri mieltä helt av annan åsikt strongly disagree täysin samaa mieltä helt av samma åsikt strongly agree en halua sanoa vill inte säga rather not say en osaa sanoa kan inte säga can't say]",
		"qstn/qstnLit": "[Osaan käyttää älylaitetta Jag kan använda smarta enheter I can use smart devices]", "catgry/catValu": "[1 5 98 99]", "notes": "[digital-1 digital yes]",
	} {
		var got []string
		for _, x := range item.all(path) {
			got = append(got, x.Text)
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%s: got %v, want %s", path, got, want)
		}
	}
	if got := item.all("catgry")[3].attr("missing"); got != "Y" {
		t.Errorf("got missing=%q", got)
	}
	if got := root.all("fileDscr/fileTxt/dimensns/caseQnty")[0].Text; got != "4" {
		t.Errorf("got %s cases, want 4", got)
	}
}

func TestAnyDescriptionIsWellFormed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, _ := drawTable(t)
		s := exampleStudy
		s.Abstract = Words{"fi": "a" + rapid.String().Draw(t, "abstract"), "en": "e"}
		s.From = time.Time{}
		root := readDDI(t, table, s)
		for i, v := range root.all("dataDscr/var") {
			if v.attr("name") != table.Variables[i].Name {
				t.Errorf("got %q, want %q", v.attr("name"), table.Variables[i].Name)
			}
		}
	})
}
