// Command sbom writes the list of modules that are linked into a binary, with their licences, as CycloneDX 1.6 in JSON.
//
// It reads what Go has noted in the binary, and each module's licence file from the module cache, so that the list holds what is
// shipped and nothing else. A licence that it does not know is an error: somebody has to look first.
package main

import (
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
)

// bom is a bill of materials (CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/).
type bom struct {
	Format     string      `json:"bomFormat"`
	Spec       string      `json:"specVersion"`
	Version    int         `json:"version"`
	Metadata   metadata    `json:"metadata"`
	Components []component `json:"components"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Type     string          `json:"type"`
	Ref      string          `json:"bom-ref"`
	Name     string          `json:"name"`
	Version  string          `json:"version"`
	PURL     string          `json:"purl,omitempty"`
	Licenses []licenseChoice `json:"licenses,omitempty"`
}

type licenseChoice struct {
	License license `json:"license"`
}

type license struct {
	ID string `json:"id"` // SPDX
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: sbom BINARY")
		os.Exit(2)
	}
	if err := write(os.Stdout, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

func write(w io.Writer, binary string) error {
	b, err := list(binary)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(b)
}

// list makes the bill of a binary, ordered by module.
func list(binary string) (*bom, error) {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return nil, err
	}
	b := &bom{Format: "CycloneDX", Spec: "1.6", Version: 1}
	b.Metadata.Component = component{Type: "application", Ref: info.Main.Path, Name: info.Main.Path, Version: info.Main.Version}
	goVersion, _, _ := strings.Cut(info.GoVersion, " ")
	b.Components = append(b.Components, component{Type: "library", Ref: "std", Name: "std", Version: goVersion,
		PURL: "pkg:golang/std@" + strings.TrimPrefix(goVersion, "go"), Licenses: []licenseChoice{{license{"BSD-3-Clause"}}}})
	dirs, err := folders()
	if err != nil {
		return nil, err
	}
	var bad error
	for _, m := range info.Deps {
		c, err := componentOf(m, dirs)
		bad = errors.Join(bad, err)
		b.Components = append(b.Components, c)
	}
	return b, bad
}

func componentOf(m *debug.Module, dirs map[string]string) (component, error) {
	if m.Replace != nil {
		m = m.Replace
	}
	c := component{Type: "library", Ref: m.Path + "@" + m.Version, Name: m.Path, Version: m.Version, PURL: "pkg:golang/" + m.Path + "@" + m.Version}
	dir, ok := dirs[m.Path+"@"+m.Version]
	if !ok {
		return c, fmt.Errorf("%s: the module cache does not have it", c.Ref)
	}
	ids, err := licences(dir)
	if err != nil {
		return c, fmt.Errorf("%s: %w", c.Ref, err)
	}
	for _, id := range ids {
		c.Licenses = append(c.Licenses, licenseChoice{license{id}})
	}
	return c, nil
}

// folders tells where each module of the build lies, by path@version.
func folders() (map[string]string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Path}}@{{.Version}} {{.Dir}}", "all").Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	all := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if name, dir, found := strings.Cut(strings.TrimSpace(line), " "); found {
			all[name] = dir
		}
	}
	return all, nil
}

// licences names the licences of a module by what its licence files say.
func licences(dir string) (ids []string, err error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		name := strings.ToUpper(f.Name())
		if f.IsDir() || strings.HasSuffix(name, "-LOGO") || // of a picture, which is not linked
			!strings.HasPrefix(name, "LICEN") && !strings.HasPrefix(name, "COPYING") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			return nil, err
		}
		found := recognise(string(text))
		if len(found) == 0 {
			return nil, fmt.Errorf("%s is of no licence that is known here", f.Name())
		}
		for _, id := range found {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	if len(ids) == 0 {
		return nil, errors.New("no licence file")
	}
	slices.Sort(ids)
	return ids, nil
}

// marks are words that stand in one licence's text and in no other's that is looked for after it.
var marks = []struct{ id, words string }{
	{"MPL-2.0", "mozilla public license version 2.0"}, // names the GPL too
	{"AGPL-3.0-only", "gnu affero general public license"},
	{"LGPL-3.0-only", "gnu lesser general public license"},
	{"GPL-3.0-only", "gnu general public license"},
	{"Apache-2.0", "apache license version 2.0"},
	{"BSD-3-Clause", "neither the name of"},
	{"BSD-3-Clause", "the name of the author may not be used to endorse"},
	{"BSD-2-Clause", "redistributions in binary form must reproduce"},
	{"ISC", "permission to use, copy, modify, and/or distribute this software for any purpose"},
	{"ISC", "permission to use, copy, modify, and distribute this software for any purpose"},
	{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy"},
	{"blessing", "all of the code and documentation in sqlite has been dedicated to the public domain"},
	{"Unlicense", "this is free and unencumbered software released into the public domain"},
}

// recognise names the licences whose texts stand in a file. A text of BSD with its third clause is not also one without.
func recognise(text string) (ids []string) {
	plain := strings.Join(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" \t\r\n*#/", r) }), " ")
	plain = strings.ReplaceAll(plain, "apache license, version 2.0", "apache license version 2.0")
	plain = strings.ReplaceAll(plain, "mozilla public license, version 2.0", "mozilla public license version 2.0")
	for _, m := range marks {
		if !strings.Contains(plain, m.words) || slices.Contains(ids, m.id) || m.id == "BSD-2-Clause" && slices.Contains(ids, "BSD-3-Clause") {
			continue
		}
		if strings.Contains(m.id, "GPL") && slices.Contains(ids, "MPL-2.0") {
			continue
		}
		ids = append(ids, m.id)
	}
	return ids
}
