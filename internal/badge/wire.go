package badge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strconv"
	"time"
)

// The shapes of JSON that the standard wants. They are apart from the types above because half of their fields never vary.

type wireCredential struct {
	Context    []string       `json:"@context"`
	ID         string         `json:"id"`
	Type       []string       `json:"type"`
	Name       string         `json:"name"`
	Issuer     wireProfile    `json:"issuer"`
	ValidFrom  string         `json:"validFrom"`
	ValidUntil string         `json:"validUntil,omitempty"`
	Subject    wireSubject    `json:"credentialSubject"`
	Evidence   []wireEvidence `json:"evidence,omitempty"`
	Status     *wireStatus    `json:"credentialStatus,omitempty"`
	Proof      []wireProof    `json:"proof,omitempty"`
}

type wireProfile struct {
	ID    string     `json:"id"`
	Type  []string   `json:"type"`
	Name  string     `json:"name"`
	URL   string     `json:"url,omitempty"`
	Email string     `json:"email,omitempty"`
	Image *wireImage `json:"image,omitempty"`
}

type wireImage struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

type wireSubject struct {
	ID          string          `json:"id"`
	Type        []string        `json:"type"`
	Identifier  []wireIdentity  `json:"identifier"`
	Achievement wireAchievement `json:"achievement"`
}

type wireIdentity struct {
	Type         string `json:"type"`
	Hashed       bool   `json:"hashed"`
	IdentityHash string `json:"identityHash"`
	IdentityType string `json:"identityType"`
	Salt         string `json:"salt,omitempty"`
}

type wireAchievement struct {
	ID          string          `json:"id"`
	Type        []string        `json:"type"`
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Criteria    wireCriteria    `json:"criteria"`
	Kind        string          `json:"achievementType,omitempty"`
	Image       *wireImage      `json:"image,omitempty"`
	Alignment   []wireAlignment `json:"alignment,omitempty"`
	Tag         []string        `json:"tag,omitempty"`
	InLanguage  string          `json:"inLanguage,omitempty"`
}

type wireCriteria struct {
	ID        string `json:"id,omitempty"`
	Narrative string `json:"narrative,omitempty"`
}

type wireAlignment struct {
	Type        []string `json:"type"`
	Name        string   `json:"targetName"`
	URL         string   `json:"targetUrl"`
	Framework   string   `json:"targetFramework,omitempty"`
	Code        string   `json:"targetCode,omitempty"`
	Kind        string   `json:"targetType,omitempty"`
	Description string   `json:"targetDescription,omitempty"`
}

type wireEvidence struct {
	ID        string   `json:"id,omitempty"`
	Type      []string `json:"type"`
	Name      string   `json:"name,omitempty"`
	Narrative string   `json:"narrative,omitempty"`
}

type wireStatus struct {
	ID      string `json:"id"`
	Type    string `json:"type"`
	Purpose string `json:"statusPurpose"`
	Index   string `json:"statusListIndex"`
	List    string `json:"statusListCredential"`
}

// wire is the credential as JSON has it, without a proof.
func (c Credential) wire() wireCredential {
	w := wireCredential{
		Context:    []string{credentialsContext, badgesContext},
		ID:         c.ID,
		Type:       []string{"VerifiableCredential", "OpenBadgeCredential"},
		Name:       c.Achievement.Name,
		Issuer:     c.Issuer.wire(c.Achievement.Language),
		ValidFrom:  stamp(c.ValidFrom),
		ValidUntil: stamp(c.ValidUntil),
		Subject: wireSubject{
			ID:          c.Subject.ID,
			Type:        []string{"AchievementSubject"},
			Identifier:  []wireIdentity{{"IdentityObject", true, c.Subject.Hash, "emailAddress", c.Subject.Salt}},
			Achievement: c.Achievement.wire(),
		},
	}
	for _, e := range c.Evidence {
		w.Evidence = append(w.Evidence, wireEvidence{e.ID, []string{"Evidence"}, e.Name, e.Narrative})
	}
	if s := c.Status; s != nil {
		index := strconv.Itoa(s.Index)
		w.Status = &wireStatus{s.List + "#" + index, "BitstringStatusListEntry", revocation, index, s.List}
	}
	return w
}

func (i Issuer) wire(language string) wireProfile {
	return wireProfile{i.ID, []string{"Profile"}, i.Name(language), i.URL, i.Email, picture(i.Image)}
}

func (a Achievement) wire() wireAchievement {
	w := wireAchievement{
		ID: a.ID, Type: []string{"Achievement"}, Name: a.Name, Description: a.Description,
		Criteria: wireCriteria(a.Criteria), Kind: a.Type, Image: picture(a.Image), Tag: a.Tags, InLanguage: a.Language,
	}
	for _, l := range a.Alignments {
		w.Alignment = append(w.Alignment, wireAlignment{[]string{"Alignment"}, l.Name, l.URL, l.Framework, l.Code, l.Type, l.Description})
	}
	return w
}

func picture(address string) *wireImage {
	if address == "" {
		return nil
	}
	return &wireImage{address, "Image"}
}

func (i *wireImage) address() string {
	if i == nil {
		return ""
	}
	return i.ID
}

// credential reads back what wire has written. What is lost on the way is noticed by read.
func (w wireCredential) credential() (Credential, error) {
	from, err := parseStamp(w.ValidFrom)
	if err != nil {
		return Credential{}, err
	}
	until, err := parseStamp(w.ValidUntil)
	if err != nil {
		return Credential{}, err
	}
	a := w.Subject.Achievement
	c := Credential{ID: w.ID, Issuer: w.Issuer.issuer(a.InLanguage), Achievement: a.achievement(), ValidFrom: from, ValidUntil: until}
	c.Subject.ID = w.Subject.ID
	if len(w.Subject.Identifier) == 1 {
		c.Subject.Hash, c.Subject.Salt = w.Subject.Identifier[0].IdentityHash, w.Subject.Identifier[0].Salt
	}
	for _, e := range w.Evidence {
		c.Evidence = append(c.Evidence, Evidence{e.ID, e.Name, e.Narrative})
	}
	if w.Status != nil {
		n, err := strconv.Atoi(w.Status.Index)
		if err != nil {
			return Credential{}, fmt.Errorf("%w: status index", ErrInvalid)
		}
		c.Status = &Status{w.Status.List, n}
	}
	return c, nil
}

func (w wireProfile) issuer(language string) Issuer {
	return Issuer{ID: w.ID, Names: map[string]string{language: w.Name}, URL: w.URL, Email: w.Email, Image: w.Image.address()}
}

func (w wireAchievement) achievement() Achievement {
	a := Achievement{
		ID: w.ID, Name: w.Name, Description: w.Description, Criteria: Criteria(w.Criteria), Type: w.Kind,
		Image: w.Image.address(), Tags: w.Tag, Language: w.InLanguage,
	}
	for _, l := range w.Alignment {
		a.Alignments = append(a.Alignments, Alignment{l.Name, l.URL, l.Framework, l.Code, l.Kind, l.Description})
	}
	return a
}

// read reads a credential and refuses JSON that holds anything which this package would not have written. Signatures do not cover
// all of a JSON text (JSON-LD ignores words it does not know, and its readers differ in what they do with a name that stands twice),
// and nobody may be shown a line that was not signed.
func read(doc map[string]any) (Credential, error) {
	var w wireCredential
	if err := again(doc, &w); err != nil {
		return Credential{}, err
	}
	w.Proof = nil
	c, err := w.credential()
	if err != nil {
		return Credential{}, err
	}
	if err := c.check(); err != nil {
		return Credential{}, err
	}
	return c, same(bare(doc), c.wire())
}

// bare is a document without its proof.
func bare(doc map[string]any) map[string]any {
	out := maps.Clone(doc)
	delete(out, "proof")
	return out
}

// same refuses a document that is not exactly what v is as JSON.
func same(doc map[string]any, v any) error {
	ours, err := object(v)
	if err != nil {
		return err
	}
	for key, value := range doc {
		if _, known := ours[key]; !known || !reflect.DeepEqual(value, ours[key]) {
			return fmt.Errorf("%w: %.40q is not as we write it", ErrInvalid, key)
		}
		delete(ours, key)
	}
	if len(ours) > 0 {
		return fmt.Errorf("%w: something is missing", ErrInvalid)
	}
	return nil
}

// object is v as JSON, read back into maps.
func object(v any) (doc map[string]any, err error) {
	b, err := encode(v)
	if err != nil {
		return nil, err
	}
	err = json.Unmarshal(b, &doc)
	return doc, err
}

// again puts a JSON object into another shape.
func again(doc map[string]any, v any) error {
	b, err := encode(doc)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return nil
}

// parse reads a JSON object in which no name stands twice.
func parse(text []byte) (doc map[string]any, err error) {
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return doc, onlyOnce(json.NewDecoder(bytes.NewReader(text)))
}

// onlyOnce reads one value and refuses objects in which a name stands twice: readers differ in which of the two they take.
func onlyOnce(d *json.Decoder) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	if t == json.Delim('[') {
		for d.More() {
			if err := onlyOnce(d); err != nil {
				return err
			}
		}
		_, err = d.Token()
	}
	if t == json.Delim('{') {
		return namesOnce(d)
	}
	return err
}

func namesOnce(d *json.Decoder) error {
	seen := map[json.Token]bool{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		if seen[name] {
			return fmt.Errorf("%w: %.40q stands twice", ErrInvalid, name)
		}
		seen[name] = true
		if err := onlyOnce(d); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// encode writes JSON without turning < and & into escapes, which only make a badge longer.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func parseStamp(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%w: %.40q is not a time", ErrInvalid, s)
	}
	return t.UTC(), nil
}
