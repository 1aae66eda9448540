-- What is kept of an event for later, and fairs: exhibitors with their cards and demonstrations, and what visitors collect.
-- +goose Up
CREATE TABLE event_files (
	id          {{.ID}},
	data        {{.Bytes}} NOT NULL           -- shared by the runs of an event that took it along
){{.Strict}};

CREATE TABLE event_materials (
	id          {{.ID}},
	event_id    {{.Int}} NOT NULL REFERENCES events (id),
	kind        TEXT NOT NULL CHECK (kind IN ('link', 'recording', 'file')),
	title       TEXT NOT NULL,
	lang        TEXT NOT NULL CHECK (lang IN ('fi', 'sv', 'en')),
	url         TEXT NOT NULL,                -- https://...; '' for a file
	format      TEXT NOT NULL CHECK (format IN ('', 'pdf', 'png', 'jpeg', 'docx', 'pptx', 'xlsx')), -- of a file, by its content
	size        {{.Int}} NOT NULL,            -- of a file, in bytes
	file_id     {{.Int}} REFERENCES event_files (id),
	source_id   {{.Int}},                     -- material of an earlier run that this was taken from; NULL: none
	made_at     {{.Int}} NOT NULL,
	UNIQUE (event_id, source_id)
){{.Strict}};
CREATE INDEX event_materials_file ON event_materials (file_id);

-- How many materials an event has, so that two hosts together do not add more than it may have, and when people were told of them.
CREATE TABLE event_shelves (
	event_id    {{.Int}} PRIMARY KEY REFERENCES events (id),
	n           {{.Int}} NOT NULL CHECK (n >= 0),
	told_at     {{.Int}}                      -- NULL: not yet
){{.Strict}};

-- To whom a mail about materials goes. A guest's address stands here until the mail has gone.
CREATE TABLE event_material_letters (
	id          {{.ID}},
	event_id    {{.Int}} NOT NULL REFERENCES events (id),
	person_id   {{.Int}} REFERENCES persons (id), -- NULL: a guest
	email       TEXT NOT NULL,                -- of a guest
	lang        TEXT NOT NULL,                -- of a guest
	made_at     {{.Int}} NOT NULL
){{.Strict}};

CREATE TABLE fair_exhibitors (
	id          {{.ID}},
	event_id    {{.Int}} NOT NULL REFERENCES events (id),
	name        TEXT NOT NULL,
	what        TEXT NOT NULL,                -- they show
	whom        TEXT NOT NULL,                -- it is for
	service_id  {{.Int}} REFERENCES catalog_services (id), -- NULL: none
	contact     TEXT NOT NULL,                -- who answers questions
	reach       TEXT NOT NULL,                -- how to reach them, as it is shown
	email       TEXT NOT NULL,                -- where requests for contact go; not shown
	lang        TEXT NOT NULL CHECK (lang IN ('fi', 'sv', 'en')), -- of mail to them
	place       TEXT NOT NULL,                -- hall or square: what the floor list is grouped by
	spot        TEXT NOT NULL,                -- in the place; '' when not said
	cards       {{.Int}} NOT NULL CHECK (cards >= 0), -- how often the card was taken along
	made_at     {{.Int}} NOT NULL,
	version     {{.Int}} NOT NULL             -- raised by every change of the card
){{.Strict}};
CREATE INDEX fair_exhibitors_event ON fair_exhibitors (event_id);

CREATE TABLE fair_pictures (
	exhibitor_id {{.Int}} PRIMARY KEY REFERENCES fair_exhibitors (id) ON DELETE CASCADE,
	jpeg        {{.Bytes}} NOT NULL,          -- drawn anew by us: nothing of the file that came is in it but its dots
	width       {{.Int}} NOT NULL,
	height      {{.Int}} NOT NULL
){{.Strict}};

-- Links by which an exhibitor changes their own card, by the hash of their token.
CREATE TABLE fair_links (
	hash        {{.Bytes}} PRIMARY KEY,
	exhibitor_id {{.Int}} NOT NULL REFERENCES fair_exhibitors (id) ON DELETE CASCADE,
	made_at     {{.Int}} NOT NULL
){{.Strict}};
CREATE INDEX fair_links_of ON fair_links (exhibitor_id);

CREATE TABLE fair_slots (
	id          {{.ID}},
	exhibitor_id {{.Int}} NOT NULL REFERENCES fair_exhibitors (id) ON DELETE CASCADE,
	starts_at   {{.Int}} NOT NULL,
	minutes     {{.Int}} NOT NULL,
	places      {{.Int}} NOT NULL,
	taken       {{.Int}} NOT NULL,
	cancelled   {{.Bool}} NOT NULL,           -- it stays for those who had a place
	CHECK (taken >= 0 AND taken <= places)
){{.Strict}};
CREATE INDEX fair_slots_of ON fair_slots (exhibitor_id);

-- A device with which somebody visits a fair, by the hash of its cookie. Nothing joins it to a person.
CREATE TABLE fair_visits (
	id          {{.ID}},
	hash        {{.Bytes}} NOT NULL UNIQUE,
	event_id    {{.Int}} NOT NULL REFERENCES events (id),
	until_at    {{.Int}} NOT NULL             -- when it is forgotten
){{.Strict}};
CREATE INDEX fair_visits_until ON fair_visits (until_at);

CREATE TABLE fair_cards (
	visit_id    {{.Int}} NOT NULL REFERENCES fair_visits (id) ON DELETE CASCADE,
	exhibitor_id {{.Int}} NOT NULL REFERENCES fair_exhibitors (id) ON DELETE CASCADE,
	PRIMARY KEY (visit_id, exhibitor_id)
){{.Strict}};
CREATE INDEX fair_cards_of ON fair_cards (exhibitor_id);

CREATE TABLE fair_reservations (
	visit_id    {{.Int}} NOT NULL REFERENCES fair_visits (id) ON DELETE CASCADE,
	slot_id     {{.Int}} NOT NULL REFERENCES fair_slots (id) ON DELETE CASCADE,
	PRIMARY KEY (visit_id, slot_id)
){{.Strict}};
CREATE INDEX fair_reservations_of ON fair_reservations (slot_id);

-- A visitor's wish to be contacted, from the moment it is left until the mail has gone. Nothing joins it to a device.
CREATE TABLE fair_contacts (
	id          {{.ID}},
	exhibitor_id {{.Int}} NOT NULL REFERENCES fair_exhibitors (id) ON DELETE CASCADE,
	name        TEXT NOT NULL,
	address     TEXT NOT NULL,
	text        TEXT NOT NULL,
	made_at     {{.Int}} NOT NULL
){{.Strict}};

-- How often an exhibitor was asked for contact within an hour, so that nobody floods a mailbox. It holds no address.
CREATE TABLE fair_asks (
	exhibitor_id {{.Int}} NOT NULL REFERENCES fair_exhibitors (id) ON DELETE CASCADE,
	hour        {{.Int}} NOT NULL,            -- hours since 1970
	n           {{.Int}} NOT NULL,
	PRIMARY KEY (exhibitor_id, hour)
){{.Strict}};
