// Package badge issues and checks Open Badges 3.0: credentials that a person keeps and anybody can check without asking us.
//
// One credential goes out in both forms of the standard: a signed token (VC-JWT), which is also baked into the badge's picture, and
// JSON with a Data Integrity proof. Nothing here reads a clock, a database or the network: the time, randomness and keys come in as
// arguments, and the JSON-LD contexts are bundled. A badge says who earned it by a salted hash of an e-mail address, so a badge
// that is passed on shows nobody's address.
//
// Source of the format: 1EdTech, Open Badges Specification 3.0; W3C, Verifiable Credentials Data Model 2.0.
package badge

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Issuer is who gives a badge: the county.
type Issuer struct {
	ID    string            // a did:web, see DIDWeb, or the https address of a profile
	Names map[string]string // by language ("fi"); a badge takes the one of its achievement's language
	URL   string            // home page; may be empty
	Email string            // may be empty
	Image string            // address of a logo; may be empty

	// Keys is the https address of the JWKS. Each key alone stands below it, at Keys + "/" + its id: the kid of a token is that
	// address, because the standard asks verifiers to fetch keys by HTTP only. Empty: the kid is the key's DID URL.
	Keys string
}

// Achievement is what a badge is given for. It is the same for everybody who earns it.
type Achievement struct {
	ID          string // an address that stays
	Name        string
	Description string
	Criteria    Criteria
	Type        string // a word of the standard's list, such as "Badge", "Competency" or "Course", or one of ours, "ext:..."; may be empty
	Image       string // may be empty
	Alignments  []Alignment
	Tags        []string

	// Language is a BCP 47 tag such as "fi"; may be empty. 1EdTech added inLanguage to the published context 3.0.3 in 2026 without
	// a new version: a verifier that has bundled an older copy refuses the Data Integrity form of a badge that names its language.
	Language string
}

// Criteria says what one must do: in words, at an address, or both.
type Criteria struct {
	ID        string
	Narrative string // Markdown
}

// Alignment ties an achievement to an entry of a framework such as DigComp or ESCO.
type Alignment struct {
	Name        string // required
	URL         string // required
	Framework   string
	Code        string
	Type        string // a word of the standard's list, such as "ceasn:Competency", or "ext:..."
	Description string
}

// Subject is the person who has earned a badge, known by a hash.
type Subject struct {
	ID   string // a URI that says nothing of the person, such as "urn:uuid:..."; a token needs it as its subject
	Hash string // IdentityHash of the e-mail address and Salt
	Salt string
}

// Evidence is something that shows the achievement. It must name nobody who has not agreed to it.
type Evidence struct {
	ID        string // an address; may be empty
	Name      string
	Narrative string // Markdown
}

// Status is the place in a published list that says whether the credential has been revoked.
type Status struct {
	List  string // address of the list's credential
	Index int    // from 0
}

// Credential says that somebody has earned an achievement.
type Credential struct {
	ID          string // an address, such as the public page of the badge
	Issuer      Issuer
	Achievement Achievement
	Subject     Subject
	ValidFrom   time.Time // whole seconds
	ValidUntil  time.Time // zero: for good
	Evidence    []Evidence
	Status      *Status // nil: can't be revoked
}

// ErrInvalid says that a credential can't be written as a badge; the error around it names the field.
var ErrInvalid = errors.New("badge: not a valid credential")

// Limits keep a badge small enough for a picture, and its check cheap.
const (
	maxText  = 10_000  // characters in one text
	maxImage = 200_000 // characters in a picture that stands in its address
	maxList  = 50      // alignments, tags, pieces of evidence
)

// NewSubject makes a subject for an e-mail address with a fresh salt and a fresh id.
func NewSubject(random io.Reader, email string) (Subject, error) {
	var b [32]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return Subject{}, fmt.Errorf("badge.NewSubject: %w", err)
	}
	u := b[16:]
	u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80 // version 4 and variant of RFC 9562
	salt := hex.EncodeToString(b[:16])
	return Subject{
		ID:   fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:]),
		Hash: IdentityHash(email, salt),
		Salt: salt,
	}, nil
}

// IdentityHash is "sha256$" and the SHA-256 of the address and then the salt, in hexadecimal digits (Open Badges 3.0, IdentityHash).
// The address is taken in small letters, without space around it.
func IdentityHash(email, salt string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(strings.TrimSpace(email)) + salt))
	return "sha256$" + hex.EncodeToString(sum[:])
}

// Is tells whether the subject is the person with this e-mail address.
func (s Subject) Is(email string) bool { return s.Hash == IdentityHash(email, s.Salt) }

// Name is the issuer's name in a language, or else in the first language there is.
func (i Issuer) Name(language string) string {
	if name := i.Names[language]; name != "" {
		return name
	}
	first, name := "", ""
	for l, n := range i.Names {
		if n != "" && (name == "" || l < first) {
			first, name = l, n
		}
	}
	return name
}

// check gathers what is wrong with a credential. It refuses what JSON-LD processing would drop silently or write differently from
// one library to the next: relative addresses and control characters.
func (c Credential) check() error {
	var k checker
	k.address("id", c.ID, true)
	k.issuer(c.Issuer, c.Achievement.Language)
	k.achievement(c.Achievement)
	k.address("subject id", c.Subject.ID, true)
	k.text("identity hash", c.Subject.Hash, true)
	k.text("salt", c.Subject.Salt, false)
	k.times(c.ValidFrom, c.ValidUntil)
	k.list("evidence", len(c.Evidence))
	for _, e := range c.Evidence {
		k.address("evidence id", e.ID, false)
		k.text("evidence name", e.Name, false)
		k.text("evidence narrative", e.Narrative, false)
	}
	if c.Status != nil {
		k.address("status list", c.Status.List, true)
		k.that(c.Status.Index >= 0, "status index")
	}
	k.apart(c)
	return k.err()
}

// apart wants every thing to have an address of its own, and no tag twice. In RDF, what has one address is one thing and what is said
// twice is said once, so the same signature would fit several badges.
func (k *checker) apart(c Credential) {
	ids := []string{c.ID, c.Issuer.ID, c.Subject.ID, c.Achievement.ID}
	for _, e := range c.Evidence {
		if e.ID != "" {
			ids = append(ids, e.ID)
		}
	}
	k.that(distinct(ids), "one id for two things")
	k.that(distinct(c.Achievement.Tags), "one tag twice")
}

func distinct(s []string) bool {
	seen := map[string]bool{}
	for _, v := range s {
		seen[v] = true
	}
	return len(seen) == len(s)
}

// checker gathers the names of fields that are not as they must be.
type checker struct{ bad []string }

func (k *checker) that(ok bool, field string) {
	if !ok {
		k.bad = append(k.bad, field)
	}
}

func (k *checker) err() error {
	if len(k.bad) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrInvalid, strings.Join(k.bad, ", "))
}

func (k *checker) issuer(i Issuer, language string) {
	k.address("issuer id", i.ID, true)
	k.text("issuer name", i.Name(language), true)
	k.address("issuer url", i.URL, false)
	k.text("issuer email", i.Email, false)
	k.image("issuer image", i.Image)
	k.address("issuer keys", i.Keys, false)
}

func (k *checker) achievement(a Achievement) {
	k.address("achievement id", a.ID, true)
	k.text("achievement name", a.Name, true)
	k.text("achievement description", a.Description, true)
	k.that(a.Criteria != Criteria{}, "criteria")
	k.address("criteria id", a.Criteria.ID, false)
	k.text("criteria narrative", a.Criteria.Narrative, false)
	k.that(a.Type == "" || inVocabulary(achievementTypes, a.Type), "achievement type")
	k.image("achievement image", a.Image)
	k.that(a.Language == "" || languageTag.MatchString(a.Language), "language")
	k.list("tags", len(a.Tags))
	for _, t := range a.Tags {
		k.text("tag", t, true)
	}
	k.list("alignments", len(a.Alignments))
	for _, l := range a.Alignments {
		k.text("alignment name", l.Name, true)
		k.address("alignment url", l.URL, true)
		k.that(l.Type == "" || inVocabulary(targetTypes, l.Type), "alignment type")
		for _, s := range []string{l.Framework, l.Code, l.Description} {
			k.text("alignment", s, false)
		}
	}
}

// times wants whole seconds, because a token counts in them, and years that are written with four digits.
func (k *checker) times(from, until time.Time) {
	k.that(whole(from), "valid from")
	k.that(until.IsZero() || whole(until) && until.After(from), "valid until")
}

func whole(t time.Time) bool {
	year := t.UTC().Year()
	return t.Nanosecond() == 0 && year > 1 && year <= 9999
}

func (k *checker) list(field string, n int) { k.that(n <= maxList, field) }

func (k *checker) text(field, s string, required bool) {
	control := strings.ContainsFunc(s, func(r rune) bool { return r != '\n' && unicode.IsControl(r) })
	k.that(utf8.ValidString(s) && utf8.RuneCountInString(s) <= maxText && !control && (s != "" || !required), field)
}

// address wants an absolute address in ASCII, to a page or as a name. Pages may link to it: nothing that runs gets through.
func (k *checker) address(field, s string, required bool) {
	if s == "" {
		k.that(!required, field)
		return
	}
	u, ok := absolute(s)
	switch {
	case !ok:
	case u.Scheme == "https", u.Scheme == "http":
		ok = u.Host != ""
	default:
		ok = (u.Scheme == "did" || u.Scheme == "urn") && u.Opaque != ""
	}
	k.that(ok && len(s) <= maxText, field)
}

// image wants the address of a picture, which may also stand in the address itself, as data.
func (k *checker) image(field, s string) {
	if !strings.HasPrefix(s, "data:") {
		k.address(field, s, false)
		return
	}
	_, ok := absolute(s)
	k.that(ok && strings.HasPrefix(s, "data:image/") && len(s) <= maxImage, field)
}

func absolute(s string) (*url.URL, bool) {
	u, err := url.Parse(s)
	odd := strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune("<>\"{}|\\^`", r) })
	return u, err == nil && !odd
}
