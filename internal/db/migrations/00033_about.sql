-- What the service says of itself, and what people say of its accessibility.
-- +goose Up
CREATE TABLE about_texts (
	name        TEXT PRIMARY KEY CHECK (name IN ('accessibility', 'privacy')),
	fi          TEXT NOT NULL,                -- '' is ours
	sv          TEXT NOT NULL,
	en          TEXT NOT NULL,
	version     {{.Int}} NOT NULL,
	changed_at  {{.Int}} NOT NULL
){{.Strict}};

CREATE TABLE about_feedback (
	id          {{.ID}},
	made_at     {{.Int}} NOT NULL,
	lang        TEXT NOT NULL,
	page        TEXT NOT NULL,                -- where it happened; '' when not said
	text        TEXT NOT NULL,
	email       TEXT NOT NULL,                -- '' when no answer is wanted, and when it was forgotten
	answer      TEXT NOT NULL,
	answered_at {{.Int}},                     -- NULL: open
	answered_by {{.Int}} REFERENCES persons (id),
	told        {{.Int}} NOT NULL             -- how many times those who answer were told of it
){{.Strict}};
CREATE INDEX about_feedback_made ON about_feedback (made_at);

-- Mail to those who answer; a row goes when its feedback does.
CREATE TABLE about_letters (
	id          {{.ID}},
	feedback_id {{.Int}} NOT NULL REFERENCES about_feedback (id) ON DELETE CASCADE,
	person_id   {{.Int}} NOT NULL REFERENCES persons (id)
){{.Strict}};
CREATE INDEX about_letters_of ON about_letters (feedback_id);

-- The log is read by time, the newest first, and its oldest entries are deleted.
CREATE INDEX audit_log_at ON audit_log (at, id);
