-- The digimentors' support log: one row is one act of help, and names nobody but the mentor who wrote it. Figures of many are
-- made once a quarter.
-- +goose Up
CREATE TABLE mentoring_entries (
	id          {{.ID}},
	mentor_id   {{.Int}} NOT NULL REFERENCES mentoring_mentors (id),
	key         TEXT NOT NULL,                -- made on the device: the same entry may arrive many times
	unit_id     {{.Int}} NOT NULL REFERENCES units (id), -- that was helped
	area        TEXT NOT NULL,                -- the theme: id of a competence area
	service_id  {{.Int}} REFERENCES catalog_services (id),
	way         TEXT NOT NULL CHECK (way IN ('side', 'phone', 'remote', 'group', 'written')),
	minutes     {{.Int}} NOT NULL,
	day         TEXT NOT NULL,                -- 2026-11-22, never later than made_at
	note        TEXT NOT NULL,
	made_at     {{.Int}} NOT NULL,            -- by the server's clock
	deleted     {{.Bool}} NOT NULL,           -- an empty shell that keeps the key from coming in again
	version     {{.Int}} NOT NULL,
	UNIQUE (mentor_id, key)
){{.Strict}};
CREATE INDEX mentoring_entries_of ON mentoring_entries (mentor_id, day);
CREATE INDEX mentoring_entries_day ON mentoring_entries (day);
CREATE INDEX mentoring_entries_unit ON mentoring_entries (unit_id);

-- A quarter whose figures are made. They never change.
CREATE TABLE mentoring_support_quarters (
	quarter     TEXT PRIMARY KEY,             -- 2026Q3
	themes      TEXT NOT NULL,                -- JSON: lists of ids of areas that are told together
	made_at     {{.Int}} NOT NULL
){{.Strict}};

-- What is told of a unit with everything under it. A unit that is not here is hidden.
CREATE TABLE mentoring_support_figures (
	quarter     TEXT NOT NULL REFERENCES mentoring_support_quarters (quarter),
	unit_id     {{.Int}} NOT NULL REFERENCES units (id),
	hours       {{.Int}} NOT NULL,            -- rounded to tens
	shares      TEXT NOT NULL,                -- JSON: whole percents in the order of the quarter's themes; [] when not told
	PRIMARY KEY (quarter, unit_id)
){{.Strict}};
CREATE INDEX mentoring_support_figures_unit ON mentoring_support_figures (unit_id);
