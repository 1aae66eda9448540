-- Meetings of the digimentors' network, what the units asked of them, and what became of it.
-- +goose Up
CREATE TABLE meetings (
	id          {{.ID}},
	uid         TEXT NOT NULL UNIQUE,         -- by which calendars know the meeting for ever
	unit_id     {{.Int}} REFERENCES units (id), -- with everything under it; NULL: the whole county
	title       TEXT NOT NULL,
	starts_at   {{.Int}} NOT NULL,
	ends_at     {{.Int}} NOT NULL,
	expert      TEXT NOT NULL,                -- name and role; '' for none
	service_id  {{.Int}} REFERENCES catalog_services (id), -- that the expert tells of
	area        TEXT NOT NULL,                -- competence area of the workshop; '' for none
	theme       TEXT NOT NULL,                -- of the workshop
	questions   TEXT NOT NULL,                -- of the workshop, one a line
	agenda      TEXT NOT NULL,
	link        TEXT NOT NULL,                -- https://... to join; '' for none
	place       TEXT NOT NULL,
	notes       TEXT NOT NULL,
	state       TEXT NOT NULL CHECK (state IN ('planned', 'cancelled', 'finished')),
	why         TEXT NOT NULL,                -- of a cancelled one
	sequence    {{.Int}} NOT NULL,            -- raised by each change of which calendars are told
	stamp       {{.Int}} NOT NULL,            -- when the sequence was reached
	made_by     {{.Int}} NOT NULL REFERENCES persons (id), -- calendars have them as the organizer
	made_at     {{.Int}} NOT NULL,
	finished_at {{.Int}},
	version     {{.Int}} NOT NULL             -- raised by every change, so that nobody writes over another's
){{.Strict}};
CREATE INDEX meetings_time ON meetings (starts_at);

CREATE TABLE meeting_people (
	meeting_id  {{.Int}} NOT NULL REFERENCES meetings (id),
	person_id   {{.Int}} NOT NULL REFERENCES persons (id),
	invited     {{.Bool}} NOT NULL,
	present     {{.Bool}} NOT NULL,
	PRIMARY KEY (meeting_id, person_id)
){{.Strict}};
CREATE INDEX meeting_people_of ON meeting_people (person_id);

-- What hurts in a unit. Who wrote is forgotten a year after the answer, and shown to nobody.
CREATE TABLE meeting_topics (
	id          {{.ID}},
	unit_id     {{.Int}} NOT NULL REFERENCES units (id), -- of who wrote
	person_id   {{.Int}} REFERENCES persons (id), -- to whom the answer goes
	text        TEXT NOT NULL,
	made_at     {{.Int}} NOT NULL,
	meeting_id  {{.Int}} REFERENCES meetings (id), -- in which it was answered; NULL: between meetings, or not yet
	answer      TEXT NOT NULL,
	first_at    {{.Int}},                     -- when it was answered; NULL: not yet
	answered_at {{.Int}},                     -- the same, or when the answer was corrected
	version     {{.Int}} NOT NULL             -- raised by every answer
){{.Strict}};
CREATE INDEX meeting_topics_person ON meeting_topics (person_id);
CREATE INDEX meeting_topics_meeting ON meeting_topics (meeting_id);

CREATE TABLE meeting_votes (
	topic_id    {{.Int}} NOT NULL REFERENCES meeting_topics (id),
	person_id   {{.Int}} NOT NULL REFERENCES persons (id),
	PRIMARY KEY (topic_id, person_id)
){{.Strict}};
CREATE INDEX meeting_votes_person ON meeting_votes (person_id);

-- A topic that a meeting had no time or answer for goes to the next one.
CREATE TABLE meeting_moves (
	topic_id    {{.Int}} NOT NULL REFERENCES meeting_topics (id),
	meeting_id  {{.Int}} NOT NULL REFERENCES meetings (id),
	PRIMARY KEY (topic_id, meeting_id)
){{.Strict}};
CREATE INDEX meeting_moves_meeting ON meeting_moves (meeting_id);

CREATE TABLE meeting_decisions (
	id          {{.ID}},
	meeting_id  {{.Int}} NOT NULL REFERENCES meetings (id),
	text        TEXT NOT NULL,
	owner       TEXT NOT NULL,
	owner_id    {{.Int}} REFERENCES persons (id), -- when the owner is somebody of the meeting
	due         TEXT NOT NULL,                -- 2026-11-22; '' for none
	done_at     {{.Int}}
){{.Strict}};
CREATE INDEX meeting_decisions_meeting ON meeting_decisions (meeting_id);
CREATE INDEX meeting_decisions_owner ON meeting_decisions (owner_id);

-- Mail that is to go or has gone lately: the outbox knows a letter by its number alone.
CREATE TABLE meeting_letters (
	id          {{.ID}},
	kind        TEXT NOT NULL CHECK (kind IN ('invite', 'change', 'cancel', 'summary', 'answer')),
	meeting_id  {{.Int}} REFERENCES meetings (id),
	topic_id    {{.Int}} REFERENCES meeting_topics (id),
	person_id   {{.Int}} NOT NULL REFERENCES persons (id),
	made_at     {{.Int}} NOT NULL
){{.Strict}};
CREATE INDEX meeting_letters_made ON meeting_letters (made_at);
