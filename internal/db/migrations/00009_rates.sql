-- Response rates of an open round, as they may be told.
-- +goose Up
ALTER TABLE survey_rounds ADD COLUMN rated_on {{.Int}}; -- the day of the rates, counted from 1970; NULL: not counted yet

-- The newest rates only: those of the day before would tell who has answered since.
CREATE TABLE survey_rates (
	round_id    {{.Int}} NOT NULL REFERENCES survey_rounds (id),
	unit_id     {{.Int}} NOT NULL,            -- of the round's tree; 0: the whole population
	percent     {{.Int}} NOT NULL,            -- in steps of 5
	bound       {{.Int}} NOT NULL,            -- -1: so much or less, 0: about so much, 1: so much or more
	PRIMARY KEY (round_id, unit_id)
){{.Strict}};

-- Slips that stand for people of the unit who are invited by name and can't be reached: they are counted once.
ALTER TABLE survey_round_units ADD COLUMN standing {{.Int}} NOT NULL DEFAULT 0;
