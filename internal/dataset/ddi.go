package dataset

import (
	"encoding/xml"
	"io"
	"maps"
	"strconv"
	"time"

	"taitorinki/internal/i18n"
)

const (
	ddiSpace  = "ddi:codebook:2_5"
	ddiSchema = "ddi:codebook:2_5 https://ddialliance.org/Specification/DDI-Codebook/2.5/XMLSchema/codebook.xsd"
	ddiDay    = time.DateOnly
)

// DDI writes a description of the study and its variables by DDI Codebook 2.5, with the fields that CESSDA asks for. Cases is
// how many rows the file of data has. How often each code stands is left out: archives publish descriptions, also of data that
// they give to few, and a code may stand for one person.
func DDI(w io.Writer, t Table, s Study, cases int) error {
	if err := t.Check(); err != nil {
		return err
	}
	if err := s.Check(); err != nil {
		return err
	}
	book := el("codeBook", documentPart(&t, &s), studyPart(&s), filePart(&t, &s, cases), dataPart(&t))
	book.attrs = attributes("xmlns", ddiSpace, "xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance", "xsi:schemaLocation", ddiSchema, "version", "2.5", "xml:lang", s.Lang)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", " ")
	if err := book.encode(e); err != nil {
		return err
	}
	return e.Close()
}

// element is an XML element: a text or children.
type element struct {
	name     string
	attrs    []xml.Attr
	text     string
	children []element
}

func (x *element) encode(e *xml.Encoder) error {
	start := xml.StartElement{Name: xml.Name{Local: x.name}, Attr: x.attrs}
	if err := e.EncodeToken(start); err != nil {
		return err
	}
	if x.text != "" {
		if err := e.EncodeToken(xml.CharData(x.text)); err != nil {
			return err
		}
	}
	for i := range x.children {
		if err := x.children[i].encode(e); err != nil {
			return err
		}
	}
	return e.EncodeToken(start.End())
}

// el is an element of single elements and lists of them.
func el(name string, parts ...any) element {
	x := element{name: name}
	for _, part := range parts {
		switch part := part.(type) {
		case element:
			x.children = append(x.children, part)
		case []element:
			x.children = append(x.children, part...)
		}
	}
	return x
}

// leaf is an element with a text and attributes (name, value ...); none when there is neither text nor attribute.
func leaf(name, text string, attrs ...string) []element {
	x := element{name: name, text: clean(text), attrs: attributes(attrs...)}
	if x.text == "" && len(x.attrs) == 0 {
		return nil
	}
	return []element{x}
}

// attributes leaves out the empty ones.
func attributes(pairs ...string) (out []xml.Attr) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out = append(out, xml.Attr{Name: xml.Name{Local: pairs[i]}, Value: clean(pairs[i+1])})
		}
	}
	return out
}

// translated makes an element of each language that there is.
func translated(name string, w Words, attrs ...string) (out []element) {
	for _, lang := range i18n.Langs {
		if w[lang] != "" {
			out = append(out, leaf(name, w[lang], append([]string{"xml:lang", lang}, attrs...)...)...)
		}
	}
	return out
}

// some is an element that is only there when it has something in it.
func some(name string, parts ...any) []element {
	x := el(name, parts...)
	if len(x.children) == 0 {
		return nil
	}
	return []element{x}
}

// titles are the title in the main language and, as parallel ones, in the others.
func titles(s *Study) element {
	others := maps.Clone(s.Titles)
	delete(others, s.Lang)
	return el("titlStmt", leaf("titl", s.Titles[s.Lang], "xml:lang", s.Lang), translated("parTitl", others), leaf("IDNo", s.ID, "agency", s.Agency))
}

func documentPart(t *Table, s *Study) element {
	made := t.Created.UTC().Format(ddiDay)
	return el("docDscr", el("citation",
		titles(s),
		el("prodStmt", translated("producer", s.Producer), leaf("prodDate", made, "date", made), leaf("software", "Taitorinki")),
		leaf("holdings", "", "URI", s.Holdings)))
}

func filePart(t *Table, s *Study, cases int) element {
	x := el("fileDscr", el("fileTxt",
		leaf("fileName", s.File),
		el("dimensns", leaf("caseQnty", strconv.Itoa(cases)), leaf("varQnty", strconv.Itoa(len(t.Variables)))),
		leaf("fileType", s.FileType.In(s.Lang), "xml:lang", s.Lang)))
	x.attrs = attributes("ID", "F1")
	return x
}
