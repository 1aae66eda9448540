package analyse

import (
	"strings"

	"taitorinki/internal/stats"
)

// method is one row of the table of methods.
type method struct {
	name    string
	args    []string // the keys that its args may have
	numbers []string // keys of its result that hold one number, which p_adjust may name
	parse   argsReader
}

// argsReader reads the args of an analysis and gives it its task.
type argsReader func(r *reader, args *node, a *analysis)

// adjust is the method that looks at the results of the others.
const adjust = "p_adjust"

// methods are all methods in the order of the manual.
var methods = []method{
	{"complete_cases", itemKeys, words("n_any n_complete"), ofItems(completeCases)},
	{"item_descriptives", itemKeys, nil, itemDescriptives},
	{"scale_score_descriptives", words("score"), words(described), descriptives},
	{"descriptives", words("score"), words(described), descriptives},
	{"reliability", words("scale scales items missing"), words(`
		n k alpha alpha_std mean_inter_item_r feldt_low feldt_high pair_n_min`), ofMatrix(stats.ReliabilityOf)},
	{"omega_total_1f_ml", itemKeys, words("n k omega_total omega_total_observed_variance omega_total_std chisq df"), ofItems(stats.OmegaTotal)},
	{"group_means", words("score by"), nil, groupMeans},
	{"two_groups", twoSamples, words(`
		n1 n2 mean1 mean2 sd1 sd2 diff welch_t welch_df welch_p welch_ci_low welch_ci_high pooled_t pooled_df pooled_p
		pooled_ci_low pooled_ci_high sd_pooled cohens_d cohens_d_nct_low cohens_d_nct_high hedges_g_exact hedges_g_approx
		f_var_ratio`), ofSamples(stats.TwoGroups)},
	{"mann_whitney", twoSamples, words("n1 n2 U1 U2 z z_cc p p_cc p_exact rank_biserial prob_superiority hodges_lehmann"), ofSamples(stats.MannWhitney)},
	{"paired", words("pre post"), words(`
		n n_pre n_post mean_pre mean_post sd_pre sd_post mean_diff sd_diff se_diff t df p ci_low ci_high r d_z d_z_nct_low
		d_z_nct_high d_av d_av_rms d_rm d_pre g_z g_av g_av_rms`), ofTwoScores("pre", "post", stats.Paired)},
	{"wilcoxon_signed_rank", words("pre post"), words(`
		n_pairs n_used n_zero W_plus W_minus z z_cc p p_cc p_exact rank_biserial r_z_sqrt_n`), ofTwoScores("pre", "post", stats.SignedRank)},
	{"one_way", words("score by"), words(`
		N k ss_between ss_within F df1 df2 p eta_sq omega_sq epsilon_sq welch_F welch_df1 welch_df2 welch_p levene_mean_F
		levene_mean_p levene_median_F levene_median_p bartlett_k2 bartlett_p kw_H kw_df kw_p kw_epsilon_sq kw_eta_sq`), ofGroups("by", stats.OneWay)},
	{"chi_square", words("rows cols"), words(`
		n chisq df p chisq_yates p_yates g2 cramers_v phi min_expected fisher_p odds_ratio`), chiSquare},
	{"mcnemar", words("pre post"), words("n yes_yes yes_no no_yes no_no chisq p chisq_cc p_cc p_exact"), mcNemar},
	{"proportion", words("event"), words("n x p wilson_low wilson_high clopper_pearson_low clopper_pearson_high"), proportion},
	{"correlation", words("x y"), words(`
		n pearson pearson_t pearson_df pearson_p pearson_ci_low pearson_ci_high spearman spearman_t spearman_p
		spearman_fisher_low spearman_fisher_high spearman_bw_low spearman_bw_high kendall_tau_b`), ofTwoScores("x", "y", stats.Correlate)},
	{"ols", words("y x"), words("n df_resid r2 adj_r2 sigma rss F F_df1 F_df2 F_p loglik aic bic"), ols},
	{"logistic", words("y x"), words(`
		n n_yes null_deviance df_null residual_deviance df_resid loglik lr_chisq lr_p aic mcfadden_r2 cox_snell_r2
		nagelkerke_r2 auc`), logistic},
	{"kmeans", words("x k standardised"), words("n k tot_withinss tot_ss between_ratio silhouette_mean"), kMeans},
	{"icc1", words("score unit"), words(`
		N groups k0 k_mean msb msw F p icc1 icc1_mean_size icc2 design_effect reml_mean reml_between_var reml_within_var
		reml_icc`), ofGroups("unit", icc)},
	{"eigen_correlation", words("scale scales items missing"), words("n kmo bartlett_chisq bartlett_df bartlett_p"), ofMatrix(eigen)},
	{"segmented_regression_nw", words("y first_post_t lag small_sample_factor extra"), words(`
		n n_pre n_post r2 sigma durbin_watson`), segmented},
	{adjust, words("p"), nil, adjustP},
}

const described = "n mean sd se ci_low ci_high min q1 median q3 max skew_g1_adj kurt_g2_adj"

var twoSamples = words("score group1 group2 score1 score2")

func words(list string) []string { return strings.Fields(list) }
