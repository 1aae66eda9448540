package instrument

import (
	"slices"
	"strconv"
)

// link joins the parts that name one another and checks what can only be seen across them. The parts may be incomplete
// here, when problems with them have been reported already.
func (c *checker) link(in *Instrument) {
	ids := map[string]string{} // scales and items share one space: both become columns of an export
	responses := map[string]*ResponseScale{}
	seen := map[string]string{}
	for i, r := range in.ResponseScales {
		c.first(seen, c.responses[i].field("id"), r.ID, "instrument.duplicate-id")
		if responses[r.ID] == nil {
			responses[r.ID] = r
		}
	}
	scales := map[string]*Scale{}
	for i, s := range in.Scales {
		c.first(ids, c.scales[i].field("id"), s.ID, "instrument.duplicate-id")
		if scales[s.ID] == nil {
			scales[s.ID] = s
		}
	}
	items := map[string]*Item{}
	for i, it := range in.Items {
		c.first(ids, c.items[i].field("id"), it.ID, "instrument.duplicate-id")
		if items[it.ID] == nil {
			items[it.ID] = it
		}
	}
	for i, it := range in.Items {
		c.linkItem(c.items[i], it, responses, scales)
	}
	for i, it := range in.Items {
		c.linkCondition(c.items[i].field("show_if"), it, items)
	}
	for i, s := range in.Scales {
		if scales[s.ID] == s { // the second of a duplicate id has no items of its own
			c.linkScale(c.scales[i], s)
		}
	}
}

func (c *checker) linkItem(v at, it *Item, responses map[string]*ResponseScale, scales map[string]*Scale) {
	if it.Response != "" {
		it.response = responses[it.Response]
		if it.response == nil {
			c.report(v.field("response"), "instrument.unknown-response", "got", it.Response)
		}
	}
	if it.Scale == "" {
		return
	}
	s := scales[it.Scale]
	if s == nil {
		c.report(v.field("scale"), "instrument.unknown-scale", "got", it.Scale)
		return
	}
	it.ScaleIndex = s.Index
	s.Items = append(s.Items, it)
	switch {
	case s.response == nil:
		s.response = it.response
	case it.response != nil && it.response != s.response:
		c.report(v.field("response"), "instrument.mixed-responses", "scale", s.ID, "first", s.response.ID, "got", it.Response)
	}
}

func (c *checker) linkScale(v at, s *Scale) {
	if len(s.Items) == 0 && s.ID != "" {
		c.report(v, "instrument.scale-without-items", "scale", s.ID)
	}
	if s.response == nil || len(s.response.Steps) == 0 || len(s.Bands) == 0 {
		return
	}
	bands := v.field("bands").node.list
	if from := s.Bands[0].From; from < float64(s.Min()) || from > float64(s.Min()) {
		c.report(at{bands[0], v.path + ".bands[0].from"}, "instrument.bands-first", "got", decimal(from), "want", s.Min())
	}
	last := len(s.Bands) - 1
	if from := s.Bands[last].From; last > 0 && from > float64(s.Max()) {
		where := at{bands[last], v.path + ".bands[" + strconv.Itoa(last) + "].from"}
		c.report(where, "instrument.bands-above", "got", decimal(from), "max", s.Max())
	}
}

func (c *checker) linkCondition(v at, it *Item, items map[string]*Item) {
	cond := it.ShowIf
	if cond == nil || cond.Item == "" {
		return
	}
	on := items[cond.Item]
	switch {
	case on == nil:
		c.report(v.field("item"), "instrument.condition-unknown", "item", cond.Item)
		return
	case on.Index >= it.Index:
		c.report(v.field("item"), "instrument.condition-later", "item", cond.Item)
		return
	}
	cond.item = on
	limits := cond.AtLeast != nil || cond.AtMost != nil
	switch {
	case on.Type == "" || limits && len(cond.AnyOf) > 0: // reported already
	case on.Type == TypeText,
		limits && on.Type != TypeNumber && on.Type != TypeScale,
		!limits && on.Type == TypeNumber && len(cond.AnyOf) > 0:
		c.report(v, "instrument.condition-type", "item", cond.Item, "type", string(on.Type))
	case limits:
		c.reachable(v, cond, on)
	default:
		c.existing(v.field("any_of"), cond, on)
	}
}

// reachable reports limits that no answer can meet: the question would never be shown to anyone.
func (c *checker) reachable(v at, cond *Condition, on *Item) {
	if cond.AtLeast != nil && cond.AtMost != nil && *cond.AtLeast > *cond.AtMost {
		return // reported already
	}
	possible := true
	if on.Type == TypeNumber && on.Min != nil && on.Max != nil {
		possible = (cond.AtLeast == nil || *cond.AtLeast <= *on.Max) && (cond.AtMost == nil || *cond.AtMost >= *on.Min)
	}
	if on.response != nil {
		possible = slices.ContainsFunc(on.response.Steps, func(s Step) bool { return cond.within(s.Value) })
	}
	if !possible {
		c.report(v, "instrument.condition-never", "item", cond.Item)
	}
}

func (c *checker) existing(v at, cond *Condition, on *Item) {
	var values []string
	for _, o := range on.Options {
		values = append(values, o.Value)
	}
	for _, s := range on.Steps() {
		values = append(values, strconv.Itoa(s.Value))
	}
	if len(values) == 0 {
		return // reported already
	}
	for _, value := range cond.AnyOf {
		if !slices.Contains(values, value) {
			c.report(v, "instrument.condition-value", "item", cond.Item, "got", clip(value))
		}
	}
}
