package dataset

import "strconv"

func dataPart(t *Table) element {
	x := el("dataDscr")
	for i := range t.Variables {
		x.children = append(x.children, variableElement(&t.Variables[i], "V"+strconv.Itoa(i+1)))
	}
	return x
}

// natures are DDI's words for the levels of measurement.
var natures = map[Measure]string{Nominal: "nominal", Ordinal: "ordinal", Scale: "interval"}

func variableElement(v *Variable, id string) element {
	x := el("var", translated("labl", v.Labels), questionElement(v), v.valid(), v.invalid(), categories(v), format(v), notes(v))
	interval := "discrete"
	if v.Kind == Number {
		interval = "contin"
	}
	x.attrs = attributes("ID", id, "name", v.Name, "files", "F1", "intrvl", interval, "nature", natures[v.measure()])
	return x
}

// questionElement repeats the label where it is the question as it was asked.
func questionElement(v *Variable) []element {
	if v.Question == "" {
		return nil
	}
	return some("qstn", translated("qstnLit", v.Labels))
}

func (v *Variable) valid() []element {
	if !v.ranged() {
		return nil
	}
	return some("valrng", leaf("range", "", "min", figure(v.Min), "max", figure(v.Max)))
}

func (v *Variable) invalid() []element {
	var items []element
	for _, m := range v.Missing {
		items = append(items, leaf("item", "", "VALUE", figure(m.Code.number))...)
	}
	return some("invalrng", items)
}

func categories(v *Variable) (out []element) {
	for value, missing := range v.codes() {
		code := value.Code.text
		if value.Code.kind == number {
			code = figure(value.Code.number)
		}
		x := el("catgry", leaf("catValu", code), translated("labl", value.Labels))
		if missing {
			x.attrs = attributes("missing", "Y")
		}
		out = append(out, x)
	}
	return out
}

func format(v *Variable) element {
	x := element{name: "varFormat", attrs: attributes("type", "numeric")}
	if v.Kind == Text {
		x.attrs = attributes("type", "character")
	}
	return x
}

// notes tell what DDI has no element for: the question's id, the scale and whether the item is turned round for it.
func notes(v *Variable) (out []element) {
	if v.Question != "" {
		out = append(out, leaf("notes", v.Question, "type", "question")...)
	}
	if v.Scale != "" {
		out = append(out, leaf("notes", v.Scale, "type", "scale")...)
	}
	if v.Reversed {
		out = append(out, leaf("notes", "yes", "type", "reversed")...)
	}
	return out
}
