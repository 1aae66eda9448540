-- Open answers of closed rounds, on their way through a person who checks them.
-- +goose Up
ALTER TABLE insight_snapshots ADD COLUMN texts_at {{.Int}}; -- when the texts were copied; NULL: not yet

-- Only questions that so many have answered that their answers may be shown at all.
CREATE TABLE insight_questions (
	round_code  TEXT NOT NULL,
	item        TEXT NOT NULL,                -- id in the instrument
	place       {{.Int}} NOT NULL,            -- order of the questions
	words       TEXT NOT NULL,                -- JSON: the question by language
	batch       {{.Int}} NOT NULL,            -- at least so many texts are shown at a time
	fewest      {{.Int}} NOT NULL,            -- and in all
	PRIMARY KEY (round_code, item)
){{.Strict}};

-- A text says of its writer nothing but itself: no response, no group, no time, no language.
CREATE TABLE insight_texts (
	id          {{.Int}} PRIMARY KEY,         -- random, and the order in which the texts are shown
	round_code  TEXT NOT NULL,
	item        TEXT NOT NULL,
	body        TEXT NOT NULL,                -- as it was written
	state       TEXT NOT NULL CHECK (state IN ('waiting', 'released', 'withheld')),
	masked      TEXT NOT NULL,                -- as it may be shown; '' unless released
	shown       {{.Bool}} NOT NULL,           -- with a batch
	checked_by  {{.Int}},                     -- the person who decided
	checked_at  {{.Int}},
	FOREIGN KEY (round_code, item) REFERENCES insight_questions (round_code, item)
){{.Strict}};
CREATE INDEX insight_texts_round ON insight_texts (round_code, item, state);
