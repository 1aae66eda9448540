package sdc

import (
	"strings"
	"testing"
)

func TestALedgerTellsWhatReadersAreTold(t *testing.T) {
	c := Catalogue{Parent: []int{NoParent, 0, 0}, Areas: []Area{{Min: 1, Max: 5, Decimals: 2}, {Min: 1, Max: 5, Decimals: 2}}}
	names := Names{Units: []string{"all", "a", "b"}, Areas: []string{"d1", "d2"}}
	mean := 3.25
	p := Publication{
		{0, All, All}: {Shown: Published, N: 25, Means: []*float64{&mean, nil}},
		{1, All, All}: {Shown: Placed, Bands: []int{-1, NoPlacing}},
	}
	var out strings.Builder
	if err := WriteLedger(&out, c, names, Edition{Publication: p}); err != nil {
		t.Fatal(err)
	}
	want := "unit,n,mean_d1,mean_d2,band_d1,band_d2\nall,25,3.25,,,\na,placed,,,below,\nb,,,,,\n"
	if out.String() != want {
		t.Errorf("got\n%s, want\n%s", out.String(), want)
	}
}
