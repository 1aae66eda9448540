package signon

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
)

// account is what a verified token says of who signs in.
type account struct {
	Issuer, Subject string // what the account is known by
	Sub, SID        string // the token's own words, which a logout token repeats
	Email           string // "" unless it is verified
	Unverified      string // an address that is not
	Roles           []string
}

type claims struct {
	SID            string `json:"sid"`
	Party          string `json:"azp"`
	Tenant         string `json:"tid"`
	Object         string `json:"oid"`
	Email          string `json:"email"`
	Verified       truth  `json:"email_verified"`
	DomainVerified truth  `json:"xms_edov"`
	Roles          words  `json:"roles"`
}

// truth is true for what providers write when they mean it, and false for all else.
type truth bool

// UnmarshalJSON reads true, 1, "true" and "1" as true. Entra ID has been seen to write xms_edov in each of these ways.
func (t *truth) UnmarshalJSON(b []byte) error {
	*t = truth(slices.Contains([]string{`true`, `1`, `"true"`, `"1"`, `"True"`}, string(b)))
	return nil
}

// words are several words or one.
type words []string

// UnmarshalJSON takes what is neither for none.
func (w *words) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*w = words{one}
		return nil
	}
	var all []string
	if json.Unmarshal(b, &all) == nil {
		*w = all
	}
	return nil
}

// accountOf reads a token whose signature, issuer, audience and time are good.
func accountOf(t *oidc.IDToken, clientID string) (account, error) {
	var c claims
	if err := t.Claims(&c); err != nil {
		return account{}, err
	}
	if t.Subject == "" {
		return account{}, errNoSubject
	}
	// Other audiences than us: then it must say that it was made for us (OpenID Connect Core 1.0, 3.1.3.7).
	if (len(t.Audience) > 1 || c.Party != "") && c.Party != clientID {
		return account{}, errOtherParty
	}
	a := account{Issuer: t.Issuer, Subject: t.Subject, Sub: t.Subject, SID: c.SID, Roles: c.Roles}
	verified := bool(c.Verified)
	if entra(t.Issuer, c) {
		// The sub of Entra ID is another one for each registration of the platform; tenant and object stay.
		a.Subject, verified = c.Tenant+"/"+c.Object, bool(c.DomainVerified)
	}
	if verified {
		a.Email = c.Email
	} else {
		a.Unverified = c.Email
	}
	return a, nil
}

// entra reports whether a token is one of Entra ID: it names a tenant and an object, and its issuer is of that tenant. Elsewhere people
// may be able to choose what these claims say.
func entra(issuer string, c claims) bool {
	u, err := url.Parse(issuer)
	return err == nil && c.Tenant != "" && c.Object != "" && slices.Contains(strings.Split(u.Path, "/"), c.Tenant)
}
