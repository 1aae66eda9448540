package ui

import (
	"context"
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/a-h/templ"
	"rsc.io/qr"
)

// QR draws a square code that a phone's camera reads. The text is an address; the label names it for those who do not see it.
func QR(text, label string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		return drawQR(w, text, ` class="qr" role="img" aria-label="`+html.EscapeString(label)+`"`)
	})
}

// QRFile writes a square code as a picture of its own, black on white.
func QRFile(w io.Writer, text string) error {
	return drawQR(w, text, ` xmlns="http://www.w3.org/2000/svg" width="600" height="600"`)
}

func drawQR(w io.Writer, text, attributes string) error {
	c, err := qr.Encode(text, qr.M)
	if err != nil {
		return err
	}
	var path strings.Builder
	for y := range c.Size {
		for x := 0; x < c.Size; x++ {
			from := x
			for x < c.Size && c.Black(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from, y, x-from, x-from)
			}
		}
	}
	paper := ""
	if strings.Contains(attributes, "xmlns") {
		paper = fmt.Sprintf(`<path fill="#fff" d="M-4 -4h%[1]dv%[1]dh-%[1]dz"/>`, c.Size+8)
	}
	// The quiet border of four modules belongs to the code.
	_, err = fmt.Fprintf(w, `<svg%[2]s viewBox="-4 -4 %[1]d %[1]d" shape-rendering="crispEdges">%[3]s<path d="%[4]s"></path></svg>`,
		c.Size+8, attributes, paper, path.String())
	return err
}
