-- Requests for help, and to whom each has gone.
-- +goose Up
CREATE TABLE mentoring_requests (
	id          {{.ID}},
	asked_by    {{.Int}} REFERENCES persons (id), -- NULL once it is forgotten who asked
	unit_id     {{.Int}} NOT NULL REFERENCES units (id), -- where help is wanted
	area        TEXT NOT NULL,                -- id of a competence area; '' when only a service is named
	service_id  {{.Int}} REFERENCES catalog_services (id), -- NULL: none
	way         TEXT NOT NULL CHECK (way IN ('side', 'phone', 'remote', 'group', 'written')),
	wanted      TEXT NOT NULL CHECK (wanted IN ('today', 'week', 'whenever')),
	text        TEXT NOT NULL,                -- in the asker's words; '' for none, and once it is forgotten
	sent_as     TEXT UNIQUE,                  -- of the form: sent twice it is one request
	asked_at    {{.Int}} NOT NULL,
	state       TEXT NOT NULL CHECK (state IN ('open', 'taken', 'done', 'answered', 'withdrawn')),
	level       {{.Int}} NOT NULL,            -- 0 nearest mentor, 1 mentors of the service area, 2 coordinator, 3 a mentor named by the coordinator
	due_at      {{.Int}},                     -- when it goes on; NULL: it stays where it is
	mentor_id   {{.Int}} REFERENCES mentoring_mentors (id), -- who has taken it; NULL: nobody, and once it is forgotten
	minutes     {{.Int}} NOT NULL,            -- that the help took, as the mentor told; 0: not told
	answer      TEXT NOT NULL,                -- of the coordinator who closed it
	said        {{.Bool}} NOT NULL,           -- the asker has said whether it helped; not what
	closed_at   {{.Int}},
	version     {{.Int}} NOT NULL             -- raised by every change, so that nobody writes over another's
){{.Strict}};
CREATE INDEX mentoring_requests_state ON mentoring_requests (state, closed_at);
CREATE INDEX mentoring_requests_by ON mentoring_requests (asked_by);
CREATE INDEX mentoring_requests_unit ON mentoring_requests (unit_id);
CREATE INDEX mentoring_requests_mentor ON mentoring_requests (mentor_id);

-- Who may see who asked: everybody to whom the request went.
CREATE TABLE mentoring_request_turns (
	id          {{.ID}},
	request_id  {{.Int}} NOT NULL REFERENCES mentoring_requests (id),
	level       {{.Int}} NOT NULL,            -- of the request when it went there
	mentor_id   {{.Int}} REFERENCES mentoring_mentors (id), -- NULL: a coordinator
	person_id   {{.Int}} NOT NULL REFERENCES persons (id),  -- who got it
	at          {{.Int}} NOT NULL,
	over_at     {{.Int}},                     -- NULL: may still take it
	how         TEXT NOT NULL,                -- why it is over: cannot, passed, away
	why         TEXT NOT NULL                 -- in the mentor's own words
){{.Strict}};
CREATE INDEX mentoring_request_turns_of ON mentoring_request_turns (request_id);
CREATE INDEX mentoring_request_turns_mentor ON mentoring_request_turns (mentor_id);

-- How often colleagues said that a mentor's help helped: a count, joined to no request and to nobody who said it.
CREATE TABLE mentoring_thanks (
	mentor_id   {{.Int}} NOT NULL REFERENCES mentoring_mentors (id),
	month       TEXT NOT NULL,                -- 2026-11
	n           {{.Int}} NOT NULL,
	PRIMARY KEY (mentor_id, month)
){{.Strict}};
