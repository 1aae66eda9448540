-- Instruments, rounds, sealed ballots, responses.
-- +goose Up
CREATE TABLE survey_instruments (
	id          {{.ID}},
	ikey        TEXT NOT NULL,
	version     TEXT NOT NULL,
	source      TEXT NOT NULL,                -- the file as it was imported
	created_at  {{.Int}} NOT NULL,
	published_at {{.Int}},                    -- once set, the row never changes
	UNIQUE (ikey, version)
){{.Strict}};

CREATE TABLE survey_rounds (
	id            {{.ID}},
	code          TEXT NOT NULL UNIQUE,       -- in clear in every link of the round
	instrument_id {{.Int}} NOT NULL REFERENCES survey_instruments (id),
	state         TEXT NOT NULL CHECK (state IN ('draft', 'open', 'closing', 'closed')),
	settings      TEXT NOT NULL,              -- JSON, never changed after opening
	opens_at      {{.Int}},
	closes_at     {{.Int}},
	opened_at     {{.Int}},
	closed_at     {{.Int}},
	invited       {{.Int}} NOT NULL DEFAULT 0,
	responses     {{.Int}}                    -- known at closing
){{.Strict}};

-- The tree as it stood at opening.
CREATE TABLE survey_round_units (
	round_id    {{.Int}} NOT NULL REFERENCES survey_rounds (id),
	unit_id     {{.Int}} NOT NULL,
	parent_id   {{.Int}},
	code        TEXT NOT NULL,
	name_fi     TEXT NOT NULL,
	name_sv     TEXT NOT NULL,
	name_en     TEXT NOT NULL,
	invited     {{.Int}} NOT NULL,            -- people invited directly in it
	answers_as  {{.Int}},                     -- the unit its answers are kept under; NULL: the whole population
	PRIMARY KEY (round_id, unit_id)
){{.Strict}};

-- What a response may say of its respondent: at least 5 invited people each.
CREATE TABLE survey_groups (
	round_id    {{.Int}} NOT NULL REFERENCES survey_rounds (id),
	grp         {{.Int}} NOT NULL,
	unit_id     {{.Int}},
	profession  TEXT,
	invited     {{.Int}} NOT NULL,
	PRIMARY KEY (round_id, grp)
){{.Strict}};

-- An invitation says nothing of its use: the token and the ballot are derived from it with the round's key.
CREATE TABLE survey_invitations (
	id          {{.ID}},
	round_id    {{.Int}} NOT NULL REFERENCES survey_rounds (id),
	person_id   {{.Int}} NOT NULL REFERENCES persons (id),
	unit_id     {{.Int}},
	UNIQUE (round_id, person_id)
){{.Strict}};

-- The states of an open round's ballots: one for each invitation from the opening, one more for each save, some that
-- stand for nothing. All have one size, and ids that without the key are random. Rows are added, never changed, and all
-- of a round's go when it closes.
CREATE TABLE survey_ballots (
	id          {{.Bytes}} PRIMARY KEY,
	round_id    {{.Int}} NOT NULL REFERENCES survey_rounds (id),
	sealed      {{.Bytes}} NOT NULL
){{.StrictByKey}};

CREATE TABLE survey_responses (
	id          {{.Int}} PRIMARY KEY,         -- random
	round_id    {{.Int}} NOT NULL REFERENCES survey_rounds (id),
	grp         {{.Int}} NOT NULL,
	answers     TEXT NOT NULL                 -- JSON: item id to answer
){{.Strict}};
CREATE INDEX survey_responses_round ON survey_responses (round_id);

-- Readable only with the secret that the respondent holds.
CREATE TABLE survey_feedbacks (
	id          {{.Bytes}} PRIMARY KEY,
	round_id    {{.Int}} NOT NULL REFERENCES survey_rounds (id),
	sealed      {{.Bytes}} NOT NULL
){{.Strict}};
