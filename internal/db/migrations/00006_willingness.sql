-- Who would like to be a digimentor, what the county says of itself, and where a sign-in leads.
-- +goose Up

-- A named answer, given freely and apart from every survey. It has no time, no round and no number of its own, and nothing
-- may be added that tells when it was given or rewritten: survey/enemy_wishes_test.go fails then.
CREATE TABLE mentoring_wishes (
	person_id   {{.Int}} PRIMARY KEY REFERENCES persons (id),
	mentor      TEXT NOT NULL CHECK (mentor IN ('yes', 'maybe', 'no')),
	ways        TEXT NOT NULL                 -- JSON: the preferred ways of learning
){{.Strict}};

-- One row: what privacy notices and the accessibility statement say of the county.
CREATE TABLE county_settings (
	id          {{.Int}} PRIMARY KEY CHECK (id = 1),
	settings    TEXT NOT NULL                 -- JSON
){{.Strict}};

-- The page of ours that somebody came for, '' for the start page. It is never a page of a survey.
ALTER TABLE signins ADD COLUMN next TEXT NOT NULL DEFAULT '';
