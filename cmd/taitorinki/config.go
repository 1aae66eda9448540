package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"reflect"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"taitorinki/internal/mail"
	"taitorinki/internal/settings"
)

// defaultConfig is read when no other file is named and it is there.
const defaultConfig = "/etc/taitorinki/taitorinki.conf"

// fromFile gives flags their values from the configuration file. What is given on the command line or in the environment
// goes before it.
type fromFile struct {
	path string
	all  []settings.Setting
}

// BeforeResolve reads the configuration file for a command that works on a county: one that has a flag for its database or keys.
func (c *cli) BeforeResolve(ctx *kong.Context) error {
	at := ctx.Selected()
	if at == nil || !slices.ContainsFunc(at.Flags, func(f *kong.Flag) bool { return f.Name == "db" || f.Name == "keys" }) {
		return nil
	}
	path := c.configPath(ctx)
	file, err := os.Open(path)
	if path == defaultConfig && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	all, err := settings.Parse(file)
	if err != nil {
		return usage{fmt.Errorf("%s:%w", path, err)}
	}
	r := &fromFile{path, all}
	if err := r.check(ctx.Model); err != nil {
		return usage{err}
	}
	c.file = r
	ctx.AddResolver(r)
	return nil
}

func (c *cli) configPath(ctx *kong.Context) string {
	for _, f := range ctx.Model.Flags {
		if f.Name == "config" {
			if path, _ := ctx.FlagValue(f).(string); path != "" {
				return path
			}
		}
	}
	return defaultConfig
}

// check refuses names that are no settings of the server, and values that are none of theirs.
func (r *fromFile) check(model *kong.Application) error {
	flags := commandNode(model, "serve").Flags
	for _, s := range r.all {
		i := slices.IndexFunc(flags, func(f *kong.Flag) bool { return f.Name == s.Name })
		if i < 0 {
			return fmt.Errorf("%s:%d: there is no setting %q; taitorinki config lists them", r.path, s.Line, s.Name)
		}
		if err := checkValue(flags[i], s.Value); err != nil {
			said := err.Error()
			if hidden := settings.Hide(s.Name, s.Value); hidden != s.Value {
				said = strings.ReplaceAll(said, s.Value, hidden)
			}
			return fmt.Errorf("%s:%d: %s: %s", r.path, s.Line, s.Name, said)
		}
	}
	return nil
}

// rules are those of settings that are more than their type.
var rules = map[string]func(value string) error{
	"addr":      func(v string) error { _, _, err := net.SplitHostPort(v); return err },
	"base-url":  func(v string) error { _, err := baseURL(v, "localhost"); return err },
	"smtp":      func(v string) error { _, err := mail.NewSMTP(v, "a@county.example"); return err },
	"mail-from": func(v string) error { _, err := mail.NewSMTP("smtp://localhost", v); return err },
}

func checkValue(f *kong.Flag, value string) error {
	if f.Enum != "" && !slices.Contains(f.EnumSlice(), value) {
		return fmt.Errorf("%q: want one of %s", value, f.Enum)
	}
	if rule := rules[f.Name]; rule != nil {
		return rule(value)
	}
	return f.Parse(kong.Scan().PushTyped(value, kong.FlagValueToken), reflect.New(f.Target.Type()).Elem())
}

// Validate implements kong.Resolver; the file is checked when it is read.
func (r *fromFile) Validate(*kong.Application) error { return nil }

// Resolve implements kong.Resolver.
func (r *fromFile) Resolve(_ *kong.Context, _ *kong.Path, f *kong.Flag) (any, error) {
	if environment(f) != "" {
		return nil, nil
	}
	if s, ok := r.setting(f.Name); ok {
		return s.Value, nil
	}
	return nil, nil
}

func (r *fromFile) setting(name string) (s settings.Setting, ok bool) {
	if r == nil {
		return s, false
	}
	i := slices.IndexFunc(r.all, func(s settings.Setting) bool { return s.Name == name })
	if i < 0 {
		return s, false
	}
	return r.all[i], true
}

// environment is the variable that gives a flag its value, "" when none is set.
func environment(f *kong.Flag) string {
	for _, name := range f.Envs {
		if _, ok := os.LookupEnv(name); ok {
			return name
		}
	}
	return ""
}

func commandNode(model *kong.Application, name string) *kong.Node {
	for _, n := range model.Children {
		if n.Name == name {
			return n
		}
	}
	panic("no command " + name)
}

// configCmd takes the flags of serve, so that it shows what serve would run with.
type configCmd struct{ serveCmd }

// lenient lets config be asked when settings that serve needs are still missing: it says so.
func lenient(model *kong.Application) {
	for _, f := range commandNode(model, "config").Flags {
		f.Required = false
	}
}

// Run prints every setting of serve with its value and where it comes from. Secrets are hidden.
func (c *configCmd) Run(ctx *kong.Context, all *cli) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "setting\tvalue\tfrom")
	needed := commandNode(ctx.Model, "serve").Flags
	for _, f := range commandNode(ctx.Model, "config").Flags {
		value, from := settings.Hide(f.Name, fmt.Sprint(ctx.FlagValue(f))), source(ctx, all.file, f)
		if value == "" && slices.ContainsFunc(needed, func(s *kong.Flag) bool { return s.Name == f.Name && s.Required }) {
			from = "missing: serve needs it"
		}
		if value == "" {
			value = "-"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", f.Name, value, from)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if all.file != nil {
		fmt.Println("Configuration file:", all.file.path)
	} else {
		fmt.Printf("Configuration file: none (%s is not there)\n", defaultConfig)
	}
	return nil
}

// source tells where a setting's value comes from.
func source(ctx *kong.Context, file *fromFile, f *kong.Flag) string {
	for _, p := range ctx.Path {
		if p.Flag == f && !p.Resolved {
			return "flag"
		}
	}
	if env := environment(f); env != "" {
		return "environment " + env
	}
	if s, ok := file.setting(f.Name); ok {
		return fmt.Sprintf("%s:%d", file.path, s.Line)
	}
	return "default"
}
