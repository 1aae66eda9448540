package survey_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/link"
	"taitorinki/internal/survey/seal"
)

func TestOpeningWritesAnInvitationAnEqualSizedBallotAndAMailForEachInvitee(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 3, 7)
		r := f.open(manyItems("i", 10, 5, mixedPage()), nil)
		if r.State != survey.Open || r.Invited != 21 || !r.OpenedAt.Equal(f.clk.now()) {
			t.Errorf("round is %+v", r)
		}
		for what, q := range map[string]string{
			"invitations": `SELECT count(DISTINCT person_id) FROM survey_invitations WHERE round_id = $1`,
			"ballots":     `SELECT count(*) FROM survey_ballots WHERE round_id = $1`,
			"mails": `SELECT count(*) FROM mail_messages m JOIN survey_invitations i ON i.id = m.ref JOIN persons p ON p.id = i.person_id
				WHERE m.address = p.email AND m.kind = 'survey.invite' AND m.state = 'waiting' AND i.round_id = $1`,
		} {
			if got := f.count(q, r.ID); got != 21 {
				t.Errorf("%d %s, want 21", got, what)
			}
		}
		if got := f.count(`SELECT count(DISTINCT length(sealed)) FROM survey_ballots`); got != 1 {
			t.Errorf("ballots have %d different lengths", got)
		}
		ballots := map[seal.BallotID]bool{}
		for _, c := range f.codes(r.ID) {
			ballots[f.sheet(c).Ballot()] = true
		}
		if len(ballots) != 21 {
			t.Errorf("links lead to %d ballots, want 21", len(ballots))
		}
	})
}

func TestOpeningTwiceIsAConflict(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 1, 6)
		r := f.open(manyItems("i", 5, 5), nil)
		if err := f.s.OpenRound(t.Context(), r.ID, 0, f.pop); !isKey(err, errs.Conflict, "survey.locked") {
			t.Errorf("second opening: %v, want conflict survey.locked", err)
		}
	})
}

func TestOfTwoOpeningsAtOnceOneSucceedsAndItsLinksSurviveARestart(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 1, 6)
		for range 10 {
			r := f.draft(manyItems("i", 5, 5), nil)
			var mu sync.Mutex
			opened := 0
			inParallel(4, func(int) {
				err := f.s.OpenRound(context.Background(), r.ID, 0, f.pop)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					opened++
				} else if !isKey(err, errs.Conflict, "survey.locked") {
					t.Errorf("opening: %v", err)
				}
			})
			if opened != 1 {
				t.Fatalf("%d openings succeeded, want 1", opened)
			}
			codes := f.codes(r.ID)
			f.s = f.restarted()
			for _, c := range codes {
				f.sheet(c)
			}
		}
	})
}

func TestSettingsAreLockedByTheOpening(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 1, 6)
		r := f.draft(manyItems("i", 5, 5), nil)
		r.Settings.Name["fi"] = "Uusi"
		must(t, f.s.UpdateRound(t.Context(), &r))
		must(t, f.s.OpenRound(t.Context(), r.ID, 0, f.pop))
		r.Settings.ByUnit = false
		if err := f.s.UpdateRound(t.Context(), &r); !isKey(err, errs.Conflict, "survey.locked") {
			t.Errorf("changing an open round: %v, want conflict survey.locked", err)
		}
		if got := f.round(r.ID).Settings; got.Name["fi"] != "Uusi" || !got.ByUnit {
			t.Errorf("settings are %+v", got)
		}
	})
}

func TestEveryGroupOfResponsesHoldsAtLeastFiveInvitedPeople(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 8, 7)
		rng := rand.New(rand.NewPCG(1, 2))
		for _, p := range []string{"nurse", "physician", "other"} {
			_, err := d.ExecContext(t.Context(), `INSERT INTO professions (code, name_fi, name_sv, name_en) VALUES ($1, $1, $1, $1)`, p)
			must(t, err)
		}
		everybody := f.pop.People
		for trial := range 10 {
			f.pop.People = nil
			for _, p := range everybody {
				p.Profession = []string{"nurse", "nurse", "physician", "other", ""}[rng.IntN(5)]
				if rng.IntN(3) > 0 {
					f.pop.People = append(f.pop.People, p)
				}
			}
			r := f.open(manyItems("i", 5, 5), func(r *survey.Round) { r.Settings.ByProf, r.Settings.ByUnit = true, trial%3 > 0 })
			for _, c := range f.codes(r.ID) {
				f.answer(c, map[string]string{"q0": "3"})
			}
			must(t, f.s.CloseRound(t.Context(), r.ID, 0))
			if n := f.count(`SELECT count(*) FROM survey_groups WHERE round_id = $1 AND invited < 5`, r.ID); n != 0 {
				t.Errorf("trial %d: %d groups under 5 invited", trial, n)
			}
			// Everybody answered, so as many responses as invited people must say each group.
			if n := f.count(`SELECT count(*) FROM survey_groups g WHERE g.round_id = $1 AND g.invited <>
				(SELECT count(*) FROM survey_responses x WHERE x.round_id = g.round_id AND x.grp = g.grp)`, r.ID); n != 0 {
				t.Errorf("trial %d: %d groups have other numbers of responses than of invited people", trial, n)
			}
		}
		f.pop.People = everybody[:4]
		few := f.draft(manyItems("i", 5, 5), nil)
		if err := f.s.OpenRound(t.Context(), few.ID, 0, f.pop); !isKey(err, errs.Invalid, "survey.too-few-invited") {
			t.Errorf("opening for 4 people: %v", err)
		}
	})
}

func TestAnswersComeBackOnAnotherDevice(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 1, 6)
		r := f.open(manyItems("i", 5, 5, mixedPage()), nil)
		code := f.codes(r.ID)[2]
		want := map[string]string{"q1": "4", "many": "a,c", "number": "17", "text": "Työ on hyvää ✓"}
		f.save(f.sheet(code), want)
		f.s = f.restarted()
		typed := strings.ToUpper(code[:5] + "-" + code[5:20] + " " + code[20:])
		if got := answersOf(f.sheet(typed)); !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if got := answersOf(f.sheet(f.codes(r.ID)[3])); len(got) != 0 {
			t.Errorf("another link shows %v", got)
		}
	})
}

func TestEachLinkThatLeadsNowhereSaysWhy(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 1, 6)
		src := manyItems("i", 5, 5)
		start := f.clk.now()
		r := f.open(src, func(r *survey.Round) { r.ClosesAt = start.Add(48 * time.Hour) })
		later := f.open(src, func(r *survey.Round) { r.OpensAt = start.Add(time.Hour) })
		draft := f.draft(src, nil)
		codes := f.codes(r.ID)
		f.answer(codes[0], map[string]string{"q0": "1"})
		forged := link.Format(link.Invitation, r.Code, link.Secret{1, 2, 3})
		noRound := link.Format(link.Invitation, "zzzzz", link.Secret{1, 2, 3})
		mistyped := codes[1][:10] + other(codes[1][10:11]) + codes[1][11:]
		check := func(when, what, code string, want error) {
			t.Helper()
			sh, err := f.s.Sheet(t.Context(), code)
			if !errors.Is(err, want) {
				t.Errorf("%s, a link that is %s: %v, want %v", when, what, err, want)
			}
			if (sh != nil) != (want == nil || errors.Is(want, survey.ErrUsed)) {
				t.Errorf("%s, a link that is %s: sheet %v", when, what, sh)
			}
		}
		check("open", "good", codes[1], nil)
		check("open", "mistyped", mistyped, survey.ErrMistyped)
		check("open", "empty", "", survey.ErrMistyped)
		check("open", "a feedback's", link.Format(link.Feedback, r.Code, link.Secret{1}), survey.ErrMistyped)
		check("open", "forged", forged, survey.ErrUnknown)
		check("open", "of no round", noRound, survey.ErrUnknown)
		check("open", "of a draft", link.Format(link.Invitation, draft.Code, link.Secret{1}), survey.ErrUnknown)
		check("open", "another round's", link.Format(link.Invitation, later.Code, tokenOf(t, codes[1])), survey.ErrUnknown)
		check("open", "early", f.codes(later.ID)[0], survey.ErrNotStarted)
		check("open", "used", codes[0], survey.ErrUsed)
		f.clk.move(time.Hour)
		check("later", "early no more", f.codes(later.ID)[0], nil)
		f.clk.move(47 * time.Hour)
		check("after its time", "good", codes[1], survey.ErrOver)
		check("after its time", "used", codes[0], survey.ErrOver)
		must(t, f.s.CloseDue(t.Context()))
		if got := f.round(r.ID).State; got != survey.Closed {
			t.Fatalf("the round whose time is over is %s", got)
		}
		if got := f.round(later.ID).State; got != survey.Open {
			t.Fatalf("the round without an end is %s", got)
		}
		must(t, f.s.CloseRound(t.Context(), r.ID, 0)) // there is nothing left to close
		if n := f.count(`SELECT count(*) FROM audit_log WHERE action = 'round.close-due'`); n != 1 {
			t.Errorf("the log tells of %d closings, want 1", n)
		}
		for _, when := range []string{"closed", "closed and restarted"} {
			check(when, "good", codes[1], survey.ErrOver)
			check(when, "used", codes[0], survey.ErrOver)
			check(when, "mistyped", mistyped, survey.ErrMistyped)
			check(when, "of no round", noRound, survey.ErrUnknown)
			f.s = f.restarted()
		}
		must(t, f.s.Vault.Destroy(later.Code))
		if _, err := f.s.Sheet(t.Context(), link.Format(link.Invitation, later.Code, link.Secret{1})); !isKey(err, errs.Conflict, "survey.key-missing") {
			t.Errorf("open without a key: %v, want survey.key-missing", err)
		}
	})
}

func other(char string) string {
	if char == "q" {
		return "p"
	}
	return "q"
}

func tokenOf(t *testing.T, code string) link.Secret {
	_, s, err := link.Parse(link.Invitation, code)
	must(t, err)
	return s
}

func TestSaveKeepsTheValidAnswersAndReportsTheBadOne(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 1, 6)
		code := f.codes(f.open(manyItems("i", 3, 3, mixedPage()), nil).ID)[0]
		sh := f.sheet(code)
		problems, err := f.s.Save(t.Context(), sh, givens(sh.Instrument, map[string]string{"q0": "2", "q1": "9", "number": "100000", "text": "hei"}))
		if err != nil || len(problems) != 2 || problems[0].Where != "q1" || problems[1].Where != "number" {
			t.Errorf("problems %v, %v; want q1 and number", problems, err)
		}
		want := map[string]string{"q0": "2", "text": "hei"}
		if got := answersOf(f.sheet(code)); !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		f.saveOne(sh, "text", "")
		if got := answersOf(f.sheet(code)); !reflect.DeepEqual(got, map[string]string{"q0": "2"}) {
			t.Errorf("after the text was emptied: %v", got)
		}
	})
}

func TestEightDevicesSavingDifferentItemsAtOnceLoseNothing(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 1, 6)
		code := f.codes(f.open(manyItems("i", 45, 15), nil).ID)[0]
		want := map[string]string{}
		for i := range 45 {
			want[fmt.Sprint("q", i)] = fmt.Sprint(i%5 + 1)
		}
		inParallel(8, func(device int) {
			sh, err := f.s.Sheet(context.Background(), code)
			if err != nil {
				t.Error(err)
				return
			}
			for i := device; i < 45; i += 8 {
				q := fmt.Sprint("q", i)
				if p, err := f.s.SaveOne(context.Background(), sh, givens(sh.Instrument, map[string]string{q: want[q]})[0]); err != nil || len(p) > 0 {
					t.Errorf("saving %s: %v %v", q, p, err)
				}
			}
		})
		if got := answersOf(f.sheet(code)); !reflect.DeepEqual(got, want) {
			t.Errorf("%d answers, want %d: %v", len(got), len(want), got)
		}
	})
}

func TestOfEightSubmissionsAtOnceExactlyOneSucceeds(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 6, 10)
		r := f.open(manyItems("i", 5, 5), nil)
		var want []map[string]string
		for i, code := range f.codes(r.ID) {
			answers := map[string]string{"q0": fmt.Sprint(i%5 + 1)}
			f.save(f.sheet(code), answers)
			want = append(want, answers)
			var mu sync.Mutex
			won := 0
			inParallel(8, func(n int) {
				sh, err := f.s.Sheet(context.Background(), code)
				if err == nil || errors.Is(err, survey.ErrUsed) {
					_, err = f.s.Submit(context.Background(), sh, uint64(100+n))
				}
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else if !errors.Is(err, survey.ErrUsed) {
					t.Errorf("ballot %d, session %d: %v, want ErrUsed", i, n, err)
				}
			})
			if won != 1 {
				t.Errorf("ballot %d: %d submissions succeeded, want 1", i, won)
			}
		}
		must(t, f.s.CloseRound(t.Context(), r.ID, 0))
		sameSets(t, f.responses(r.ID), want)
	})
}

func TestTheSameFormSentTwiceIsOneSubmissionAndSucceedsBothTimes(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 1, 6)
		r := f.open(manyItems("i", 5, 5), nil)
		codes := f.codes(r.ID)
		f.save(f.sheet(codes[0]), map[string]string{"q0": "2"})
		secrets := make([]link.Secret, 4)
		inParallel(4, func(i int) { // a nervous finger
			sh, err := f.s.Sheet(context.Background(), codes[0])
			if err == nil || errors.Is(err, survey.ErrUsed) {
				secrets[i], err = f.s.Submit(context.Background(), sh, 77)
			}
			if err != nil {
				t.Errorf("click %d: %v", i, err)
			}
		})
		sh, err := f.s.Sheet(t.Context(), codes[0])
		if !errors.Is(err, survey.ErrUsed) || !sh.Submitted {
			t.Fatalf("the sheet: %v", err)
		}
		again, err := f.s.Submit(t.Context(), sh, 77) // a browser that never saw the reply
		if err != nil {
			t.Errorf("retry: %v", err)
		}
		for i, s := range secrets {
			if s != again {
				t.Errorf("click %d got another feedback than the retry", i)
			}
		}
		if _, err := f.s.Submit(t.Context(), sh, 78); !errors.Is(err, survey.ErrUsed) {
			t.Errorf("another form: %v, want ErrUsed", err)
		}
		if _, err := f.s.Save(t.Context(), sh, givens(sh.Instrument, map[string]string{"q1": "2"})); !errors.Is(err, survey.ErrUsed) {
			t.Errorf("saving afterwards: %v, want ErrUsed", err)
		}
		must(t, f.s.CloseRound(t.Context(), r.ID, 0))
		sameSets(t, f.responses(r.ID), []map[string]string{{"q0": "2"}})
	})
}

func TestASaveFromASheetReadBeforeTheSubmissionIsRefused(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 1, 6)
		r := f.open(manyItems("i", 5, 5), nil)
		code := f.codes(r.ID)[0]
		old := f.sheet(code)
		f.answer(code, map[string]string{"q0": "2"})
		if _, err := f.s.Save(t.Context(), old, givens(old.Instrument, map[string]string{"q0": "5"})); !errors.Is(err, survey.ErrUsed) {
			t.Errorf("got %v, want ErrUsed", err)
		}
		must(t, f.s.CloseRound(t.Context(), r.ID, 0))
		sameSets(t, f.responses(r.ID), []map[string]string{{"q0": "2"}})
	})
}

func TestAWithdrawnAnswerIsNotCountedAndItsLinkIsFree(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 1, 6)
		r := f.open(manyItems("i", 5, 5), nil)
		codes := f.codes(r.ID)
		for i := range 3 {
			f.answer(codes[i], map[string]string{"q0": fmt.Sprint(i + 1)})
		}
		var feedback [2]string
		for i := range 2 {
			sh, err := f.s.Sheet(t.Context(), codes[i])
			if !errors.Is(err, survey.ErrUsed) {
				t.Fatal(err)
			}
			secret, err := f.s.Submit(t.Context(), sh, 1)
			must(t, err)
			feedback[i] = link.Format(link.Feedback, r.Code, secret)
			must(t, f.s.Withdraw(t.Context(), sh))
			if got := answersOf(f.sheet(codes[i])); len(got) != 0 {
				t.Errorf("the withdrawn sheet holds %v", got)
			}
			if _, err := f.s.FeedbackOf(t.Context(), feedback[i]); !errors.Is(err, survey.ErrNoFeedback) {
				t.Errorf("feedback of a withdrawn answer: %v", err)
			}
		}
		f.answer(codes[0], map[string]string{"q0": "5"})
		must(t, f.s.CloseRound(t.Context(), r.ID, 0))
		sameSets(t, f.responses(r.ID), []map[string]string{{"q0": "5"}, {"q0": "3"}})
		if _, err := f.s.FeedbackOf(t.Context(), feedback[1]); !isKey(err, errs.NotFound, "survey.no-feedback") {
			t.Errorf("feedback of a withdrawn answer after closing: %v", err)
		}
	})
}

func TestClosingCountsWhatWasSubmittedAndLeavesNothingElse(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 4, 10)
		r := f.open(manyItems("i", 10, 5, mixedPage()), nil)
		codes := f.codes(r.ID)
		var want []map[string]string
		feedback := make([]string, 30)
		for i := range 30 {
			a := map[string]string{"q1": fmt.Sprint(i%5 + 1), "text": strings.Repeat("ä", i%4), "number": fmt.Sprint(i / 2)}
			if i%4 == 0 {
				delete(a, "text")
			}
			feedback[i] = link.Format(link.Feedback, r.Code, f.answer(codes[i], a))
			want = append(want, a)
		}
		for _, c := range codes[30:36] {
			f.save(f.sheet(c), map[string]string{"q0": "1"}) // begun and never sent
		}
		before := map[string]any{}
		for _, c := range feedback {
			fb, err := f.s.FeedbackOf(t.Context(), c)
			must(t, err)
			before[c] = fb.Scores
		}
		must(t, f.s.CloseRound(t.Context(), r.ID, 0))
		sameSets(t, f.responses(r.ID), want)
		closed := f.round(r.ID)
		if closed.State != survey.Closed || closed.Responses != 30 || !closed.ClosedAt.Equal(f.clk.now()) {
			t.Errorf("round is %+v", closed)
		}
		for _, table := range []string{"survey_ballots", "mail_messages"} {
			if n := f.count(`SELECT count(*) FROM ` + table); n != 0 {
				t.Errorf("%d rows left in %s", n, table)
			}
		}
		noKeyFiles(t, f.dir)
		f.s = f.restarted()
		for i, c := range feedback {
			fb, err := f.s.FeedbackOf(t.Context(), c)
			if err != nil || !reflect.DeepEqual(any(fb.Scores), before[c]) {
				t.Errorf("feedback %d after closing: %v %v, want %v", i, fb, err, before[c])
			}
		}
		nobodys := link.Format(link.Feedback, r.Code, link.Secret{9})
		if _, err := f.s.FeedbackOf(t.Context(), nobodys); !isKey(err, errs.NotFound, "survey.no-feedback") {
			t.Errorf("a feedback code of nobody: %v", err)
		}
		if _, err := f.s.FeedbackOf(t.Context(), link.Format(link.Feedback, r.Code, tokenOf(t, codes[0]))); !isKey(err, errs.NotFound, "survey.no-feedback") {
			t.Errorf("an invitation's token as feedback code: %v", err)
		}
		must(t, f.s.CloseRound(t.Context(), r.ID, 0))
		sameSets(t, f.responses(r.ID), want)
	})
}

func TestAFeedbackIsReadableByItsOwnCodeOnlyWhileTheRoundIsOpen(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 1, 6)
		r := f.open(manyItems("i", 5, 5), nil)
		codes := f.codes(r.ID)
		a := f.answer(codes[0], map[string]string{"q0": "1", "q1": "1", "q2": "1"})
		b := f.answer(codes[1], map[string]string{"q0": "5", "q1": "5", "q2": "5"})
		for _, x := range []struct {
			secret link.Secret
			mean   float64
		}{{a, 1}, {b, 5}} {
			fb, err := f.s.FeedbackOf(t.Context(), link.Format(link.Feedback, r.Code, x.secret))
			if err != nil || fb.Scores[0].Mean != x.mean {
				t.Errorf("feedback %+v %v, want mean %v", fb, err, x.mean)
			}
		}
		for what, c := range map[string]string{
			"nobody's": link.Format(link.Feedback, r.Code, link.Secret{9}),
			"a token":  link.Format(link.Feedback, r.Code, tokenOf(t, codes[0])),
		} {
			if _, err := f.s.FeedbackOf(t.Context(), c); errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s: %v, want not found", what, err)
			}
		}
	})
}

func noKeyFiles(t *testing.T, dir string) {
	t.Helper()
	must(t, filepath.Walk(dir, func(p string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			t.Errorf("%s is still there", p)
		}
		return err
	}))
}

func TestWhatIsAcknowledgedWhileTheRoundClosesIsCounted(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		acknowledged, refused := 0, 0
		f := newFixture(t, d, 6, 10)
		for trial := range 12 {
			r := f.open(manyItems("i", 5, 5), nil)
			codes := f.codes(r.ID)
			var mu sync.Mutex
			var want []map[string]string
			inParallel(9, func(worker int) {
				if worker == 8 {
					time.Sleep(time.Duration(trial) * time.Millisecond)
					if err := f.s.CloseRound(context.Background(), r.ID, 0); err != nil {
						t.Errorf("closing: %v", err)
					}
					return
				}
				for i := worker; i < len(codes); i += 8 {
					answers := map[string]string{"q0": fmt.Sprint(i%5 + 1), "q1": fmt.Sprint(i/5%5 + 1)}
					err := saveAndSubmit(f.s, codes[i], answers)
					mu.Lock()
					if err == nil {
						want = append(want, answers)
					} else if refused++; !errors.Is(err, survey.ErrOver) {
						t.Errorf("answer %d: %v, want ErrOver", i, err)
					}
					mu.Unlock()
				}
			})
			acknowledged += len(want)
			sameSets(t, f.responses(r.ID), want)
			noKeyFiles(t, f.dir)
		}
		if acknowledged == 0 || refused == 0 {
			t.Errorf("%d acknowledged, %d refused: the closing never came in between", acknowledged, refused)
		}
	})
}

func saveAndSubmit(s *survey.Service, code string, answers map[string]string) error {
	ctx := context.Background()
	sh, err := s.Sheet(ctx, code)
	if err != nil {
		return err
	}
	if _, err := s.Save(ctx, sh, givens(sh.Instrument, answers)); err != nil {
		return err
	}
	_, err = s.Submit(ctx, sh, 5)
	return err
}

func TestAClosingThatWasInterruptedIsFinishedAtStart(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 1, 8)
		r := f.open(manyItems("i", 5, 5), nil)
		codes := f.codes(r.ID)
		f.answer(codes[0], map[string]string{"q0": "4"})
		_, err := d.ExecContext(t.Context(), `UPDATE survey_rounds SET state = 'closing' WHERE id = $1`, r.ID)
		must(t, err)
		if _, err := f.s.Sheet(t.Context(), codes[1]); !errors.Is(err, survey.ErrOver) {
			t.Errorf("a link while closing: %v", err)
		}
		f.s = f.restarted()
		must(t, f.s.Recover(t.Context()))
		if got := f.round(r.ID); got.State != survey.Closed || got.Responses != 1 {
			t.Errorf("round is %+v", got)
		}
		sameSets(t, f.responses(r.ID), []map[string]string{{"q0": "4"}})
		noKeyFiles(t, f.dir)
	})
}

func TestAKeyThatOutlivedItsRoundIsDestroyedAtStart(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 1, 8)
		r := f.open(manyItems("i", 5, 5), nil)
		other := f.open(manyItems("i", 5, 5), nil)
		f.answer(f.codes(r.ID)[0], map[string]string{"q0": "4"})
		kept, err := f.s.Vault.Export()
		must(t, err)
		must(t, f.s.CloseRound(t.Context(), r.ID, 0))
		f.s = f.restarted()
		for name, data := range kept { // as they lay before the crash
			must(t, f.s.Vault.Import(name, data))
		}
		must(t, f.s.Recover(t.Context()))
		rounds, err := f.s.Vault.Rounds()
		if err != nil || len(rounds) != 1 || rounds[0] != other.Code {
			t.Errorf("keys of %v left, %v; want %s alone", rounds, err, other.Code)
		}
		sameSets(t, f.responses(r.ID), []map[string]string{{"q0": "4"}})
		f.sheet(f.codes(other.ID)[0])
	})
}

func TestARoundWhoseKeyIsLostIsNotClosed(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 1, 8)
		r := f.open(manyItems("i", 5, 5), nil)
		f.answer(f.codes(r.ID)[0], map[string]string{"q0": "4"})
		kept, err := f.s.Vault.Export()
		must(t, err)
		must(t, f.s.Vault.Destroy(r.Code))
		if err := f.s.CloseRound(t.Context(), r.ID, 0); !isKey(err, errs.Conflict, "survey.key-missing") {
			t.Errorf("got %v, want conflict survey.key-missing", err)
		}
		if n := f.count(`SELECT count(*) FROM mail_messages`); n != 8 {
			t.Errorf("%d mails left, want 8", n)
		}
		if n := f.count(`SELECT count(*) FROM survey_ballots`); n != 8+2 || f.round(r.ID).State != survey.Open {
			t.Errorf("%d ballots left, round %s; want nothing changed", n, f.round(r.ID).State)
		}
		for name, data := range kept {
			must(t, f.s.Vault.Import(name, data))
		}
		must(t, f.s.CloseRound(t.Context(), r.ID, 0))
		sameSets(t, f.responses(r.ID), []map[string]string{{"q0": "4"}})
	})
}

func TestNoKeyComesBackFromRequestsThatRaceWithItsDestruction(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 1, 8)
		for range 15 {
			r := f.open(manyItems("i", 5, 5), nil)
			codes := f.codes(r.ID)
			inParallel(8, func(worker int) {
				if worker == 0 {
					if err := f.s.CloseRound(context.Background(), r.ID, 0); err != nil {
						t.Errorf("closing: %v", err)
					}
					return
				}
				for range 60 {
					if _, err := f.s.Sheet(context.Background(), codes[worker]); err != nil && !errors.Is(err, survey.ErrOver) {
						t.Errorf("a link while closing: %v", err)
					}
				}
			})
			noKeyFiles(t, f.dir)
			if _, err := f.s.Vault.Load(r.Code); !errors.Is(err, seal.ErrNoKey) {
				t.Fatalf("the key can still be loaded: %v", err)
			}
		}
	})
}

func TestTheNumberOfRowsDoesNotDependOnHowManyQuestionsWereSkipped(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 1, 10)
		ways := map[string]func(sh *survey.Sheet, page int, answers map[string]string){
			"one by one": func(sh *survey.Sheet, page int, answers map[string]string) {
				f.oneByOne(sh, page, answers)
				f.leave(sh, page, onPage(sh, page, answers))
			},
			"one by one, and never by the page's button": func(sh *survey.Sheet, page int, answers map[string]string) {
				f.oneByOne(sh, page, answers)
			},
			"by page": func(sh *survey.Sheet, page int, answers map[string]string) {
				f.save(sh, onPage(sh, page, answers))
			},
		}
		for way, leave := range ways {
			r := f.open(manyItems("i", 12, 4), nil)
			var got []int
			for i, code := range f.codes(r.ID) {
				before := f.count(`SELECT count(*) FROM survey_ballots`)
				answers := map[string]string{}
				for q := range i + 1 {
					answers[fmt.Sprint("q", 11-q)] = "3" // the first pages are skipped whole
				}
				for page := range 3 {
					leave(f.sheet(code), page, answers)
				}
				_, err := f.s.Submit(t.Context(), f.sheet(code), 1)
				must(t, err)
				f.s.Settle()
				got = append(got, f.count(`SELECT count(*) FROM survey_ballots`)-before)
			}
			if slices.Min(got) != slices.Max(got) || got[0] == 0 {
				t.Errorf("%s: rows by number of answers from 1: %v, want all equal", way, got)
			}
			if n := f.count(`SELECT count(DISTINCT length(sealed)) FROM survey_ballots`); n != 1 {
				t.Errorf("%s: rows of %d lengths", way, n)
			}
			must(t, f.s.CloseRound(t.Context(), r.ID, 0))
			if n := len(f.responses(r.ID)); n != 10 {
				t.Errorf("%s: %d responses, want 10", way, n)
			}
		}
	})
}

func onPage(sh *survey.Sheet, page int, answers map[string]string) map[string]string {
	out := map[string]string{}
	for _, it := range sh.Instrument.Pages[page].Items {
		if v := answers[it.ID]; v != "" {
			out[it.ID] = v
		}
	}
	return out
}

func TestABallotIsFoundByAProcessThatHasNeverSeenIt(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 1, 6)
		code := f.codes(f.open(manyItems("i", 5, 5), nil).ID)[0]
		for n := range 140 {
			want := fmt.Sprint(n%5 + 1)
			f.save(f.sheet(code), map[string]string{"q0": want})
			old := f.s
			f.s = f.restarted()
			if got := answersOf(f.sheet(code))["q0"]; got != want {
				t.Fatalf("after %d saves a new process finds %s, want %s", n+1, got, want)
			}
			if n%7 > 0 {
				f.s = old // knows of an earlier state
			}
		}
	})
}

func TestOneLinkCannotFillTheDisk(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 1, 6)
		r := f.open(manyItems("i", 5, 5), nil)
		code := f.codes(r.ID)[0]
		sh := f.sheet(code)
		var err error
		for n := 0; err == nil && n < 3000; n++ {
			_, err = f.s.Save(t.Context(), sh, givens(sh.Instrument, map[string]string{"q0": fmt.Sprint(n%5 + 1)}))
		}
		if !isKey(err, errs.Conflict, "survey.saved-too-often") {
			t.Fatalf("got %v", err)
		}
		must(t, f.s.CloseRound(t.Context(), r.ID, 0))
	})
}
