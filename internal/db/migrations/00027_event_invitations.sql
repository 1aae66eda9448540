-- Invitations to events: who was told what of an event, the texts that supervisors pass on, and calendars that people subscribe to.
-- +goose Up

-- Who holds information about an event that has to be put right when the event changes.
CREATE TABLE event_holders (
	id          {{.ID}},
	event_id    {{.Int}} NOT NULL REFERENCES events (id),
	person_id   {{.Int}} REFERENCES persons (id), -- NULL: a guest
	guest_id    {{.Int}},                     -- of those who sign up without an account; NULL: a person
	channel     TEXT NOT NULL CHECK (channel IN ('supervisor', 'direct', 'place')), -- supervisor: a text to pass on
	name        TEXT NOT NULL,                -- of a guest; people have theirs where people are
	email       TEXT NOT NULL,
	lang        TEXT NOT NULL,
	holds       {{.Bool}} NOT NULL,           -- false: withdrew, and is told nothing
	withdrawn   {{.Int}} NOT NULL,            -- how often: calendars must see each return as newer than the withdrawal before it
	made_at     {{.Int}} NOT NULL
){{.Strict}};
CREATE UNIQUE INDEX event_holders_person ON event_holders (event_id, person_id) WHERE channel <> 'supervisor';
CREATE UNIQUE INDEX event_holders_guest ON event_holders (event_id, guest_id);
CREATE UNIQUE INDEX event_holders_supervisor ON event_holders (event_id, person_id) WHERE channel = 'supervisor';
CREATE INDEX event_holders_of ON event_holders (person_id);

-- What each of them was told last. A sitting has a name of its own in calendars, so it is told by itself.
CREATE TABLE event_told (
	holder_id   {{.Int}} NOT NULL REFERENCES event_holders (id),
	sitting_id  {{.Int}} NOT NULL,            -- 0: the event as a whole, in a text to pass on
	print       TEXT NOT NULL,                -- of what was told; 'off': that it was called off
	letter_id   {{.Int}} NOT NULL,            -- that told it; 0: another mail
	PRIMARY KEY (holder_id, sitting_id)
){{.Strict}};

-- Mail that is to go or has gone lately: the outbox knows a letter by its number alone.
CREATE TABLE event_letters (
	id          {{.ID}},
	holder_id   {{.Int}} NOT NULL REFERENCES event_holders (id),
	kind        TEXT NOT NULL CHECK (kind IN ('invite', 'change', 'pass', 'nudge')),
	sitting_id  {{.Int}} NOT NULL,            -- 0: none
	made_at     {{.Int}} NOT NULL
){{.Strict}};
CREATE INDEX event_letters_holder ON event_letters (holder_id);

-- The host's words in what supervisors pass on; '' leaves the usual ones.
CREATE TABLE event_invitations (
	event_id    {{.Int}} PRIMARY KEY REFERENCES events (id),
	text_fi     TEXT NOT NULL,
	text_sv     TEXT NOT NULL,
	text_en     TEXT NOT NULL,
	nudged_at   {{.Int}},                     -- supervisors were reminded, once
	version     {{.Int}} NOT NULL
){{.Strict}};

-- Who was invited, and how: nobody is twice, even when they withdrew.
CREATE TABLE event_invited (
	event_id    {{.Int}} NOT NULL REFERENCES events (id),
	person_id   {{.Int}} NOT NULL REFERENCES persons (id),
	channel     TEXT NOT NULL CHECK (channel IN ('supervisor', 'direct')),
	at          {{.Int}} NOT NULL,
	PRIMARY KEY (event_id, person_id, channel)
){{.Strict}};
CREATE INDEX event_invited_person ON event_invited (person_id);

-- The secret of the calendar that a person subscribes to, hashed.
CREATE TABLE calendar_feeds (
	person_id   {{.Int}} PRIMARY KEY REFERENCES persons (id),
	hash        {{.Bytes}} NOT NULL UNIQUE,
	made_at     {{.Int}} NOT NULL
){{.Strict}};
