package watch

import (
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"slices"
)

// NewLog writes a log to w, as lines of JSON or of text. What looks like an e-mail address, or like a secret, is covered whoever
// logs it: the words of a database or of a mail server may name somebody.
func NewLog(w io.Writer, asJSON bool) *slog.Logger {
	o := &slog.HandlerOptions{ReplaceAttr: cover}
	if asJSON {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// plain are attributes that hold nothing of what people have sent.
var plain = []string{slog.TimeKey, slog.LevelKey, "route", "request", "stack", "statement"}

func cover(_ []string, a slog.Attr) slog.Attr {
	if slices.Contains(plain, a.Key) {
		return a
	}
	switch v := a.Value.Any().(type) {
	case string:
		a.Value = slog.StringValue(covered(v))
	case error:
		a.Value = slog.StringValue(covered(v.Error()))
	case fmt.Stringer:
		a.Value = slog.StringValue(covered(v.String()))
	}
	return a
}

var (
	address = regexp.MustCompile(`[^\s<>"'(),;:=@]+@[^\s<>"'(),;:=@]+`)
	// run is as long as 128 bits are at least in any of our alphabets.
	run = regexp.MustCompile(`[A-Za-z0-9_-]{22,}`)
	// random tells such a run from a long name in a program, which has capitals inside or lines between its words.
	random = regexp.MustCompile(`[0-9]|^[a-z]+$|^[A-Z]+$`)
)

func covered(s string) string {
	s = address.ReplaceAllString(s, "[address]")
	return run.ReplaceAllStringFunc(s, func(x string) string {
		if random.MatchString(x) {
			return "[secret]"
		}
		return x
	})
}
