-- The training path of digimentors, how far each has come, and their badges.
-- +goose Up
CREATE TABLE training_paths (
	version     {{.Int}} PRIMARY KEY,         -- 1, 2 ...; a published one never changes
	steps       TEXT NOT NULL,                -- JSON: steps with their texts by language
	activates   {{.Bool}} NOT NULL,           -- who has done everything begins to help by itself
	changes     {{.Int}} NOT NULL,            -- raised by every change of a draft, so that nobody writes over another's
	published_at {{.Int}},                    -- NULL: a draft, of which there is one at most
	person_id   {{.Int}} REFERENCES persons (id) -- who published it; NULL: came with the platform
){{.Strict}};

CREATE TABLE training_walks (
	mentor_id   {{.Int}} PRIMARY KEY REFERENCES mentoring_mentors (id),
	version     {{.Int}} NOT NULL REFERENCES training_paths (version), -- stays when a new one is published
	begun_at    {{.Int}} NOT NULL,
	done_at     {{.Int}}                      -- when the last step was done; NULL: not yet
){{.Strict}};

CREATE TABLE training_done (
	mentor_id   {{.Int}} NOT NULL REFERENCES mentoring_mentors (id),
	step        TEXT NOT NULL,                -- key of a step, the same in every version
	at          {{.Int}} NOT NULL,
	person_id   {{.Int}} REFERENCES persons (id), -- who ticked it; NULL: the platform itself
	PRIMARY KEY (mentor_id, step)
){{.Strict}};
CREATE INDEX training_done_by ON training_done (person_id);

CREATE TABLE training_badges (
	id          {{.ID}},
	serial      TEXT NOT NULL UNIQUE,         -- drawn: stands in the badge's address
	mentor_id   {{.Int}} NOT NULL REFERENCES mentoring_mentors (id),
	place       {{.Int}} NOT NULL UNIQUE,     -- in the status list, drawn
	lang        TEXT NOT NULL,
	issued_at   {{.Int}} NOT NULL,
	person_id   {{.Int}} REFERENCES persons (id), -- who gave it; NULL: the platform itself, at the end of the path
	token       TEXT NOT NULL,                -- the badge as it was signed, as a token
	document    TEXT NOT NULL,                -- and as JSON with its proof
	shown       {{.Bool}} NOT NULL,           -- the holder lets the public page show the name
	revoked_at  {{.Int}},                     -- NULL: holds
	revoked_by  {{.Int}} REFERENCES persons (id),
	why         TEXT NOT NULL                 -- of the revocation
){{.Strict}};
CREATE UNIQUE INDEX training_badges_once ON training_badges (mentor_id) WHERE revoked_at IS NULL;
CREATE INDEX training_badges_of ON training_badges (mentor_id);
CREATE INDEX training_badges_by ON training_badges (person_id);
CREATE INDEX training_badges_revoker ON training_badges (revoked_by);
