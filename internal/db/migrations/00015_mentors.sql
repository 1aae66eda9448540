-- Digimentors: who they are, whom they help, and how it came about.
-- +goose Up
CREATE TABLE mentoring_mentors (
	id          {{.ID}},
	person_id   {{.Int}} NOT NULL UNIQUE REFERENCES persons (id),
	state       TEXT NOT NULL CHECK (state IN ('candidate', 'confirmed', 'training', 'active', 'resting', 'ended')),
	minutes     {{.Int}} NOT NULL,            -- granted a week; 0 while nothing is granted
	starts      TEXT NOT NULL,                -- first day of the grant, 2026-11-22; '' while nothing is granted
	ends        TEXT NOT NULL,                -- last day of the grant; '' is until further notice
	areas       TEXT NOT NULL,                -- JSON: ids of competence areas, the mentor's strengths
	services    TEXT NOT NULL,                -- JSON: ids of digital services
	langs       TEXT NOT NULL,                -- JSON: languages in which the mentor helps
	reach       TEXT NOT NULL,                -- how and when the mentor is reached, in the mentor's own words
	away_from   TEXT NOT NULL,                -- first day of an absence; '' for none
	away_to     TEXT NOT NULL,                -- its last day
	note_off    {{.Bool}} NOT NULL DEFAULT FALSE, -- does not want the monthly note
	since       {{.Int}} NOT NULL,            -- when the state was reached
	reminded_at {{.Int}},                     -- when the supervisors of a candidate were reminded last
	version     {{.Int}} NOT NULL             -- raised by every change, so that nobody writes over another's
){{.Strict}};
CREATE INDEX mentoring_mentors_state ON mentoring_mentors (state);

CREATE TABLE mentoring_mentor_units (
	mentor_id   {{.Int}} NOT NULL REFERENCES mentoring_mentors (id),
	unit_id     {{.Int}} NOT NULL REFERENCES units (id),
	below       {{.Bool}} NOT NULL,           -- everything under the unit too
	PRIMARY KEY (mentor_id, unit_id)
){{.Strict}};
CREATE INDEX mentoring_mentor_units_unit ON mentoring_mentor_units (unit_id);

-- Only added to: each change dated with who and why.
CREATE TABLE mentoring_mentor_events (
	id          {{.ID}},
	mentor_id   {{.Int}} NOT NULL REFERENCES mentoring_mentors (id),
	at          {{.Int}} NOT NULL,
	person_id   {{.Int}} REFERENCES persons (id), -- NULL: the platform itself, or the operator
	kind        TEXT NOT NULL,                -- what was done
	state       TEXT NOT NULL,                -- after it
	why         TEXT NOT NULL
){{.Strict}};
CREATE INDEX mentoring_mentor_events_of ON mentoring_mentor_events (mentor_id, id);
CREATE INDEX mentoring_mentor_events_by ON mentoring_mentor_events (person_id);
