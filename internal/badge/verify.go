package badge

import (
	"bytes"
	"errors"
	"fmt"
	"time"
)

// Reason says why a badge is not to be believed. Pages have words for each.
type Reason string

const (
	Malformed    Reason = "malformed"     // no badge, or not one of the shape that we write
	UnknownKey   Reason = "unknown-key"   // made with a key that is not one of the issuer's
	BadSignature Reason = "bad-signature" // changed since it was signed
	OtherIssuer  Reason = "other-issuer"  // names somebody else as its issuer
	RetiredKey   Reason = "retired-key"   // given after its key was retired
	NotYetValid  Reason = "not-yet-valid"
	Expired      Reason = "expired"
	Revoked      Reason = "revoked"
	StatusUnread Reason = "status-unread" // whether it is revoked can't be known just now
)

// Verifier checks badges of one issuer: its own public page, not a service for everybody's badges.
type Verifier struct {
	Issuer Issuer
	Keys   []Key // retired ones among them; public halves are enough
	Now    time.Time

	// List gives the status list's credential that stands at an address, in either form.
	List func(address string) ([]byte, error)
}

// Result is what a check found.
type Result struct {
	Credential Credential // only when the signature holds: nobody is shown what nobody has signed
	Key        string     // id of the key that signed it
	Reasons    []Reason   // none: the badge is true
	Cause      error      // for the log: more of the first reason
}

// True tells whether nothing speaks against the badge.
func (r Result) True() bool { return len(r.Reasons) == 0 }

// maxBadge limits what is read: more than any badge with a picture inside takes.
const maxBadge = 1 << 20

// Verify checks a badge, a token or JSON.
func (v Verifier) Verify(badge []byte) (r Result) {
	var c Credential
	p, err := v.prove(badge, func(doc map[string]any) (what facts, err error) {
		c, err = read(doc)
		return facts{c.Issuer.ID, c.Subject.ID, c.ID, c.ValidFrom, c.ValidUntil}, err
	})
	if err != nil {
		return Result{Reasons: []Reason{reason(err)}, Cause: err}
	}
	r = Result{Credential: c, Key: p.key.ID}
	r.add(v.facts(p))
	if c.Status != nil {
		r.add(v.status(*c.Status))
	}
	return r
}

func (r *Result) add(err error) {
	if err == nil {
		return
	}
	if r.Cause == nil {
		r.Cause = err
	}
	r.Reasons = append(r.Reasons, reason(err))
}

// facts are what a badge and a status list have in common.
type facts struct {
	issuer, subject, id string
	from, until         time.Time
}

// proven is a document that a known key has signed.
type proven struct {
	facts
	key Key
	at  time.Time // when it was signed, as far as it says
}

// because ties an error to the reason that a reader is told.
type because struct {
	Reason
	error
}

func (b because) Unwrap() error { return b.error }
func (b because) Error() string { return string(b.Reason) + ": " + b.error.Error() }

func reason(err error) Reason {
	var b because
	if errors.As(err, &b) {
		return b.Reason
	}
	return Malformed
}

// prove finds the key that a document names and checks its signature. The function reads the document and refuses what is not of our
// shape.
func (v Verifier) prove(text []byte, readDoc func(map[string]any) (facts, error)) (proven, error) {
	text = bytes.TrimSpace(text)
	switch {
	case len(text) > maxBadge:
		return proven{}, fmt.Errorf("%w: %d bytes", ErrInvalid, len(text))
	case len(text) > 0 && text[0] == '{':
		return v.proveJSON(text, readDoc)
	}
	return v.proveToken(string(text), readDoc)
}

func (v Verifier) proveToken(text string, readDoc func(map[string]any) (facts, error)) (p proven, err error) {
	t, err := parseToken(text)
	if err != nil {
		return p, err
	}
	if p.key, err = v.key(t.kid, v.Issuer.kid); err != nil {
		return p, err
	}
	doc, err := t.verify(p.key)
	if err != nil {
		return p, because{BadSignature, err}
	}
	said, err := splitClaims(doc)
	if err != nil {
		return p, err
	}
	if p.facts, err = readDoc(doc); err != nil {
		return p, err
	}
	p.at = p.from
	if said != newClaims(p.issuer, p.subject, p.id, p.from, p.until) {
		return p, fmt.Errorf("%w: the claims differ from the credential", ErrInvalid)
	}
	return p, nil
}

func (v Verifier) proveJSON(text []byte, readDoc func(map[string]any) (facts, error)) (p proven, err error) {
	doc, err := parse(text)
	if err != nil {
		return p, err
	}
	if p.facts, err = readDoc(doc); err != nil {
		return p, err
	}
	proof, err := parseProof(doc)
	if err != nil {
		return p, err
	}
	if p.at, err = parseStamp(proof.Created); err != nil {
		return p, err
	}
	if p.key, err = v.key(proof.Method, v.Issuer.method); err != nil {
		return p, err
	}
	if err := verifyIntegrity(p.key, doc, proof); err != nil {
		return p, because{BadSignature, err}
	}
	return p, nil
}

// key finds the key of a name; naming gives the name of each.
func (v Verifier) key(name string, naming func(Key) string) (Key, error) {
	for _, k := range v.Keys {
		if naming(k) == name {
			return k, nil
		}
	}
	return Key{}, because{UnknownKey, fmt.Errorf("badge: no key %.200q", name)}
}

// facts checks who issued a document and when it holds.
func (v Verifier) facts(p proven) error {
	switch {
	case p.issuer != v.Issuer.ID:
		return because{OtherIssuer, fmt.Errorf("badge: issued by %.200q", p.issuer)}
	case !p.key.usable(p.at):
		return because{RetiredKey, fmt.Errorf("badge: signed %s, key retired %s", stamp(p.at), stamp(p.key.Retired))}
	case p.from.After(v.Now):
		return because{NotYetValid, fmt.Errorf("badge: from %s", stamp(p.from))}
	case !p.until.IsZero() && !v.Now.Before(p.until):
		return because{Expired, fmt.Errorf("badge: until %s", stamp(p.until))}
	}
	return nil
}

// status reads the list that a credential names and looks at its place.
func (v Verifier) status(s Status) error {
	if v.List == nil {
		return because{StatusUnread, errors.New("badge: no lists")}
	}
	text, err := v.List(s.List)
	if err != nil {
		return because{StatusUnread, err}
	}
	var list StatusCredential
	p, err := v.prove(text, func(doc map[string]any) (facts, error) {
		var err error
		list, err = readList(doc)
		return facts{list.Issuer.ID, list.ID + "#list", list.ID, list.ValidFrom, list.ValidUntil}, err
	})
	if err == nil {
		err = v.facts(p)
	}
	if err == nil && list.ID != s.List {
		err = fmt.Errorf("badge: the list at %.200q is %.200q", s.List, list.ID)
	}
	if err != nil {
		return because{StatusUnread, err}
	}
	revoked, err := list.List.Revoked(s.Index)
	switch {
	case err != nil:
		return because{StatusUnread, err}
	case revoked:
		return because{Revoked, fmt.Errorf("badge: status %d", s.Index)}
	}
	return nil
}
