package asking

import (
	"github.com/a-h/templ"

	"taitorinki/internal/errs"
	"taitorinki/internal/mask"
)

// finder knows no names: a request may say whom one has asked already.
var finder = mask.New(nil)

// checkText refuses a free text that is too long or that holds what identifies somebody: nothing about a client may be kept, and
// an identity code, a number or an address in a request is nearly always a client's.
func checkText(bad *errs.Fields, field, text string) {
	checkLength(bad, field, text, MostText)
	for _, span := range finder.Find(text) {
		if span.Certainty >= mask.Likely {
			bad.Add(field, "asking.no-"+span.Kind.String())
			return
		}
	}
}

// textChecks tell the browser to look for the same, so that the writer learns of it before sending. The browser knows plainer
// shapes only; what counts is checkText.
func textChecks(t func(string, ...any) string) templ.Attributes {
	a := templ.Attributes{}
	for _, kind := range []mask.Kind{mask.Email, mask.Identity, mask.Phone} {
		a["data-no-"+kind.String()] = t("asking.no-" + kind.String())
	}
	return a
}
