package ui

import (
	"bytes"
	"context"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/a-h/templ"
)

// Respondents' pages differ in their title and their middle only. What stands around, which is drawn from the same few
// words at every page, is kept: it is a third of the work of a page.
var frames struct {
	sync.RWMutex
	drawn map[string]frame
}

const mostFrames = 200 // a made-up query string in the language links must not fill the memory

// frame is a page cut where its title and its middle belong.
type frame struct{ toTitle, toMain, fromMain string }

const middle = "\x00"

// bare draws the layout of a page for respondents.
func bare(ctx context.Context, s Shell, w io.Writer) error {
	key := s.frameKey()
	frames.RLock()
	f, ok := frames.drawn[key]
	frames.RUnlock()
	children := templ.GetChildren(ctx)
	ctx = WithWords(templ.ClearChildren(ctx), s.T)
	if !ok {
		var err error
		if f, err = drawFrame(ctx, s); err != nil {
			return err
		}
		frames.Lock()
		if frames.drawn == nil {
			frames.drawn = map[string]frame{}
		}
		if len(frames.drawn) < mostFrames {
			frames.drawn[key] = f
		}
		frames.Unlock()
	}
	for _, text := range []string{f.toTitle, templ.EscapeString(s.title()), f.toMain} {
		if _, err := io.WriteString(w, text); err != nil {
			return err
		}
	}
	if err := children.Render(ctx, w); err != nil {
		return err
	}
	_, err := io.WriteString(w, f.fromMain)
	return err
}

func drawFrame(ctx context.Context, s Shell) (f frame, err error) {
	var b bytes.Buffer
	mark := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, middle)
		return err
	})
	if err := layout(s).Render(templ.WithChildren(ctx, mark), &b); err != nil {
		return f, err
	}
	html := b.String()
	f.toTitle, html, _ = strings.Cut(html, "<title>")
	f.toTitle += "<title>"
	html = html[strings.Index(html, "</title>"):]
	f.toMain, f.fromMain, _ = strings.Cut(html, middle)
	return f, nil
}

// frameKey is all that the frame of a bare page is drawn from.
func (s Shell) frameKey() string {
	b := make([]byte, 0, 512)
	for _, x := range [...]string{s.Lang, s.Service, s.County, s.Home, s.Logo, s.Theme, s.LangForm, s.Demo, s.DemoLabel, s.DemoURL} {
		b = append(append(b, x...), 0)
	}
	b = strconv.AppendBool(b, s.Narrow)
	for _, l := range s.Langs {
		b = append(append(b, l.Code...), 0)
		b = append(append(b, l.URL...), 0)
		b = strconv.AppendBool(b, l.Current)
	}
	for _, l := range s.Foot {
		b = append(append(b, l.Label...), 0)
		b = append(append(b, l.URL...), 0)
	}
	return string(b)
}
