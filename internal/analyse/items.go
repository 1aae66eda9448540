package analyse

import "taitorinki/internal/stats"

// items is what an ITEMS argument names: scales or columns.
type items struct {
	scales  []ref
	columns []ref
}

var itemKeys = []string{"scale", "scales", "items"}

// items reads the one argument that names items.
func (r *reader) items(args *node, what string) (it items) {
	switch form := r.oneForm(args, what, itemKeys...); form {
	case "scale":
		it.scales = []ref{r.word(args.member(form), form)}
	case "scales":
		it.scales = r.words(args.member(form), form)
	case "items":
		it.columns = r.words(args.member(form), form)
	}
	return it
}

// places are the columns of the items: those of the codebook in its order, scale by scale, or those named in the plan.
func (it items) places(v *view) (places []int, names []string, err error) {
	for _, scale := range it.scales {
		of, err := v.scaleItems(scale)
		if err != nil {
			return nil, nil, err
		}
		places = append(places, of...)
	}
	for _, column := range it.columns {
		place, err := v.place(column)
		if err != nil {
			return nil, nil, err
		}
		places = append(places, place)
	}
	for _, place := range places {
		names = append(names, v.data.header[place])
	}
	return places, names, nil
}

// keyed are the names and keyed values of the items.
func (it items) keyed(v *view) (names []string, columns []stats.Column, err error) {
	places, names, err := it.places(v)
	if err != nil {
		return nil, nil, err
	}
	columns, err = v.keyed(places)
	return names, columns, err
}
