package analyse

import "strings"

// task does an analysis. An error of type stats.Refusal becomes its result; any other stops the run.
type task func(v *view) (any, error)

// analysis is one entry of the plan.
type analysis struct {
	id      string
	offset  int
	method  method
	data    *ref // nil when --data is a file, or where none is needed
	filter  []condition
	person  *ref // the column that says whose a row is; nil = the analysis works on rows
	run     task
	correct []pValue // of p_adjust
}

// plan is a plan that has been read; what it names in the data is not looked up yet.
type plan struct {
	doc      *document
	analyses []*analysis
}

func (p *plan) find(id string) *analysis {
	for _, a := range p.analyses {
		if a.id == id {
			return a
		}
	}
	return nil
}

// parsePlan reads a plan. oneFile says that --data is a file.
func parsePlan(name string, data []byte, oneFile bool) (*plan, error) {
	p := &plan{doc: &document{name: name, data: data}}
	root, err := p.doc.tree()
	if err != nil {
		return nil, err
	}
	r := &reader{doc: p.doc}
	r.object(root, "the plan", "analyses")
	entries := r.need(root, "analyses", "the plan")
	r.is(entries, list, "analyses")
	if r.err != nil {
		return nil, r.err
	}
	for _, n := range entries.items {
		a, err := parseAnalysis(p.doc, n, oneFile)
		if err != nil {
			return nil, err
		}
		if p.find(a.id) != nil {
			return nil, p.doc.fault(n.member("id").offset, "", "the id %q stands twice", a.id)
		}
		p.analyses = append(p.analyses, a)
	}
	return p, p.checkReferences()
}

func parseAnalysis(doc *document, n *node, oneFile bool) (*analysis, error) {
	r := &reader{doc: doc}
	const what = "an analysis"
	r.object(n, what, "id", "method", "data", "filter", "args")
	a := &analysis{offset: n.offset, id: r.word(r.need(n, "id", what), "id").name}
	r.who = a.id
	r.method(r.need(n, "method", what), a)
	r.dataFile(n, a, oneFile)
	r.filter(n, a)
	args := r.need(n, "args", what)
	r.is(args, object, "args")
	if r.err != nil {
		return nil, r.err
	}
	r.object(args, "args of "+a.method.name, a.method.args...)
	a.method.parse(r, args, a)
	a.person = r.checkPlaces()
	return a, r.err
}

func (r *reader) method(n *node, a *analysis) {
	name := r.word(n, "method")
	for _, m := range methods {
		if m.name == name.name {
			a.method = m
			return
		}
	}
	var known []string
	for _, m := range methods {
		known = append(known, m.name)
	}
	r.fail(n.offset, "unknown method %q; there are %s", name.name, strings.Join(known, ", "))
}

// dataFile reads the name of the file. p_adjust needs none.
func (r *reader) dataFile(n *node, a *analysis, oneFile bool) {
	said := n.member("data")
	switch {
	case said == nil && !oneFile && a.method.name != adjust:
		r.fail(n.offset, "the analysis lacks the key \"data\", which names a file of the --data folder")
	case said != nil && oneFile:
		r.fail(said.offset, "--data is a file, so the plan names none: leave \"data\" out")
	case said != nil:
		file := r.word(said, "data")
		if strings.ContainsAny(file.name, `/\`) || file.name == ".." || file.name == "." {
			r.fail(said.offset, "data is the name of a file in the --data folder, without a path")
		}
		a.data = &file
	}
}

// filter reads the conditions that a row must meet. They look at rows, also where the scores look at persons.
func (r *reader) filter(n *node, a *analysis) {
	said := n.member("filter")
	if said == nil {
		return
	}
	if a.method.name == adjust {
		r.fail(said.offset, "p_adjust looks at results, so it has no filter")
	}
	own := &reader{doc: r.doc, who: r.who}
	own.is(said, list, "filter")
	for _, item := range said.items {
		a.filter = append(a.filter, own.condition(item, "a filter"))
	}
	for _, s := range own.scores {
		if s.at != nil {
			own.fail(s.offset, "a filter looks at rows, so its scores have no at")
		}
	}
	if r.err == nil {
		r.err = own.err
	}
}
