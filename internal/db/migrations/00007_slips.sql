-- Paper slips: ballots that belong to a unit and to nobody.
-- +goose Up
CREATE TABLE survey_slips (
	id          {{.ID}},
	round_id    {{.Int}} NOT NULL REFERENCES survey_rounds (id),
	unit_id     {{.Int}} NOT NULL,            -- of the round's tree
	sheet       {{.Int}} NOT NULL             -- those made at once have one number; nothing here changes when a slip is used
){{.Strict}};
CREATE INDEX survey_slips_round ON survey_slips (round_id, sheet);
