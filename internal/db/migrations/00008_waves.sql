-- Responses of one person in several waves meet by a code that the person keeps.
-- +goose Up
ALTER TABLE survey_responses ADD COLUMN pair {{.Bytes}}; -- of the code, by the series' key; NULL: no code was given
CREATE INDEX survey_responses_pair ON survey_responses (pair, round_id);
