package instrument

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
)

//go:embed shipped/*.json
var shipped embed.FS

// Shipped reads the instruments that come with the program, in order of their file names.
func Shipped() ([]*Instrument, error) {
	files, err := ShippedFiles()
	if err != nil {
		return nil, err
	}
	var all []*Instrument
	for _, data := range files {
		in, err := Parse(data)
		if err != nil {
			return nil, fmt.Errorf("shipped instrument %d: %w", len(all)+1, err)
		}
		all = append(all, in)
	}
	return all, nil
}

// ShippedFiles returns the files of the instruments that come with the program, the whole one before its short version.
func ShippedFiles() ([][]byte, error) {
	names, err := fs.Glob(shipped, "shipped/*.json")
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(names, func(a, b string) int { return len(a) - len(b) })
	var all [][]byte
	for _, name := range names {
		data, err := shipped.ReadFile(name)
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}
