-- What every feature stands on: jobs, mail to send, sessions.
-- +goose Up
CREATE TABLE jobs (
	id          {{.ID}},
	kind        TEXT NOT NULL,
	args        TEXT NOT NULL,
	state       TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'dead')),
	run_at      {{.Int}} NOT NULL,            -- while running: when the lease ends
	tries       {{.Int}} NOT NULL DEFAULT 0,
	done        {{.Int}} NOT NULL DEFAULT 0,  -- progress
	total       {{.Int}} NOT NULL DEFAULT 0,
	last_error  TEXT NOT NULL DEFAULT '',
	ended_at    {{.Int}}
){{.Strict}};
CREATE INDEX jobs_due ON jobs (state, run_at, id);

CREATE TABLE mail_topics (
	topic       TEXT PRIMARY KEY,
	paused      {{.Bool}} NOT NULL
){{.Strict}};

-- A message is rendered when it is sent, so that no link or token stands here.
CREATE TABLE mail_messages (
	id          {{.ID}},
	topic       TEXT NOT NULL,
	kind        TEXT NOT NULL,
	ref         {{.Int}} NOT NULL,            -- whose meaning the kind knows: an invitation, a person
	address     TEXT NOT NULL,
	state       TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'handing', 'sent', 'refused', 'unclear')),
	run_at      {{.Int}} NOT NULL,            -- while handing: when the lease ends
	tries       {{.Int}} NOT NULL DEFAULT 0,
	error       TEXT NOT NULL DEFAULT '',
	UNIQUE (topic, kind, ref)
){{.Strict}};
CREATE INDEX mail_messages_due ON mail_messages (state, run_at, id);

CREATE TABLE sessions (
	id          {{.Bytes}} PRIMARY KEY,       -- SHA-256 of the cookie's token
	data        {{.Bytes}} NOT NULL,
	expires_at  {{.Int}} NOT NULL
){{.Strict}};
CREATE INDEX sessions_expiry ON sessions (expires_at);
