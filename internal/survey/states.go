package survey

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/survey/instrument"
	"taitorinki/internal/survey/seal"
)

// A ballot is a row of states: the n-th stands under an id that only the round's key makes of the ballot and n. A save
// adds the next state, which fails if another device has added it first; nothing is ever changed or removed before the
// round closes. So the states of a ballot have no holes, and a log of the database tells that somebody saved, not who.

// mostStates is how many times one ballot can be saved. Nobody who answers comes near; who plays with a link must not
// fill the disk.
const mostStates = 2000

// ballotState is the newest state of a ballot, with what of its round is read at every request.
type ballotState struct {
	round  Round // without its settings
	n      uint32
	sealed []byte // nil: there is no such ballot, or its round is closed
}

// open decrypts the state; nil: there is no such ballot.
func (x *ballotState) open(in *instrument.Instrument, key *seal.Key, id seal.BallotID) (*ballot, error) {
	if x.sealed == nil {
		return nil, nil
	}
	plain, err := key.Open(key.State(id, x.n), x.sealed)
	if err != nil {
		return nil, err
	}
	return decodeBallot(in, plain)
}

// The newest of four states, which have no holes; a round without any of them is one row too.
const stateQuery = `SELECT r.id, r.instrument_id, r.state, r.opens_at, r.closes_at, b.id, b.sealed
	FROM survey_rounds r LEFT JOIN survey_ballots b ON b.id = CASE
		WHEN NOT EXISTS (SELECT 1 FROM survey_ballots WHERE id = $3) THEN $2
		WHEN NOT EXISTS (SELECT 1 FROM survey_ballots WHERE id = $4) THEN $3
		WHEN NOT EXISTS (SELECT 1 FROM survey_ballots WHERE id = $5) THEN $4
		ELSE $5 END
	WHERE r.code = $1`

// newestState finds a ballot's newest state.
func (s *Service) newestState(ctx context.Context, code string, key *seal.Key, id seal.BallotID) (x ballotState, err error) {
	defer errs.Wrap(&err, "survey.newestState")
	now, k := s.Now(), ballotKey{code, id}
	x, fresh := s.states.get(k, now)
	if fresh && s.DB.Alone() {
		return x, nil
	}
	// From the state seen last: wider steps while all are there, then narrower ones until the next state is not there.
	from, narrowing := x.n, false
	for step := uint32(1); ; {
		var ids [4]seal.StateID
		for i := range ids {
			ids[i] = key.State(id, from+uint32(i)*step)
		}
		found, err := s.readState(ctx, code, ids, &x)
		if err != nil {
			return x, missing(err, "survey.no-round")
		}
		if found < 0 {
			x.n, x.sealed = 0, nil
			if from > 0 { // the round has closed, or an older backup has been restored under us
				from, step, narrowing = 0, 1, false
				continue
			}
			return x, nil
		}
		from += uint32(found) * step
		switch x.n = from; {
		case found == 3 && !narrowing && step < mostStates:
			step *= 4
		case found == 3 && step == 1: // another device saves as we look
		case step == 1:
			s.states.seen(k, x, now)
			return x, nil
		default:
			narrowing = true
			step /= 4
		}
	}
}

// readState reads the last of the states that is there, and tells which it is; -1: none.
func (s *Service) readState(ctx context.Context, code string, ids [4]seal.StateID, x *ballotState) (found int, err error) {
	var opens, closes db.Time
	var id []byte
	r := &x.round
	err = s.DB.HotRow(ctx, stateQuery, code, ids[0][:], ids[1][:], ids[2][:], ids[3][:]).
		Scan(&r.ID, &r.InstrumentID, &r.State, &opens, &closes, &id, &x.sealed)
	r.Code, r.OpensAt, r.ClosesAt = code, opens.Time, closes.Time
	for i := range ids {
		if string(ids[i][:]) == string(id) {
			return i, err
		}
	}
	return -1, err
}

// addState writes a state if nobody has written the same before and the round is open, and tells whether it did.
func (s *Service) addState(ctx context.Context, key *seal.Key, id seal.BallotID, x ballotState) (ok bool, err error) {
	defer errs.Wrap(&err, "survey.addState")
	if x.n >= mostStates {
		return false, errs.New(errs.Conflict, "survey.saved-too-often")
	}
	k := ballotKey{x.round.Code, id}
	ok, err = s.writeState(ctx, x.round.ID, key.State(id, x.n), x.sealed)
	if err != nil || !ok {
		s.states.stale(k)
		return false, err
	}
	s.cover.observe(s.states.saved(k, x, s.Now()))
	return true, nil
}

// writeState adds a row to an open round. With an id of no ballot the row stands for nothing.
func (s *Service) writeState(ctx context.Context, round int64, id seal.StateID, sealed []byte) (ok bool, err error) {
	n, err := s.DB.Save(ctx, `INSERT INTO survey_ballots (id, round_id, sealed)
		SELECT $1, r.id, $3 FROM survey_rounds r WHERE r.id = $2 AND r.state = 'open'`+s.DB.ForShare()+` ON CONFLICT DO NOTHING`,
		id[:], round, sealed)
	return n == 1, err
}

// foundState is the newest state of a ballot among all of a round.
type foundState struct {
	ballot seal.BallotID
	id     seal.StateID
	sealed []byte
}

// takeStates removes all states of a round and returns the newest of each ballot.
func takeStates(ctx context.Context, tx *db.Tx, round int64, key *seal.Key) (_ []foundState, err error) {
	defer errs.Wrap(&err, "survey.takeStates(%d)", round)
	out, err := newestStates(ctx, tx, round, key)
	if err != nil {
		return nil, err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM survey_ballots WHERE round_id = $1`, round)
	return out, err
}

// newestStates returns the newest state of each ballot of a round.
func newestStates(ctx context.Context, q db.Q, round int64, key *seal.Key) (_ []foundState, err error) {
	defer errs.Wrap(&err, "survey.newestStates(%d)", round)
	there := map[seal.StateID]bool{}
	if err := eachRow(ctx, q, func(r *sql.Rows) error {
		var id []byte
		if err := r.Scan(&id); err != nil {
			return err
		}
		there[seal.StateID(id)] = true
		return nil
	}, `SELECT id FROM survey_ballots WHERE round_id = $1`, round); err != nil {
		return nil, err
	}
	ballots, err := ballotsOf(ctx, q, round, key)
	if err != nil {
		return nil, err
	}
	newest := make(map[seal.StateID]seal.BallotID, len(ballots))
	for _, ballot := range ballots {
		id := key.State(ballot, 0)
		if !there[id] {
			return nil, errors.New("a ballot is not there: was another round's key put in its place?")
		}
		for n := uint32(1); ; n++ {
			next := key.State(ballot, n)
			if !there[next] {
				break
			}
			id = next
		}
		newest[id] = ballot
	}
	var out []foundState
	if err := eachRow(ctx, q, func(r *sql.Rows) error {
		var id, sealed []byte
		if err := r.Scan(&id, &sealed); err != nil {
			return err
		}
		if ballot, ok := newest[seal.StateID(id)]; ok {
			out = append(out, foundState{ballot, seal.StateID(id), sealed})
		}
		return nil
	}, `SELECT id, sealed FROM survey_ballots WHERE round_id = $1`, round); err != nil {
		return nil, err
	}
	if len(out) != len(newest) {
		return nil, fmt.Errorf("%d ballots, want %d", len(out), len(newest))
	}
	return out, nil
}

// ballotsOf are the ballots of a round's invitations and slips.
func ballotsOf(ctx context.Context, q db.Q, round int64, key *seal.Key) ([]seal.BallotID, error) {
	var out []seal.BallotID
	invs, err := invitations(ctx, q, round)
	if err != nil {
		return nil, err
	}
	for _, inv := range invs {
		out = append(out, key.Ballot(key.Token(inv.ID)))
	}
	slips, err := Slips(ctx, q, round)
	if err != nil {
		return nil, err
	}
	for _, x := range slips {
		out = append(out, key.Ballot(key.Owner(key.Slip(x.ID))))
	}
	return out, nil
}

func eachRow(ctx context.Context, q db.Q, f func(*sql.Rows) error, query string, args ...any) error {
	_, err := db.Rows(ctx, q, func(r *sql.Rows, _ *struct{}) error { return f(r) }, query, args...)
	return err
}

// stateMemory remembers which state of each ballot this process has seen last, so that it is found again at once. Where
// this server is alone on its database it also stands for the ballot for a second, so that the page that follows a saved
// one is shown without asking the database. What is remembered is sealed. An old memory costs a second look and never an
// answer.
type stateMemory struct {
	mu     sync.Mutex
	states map[ballotKey]seenState
}

type ballotKey struct {
	round string
	id    seal.BallotID
}

type seenState struct {
	state ballotState
	at    time.Time // seen
	saved time.Time // by this process; zero: not yet
}

const (
	stateMemoryTime = time.Second // an operator's command may close the round meanwhile
	stateMemoryMost = 20_000
)

// get returns what is remembered of a ballot, and whether it may stand for it.
func (m *stateMemory) get(k ballotKey, now time.Time) (x ballotState, fresh bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.states[k]
	age := now.Sub(r.at)
	return r.state, ok && age >= 0 && age < stateMemoryTime
}

func (m *stateMemory) seen(k ballotKey, x ballotState, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.put(k, seenState{x, now, m.states[k].saved})
}

// saved remembers what this process has just written, and tells how long ago it wrote the same ballot before; 0: never.
func (m *stateMemory) saved(k ballotKey, x ballotState, now time.Time) (since time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if before := m.states[k].saved; !before.IsZero() {
		since = now.Sub(before)
	}
	m.put(k, seenState{x, now, now})
	return since
}

func (m *stateMemory) put(k ballotKey, r seenState) {
	if m.states == nil || len(m.states) >= stateMemoryMost {
		m.states = map[ballotKey]seenState{}
	}
	m.states[k] = r
}

// stale makes the next look at a ballot one at the database.
func (m *stateMemory) stale(k ballotKey) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r, ok := m.states[k]; ok {
		r.at = time.Time{}
		m.states[k] = r
	}
}

func (m *stateMemory) clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.states = nil
}
