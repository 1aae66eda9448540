-- When a round reminds, and with which words. Whom a reminder goes to stands nowhere.
-- +goose Up
CREATE TABLE survey_reminders (
	round_id    {{.Int}} NOT NULL REFERENCES survey_rounds (id),
	n           {{.Int}} NOT NULL,            -- names the reminder in its round; never used again once it has run
	after_days  {{.Int}},                     -- days after answering began; NULL: on the last day
	subject     TEXT NOT NULL,                -- JSON: language to words
	body        TEXT NOT NULL,                -- JSON: language to words
	state       TEXT NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'ran', 'passed')),
	ran_at      {{.Int}},
	PRIMARY KEY (round_id, n)
){{.Strict}};
