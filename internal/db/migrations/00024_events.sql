-- Events: what is planned for whom, when, by whom it is spoken, and what is to be done for it.
-- +goose Up
CREATE TABLE events (
	id          {{.ID}},
	code        TEXT NOT NULL UNIQUE,         -- in public links
	kind        TEXT NOT NULL CHECK (kind IN ('webinar', 'kickoff', 'meeting', 'workshop', 'training', 'fair')),
	state       TEXT NOT NULL CHECK (state IN ('draft', 'published', 'cancelled')),
	unit_id     {{.Int}} REFERENCES units (id), -- whose hosts look after it; NULL: the whole county
	title       TEXT NOT NULL,
	lead        TEXT NOT NULL,                -- what one gets, in a sentence
	text        TEXT NOT NULL,
	area        TEXT NOT NULL,                -- id of a competence area; '' for none
	service_id  {{.Int}} REFERENCES catalog_services (id), -- NULL: none
	rhythm      TEXT NOT NULL CHECK (rhythm IN ('', 'day', 'shift', 'reception')), -- how those work whom it is for; '': not said
	place       TEXT NOT NULL,
	link        TEXT NOT NULL,                -- https://... to join; '' for none
	capacity    {{.Int}} NOT NULL,            -- places; 0: no limit
	until_at    {{.Int}},                     -- last moment to sign up; NULL: until it begins
	open_to     TEXT NOT NULL CHECK (open_to IN ('target', 'staff', 'all')), -- who may sign up; all: partners and clients too
	anonymous   {{.Bool}} NOT NULL,           -- places by number are given without a name
	copied_from {{.Int}} REFERENCES events (id),
	elsewhere   TEXT NOT NULL,                -- '/meetings/5': planned and answered there; '' for one of our own
	why         TEXT NOT NULL,                -- it was cancelled
	starts_at   {{.Int}} NOT NULL,            -- of the first sitting that is held
	ends_at     {{.Int}} NOT NULL,            -- of the last
	sequence    {{.Int}} NOT NULL,            -- raised by each change of which people are told
	stamp       {{.Int}} NOT NULL,            -- when the sequence was reached
	made_by     {{.Int}} NOT NULL REFERENCES persons (id), -- calendars have them as the organizer
	made_at     {{.Int}} NOT NULL,
	version     {{.Int}} NOT NULL             -- raised by every change, so that nobody writes over another's
){{.Strict}};
CREATE INDEX events_time ON events (starts_at);
CREATE INDEX events_theme ON events (area, service_id);
CREATE UNIQUE INDEX events_elsewhere ON events (elsewhere) WHERE elsewhere <> '';

-- The sittings: one, or those of a series. One that is called off stays, for the calendars that have it.
CREATE TABLE event_sittings (
	id          {{.ID}},
	event_id    {{.Int}} NOT NULL REFERENCES events (id),
	uid         TEXT NOT NULL UNIQUE,         -- by which calendars know the sitting for ever
	starts_at   {{.Int}} NOT NULL,
	ends_at     {{.Int}} NOT NULL,
	cancelled   {{.Bool}} NOT NULL
){{.Strict}};
CREATE INDEX event_sittings_event ON event_sittings (event_id);

-- For whom an event is: of each kind any that is named, of kinds all; a kind that is not named limits nothing.
CREATE TABLE event_targets (
	event_id    {{.Int}} NOT NULL REFERENCES events (id),
	kind        TEXT NOT NULL CHECK (kind IN ('unit', 'profession', 'role')),
	value       TEXT NOT NULL,                -- number of a unit (with everything under it), code of a profession, a role
	PRIMARY KEY (event_id, kind, value)
){{.Strict}};

CREATE TABLE event_findings (
	event_id    {{.Int}} NOT NULL REFERENCES events (id),
	finding_id  {{.Int}} NOT NULL,            -- that the event answers
	PRIMARY KEY (event_id, finding_id)
){{.Strict}};
CREATE INDEX event_findings_of ON event_findings (finding_id);

CREATE TABLE event_speakers (
	id          {{.ID}},
	event_id    {{.Int}} NOT NULL REFERENCES events (id),
	person_id   {{.Int}} REFERENCES persons (id), -- NULL: somebody without an account
	name        TEXT NOT NULL,
	title       TEXT NOT NULL,                -- what they do, and where
	role        TEXT NOT NULL CHECK (role IN ('expert', 'practitioner', 'host')),
	consent     TEXT NOT NULL CHECK (consent IN ('open', 'yes', 'no')), -- to be shown by name
	consent_at  {{.Int}},
	made_at     {{.Int}} NOT NULL
){{.Strict}};
CREATE INDEX event_speakers_event ON event_speakers (event_id);
CREATE INDEX event_speakers_person ON event_speakers (person_id);

CREATE TABLE event_tasks (
	id          {{.ID}},
	event_id    {{.Int}} NOT NULL REFERENCES events (id),
	key         TEXT NOT NULL,                -- of the kind's template; '' for one of the host's own
	text        TEXT NOT NULL,                -- of the host's own
	days        {{.Int}} NOT NULL,            -- from the day of the event: before it below 0; of the host's own 0
	due         TEXT NOT NULL,                -- 2026-11-22: of the host's own; '' when counted from the event
	done_at     {{.Int}},
	done_by     {{.Int}} REFERENCES persons (id)
){{.Strict}};
CREATE INDEX event_tasks_event ON event_tasks (event_id);
