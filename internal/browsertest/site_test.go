package browsertest

import (
	"context"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"taitorinki/internal/app"
	"taitorinki/internal/db"
	"taitorinki/internal/demo"
	"taitorinki/internal/demo/county"
	"taitorinki/internal/mail"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
)

// Site is a whole running platform on an invented county.
type Site struct {
	Demo   *demo.Demo
	App    *app.App
	County *county.County
	URL    string
	close  func()
	ahead  atomic.Int64 // how far the site's clock is before the county's
}

// now is the time as the site has it.
func (s *Site) now() time.Time { return s.Demo.Clock.Now().Add(time.Duration(s.ahead.Load())) }

// await lets time pass until at. Who was signed in may have to sign in anew.
func (s *Site) await(at time.Time) { s.ahead.Add(int64(at.Sub(s.now()))) }

// newSite starts a site that sends its mail by post; nil keeps the mail. The last functions may change what it is made with.
func newSite(d *db.DB, dir string, post mail.Sender, change ...func(*app.Config)) (*Site, error) {
	s := &Site{Demo: demo.New(county.Small), County: county.Make(county.Small, 2026)}
	if post == nil {
		post = s.Demo.Mail
	}
	srv := httptest.NewUnstartedServer(nil)
	s.URL = "http://" + srv.Listener.Addr().String()
	var err error
	c := app.Config{DB: d, Mail: post, Now: s.now, BaseURL: s.URL, Keys: filepath.Join(dir, "keys"), Demo: true, Words: []fs.FS{demo.Locales}}
	for _, f := range change {
		f(&c)
	}
	s.App, err = app.New(c)
	if err != nil {
		srv.Close()
		return nil, err
	}
	s.Demo.App = s.App
	s.Demo.Routes()
	srv.Config.Handler = s.App.Handler()
	srv.Start()
	s.close = func() { srv.CloseClientConnections(); srv.Close() }
	return s, nil
}

// work lets the site do its jobs and send its mail.
func (s *Site) work() {
	ctx, stop := context.WithCancel(context.Background())
	worked, hangUp := make(chan struct{}), s.close
	s.close = func() {
		stop()
		select {
		case <-worked:
		case <-time.After(5 * time.Second):
		}
		hangUp()
	}
	go func() {
		defer close(worked)
		s.App.Run(ctx)
	}()
}

// fresh is a site of the test's own: the staff are in, nobody has been asked anything.
func fresh(t *testing.T, d *db.DB) *Site {
	t.Helper()
	return staffed(t, d, nil)
}

// longAgo is a fresh site whose clock shows the time so long ago. Sessions are dated by the machine's own clock: what is to come in a test
// must not be later than that.
func longAgo(t *testing.T, d *db.DB, ago time.Duration) *Site {
	t.Helper()
	s, err := newSite(d, t.TempDir(), nil)
	must(t, err)
	s.ahead.Store(int64(-ago))
	s.begin(t)
	return s
}

// staffed is a fresh site that sends its mail by post.
func staffed(t *testing.T, d *db.DB, post mail.Sender) *Site {
	t.Helper()
	s, err := newSite(d, t.TempDir(), post)
	must(t, err)
	s.begin(t)
	return s
}

// begin lets the site work and brings in its staff.
func (s *Site) begin(t *testing.T) {
	t.Helper()
	s.work()
	t.Cleanup(s.close)
	ctx, d := t.Context(), s.App.Config.DB
	must(t, s.App.Survey.ImportShipped(ctx))
	_, err := s.App.People.Import(ctx, people.Files{
		Units:       people.File{Name: "org.csv", Data: s.County.UnitsCSV()},
		People:      people.File{Name: "people.csv", Data: s.County.PeopleCSV()},
		Professions: people.File{Name: "professions.csv", Data: s.County.ProfessionsCSV()},
	}, people.ImportOptions{})
	must(t, err)
	who, err := people.PersonByEmail(ctx, d, s.County.Cast.Coordinator)
	must(t, err)
	must(t, d.InTx(ctx, func(tx *db.Tx) error {
		_, err := people.Grant(ctx, tx, s.now(), 0, who.ID, people.Coordinator, 0)
		return err
	}))
}

// round makes a draft of the pulse or the whole survey.
func (s *Site) draft(t testing.TB, instrument string, change func(*survey.Round)) *survey.Round {
	t.Helper()
	ctx := context.Background()
	row, err := survey.InstrumentByVersion(ctx, s.App.Config.DB, instrument, "1.0")
	must(t, err)
	in, err := s.App.Survey.Instrument(ctx, row.ID)
	must(t, err)
	r := &survey.Round{InstrumentID: row.ID, Settings: s.App.Survey.DefaultSettings(in), ClosesAt: time.Now().Add(14 * 24 * time.Hour).Truncate(time.Hour)}
	if change != nil {
		change(r)
	}
	must(t, s.App.Survey.CreateRound(ctx, r))
	return r
}

// opened makes a round and opens it.
func (s *Site) opened(t testing.TB, instrument string, change func(*survey.Round)) *survey.Round {
	t.Helper()
	r := s.draft(t, instrument, change)
	must(t, s.App.Survey.CheckAndOpen(context.Background(), r.ID, 0))
	return r
}

// blank are personal links whose ballots are empty, as many as asked for.
func (s *Site) blank(t testing.TB, round int64, n int) []string {
	t.Helper()
	links, err := s.App.Survey.Links(context.Background(), round)
	must(t, err)
	var out []string
	for _, l := range links {
		sh, err := s.App.Survey.Sheet(context.Background(), l.URL[strings.LastIndex(l.URL, "/")+1:])
		if err == nil && !sh.Submitted && answered(sh) == 0 && len(out) < n {
			out = append(out, l.URL)
		}
	}
	if len(out) < n {
		t.Fatalf("only %d empty ballots", len(out))
	}
	return out
}

func answered(sh *survey.Sheet) int {
	done, _ := sh.Instrument.Answered(sh.Answers)
	return done
}

var linkIn = regexp.MustCompile(`https?://\S+`)

// mailTo waits for a mail to an address and returns it with its link.
func (s *Site) mailTo(t testing.TB, to string, want func(mail.Message) bool) (mail.Message, string) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		for _, m := range s.Demo.Mail.Sent() {
			if m.To == to && (want == nil || want(m)) {
				return m, linkIn.FindString(m.Text)
			}
		}
	}
	t.Fatalf("no mail to %s among %d", to, len(s.Demo.Mail.Sent()))
	return mail.Message{}, ""
}

// as signs the browser in as somebody of the demo's cast.
func (b *Browser) as(email string) {
	b.t.Helper()
	b.Open("/demo")
	b.Go(fmt.Sprintf(`form:has(input[value="%s"]) button`, email))
	if b.Path() != "/" {
		b.t.Fatalf("stepped in and came to %s", b.where())
	}
}

// The filled county that the tests which only look share.
var showing struct {
	once sync.Once
	site *Site
	err  error
	end  func()
}

func shown(t *testing.T) *Site {
	t.Helper()
	showing.once.Do(func() { showing.site, showing.err = fillShown() })
	must(t, showing.err)
	return showing.site
}

func fillShown() (*Site, error) {
	dir, err := os.MkdirTemp("", "browsertest-site")
	if err != nil {
		return nil, err
	}
	d, err := db.Open(filepath.Join(dir, "demo.db"))
	if err != nil {
		return nil, err
	}
	showing.end = func() { d.Close(); os.RemoveAll(dir) }
	if err := d.Migrate(context.Background()); err != nil {
		return nil, err
	}
	s, err := newSite(d, dir, nil)
	if err != nil {
		return nil, err
	}
	showing.end = func() { s.close(); d.Close(); os.RemoveAll(dir) }
	err = s.Demo.Fill(context.Background())
	s.work() // only now: the past has a clock of its own
	return s, err
}

func closeShown() {
	if showing.end != nil {
		showing.end()
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
