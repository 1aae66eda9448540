-- Units, persons, roles, sign-in, and the log of who changed what.
-- +goose Up
CREATE TABLE units (
	id          {{.ID}},
	parent_id   {{.Int}} REFERENCES units (id),
	code        TEXT NOT NULL UNIQUE,
	name_fi     TEXT NOT NULL,
	name_sv     TEXT NOT NULL,
	name_en     TEXT NOT NULL,
	headcount   {{.Int}},                     -- as the staff list states it; NULL when it does not
	ended_at    {{.Int}}                      -- no longer in the staff list; history still names it
){{.Strict}};
CREATE INDEX units_parent ON units (parent_id);

CREATE TABLE professions (
	code        TEXT PRIMARY KEY,
	name_fi     TEXT NOT NULL,
	name_sv     TEXT NOT NULL,
	name_en     TEXT NOT NULL
){{.Strict}};

CREATE TABLE persons (
	id           {{.ID}},
	staff_number TEXT UNIQUE,                 -- the key in the staff list when it has one, else the e-mail is
	email        TEXT NOT NULL,
	email_fold   TEXT NOT NULL UNIQUE,
	name         TEXT NOT NULL,
	name_fold    TEXT NOT NULL,
	unit_id      {{.Int}} REFERENCES units (id),
	profession   TEXT REFERENCES professions (code),
	lang         TEXT NOT NULL,
	listed       {{.Bool}} NOT NULL,          -- came with the staff list, so a later list may say that the person left
	left_at      {{.Int}},
	epoch        {{.Int}} NOT NULL DEFAULT 0  -- raised by "sign out everywhere"; sessions of an older epoch end
){{.Strict}};
CREATE INDEX persons_unit ON persons (unit_id);

CREATE TABLE roles (
	id          {{.ID}},
	person_id   {{.Int}} NOT NULL REFERENCES persons (id),
	role        TEXT NOT NULL,
	unit_id     {{.Int}} REFERENCES units (id), -- NULL: the whole organisation
	listed      {{.Bool}} NOT NULL,           -- given by the staff list, so a later list may take it back
	granted_at  {{.Int}} NOT NULL
){{.Strict}};
CREATE INDEX roles_person ON roles (person_id);
CREATE INDEX roles_unit ON roles (unit_id);

-- A wish to sign in. The token is made when the mail is written, and only its hash is kept.
CREATE TABLE signins (
	id          {{.ID}},
	person_id   {{.Int}} NOT NULL REFERENCES persons (id),
	hash        {{.Bytes}} UNIQUE,
	asked_at    {{.Int}} NOT NULL,
	expires_at  {{.Int}}                      -- set with the token
){{.Strict}};
CREATE INDEX signins_person ON signins (person_id, asked_at);

CREATE TABLE audit_log (
	id          {{.ID}},
	at          {{.Int}} NOT NULL,
	person_id   {{.Int}} REFERENCES persons (id), -- NULL: the operator at the command line, or the platform itself
	action      TEXT NOT NULL,
	object      TEXT NOT NULL,
	detail      TEXT NOT NULL
){{.Strict}};
