-- Mails to the supervisors of candidates, and lists of digimentors between their dry run and the word to bring them in.
-- +goose Up
CREATE TABLE mentoring_asks (
	id          {{.ID}},                      -- what the mail is known by
	mentor_id   {{.Int}} NOT NULL REFERENCES mentoring_mentors (id),
	person_id   {{.Int}} NOT NULL REFERENCES persons (id), -- the supervisor who is asked
	n           {{.Int}} NOT NULL,            -- 0 when the candidate came forward, then 1, 2 ... for reminders
	at          {{.Int}} NOT NULL,
	UNIQUE (mentor_id, person_id, n)          -- several servers at once ask once
){{.Strict}};
CREATE INDEX mentoring_asks_person ON mentoring_asks (person_id);

CREATE TABLE mentoring_uploads (
	id          {{.ID}},
	person_id   {{.Int}} NOT NULL REFERENCES persons (id), -- its uploader, whose alone it is
	name        TEXT NOT NULL,                -- of the file
	data        {{.Bytes}} NOT NULL,
	created_at  {{.Int}} NOT NULL             -- forgotten after a day
){{.Strict}};
