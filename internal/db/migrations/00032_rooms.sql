-- A host orders polls by hand and takes up a question before those with more votes.
-- +goose Up
ALTER TABLE live_questions ADD COLUMN pinned {{.Bool}} NOT NULL DEFAULT FALSE; -- shown before those with more votes
ALTER TABLE live_polls ADD COLUMN place {{.Int}} NOT NULL DEFAULT 0;           -- in the host's order; equal ones as they were made
ALTER TABLE live_polls ADD COLUMN turn {{.Int}} NOT NULL DEFAULT 0;            -- the how-manieth start in its room was its last; 0: none
