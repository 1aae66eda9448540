package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/mail"
)

const (
	lease   = mail.LongestSend + 3*time.Minute // who hands a message over for longer is dead
	mostTry = 20                               // about two days: a server that puts mail off for its quota does so for hours
	most    = 200                              // messages of a topic listed at a time
	fresh   = 2 * time.Second                  // how long a list is good: a pause, or a sign-in mail, is not to wait behind it
	keep    = 5 * time.Second                  // how long a connection waits for another message
)

// message is a row that waits, as it was when it was listed.
type message struct {
	id      int64
	kind    string
	ref     int64
	address string
	tries   int
}

// Run sends messages until ctx is done. The messages at hand are finished then.
func (o *Outbox) Run(ctx context.Context) {
	o.setUp()
	if err := o.markUnclear(ctx, o.DB.Alone()); err != nil && ctx.Err() == nil {
		slog.ErrorContext(ctx, "outbox", "err", err)
	}
	s := o.start()
	defer s.end()
	for failures := 0; ctx.Err() == nil; {
		n, next, err := s.round(ctx)
		if s.progress() {
			failures = 0
		}
		wait := o.Idle
		switch held := next.Sub(o.Now()); {
		case err != nil && ctx.Err() == nil:
			slog.ErrorContext(ctx, "outbox", "err", err)
			wait = min(10*o.Idle<<failures, 120*o.Idle)
			failures = min(failures+1, 10)
		case n > 0:
			continue
		case held > 0:
			wait = min(wait, held)
		}
		select {
		case <-ctx.Done():
		case <-o.wake:
		case <-time.After(wait):
		}
	}
}

// Step sends what is due and reports how many messages it settled.
func (o *Outbox) Step(ctx context.Context) (n int, err error) {
	o.setUp()
	s := o.start()
	for ctx.Err() == nil {
		listed, _, failed := s.round(ctx)
		if err = failed; err != nil || listed == 0 {
			break
		}
	}
	s.end()
	return s.settled, errors.Join(err, s.failed())
}

// Trouble tells in the mail server's words why nothing goes out at present, or "".
func (o *Outbox) Trouble() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.trouble
}

func (o *Outbox) tell(trouble string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.trouble = trouble
}

// sending hands messages to connections, each a goroutine of its own.
type sending struct {
	o     *Outbox
	in    chan message
	left  chan struct{} // a connection has gone
	conns sync.WaitGroup

	mu      sync.Mutex
	most    int // connections at once
	open    int
	working int // connections that have taken a message
	settled int
	told    int   // of settled, those that progress knows of
	err     error // the newest failure that is not one message's alone
}

func (o *Outbox) start() *sending {
	return &sending{o: o, in: make(chan message), left: make(chan struct{}, 1), most: o.Connections}
}

// end waits until the messages at hand are settled.
func (s *sending) end() {
	close(s.in)
	s.conns.Wait()
}

// failed is the newest failure since it was last asked for.
func (s *sending) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.err
	s.err = nil
	return err
}

// progress reports whether messages have been settled since it was last asked.
func (s *sending) progress() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	more := s.settled > s.told
	s.told = s.settled
	return more
}

// round hands out one list of messages that are due and reports how many there were, and when there may be more.
func (s *sending) round(ctx context.Context) (n int, next time.Time, err error) {
	if err := s.failed(); err != nil {
		return 0, next, err
	}
	if err := s.o.markUnclear(ctx, false); err != nil {
		return 0, next, err
	}
	list, next, err := s.o.due(ctx)
	if err != nil {
		return 0, next, err
	}
	listed := s.o.Now()
	for _, m := range list {
		if ctx.Err() != nil || s.o.Now().Sub(listed) > fresh {
			break
		}
		s.give(ctx, m)
		if err := s.failed(); err != nil {
			return len(list), next, err
		}
	}
	return len(list), next, nil
}

// give finds a connection for a message, or opens one more, or waits.
func (s *sending) give(ctx context.Context, m message) {
	for {
		select {
		case s.in <- m:
			return
		default:
		}
		if s.oneMore() {
			s.conns.Go(func() { s.connection(ctx, m) })
			return
		}
		select {
		case s.in <- m:
			return
		case <-s.left:
		case <-ctx.Done():
			return
		}
	}
}

// oneMore reports whether one more connection may be opened.
func (s *sending) oneMore() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == 0 {
		s.most = s.o.Connections
	}
	if s.open >= s.most {
		return false
	}
	s.open++
	return true
}

// connection takes messages one after the other until there are none for a while.
func (s *sending) connection(ctx context.Context, m message) {
	l := &line{o: s.o}
	works := false
	defer func() { l.hangUp(); s.gone(works) }()
	for more := true; more; {
		done, err := l.deliver(ctx, m)
		if !s.note(done, err, &works) {
			return
		}
		select {
		case m, more = <-s.in:
		case <-ctx.Done():
			return
		case <-time.After(keep):
			return
		}
	}
}

func (s *sending) gone(worked bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
	if worked {
		s.working--
	}
	select {
	case s.left <- struct{}{}:
	default:
	}
}

// note counts what became of a delivery, and reports whether its connection goes on. A server that takes messages on other
// connections has had enough of this one: fewer will do.
func (s *sending) note(settled bool, failed error, works *bool) (goOn bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if settled {
		s.settled++
		if !*works {
			*works = true
			s.working++
		}
	}
	if failed == nil {
		return true
	}
	if s.working > 0 && !*works {
		s.most = max(1, s.open-1)
		return false
	}
	s.err = failed
	s.o.tell(failed.Error())
	return true
}

// line is a connection to the mail server, which is opened when there is a message for it.
type line struct {
	o    *Outbox
	conn mail.Conn // nil: none
	used bool      // it has taken a message
}

func (l *line) hangUp() {
	if l.conn != nil {
		l.conn.Close()
	}
	l.conn, l.used = nil, false
}

// deliver hands one message over, and reports whether it is settled. An error is not the message's alone.
func (l *line) deliver(ctx context.Context, m message) (settled bool, err error) {
	if l.conn == nil {
		// A server that cannot be reached says nothing of the message, which is not touched.
		if l.conn, err = l.o.Sender.Dial(ctx); err != nil {
			return false, err
		}
	}
	if ctx.Err() != nil {
		return false, nil
	}
	if ours, err := l.o.claim(ctx, m); err != nil || !ours {
		return false, err
	}
	m.tries++
	failed := l.o.send(ctx, l.conn, m)
	used := l.used
	l.used = true
	f, isMail := errors.AsType[*mail.Failure](failed)
	if isMail && f.Broken {
		l.hangUp()
	}
	if isMail && f.Outcome == mail.NotNow {
		if err := l.o.putBack(ctx, m); err != nil || used {
			return false, err // it may have had enough of this connection alone
		}
		return false, failed
	}
	if failed == nil || isMail && f.Class() != "" {
		l.o.tell("") // the server speaks to us
	}
	return true, l.o.settle(ctx, m, failed)
}

// markUnclear finds messages whose process died while it handed them over. Who is alone on the database need not wait until
// their time is over, nor anybody for a time that was set by a clock that has gone back since.
func (o *Outbox) markUnclear(ctx context.Context, alone bool) error {
	_, err := o.DB.ExecContext(ctx, `UPDATE mail_messages SET state = 'unclear', error = 'interrupted while handing over', run_at = $3
		WHERE state = 'handing' AND (run_at < $1 OR run_at > $4 OR $2)`, db.At(o.Now()), alone, coarse(o.Now(), time.Hour), db.At(o.Now().Add(lease+db.ClocksApart)))
	return err
}

// claim says of a message that it is being handed over, and reports whether it was still to be: another process may have
// taken it, or somebody have paused its topic.
func (o *Outbox) claim(ctx context.Context, m message) (ours bool, err error) {
	defer errs.Wrap(&err, "outbox.claim(%d)", m.id)
	now := o.Now()
	n, err := o.DB.Save(context.WithoutCancel(ctx), `UPDATE mail_messages SET state = 'handing', run_at = $2, tries = tries + 1 WHERE id = $1 AND state = 'waiting' AND run_at <= $3
		AND NOT EXISTS (SELECT 1 FROM mail_topics t WHERE t.topic = mail_messages.pace AND t.paused = $4)`, m.id, coarse(now.Add(lease), time.Minute), db.At(now), true)
	return n > 0, err
}

// coarse rounds a time up. A row is not to tell how long its message took: to find out that there is nothing to send takes
// less time than sending.
func coarse(t time.Time, to time.Duration) db.Time { return db.At(t.Add(to - 1).Truncate(to)) }

func (o *Outbox) send(ctx context.Context, conn mail.Conn, m message) error {
	w := o.writers[m.kind]
	if w == nil {
		return fmt.Errorf("no writer for messages of kind %q", m.kind)
	}
	msg, err := w(context.WithoutCancel(ctx), m.ref)
	if errors.Is(err, ErrSkip) {
		return nil
	}
	if err != nil {
		return err
	}
	msg.ID = fmt.Sprintf("%s.%d@%s", m.kind, m.id, o.Host)
	if msg.To == "" {
		msg.To = m.address
	}
	return conn.Send(ctx, msg)
}

// putBack makes a claimed message wait as before. The server has said nothing of the message, so the try does not count,
// however long this goes on.
func (o *Outbox) putBack(ctx context.Context, m message) (err error) {
	defer errs.Wrap(&err, "outbox.putBack(%d)", m.id)
	_, err = o.DB.Save(context.WithoutCancel(ctx), `UPDATE mail_messages SET state = 'waiting', tries = tries - 1, run_at = $2 WHERE id = $1`, m.id, db.At(o.Now()))
	return err
}

// settle writes what became of a message.
func (o *Outbox) settle(ctx context.Context, m message, failed error) (err error) {
	defer errs.Wrap(&err, "outbox.settle(%d)", m.id)
	ctx = context.WithoutCancel(ctx)
	if failed == nil {
		_, err = o.DB.Save(ctx, `UPDATE mail_messages SET state = 'sent', error = '', run_at = $2 WHERE id = $1`, m.id, coarse(o.Now(), time.Hour))
		return err
	}
	if errs.KindOf(failed) == errs.NotFound {
		_, err = o.DB.Save(ctx, `DELETE FROM mail_messages WHERE id = $1`, m.id)
		return err
	}
	state := map[mail.Outcome]string{mail.TryAgain: "waiting", mail.Refused: "refused", mail.Unclear: "unclear"}[mail.OutcomeOf(failed)]
	if state == "waiting" && m.tries >= mostTry {
		state = "refused"
	}
	wait := time.Duration(m.tries*m.tries) * time.Minute
	_, err = o.DB.Save(ctx, `UPDATE mail_messages SET state = $2, run_at = $3, error = $4 WHERE id = $1`, m.id, state, db.At(o.Now().Add(wait)), words(m, failed))
	return err
}

// words is what is kept of a failure. A message without an address in its row is to name nobody, and the server's words may:
// of those only the class of the code stays.
func words(m message, failed error) string {
	if m.address != "" {
		return failed.Error()
	}
	if f, ok := errors.AsType[*mail.Failure](failed); ok {
		return f.Class()
	}
	return ""
}
