package materials

import (
	"archive/zip"
	"bytes"
	"image"
	_ "image/jpeg" // formats that are known
	_ "image/png"
	"io"
	"strings"
)

// Format is what a file is by its content; "" is none that we keep.
type Format string

// The formats. They are stored: never change one.
const (
	PDF   Format = "pdf"
	PNG   Format = "png"
	JPEG  Format = "jpeg"
	Text  Format = "docx"
	Slide Format = "pptx"
	Sheet Format = "xlsx"
)

var types = map[Format]string{
	PDF: "application/pdf", PNG: "image/png", JPEG: "image/jpeg",
	Text:  "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	Slide: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	Sheet: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

// Accept is what a form offers to choose from.
const Accept = ".pdf,.png,.jpg,.jpeg,.docx,.pptx,.xlsx"

// FormatOf tells a file's format by its content. Documents with macros are none that we keep, and neither are pictures that are
// programs, such as SVG.
func FormatOf(data []byte) Format {
	switch {
	case bytes.HasPrefix(data, []byte("%PDF-")):
		if bytes.Contains(data[max(0, len(data)-2048):], []byte("%%EOF")) {
			return PDF
		}
		return ""
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return office(data)
	}
	_, name, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || name != string(PNG) && name != string(JPEG) {
		return ""
	}
	return Format(name)
}

// The parts by which a document is known, and the most that we look at in one.
const (
	contents  = "[Content_Types].xml"
	mostParts = 5000
	mostRead  = 1 << 20
)

func office(data []byte) (f Format) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil || len(z.File) > mostParts {
		return ""
	}
	listed := false
	for _, part := range z.File {
		switch name := strings.ToLower(part.Name); {
		case strings.Contains(name, "vbaproject"):
			return ""
		case part.Name == contents:
			if !withoutMacros(part) {
				return ""
			}
			listed = true
		case name == "word/document.xml":
			f = Text
		case name == "ppt/presentation.xml":
			f = Slide
		case name == "xl/workbook.xml":
			f = Sheet
		}
	}
	if !listed {
		return ""
	}
	return f
}

// withoutMacros reports whether the list of what a document holds names no macros. Of a list that is larger than any true one nothing
// is believed.
func withoutMacros(part *zip.File) bool {
	r, err := part.Open()
	if err != nil {
		return false
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, mostRead+1))
	return err == nil && len(b) <= mostRead && !bytes.Contains(bytes.ToLower(b), []byte("macroenabled"))
}
