-- The audit log is only ever added to, and sealed by a chain of hashes; what is kept how long; people who are erased.
-- +goose Up
CREATE TABLE audit_chain (
	id          {{.Int}} PRIMARY KEY,         -- of the entry
	hash        {{.Bytes}} NOT NULL           -- of the hash before and the entry, see people/chain
){{.Strict}};

-- One row at most: where the chain begins once old entries are deleted. Its update is what sealers wait for one another at.
CREATE TABLE audit_anchor (
	one         {{.Int}} PRIMARY KEY CHECK (one = 1),
	id          {{.Int}} NOT NULL,            -- the last entry that was deleted
	hash        {{.Bytes}} NOT NULL
){{.Strict}};

-- Entries go when the anchor has passed them, and while nobody is in the county: a backup is restored into an empty one.
{{if .Strict}}
-- +goose StatementBegin
CREATE TRIGGER audit_log_update BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_log_delete BEFORE DELETE ON audit_log
WHEN OLD.id > COALESCE((SELECT id FROM audit_anchor), 0) AND EXISTS (SELECT 1 FROM persons)
BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_chain_update BEFORE UPDATE ON audit_chain
BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_chain_delete BEFORE DELETE ON audit_chain
WHEN OLD.id > COALESCE((SELECT id FROM audit_anchor), 0) AND EXISTS (SELECT 1 FROM persons)
BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_anchor_update BEFORE UPDATE ON audit_anchor WHEN NEW.id < OLD.id
BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
-- +goose StatementEnd
{{else}}
-- +goose StatementBegin
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit log is only added to'; END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION audit_refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.id > COALESCE((SELECT id FROM audit_anchor), 0) AND EXISTS (SELECT 1 FROM persons) THEN
		RAISE EXCEPTION 'the audit log is only added to';
	END IF;
	RETURN OLD;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_log_update BEFORE UPDATE ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_log_delete BEFORE DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_refuse_delete();
CREATE TRIGGER audit_log_truncate BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_chain_update BEFORE UPDATE ON audit_chain FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_chain_delete BEFORE DELETE ON audit_chain FOR EACH ROW EXECUTE FUNCTION audit_refuse_delete();
CREATE TRIGGER audit_chain_truncate BEFORE TRUNCATE ON audit_chain FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_anchor_update BEFORE UPDATE ON audit_anchor FOR EACH ROW WHEN (NEW.id < OLD.id) EXECUTE FUNCTION audit_refuse();
{{end}}

-- When each kind of data was last cleaned, and how much went.
CREATE TABLE retention_runs (
	what        TEXT PRIMARY KEY,
	at          {{.Int}} NOT NULL,
	last_at     {{.Int}},                     -- when something last went; NULL: nothing ever
	last_n      {{.Int}} NOT NULL
){{.Strict}};

ALTER TABLE persons ADD COLUMN erased_at {{.Int}}; -- NULL: named. The row of an erased person stays, as history refers to it
ALTER TABLE survey_rounds ADD COLUMN forgotten_at {{.Int}}; -- when its responses were deleted

-- People who ask that their data be erased.
CREATE TABLE erasure_asks (
	person_id   {{.Int}} PRIMARY KEY REFERENCES persons (id),
	asked_at    {{.Int}} NOT NULL
){{.Strict}};
