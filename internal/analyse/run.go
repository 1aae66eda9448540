// Package analyse does what a researcher's plan says over CSV files: the command `taitorinki analyse`.
//
// It runs the same statistics as the pages (package stats), so that an outsider can check them with data of their own. Three
// files come in: data, a codebook that says what the columns mean, and a plan that says what to compute (doc/analyse.md).
// Whatever is wrong in them stops the run with a Fault that tells where; nothing is guessed. An analysis that makes no sense
// for the data is refused by itself, and the others go on.
package analyse

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"taitorinki/internal/stats"
)

// Input names the files of a run.
type Input struct {
	Data     string // a folder of CSV files, or one file
	Codebook string
	Plan     string
}

// Run does the plan and returns the results as JSON. The error is a *Fault or another error of reading when an input is
// wrong; then there are no results. A *Broken error says that the program itself failed in some analysis; then the results
// of the others are there.
func Run(in Input) ([]byte, error) {
	about, err := os.Stat(in.Data)
	if err != nil {
		return nil, err
	}
	p, book, err := readPlanAndBook(in, !about.IsDir())
	if err != nil {
		return nil, err
	}
	files, err := readData(in.Data, about.IsDir(), p, book)
	if err != nil {
		return nil, err
	}
	return p.do(files)
}

func readPlanAndBook(in Input, oneFile bool) (*plan, *codebook, error) {
	written, err := os.ReadFile(in.Plan)
	if err != nil {
		return nil, nil, err
	}
	p, err := parsePlan(filepath.Base(in.Plan), written, oneFile)
	if err != nil {
		return nil, nil, err
	}
	if written, err = os.ReadFile(in.Codebook); err != nil {
		return nil, nil, err
	}
	book, err := parseCodebook(filepath.Base(in.Codebook), written)
	return p, book, err
}

// readData reads the file, or the files of the folder that the plan names. One file has the name "" in the plan.
func readData(path string, folder bool, p *plan, book *codebook) (map[string]*dataFile, error) {
	if !folder {
		d, err := readFile(path, book)
		return map[string]*dataFile{"": d}, err
	}
	files := map[string]*dataFile{}
	for _, a := range p.analyses {
		if a.data == nil || files[a.data.name] != nil {
			continue
		}
		d, err := readFile(filepath.Join(path, a.data.name), book)
		if errors.Is(err, os.ErrNotExist) {
			return nil, p.doc.fault(a.data.offset, a.id, "there is no file %q in the folder %s", a.data.name, path)
		}
		if err != nil {
			return nil, err
		}
		files[a.data.name] = d
	}
	return files, nil
}

func readFile(path string, book *codebook) (*dataFile, error) {
	written, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parseData(filepath.Base(path), written, book)
}

// do runs the analyses in the order of the plan, but for those that look at the results of others, which come last.
func (p *plan) do(files map[string]*dataFile) ([]byte, error) {
	results := map[string]any{}
	var broken *Broken
	for _, last := range []bool{false, true} {
		for _, a := range p.analyses {
			if (a.run == nil) != last {
				continue
			}
			got, err := p.doOne(a, files, results)
			if refused, ok := errors.AsType[stats.Refusal](err); ok {
				got, err = ordered{{"error", string(refused)}}, nil
			}
			if b, ok := errors.AsType[*Broken](err); ok {
				broken = b
				got, err = ordered{{"error", "The program failed here. Please tell its makers."}}, nil
			}
			if err != nil {
				return nil, err
			}
			results[a.id] = got
		}
	}
	out := make(ordered, len(p.analyses))
	for i, a := range p.analyses {
		out[i] = field{a.id, results[a.id]}
	}
	written, err := pretty(out)
	if err == nil && broken != nil {
		err = broken
	}
	return written, err
}

// Broken says that the program failed in an analysis.
type Broken struct {
	Analysis string
	Cause    any
}

func (b *Broken) Error() string {
	return fmt.Sprintf("the program failed in the analysis %s: %v", b.Analysis, b.Cause)
}

// doOne runs an analysis. A panic in one must not take the results of the others with it, but it is not passed over either.
func (p *plan) doOne(a *analysis, files map[string]*dataFile, results map[string]any) (got any, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = &Broken{a.id, cause}
		}
	}()
	if a.run == nil {
		got, err = p.adjust(a, results)
	} else {
		var v *view
		if v, err = p.view(a, files); err == nil {
			got, err = a.run(v)
		}
	}
	if err != nil {
		return nil, err
	}
	if _, unwritable := encode(got); unwritable != nil { // such as NaN
		return nil, &Broken{a.id, unwritable}
	}
	return got, nil
}

// view is what an analysis sees of its file.
func (p *plan) view(a *analysis, files map[string]*dataFile) (*view, error) {
	v := &view{plan: p.doc, who: a.id, data: files[""]}
	if a.data != nil {
		v.data = files[a.data.name]
	}
	v.rows = make([]int, len(v.data.rows))
	for i := range v.rows {
		v.rows[i] = i
	}
	for _, c := range a.filter {
		if err := v.keep(c); err != nil {
			return nil, err
		}
	}
	if a.person != nil {
		return v, v.findPeople(*a.person)
	}
	return v, nil
}
