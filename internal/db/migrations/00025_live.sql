-- Live rooms. Nothing here joins a question or a vote to a person, a session, an address or a device: see package events/live.
-- +goose Up
CREATE TABLE live_rooms (
	id          {{.ID}},
	code        TEXT NOT NULL UNIQUE,         -- 6 characters, for typing
	event_id    {{.Int}},                     -- NULL: a room of its own
	title       TEXT NOT NULL,
	host_id     {{.Int}} NOT NULL REFERENCES persons (id), -- who made it
	moderated   {{.Bool}} NOT NULL,           -- a question is shown when the host has looked at it
	anonymous   {{.Bool}} NOT NULL,           -- nobody is asked for a name; fixed once the room has been open
	state       TEXT NOT NULL CHECK (state IN ('waiting', 'open', 'closed', 'ended')),
	seal        {{.Bytes}} NOT NULL,          -- tells cookies that this room has given from others
	present     {{.Bytes}},                   -- hash of the secret in the link of the shared screen; NULL: there is none
	speak       {{.Bytes}},                   -- of the speaker's link
	made_at     {{.Int}} NOT NULL,
	closed_at   {{.Int}},
	published   {{.Bool}} NOT NULL,           -- the summary is public
	version     {{.Int}} NOT NULL             -- raised by every change of these columns
){{.Strict}};
CREATE INDEX live_rooms_event ON live_rooms (event_id);
CREATE INDEX live_rooms_host ON live_rooms (host_id);

CREATE TABLE live_questions (
	id          {{.ID}},
	room_id     {{.Int}} NOT NULL REFERENCES live_rooms (id),
	text        TEXT NOT NULL,
	fold        TEXT NOT NULL,                -- equal ones are one question
	name        TEXT NOT NULL,                -- as the asker wrote it; '' always in an anonymous room
	state       TEXT NOT NULL CHECK (state IN ('waiting', 'shown', 'answered', 'hidden')),
	answer      TEXT NOT NULL,                -- written afterwards
	kept        {{.Int}} NOT NULL,            -- votes whose keys are forgotten
	UNIQUE (room_id, fold)
){{.Strict}};

-- The voter is a hash of the device's secret and this question's number: of two questions the hashes cannot be joined.
CREATE TABLE live_votes (
	question_id {{.Int}} NOT NULL REFERENCES live_questions (id),
	voter       {{.Bytes}} NOT NULL,
	PRIMARY KEY (question_id, voter)
){{.StrictByKey}};

CREATE TABLE live_polls (
	id          {{.ID}},
	room_id     {{.Int}} NOT NULL REFERENCES live_rooms (id),
	kind        TEXT NOT NULL CHECK (kind IN ('single', 'multiple', 'scale', 'words')),
	title       TEXT NOT NULL,
	options     TEXT NOT NULL,                -- one a line; of a scale the words of its ends
	state       TEXT NOT NULL CHECK (state IN ('draft', 'open', 'ended')),
	shown       {{.Bool}} NOT NULL            -- results are shown to everybody
){{.Strict}};
CREATE INDEX live_polls_room ON live_polls (room_id);

CREATE TABLE live_answers (
	poll_id     {{.Int}} NOT NULL REFERENCES live_polls (id),
	voter       {{.Bytes}} NOT NULL,
	answer      TEXT NOT NULL,                -- one choice or word a line
	PRIMARY KEY (poll_id, voter)
){{.StrictByKey}};

-- What is left of answers when their voters' keys are forgotten.
CREATE TABLE live_tallies (
	poll_id     {{.Int}} NOT NULL REFERENCES live_polls (id),
	answer      TEXT NOT NULL,
	n           {{.Int}} NOT NULL,
	PRIMARY KEY (poll_id, answer)
){{.StrictByKey}};
