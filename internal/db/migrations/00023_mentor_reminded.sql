-- When a candidate's supervisors were asked stands in mentoring_asks, once for each who was asked. What was granted after each change
-- is kept with it, so that hours of past weeks stand beside the grant of those weeks.
-- +goose Up
ALTER TABLE mentoring_mentors DROP COLUMN reminded_at;
ALTER TABLE mentoring_mentor_events ADD COLUMN minutes {{.Int}}; -- a week; NULL: from before this was kept
ALTER TABLE mentoring_mentor_events ADD COLUMN starts TEXT;
ALTER TABLE mentoring_mentor_events ADD COLUMN ends TEXT;
