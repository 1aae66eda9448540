package main

import (
	"fmt"
	"os"
	"strings"

	"taitorinki/internal/people/signon"
)

// signonFlags say with which OpenID provider the county's staff sign in.
type signonFlags struct {
	Issuer     string            `name:"oidc-issuer" help:"Let people sign in with the county's own accounts: the OpenID provider's issuer." placeholder:"URL" env:"TAITORINKI_OIDC_ISSUER"`
	Client     string            `name:"oidc-client-id" help:"What the provider knows this platform by." placeholder:"ID" env:"TAITORINKI_OIDC_CLIENT_ID"`
	Secret     string            `name:"oidc-secret" help:"The client secret that the provider gave. Better in a file or the environment than here: everybody on the machine sees flags." placeholder:"SECRET" env:"TAITORINKI_OIDC_SECRET"`
	SecretFile string            `name:"oidc-secret-file" help:"File that holds the client secret." placeholder:"FILE" env:"TAITORINKI_OIDC_SECRET_FILE"`
	Button     map[string]string `name:"oidc-button" help:"What the button on the sign-in page says, by language: 'fi=...;sv=...;en=...'." placeholder:"LANG=TEXT" env:"TAITORINKI_OIDC_BUTTON"`
	Roles      map[string]string `name:"oidc-roles" help:"Roles over the whole organisation, by the provider's app roles: 'Taitorinki.Coordinator=coordinator;...'." placeholder:"APPROLE=ROLE" env:"TAITORINKI_OIDC_ROLES"`
}

// settings reads the secret's file and checks what can be checked without asking the provider.
func (f signonFlags) settings() (signon.Settings, error) {
	s := signon.Settings{Issuer: f.Issuer, ClientID: f.Client, Secret: f.Secret, Labels: f.Button, Roles: f.Roles}
	if f.SecretFile != "" {
		if f.Secret != "" {
			return s, fmt.Errorf("--oidc-secret and --oidc-secret-file: give one of them")
		}
		b, err := os.ReadFile(f.SecretFile)
		if err != nil {
			return s, err
		}
		s.Secret = strings.TrimSpace(string(b))
	}
	return s, s.Check()
}
