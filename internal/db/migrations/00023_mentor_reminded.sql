-- When a candidate's supervisors were asked stands in mentoring_asks, once for each who was asked.
-- +goose Up
ALTER TABLE mentoring_mentors DROP COLUMN reminded_at;
