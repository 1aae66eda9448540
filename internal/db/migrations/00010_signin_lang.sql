-- The mail of a sign-in speaks the language of the page it was asked on.
-- +goose Up
ALTER TABLE signins ADD COLUMN lang TEXT NOT NULL DEFAULT '';
