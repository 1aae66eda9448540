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
	name_sort    TEXT NOT NULL DEFAULT '',    -- orders names as Finnish and Swedish do, on every engine
	unit_id      {{.Int}} REFERENCES units (id),
	profession   TEXT REFERENCES professions (code),
	lang         TEXT NOT NULL,
	own_lang     {{.Bool}} NOT NULL DEFAULT FALSE, -- chosen by the person, so the staff list does not change it
	listed       {{.Bool}} NOT NULL,          -- came with the staff list, so a later list may say that the person left
	left_at      {{.Int}},
	epoch        {{.Int}} NOT NULL DEFAULT 0  -- raised by "sign out everywhere"; sessions of an older epoch end
){{.Strict}};
CREATE INDEX persons_unit ON persons (unit_id);
CREATE INDEX persons_sort ON persons (name_sort, id);

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
CREATE UNIQUE INDEX roles_once ON roles (person_id, role, COALESCE(unit_id, 0));

-- A staff list between its dry run and the word to bring it in.
CREATE TABLE staff_uploads (
	id          {{.ID}},
	person_id   {{.Int}} NOT NULL REFERENCES persons (id),
	kind        TEXT NOT NULL CHECK (kind IN ('staff', 'roles')),
	units       {{.Bytes}},
	people      {{.Bytes}},
	professions {{.Bytes}},
	names       TEXT NOT NULL,                -- JSON: what the files are called
	created_at  {{.Int}} NOT NULL
){{.Strict}};

-- One row. Raising the number makes two imports wait for one another and tells that one came between.
CREATE TABLE staff_lists (
	id          {{.Int}} PRIMARY KEY CHECK (id = 1),
	imports     {{.Int}} NOT NULL
){{.Strict}};
INSERT INTO staff_lists (id, imports) VALUES (1, 0);

-- A wish to sign in. The token is made when the mail is written, and only its hash is kept.
CREATE TABLE signins (
	id          {{.ID}},
	person_id   {{.Int}} REFERENCES persons (id), -- NULL: the address is nobody's, which the asker must not notice
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
