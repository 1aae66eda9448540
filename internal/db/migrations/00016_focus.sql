-- What mentors are asked to look at first: a finding turned into a focus for a part of the county and a time.
-- +goose Up
CREATE TABLE mentoring_focuses (
	id          {{.ID}},
	finding_id  {{.Int}} NOT NULL,            -- of insight; the features' tables do not refer to one another
	unit_id     {{.Int}} NOT NULL REFERENCES units (id), -- with everything under it
	area        TEXT NOT NULL,                -- id of the competence area
	starts      TEXT NOT NULL,                -- first day
	ends        TEXT NOT NULL,                -- last day
	person_id   {{.Int}} NOT NULL REFERENCES persons (id),
	made_at     {{.Int}} NOT NULL
){{.Strict}};
CREATE INDEX mentoring_focuses_finding ON mentoring_focuses (finding_id);
CREATE INDEX mentoring_focuses_ends ON mentoring_focuses (ends);
