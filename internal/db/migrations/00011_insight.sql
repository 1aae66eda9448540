-- What is published of closed rounds.
-- +goose Up
-- Written once, when the round has closed: the ledger of all that readers can ever get of it.
CREATE TABLE insight_snapshots (
	round_code  TEXT PRIMARY KEY,
	job_id      {{.Int}} NOT NULL,            -- the job that makes it
	made_at     {{.Int}},                     -- NULL: not made yet
	sha256      {{.Bytes}},                   -- of the JSON
	body        {{.Bytes}}                    -- the JSON, gzip
){{.Strict}};
