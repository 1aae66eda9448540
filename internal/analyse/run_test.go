package analyse

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"taitorinki/internal/stats"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "small", name))
	must(t, err)
	return b
}

// compare holds got against want, which may leave keys out; "*" is any text that is not empty.
func compare(t *testing.T, path string, want, got any) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			t.Errorf("%s: got %v, want an object", path, got)
			return
		}
		for key, value := range w {
			has, there := g[key]
			if !there {
				t.Errorf("%s: no key %q in %v", path, key, got)
				continue
			}
			compare(t, path+"."+key, value, has)
		}
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			t.Errorf("%s: got %v, want %v", path, got, want)
			return
		}
		for i := range w {
			compare(t, fmt.Sprintf("%s[%d]", path, i), w[i], g[i])
		}
	case float64:
		if g, ok := got.(float64); !ok || math.Abs(g-w) > 1e-9*(1+math.Abs(w)) {
			t.Errorf("%s: got %v, want %v", path, got, want)
		}
	case string:
		if g, ok := got.(string); !ok || g == "" || w != "*" && g != w {
			t.Errorf("%s: got %v, want %v", path, got, want)
		}
	default:
		if got != want {
			t.Errorf("%s: got %v, want %v", path, got, want)
		}
	}
}

func small(t testing.TB) []byte {
	t.Helper()
	dir := filepath.Join("testdata", "small")
	got, err := Run(Input{Data: dir, Codebook: filepath.Join(dir, "codebook.csv"), Plan: filepath.Join(dir, "plan.json")})
	must(t, err)
	return got
}

func TestTheResultsAreThoseWorkedOutByHand(t *testing.T) {
	var want, got map[string]any
	must(t, json.Unmarshal(read(t, "want.json"), &want))
	must(t, json.Unmarshal(small(t), &got))
	for id, w := range want {
		t.Run(id, func(t *testing.T) { compare(t, id, w, got[id]) })
	}
	if len(want) != len(got) {
		t.Errorf("%d results, %d expected", len(got), len(want))
	}
}

// keys are those of the manual's table, for one analysis of the small data each. Inside of {item}, {name} and the like one
// stands for all.
var keys = map[string]string{
	"complete":   "n_any n_complete",
	"items.T1":   "n missing mean sd min max counts",
	"score":      described,
	"alpha":      "n k alpha alpha_std mean_inter_item_r r_drop alpha_if_dropped alpha_std_if_dropped feldt_low feldt_high pair_n_min",
	"bysex.f":    "n mean sd se ci_low ci_high",
	"sexes":      "n1 n2 mean1 mean2 sd1 sd2 diff welch_t welch_df welch_p welch_ci_low welch_ci_high pooled_t pooled_df pooled_p pooled_ci_low pooled_ci_high sd_pooled cohens_d cohens_d_nct_low cohens_d_nct_high hedges_g_exact hedges_g_approx f_var_ratio",
	"ranks":      "n1 n2 U1 U2 z z_cc p p_cc p_exact rank_biserial prob_superiority hodges_lehmann",
	"pairs":      "n n_pre n_post mean_pre mean_post sd_pre sd_post mean_diff sd_diff se_diff t df p ci_low ci_high r d_z d_z_nct_low d_z_nct_high d_av d_av_rms d_rm d_pre g_z g_av g_av_rms",
	"signed":     "n_pairs n_used n_zero W_plus W_minus z z_cc p p_cc p_exact rank_biserial r_z_sqrt_n",
	"one":        "N k groups ss_between ss_within F df1 df2 p eta_sq omega_sq epsilon_sq welch_F welch_df1 welch_df2 welch_p levene_mean_F levene_mean_p levene_median_F levene_median_p bartlett_k2 bartlett_p kw_H kw_df kw_p kw_epsilon_sq kw_eta_sq pairs",
	"table":      "n table chisq df p chisq_yates p_yates g2 cramers_v phi adj_residuals min_expected fisher_p odds_ratio",
	"change":     "n yes_yes yes_no no_yes no_no chisq p chisq_cc p_cc p_exact",
	"share":      "n x p wilson_low wilson_high clopper_pearson_low clopper_pearson_high",
	"r":          "n pearson pearson_t pearson_df pearson_p pearson_ci_low pearson_ci_high spearman spearman_t spearman_p spearman_fisher_low spearman_fisher_high spearman_bw_low spearman_bw_high kendall_tau_b",
	"line":       "n df_resid coef r2 adj_r2 sigma rss F F_df1 F_df2 F_p loglik aic bic vif",
	"odds":       "n n_yes separated coef null_deviance df_null residual_deviance df_resid loglik lr_chisq lr_p aic mcfadden_r2 cox_snell_r2 nagelkerke_r2 auc",
	"parted":     "n n_yes separated error",
	"profiles":   "n k tot_withinss tot_ss between_ratio sizes withinss centers silhouette_mean silhouette_by_cluster",
	"units":      "N groups k0 k_mean msb msw F p icc1 icc1_mean_size icc2 design_effect reml_mean reml_between_var reml_within_var reml_icc",
	"dimensions": "n eigenvalues kmo bartlett_chisq bartlett_df bartlett_p",
	"series":     "n n_pre n_post coef r2 sigma durbin_watson",
	"corrected":  "p holm bh bonferroni",

	"one.groups.f":             "n mean sd",
	"one.pairs.m-f":            "diff tukey_low tukey_high tukey_p gh_t gh_df gh_p gh_low gh_high",
	"line.coef.sexm":           "b se t p ci_low ci_high hc3_se hc3_t hc3_p hc3_ci_low hc3_ci_high beta_std",
	"odds.coef.x":              "b se z p or or_wald_low or_wald_high or_profile_low or_profile_high",
	"series.coef.time":         "b ols_se nw_se nw_t nw_p nw_ci_low nw_ci_high",
	"omega":                    "n k omega_total omega_total_observed_variance omega_total_std loadings residual_variances std_loadings chisq df heywood",
	"several.vif.x":            "gvif df gvif_adj",
	"crossed.coef.(Intercept)": "b se t p ci_low ci_high hc3_se hc3_t hc3_p hc3_ci_low hc3_ci_high beta_std",
}

func TestEveryResultHasTheKeysOfTheManualAndNoOthers(t *testing.T) {
	var got map[string]any
	must(t, json.Unmarshal(small(t), &got))
	var more map[string]any
	must(t, json.Unmarshal(wide(t), &more))
	for id, result := range more {
		got[id] = result
	}
	for path, want := range keys {
		at := any(got)
		for part := range strings.SplitSeq(path, ".") {
			object, _ := at.(map[string]any)
			at = object[part]
		}
		object, _ := at.(map[string]any)
		var has []string
		for key := range object {
			has = append(has, key)
		}
		slices.Sort(has)
		wanted := words(want)
		slices.Sort(wanted)
		if !slices.Equal(has, wanted) {
			t.Errorf("%s: got the keys %v, want %v", path, has, wanted)
		}
	}
}

// wide runs what the small data are too few for.
func wide(t *testing.T) []byte {
	t.Helper()
	var csv strings.Builder
	csv.WriteString("a,b,c,d,g\n")
	for i := range 60 { // a common part, and for each column one of its own
		common := i % 5
		fmt.Fprintf(&csv, "%d,%d,%d,%d,%s\n", common+i/5%2, common+i/10%3, common+i/30%2, common+i/6%2, []string{"x", "y", "z"}[i*i%3+i%2])
	}
	got, err := runText(csv.String(), "file,column,role,scale,reversed,min,max,missing_code,label\n",
		`{"analyses":[{"id":"omega","method":"omega_total_1f_ml","args":{"items":["a","b","c","d"]}},
		{"id":"several","method":"ols","args":{"y":{"column":"a"},"x":[{"column":"b","name":"x"},{"column":"g","reference":"x"}]}}]}`)
	must(t, err)
	return got
}

// runText runs a plan over one file.
func runText(data, book, plan string) ([]byte, error) {
	p, err := parsePlan("plan.json", []byte(plan), true)
	if err != nil {
		return nil, err
	}
	b, err := parseCodebook("codebook.csv", []byte(book))
	if err != nil {
		return nil, err
	}
	d, err := parseData("data.csv", []byte(data), b)
	if err != nil {
		return nil, err
	}
	return p.do(map[string]*dataFile{"": d})
}

func TestTheResultsStandInTheOrderOfThePlanAndAreTheSameEachTime(t *testing.T) {
	first := small(t)
	p, err := parsePlan("plan.json", read(t, "plan.json"), false)
	must(t, err)
	at := 0
	for _, a := range p.analyses {
		next := strings.Index(string(first), "\n  \""+a.id+"\":")
		if next <= at {
			t.Errorf("%s stands at %d, after %d", a.id, next, at)
		}
		at = next
	}
	if again := small(t); string(again) != string(first) {
		t.Error("the second run gave other bytes")
	}
}

func TestNoMethodIsWithoutATest(t *testing.T) {
	p, err := parsePlan("plan.json", read(t, "plan.json"), false)
	must(t, err)
	for _, m := range methods {
		if !slices.ContainsFunc(p.analyses, func(a *analysis) bool { return a.method.name == m.name }) {
			t.Errorf("no analysis of the small data uses %s", m.name)
		}
	}
}

func TestWhatIsRefusedLeavesTheOtherAnalysesAlone(t *testing.T) {
	const book = "file,column,role,scale,reversed,min,max,missing_code,label\n"
	got, err := runText("x,g,t\n1,a,1\n2,a,\n,b,3\n", book, `{"analyses":[
		{"id":"few","method":"one_way","args":{"score":{"column":"x"},"by":"g"}},
		{"id":"none","method":"descriptives","filter":[{"column":"g","equals":"c"}],"args":{"score":{"column":"x"}}},
		{"id":"gap","method":"segmented_regression_nw","args":{"y":{"column":"x"},"first_post_t":2,"lag":0,"small_sample_factor":false}},
		{"id":"level","method":"ols","args":{"y":{"column":"x"},"x":[{"column":"g","reference":"a"}]}},
		{"id":"away","method":"ols","args":{"y":{"column":"x"},"x":[{"column":"g","reference":"b"}]}},
		{"id":"well","method":"proportion","args":{"event":{"column":"g","equals":"a"}}},
		{"id":"p","method":"p_adjust","args":{"p":{"few":{"analysis":"few","key":"p"},"one":0.5}}}]}`)
	must(t, err)
	var results map[string]any
	must(t, json.Unmarshal(got, &results))
	compare(t, "", map[string]any{
		"few":   map[string]any{"error": "*"},
		"none":  map[string]any{"n": 0.0, "mean": nil, "sd": nil},
		"gap":   map[string]any{"error": "A series has no gaps, but y is missing at t = 3 (line 4 of data.csv)."},
		"level": map[string]any{"error": "The column g has only the level a in the rows used."},
		"away":  map[string]any{"error": "The reference b of the column g does not occur in the rows used."},
		"well":  map[string]any{"n": 3.0, "x": 2.0},
		"p":     map[string]any{"p": map[string]any{"few": nil, "one": 0.5}, "holm": map[string]any{"few": nil, "one": 0.5}},
	}, results)
}

func TestAFailureOfTheProgramLeavesTheOtherResultsAndIsTold(t *testing.T) {
	p := &plan{doc: &document{}, analyses: []*analysis{
		{id: "bad", run: func(*view) (any, error) { panic("no") }},
		{id: "endless", run: func(*view) (any, error) { return math.Inf(1), nil }},
		{id: "good", run: func(*view) (any, error) { return 1, nil }},
		{id: "refused", run: func(*view) (any, error) { return nil, stats.Refusal("No.") }},
	}}
	got, err := p.do(map[string]*dataFile{"": {}})
	if _, ok := errors.AsType[*Broken](err); !ok {
		t.Errorf("got the error %v", err)
	}
	const sorry = `{"error":"The program failed here. Please tell its makers."}`
	want := `{"bad":` + sorry + `,"endless":` + sorry + `,"good":1,"refused":{"error":"No."}}`
	if flat := strings.NewReplacer("\n", "", "  ", "", `": `, `":`).Replace(string(got)); flat != want {
		t.Errorf("got %s, want %s", flat, want)
	}
}

func TestTheExampleOfTheManualRuns(t *testing.T) {
	manual, err := os.ReadFile(filepath.Join("..", "..", "doc", "analyse.md"))
	must(t, err)
	dir := t.TempDir()
	for block := range strings.SplitSeq(string(manual), "\n```") {
		opening, text, _ := strings.Cut(block, "\n")
		if _, name, found := strings.Cut(opening, " "); found {
			must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
		}
	}
	got, err := Run(Input{Data: filepath.Join(dir, "answers.csv"), Codebook: filepath.Join(dir, "codebook.csv"), Plan: filepath.Join(dir, "plan.json")})
	must(t, err)
	var results map[string]any
	must(t, json.Unmarshal(got, &results))
	compare(t, "", map[string]any{
		"tools": map[string]any{"n": 4.0}, "nurses": map[string]any{"n1": 3.0, "n2": 3.0}, "change": map[string]any{"n": 6.0}, "change-north": map[string]any{"n": 3.0},
		"what-matters": map[string]any{"coef": map[string]any{"jobnurse": map[string]any{}}}, "corrected": map[string]any{"holm": map[string]any{}},
	}, results)
}

func TestTheManualNamesEveryMethodAndArgument(t *testing.T) {
	manual, err := os.ReadFile(filepath.Join("..", "..", "doc", "analyse.md"))
	must(t, err)
	for _, m := range methods {
		for _, word := range append([]string{m.name}, m.args...) {
			if !strings.Contains(string(manual), "`"+word+"`") && !strings.Contains(string(manual), `"`+word+`"`) {
				t.Errorf("the manual does not name %s of %s", word, m.name)
			}
		}
	}
}
