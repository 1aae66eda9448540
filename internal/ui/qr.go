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
		// The quiet border of four modules belongs to the code.
		_, err = fmt.Fprintf(w, `<svg class="qr" viewBox="-4 -4 %[1]d %[1]d" role="img" aria-label="%s" shape-rendering="crispEdges"><path d="%s"></path></svg>`,
			c.Size+8, html.EscapeString(label), path.String())
		return err
	})
}
