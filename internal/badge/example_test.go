package badge_test

import (
	"crypto/rand"
	"fmt"
	"time"

	"taitorinki/internal/badge"
)

// A county gives a badge, the mentor keeps the picture, and the county's page says whether it is true.
func Example() {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	keys, err := badge.NewKeys(rand.Reader, now)
	check(err)
	did, _, err := badge.DIDWeb("https://merenranta.example/badges")
	check(err)
	county := badge.Issuer{ID: did, Names: map[string]string{"fi": "Merenrannan hyvinvointialue"}, Keys: "https://merenranta.example/badges/keys"}
	subject, err := badge.NewSubject(rand.Reader, "maija@merenranta.example")
	check(err)

	issued, err := badge.Issue(badge.Credential{
		ID: "https://merenranta.example/badges/1", Issuer: county, Subject: subject, ValidFrom: now,
		Achievement: badge.Achievement{
			ID: "https://merenranta.example/badges/digimentor", Name: "Digimentori", Description: "Auttaa työkaveria digiasioissa.",
			Criteria: badge.Criteria{Narrative: "Kävi digimentorin polun loppuun."}, Type: "Badge",
		},
	}, keys, now)
	check(err)
	picture, err := badge.Picture{Title: "Digimentori", Issuer: "Merenrannan hyvinvointialue"}.PNG()
	check(err)
	baked, err := badge.BakePNG(picture, issued.Token)
	check(err)

	text, err := badge.Unbake(baked)
	check(err)
	result := badge.Verifier{Issuer: county, Keys: keys, Now: now}.Verify([]byte(text))
	fmt.Println(result.True(), result.Credential.Achievement.Name, result.Credential.Subject.Is("maija@merenranta.example"))
	// Output: true Digimentori true
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
