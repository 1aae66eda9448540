package results

import (
	"net/http"
	"strconv"

	"taitorinki/internal/chart"
	"taitorinki/internal/insight"
	"taitorinki/internal/ui"
)

// profilesPage divides respondents into as many profiles as the reader chooses.
type profilesPage struct {
	*view
	Counted   string
	K         int
	Numbers   []ui.NavItem // of profiles
	Clearness string       // chart of the divisions side by side
	Sets      []setRow
	Profiles  []profilePart // nil: the chosen division is not shown
	Areas     []profileArea
}

// setRow is a division beside the others.
type setRow struct {
	Title, Silhouette, Between string
	Shares                     []string // "": it has no such profile
}

type profilePart struct{ Title, Words, Share, Chart string }

// profileArea is the means of an area in each profile, and in the whole.
type profileArea struct {
	Title, Whole string
	Means        []string
}

func (s *Pages) profiles(w http.ResponseWriter, r *http.Request, v *view) error {
	p := profilesPage{view: v}
	if v.Snapshot.Profiles != nil {
		p.Counted = v.counted(v.Snapshot.Profiles.N)
		p.choose(r.URL.Query().Get("k"))
		p.side()
		if set := v.set(p.K); set != nil {
			p.part(set)
		}
	}
	return s.show(w, r, v, v.T("insight.p-title"), profilesResult(p))
}

// set is the division into k profiles; nil: it is not shown.
func (v *view) set(k int) *insight.ProfileSet {
	for i := range v.Snapshot.Profiles.Sets {
		if set := &v.Snapshot.Profiles.Sets[i]; set.K == k {
			return set
		}
	}
	return nil
}

// choose takes the reader's number, or else that of the clearest division shown.
func (p *profilesPage) choose(wish string) {
	k, err := strconv.Atoi(wish)
	if err != nil || k < insight.FewestProfiles || k > insight.MostProfiles {
		best := p.Snapshot.Profiles.Sets[0]
		for _, set := range p.Snapshot.Profiles.Sets {
			if set.Silhouette > best.Silhouette {
				best = set
			}
		}
		k = best.K
	}
	p.K = k
	for k := insight.FewestProfiles; k <= insight.MostProfiles; k++ {
		p.Numbers = append(p.Numbers, ui.NavItem{Label: p.T("insight.p-of", "k", k), URL: p.URL("/profiles?k=" + strconv.Itoa(k)), Current: k == p.K})
	}
}

func (v *view) profileName(i int) string { return v.T("insight.p-name", "i", i+1) }

// side puts the divisions side by side.
func (p *profilesPage) side() {
	clear := chart.Bars{
		About: chart.About{ID: "profile-clearness", Title: p.T("insight.p-silhouette"), Desc: p.T("insight.chart-desc")},
		Scale: chart.Scale{Min: 0, Max: 1}, Format: func(x float64) string { return p.Number(x, 2) }, NoValue: p.T("insight.hidden"), ValueName: p.T("insight.p-silhouette"),
	}
	hidden := p.T("insight.hidden")
	for k := insight.FewestProfiles; k <= insight.MostProfiles; k++ {
		row := setRow{Title: p.T("insight.p-of", "k", k), Silhouette: hidden, Between: hidden, Shares: make([]string, insight.MostProfiles)}
		bar := chart.BarRow{Label: row.Title}
		set := p.set(k)
		if set != nil {
			bar.Value = &set.Silhouette
			row.Silhouette, row.Between = p.Number(set.Silhouette, 2), p.Percent(set.Between)
		}
		for i := range k {
			row.Shares[i] = hidden
			if set != nil {
				row.Shares[i] = p.Percent(set.Profiles[i].Share)
			}
		}
		p.Sets, clear.Rows = append(p.Sets, row), append(clear.Rows, bar)
	}
	p.Clearness = clear.SVG()
}

// part describes the profiles of the chosen division.
func (p *profilesPage) part(set *insight.ProfileSet) {
	for i, x := range set.Profiles {
		part := profilePart{Title: p.profileName(i), Words: p.described(x), Share: p.T("insight.p-share", "share", p.Percent(x.Share))}
		bars := chart.Bars{
			About:  chart.About{ID: "profile-" + strconv.Itoa(i+1), Title: part.Title + ": " + p.T("insight.means"), Desc: p.T("insight.chart-desc")},
			Format: p.profileMean, NoValue: p.T("insight.hidden"), ValueName: part.Title, RefName: p.T("insight.whole"),
		}
		for a, mean := range x.Means {
			// Areas of other scales are in the table: a bar is only to be compared with others of its scale.
			if area := p.Snapshot.Areas[a]; area.Min == p.Snapshot.Areas[0].Min && area.Max == p.Snapshot.Areas[0].Max {
				bars.Scale = chart.Scale{Min: float64(area.Min), Max: float64(area.Max)}
				bars.Rows = append(bars.Rows, chart.BarRow{Label: p.AreaName(a), Value: mean, Ref: p.Whole().Means[a]})
			}
		}
		part.Chart = bars.SVG()
		p.Profiles = append(p.Profiles, part)
	}
	for a := range p.Snapshot.Areas {
		row := profileArea{Title: p.AreaName(a), Whole: p.mean(p.Whole(), a)}
		for _, x := range set.Profiles {
			text := p.T("insight.hidden")
			if x.Means[a] != nil {
				text = p.profileMean(*x.Means[a])
			}
			row.Means = append(row.Means, text)
		}
		p.Areas = append(p.Areas, row)
	}
}

func (p *profilesPage) profileMean(x float64) string { return p.Number(x, insight.ProfileDecimals) }

// described names a profile in plain words: in what it is stronger or thinner than the whole.
func (p *profilesPage) described(x insight.Profile) string {
	var strong, thin []string
	told := 0
	for a, mean := range x.Means {
		whole := p.Whole().Means[a]
		if mean == nil || whole == nil {
			continue
		}
		told++
		least := p.Near * float64(p.Snapshot.Areas[a].Max-p.Snapshot.Areas[a].Min)
		switch off := *mean - *whole; {
		case off >= least:
			strong = append(strong, p.AreaName(a))
		case off <= -least:
			thin = append(thin, p.AreaName(a))
		}
	}
	switch {
	case told > 0 && len(strong) == told:
		return p.T("insight.p-all-strong")
	case told > 0 && len(thin) == told:
		return p.T("insight.p-all-thin")
	case 2*len(strong) > told && len(thin) == 0:
		return p.T("insight.p-most-strong")
	case 2*len(thin) > told && len(strong) == 0:
		return p.T("insight.p-most-thin")
	case len(strong) > 0 && len(thin) > 0:
		return p.T("insight.unit-both", "strong", p.and(strong), "thin", p.and(thin))
	case len(strong) > 0:
		return p.T("insight.unit-strong", "strong", p.and(strong))
	case len(thin) > 0:
		return p.T("insight.unit-thin", "thin", p.and(thin))
	}
	return p.T("insight.p-even")
}
