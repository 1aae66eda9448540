-- The monthly note to each digimentor: once a month, whichever server comes first.
-- +goose Up
CREATE TABLE mentoring_note_months (
	month       TEXT PRIMARY KEY,             -- 2026-11
	made_at     {{.Int}} NOT NULL
){{.Strict}};
