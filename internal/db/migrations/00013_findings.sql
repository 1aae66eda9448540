-- Findings: where a published result stood out, and what became of it.
-- +goose Up
CREATE TABLE insight_findings (
	id          {{.ID}},
	round_code  TEXT NOT NULL REFERENCES insight_snapshots (round_code),
	unit_id     {{.Int}} NOT NULL,            -- as in the snapshot; 0: the whole above several trees
	unit_code   TEXT NOT NULL,
	area        TEXT NOT NULL,                -- id of the area
	origin      TEXT NOT NULL,                -- JSON: names as in the snapshot, and what was published when it was marked
	note        TEXT NOT NULL,
	state       TEXT NOT NULL CHECK (state IN ('open', 'underway', 'done', 'dropped')),
	version     {{.Int}} NOT NULL,            -- raised by every change, so that nobody writes over another's
	marked_by   {{.Int}} NOT NULL REFERENCES persons (id),
	marked_at   {{.Int}} NOT NULL,
	changed_at  {{.Int}} NOT NULL,
	sent_as     TEXT NOT NULL UNIQUE          -- drawn for the form, so that sending it twice marks once
){{.Strict}};
CREATE INDEX insight_findings_unit ON insight_findings (unit_code, area);
CREATE INDEX insight_findings_by ON insight_findings (marked_by);

-- Only added to. A changed note is told, but not what stood there before: it may have named somebody.
CREATE TABLE insight_finding_events (
	id          {{.ID}},
	finding_id  {{.Int}} NOT NULL REFERENCES insight_findings (id),
	at          {{.Int}} NOT NULL,
	person_id   {{.Int}} NOT NULL REFERENCES persons (id),
	kind        TEXT NOT NULL CHECK (kind IN ('marked', 'state', 'note')),
	state       TEXT NOT NULL,                -- after it
	why         TEXT NOT NULL                 -- '' but for a change of state
){{.Strict}};
CREATE INDEX insight_finding_events_of ON insight_finding_events (finding_id, id);
CREATE INDEX insight_finding_events_by ON insight_finding_events (person_id);
