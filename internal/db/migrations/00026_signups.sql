-- Signing up for events: who has a place, who waits, who came.
-- +goose Up
CREATE TABLE event_places (
	event_id    {{.Int}} PRIMARY KEY REFERENCES events (id),
	open        {{.Bool}} NOT NULL,           -- it can be signed up for: published, and answered here
	closes_at   {{.Int}} NOT NULL,            -- last moment to sign up
	capacity    {{.Int}} NOT NULL,            -- 0: no limit
	taken       {{.Int}} NOT NULL CHECK (taken >= 0), -- places that somebody has or is offered
	last_queue  {{.Int}} NOT NULL,            -- turn that was given last
	secret      TEXT NOT NULL,                -- of the link by which people say that they came
	code        TEXT NOT NULL                 -- that they type instead
){{.Strict}};

CREATE TABLE event_signups (
	id          {{.ID}},
	event_id    {{.Int}} NOT NULL REFERENCES events (id),
	person_id   {{.Int}} REFERENCES persons (id), -- NULL: a guest, or a place by number
	unit_id     {{.Int}} REFERENCES units (id),   -- whose link a guest came by; NULL: none
	name        TEXT NOT NULL,                -- of a guest; '' when not said
	email       TEXT NOT NULL,                -- of a guest; '' otherwise
	email_fold  TEXT NOT NULL,
	lang        TEXT NOT NULL,                -- of a guest
	number      {{.Int}},                     -- of a place without a name; NULL otherwise
	state       TEXT NOT NULL CHECK (state IN ('asked', 'waiting', 'offered', 'place', 'gone')),
	queue       {{.Int}} NOT NULL,            -- turn on the waiting list
	offer_until {{.Int}},                     -- by when an offered place is answered
	made_at     {{.Int}} NOT NULL,
	placed_at   {{.Int}},                     -- when they got the place
	came_at     {{.Int}},                     -- NULL: nobody has said that they came
	came_how    TEXT NOT NULL CHECK (came_how IN ('', 'link', 'code', 'list'))
){{.Strict}};
CREATE UNIQUE INDEX event_signups_person ON event_signups (event_id, person_id) WHERE person_id IS NOT NULL;
CREATE UNIQUE INDEX event_signups_guest ON event_signups (event_id, email_fold) WHERE email_fold <> '';
CREATE UNIQUE INDEX event_signups_number ON event_signups (event_id, number) WHERE number IS NOT NULL;
CREATE INDEX event_signups_turn ON event_signups (event_id, state, queue);
CREATE INDEX event_signups_offers ON event_signups (offer_until) WHERE offer_until IS NOT NULL;
CREATE INDEX event_signups_own ON event_signups (person_id);

-- Links of those without an account, by the hash of their token. Each mail has one of its own.
CREATE TABLE event_signup_tokens (
	hash        {{.Bytes}} PRIMARY KEY,
	signup_id   {{.Int}} NOT NULL REFERENCES event_signups (id) ON DELETE CASCADE
){{.Strict}};
CREATE INDEX event_signup_tokens_of ON event_signup_tokens (signup_id);

-- What somebody needs to take part. It may tell of health: gone the day after the event.
CREATE TABLE event_needs (
	signup_id   {{.Int}} PRIMARY KEY REFERENCES event_signups (id) ON DELETE CASCADE,
	text        TEXT NOT NULL
){{.Strict}};

CREATE TABLE event_signup_letters (
	id          {{.ID}},
	kind        TEXT NOT NULL,
	event_id    {{.Int}} NOT NULL REFERENCES events (id),
	signup_id   {{.Int}} REFERENCES event_signups (id) ON DELETE CASCADE, -- NULL for somebody who is asked to use their account
	person_id   {{.Int}} REFERENCES persons (id),
	sitting_id  {{.Int}} REFERENCES event_sittings (id), -- that the letter is about; NULL: the whole event
	made_at     {{.Int}} NOT NULL
){{.Strict}};
CREATE INDEX event_signup_letters_of ON event_signup_letters (signup_id);

-- The reminders that went out, so that each goes once for the time it is about.
CREATE TABLE event_reminders (
	sitting_id  {{.Int}} NOT NULL REFERENCES event_sittings (id),
	starts_at   {{.Int}} NOT NULL,
	kind        TEXT NOT NULL CHECK (kind IN ('day', 'hour')),
	PRIMARY KEY (sitting_id, starts_at, kind)
){{.Strict}};

-- How often something was tried with an event within an hour. It holds no address of anybody.
CREATE TABLE event_tries (
	event_id    {{.Int}} NOT NULL REFERENCES events (id),
	kind        TEXT NOT NULL CHECK (kind IN ('ask', 'number', 'code')),
	hour        {{.Int}} NOT NULL,            -- hours since 1970
	n           {{.Int}} NOT NULL,
	PRIMARY KEY (event_id, kind, hour)
){{.Strict}};
