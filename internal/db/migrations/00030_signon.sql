-- Signing in with the county's own accounts.
-- +goose Up
ALTER TABLE roles ADD COLUMN claimed_at {{.Int}}; -- when the county's sign-in last said that the person has it; NULL: it did not give it

-- An account of the county's sign-in, and whose it is.
CREATE TABLE person_identities (
	id          {{.ID}},
	person_id   {{.Int}} NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
	issuer      TEXT NOT NULL,
	subject     TEXT NOT NULL,                -- at Entra ID tenant and object, else the sub
	linked_at   {{.Int}} NOT NULL,
	used_at     {{.Int}} NOT NULL
){{.Strict}};
CREATE UNIQUE INDEX person_identities_account ON person_identities (issuer, subject);
CREATE UNIQUE INDEX person_identities_person ON person_identities (person_id, issuer);

-- Sessions that began at the county's sign-in, so that it can end them.
CREATE TABLE identity_sessions (
	session     TEXT PRIMARY KEY,             -- as in sessions
	identity_id {{.Int}} NOT NULL REFERENCES person_identities (id) ON DELETE CASCADE,
	sub         TEXT NOT NULL,                -- as tokens have it
	sid         TEXT NOT NULL,                -- the session there; '' when it gives none
	began_at    {{.Int}} NOT NULL
){{.Strict}};
CREATE INDEX identity_sessions_identity ON identity_sessions (identity_id);
CREATE INDEX identity_sessions_sid ON identity_sessions (sid);

-- Logout tokens that were heeded: each is good once.
CREATE TABLE identity_logouts (
	token       {{.Bytes}} PRIMARY KEY,       -- a hash
	expires_at  {{.Int}} NOT NULL
){{.Strict}};
