-- How fast and at which hours the mail of a round goes out.
-- +goose Up
ALTER TABLE mail_topics ADD COLUMN per_minute {{.Int}} NOT NULL DEFAULT 600;
ALTER TABLE mail_topics ADD COLUMN from_hour {{.Int}} NOT NULL DEFAULT 7;
ALTER TABLE mail_topics ADD COLUMN to_hour {{.Int}} NOT NULL DEFAULT 20;
ALTER TABLE mail_topics ADD COLUMN free_at {{.Int}} NOT NULL DEFAULT 0;   -- when the next message may go

-- The topic whose pace a message keeps; '' is held up by nothing and goes first.
ALTER TABLE mail_messages ADD COLUMN pace TEXT NOT NULL DEFAULT '';
UPDATE mail_messages SET pace = topic WHERE topic LIKE 'round:%';
INSERT INTO mail_topics (topic, paused) SELECT DISTINCT pace, FALSE FROM mail_messages WHERE pace <> '' ON CONFLICT (topic) DO NOTHING;

DROP INDEX mail_messages_due;
CREATE INDEX mail_messages_due ON mail_messages (state, pace, run_at, id);
