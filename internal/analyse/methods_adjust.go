package analyse

import (
	"encoding/json"
	"slices"
	"strings"

	"taitorinki/internal/stats"
)

// pValue is one p of p_adjust: a number, or a key of another analysis.
type pValue struct {
	name     string
	offset   int
	number   *float64
	analysis ref
	key      ref
}

func adjustP(r *reader, args *node, a *analysis) {
	p := r.need(args, "p", "args")
	if r.is(p, object, "p") && len(p.members) == 0 {
		r.fail(p.offset, "p is empty")
	}
	for _, m := range p.members {
		one := pValue{name: m.name, offset: m.value.offset}
		if m.value.kind == object {
			r.object(m.value, "a p value of another analysis", "analysis", "key")
			one.analysis = r.word(r.need(m.value, "analysis", "a p value"), "analysis")
			one.key = r.word(r.need(m.value, "key", "a p value"), "key")
		} else {
			v := r.number(m.value, "a p value")
			if v < 0 || v > 1 {
				r.fail(m.value.offset, "%s is not between 0 and 1, so it is no p value", m.value.text)
			}
			one.number = &v
		}
		a.correct = append(a.correct, one)
	}
}

// checkReferences holds that every p value of another analysis is there.
func (p *plan) checkReferences() error {
	for _, a := range p.analyses {
		for _, one := range a.correct {
			if one.number != nil {
				continue
			}
			other := p.find(one.analysis.name)
			switch {
			case other == nil:
				return p.doc.fault(one.analysis.offset, a.id, "there is no analysis %q", one.analysis.name)
			case len(other.method.numbers) == 0:
				return p.doc.fault(one.analysis.offset, a.id, "the result of %s has no number at the top", other.method.name)
			case !slices.Contains(other.method.numbers, one.key.name):
				return p.doc.fault(one.key.offset, a.id, "the result of %s has no number %q; it has %s", other.method.name, one.key.name, strings.Join(other.method.numbers, ", "))
			}
		}
	}
	return nil
}

// adjust corrects the p values of an analysis, once the others have their results.
func (p *plan) adjust(a *analysis, results map[string]any) (any, error) {
	names, values := make([]string, len(a.correct)), make([]*float64, len(a.correct))
	for i, one := range a.correct {
		names[i], values[i] = one.name, one.number
		if one.number != nil {
			continue
		}
		v, err := numberAt(results[one.analysis.name], one.key.name)
		if err != nil {
			return nil, err
		}
		if v != nil && (*v < 0 || *v > 1) {
			return nil, p.doc.fault(one.key.offset, a.id, "%s of %s is %s, which is no p value", one.key.name, one.analysis.name, showNumber(*v))
		}
		values[i] = v
	}
	return stats.AdjustP(names, values), nil
}

// numberAt is the number of a result under a key; nil when it is null, or when the analysis was refused.
func numberAt(result any, key string) (*float64, error) {
	written, err := encode(result)
	if err != nil {
		return nil, err
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(written, &keys); err != nil {
		return nil, err
	}
	var v *float64
	if said, there := keys[key]; there {
		err = json.Unmarshal(said, &v)
	}
	return v, err
}
