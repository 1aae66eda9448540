-- Feedback on events. An answer waits under a random number until there are five; then the five become counts and loose comments
-- under new random numbers, in one transaction. No row knows who wrote it, from where or when.
-- +goose Up
CREATE TABLE event_feedback (
	event_id    {{.Int}} PRIMARY KEY REFERENCES events (id),
	waiting     {{.Int}} NOT NULL,            -- answers that are not told yet
	told        {{.Int}} NOT NULL             -- answers in the counts
){{.Strict}};

CREATE TABLE event_feedback_waiting (
	id          {{.Int}} PRIMARY KEY,         -- random
	event_id    {{.Int}} NOT NULL REFERENCES events (id),
	useful      {{.Int}} NOT NULL CHECK (useful BETWEEN 0 AND 10),
	keep_text   TEXT NOT NULL,
	change_text TEXT NOT NULL,
	next_text   TEXT NOT NULL
){{.Strict}};
CREATE INDEX event_feedback_waiting_event ON event_feedback_waiting (event_id);

CREATE TABLE event_feedback_counts (
	event_id    {{.Int}} NOT NULL REFERENCES events (id),
	useful      {{.Int}} NOT NULL CHECK (useful BETWEEN 0 AND 10),
	n           {{.Int}} NOT NULL,
	PRIMARY KEY (event_id, useful)
){{.Strict}};

CREATE TABLE event_feedback_themes (
	id          {{.ID}},
	event_id    {{.Int}} NOT NULL REFERENCES events (id),
	name        TEXT NOT NULL,
	UNIQUE (event_id, name)
){{.Strict}};

CREATE TABLE event_feedback_comments (
	id          {{.Int}} PRIMARY KEY,         -- random: the order in which comments are shown
	event_id    {{.Int}} NOT NULL REFERENCES events (id),
	question    TEXT NOT NULL CHECK (question IN ('keep', 'change', 'next')),
	text        TEXT NOT NULL,                -- '' when hidden
	theme_id    {{.Int}} REFERENCES event_feedback_themes (id),
	hidden      TEXT NOT NULL                 -- why a coordinator took the text away; '' for shown
){{.Strict}};
CREATE INDEX event_feedback_comments_event ON event_feedback_comments (event_id);

-- Which devices have answered, so that none does twice. Without the secret in the device's cookie nobody can tell which.
CREATE TABLE event_feedback_devices (
	event_id    {{.Int}} NOT NULL REFERENCES events (id),
	device      TEXT NOT NULL,                -- hash of the secret and the event
	PRIMARY KEY (event_id, device)
){{.Strict}};

-- What the hosts change because of it.
CREATE TABLE event_feedback_changes (
	event_id    {{.Int}} PRIMARY KEY REFERENCES events (id),
	text        TEXT NOT NULL,
	published   {{.Bool}} NOT NULL,
	version     {{.Int}} NOT NULL
){{.Strict}};

-- Of which events people have been asked, once; and the mail that goes to them.
CREATE TABLE event_feedback_asked (
	event_id    {{.Int}} PRIMARY KEY REFERENCES events (id)
){{.Strict}};

CREATE TABLE event_feedback_letters (
	id          {{.ID}},
	event_id    {{.Int}} NOT NULL REFERENCES events (id),
	address     TEXT NOT NULL,
	lang        TEXT NOT NULL,
	UNIQUE (event_id, address)
){{.Strict}};
