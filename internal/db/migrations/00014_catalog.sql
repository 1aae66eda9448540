-- The words that all features share: competence areas and digital services.
-- +goose Up
CREATE TABLE catalog_areas (
	id          TEXT PRIMARY KEY,             -- a survey scale with this id measures the area
	position    {{.Int}} NOT NULL,
	name_fi     TEXT NOT NULL,
	name_sv     TEXT NOT NULL,
	name_en     TEXT NOT NULL,
	support     {{.Bool}} NOT NULL            -- a support factor at the workplace, no skill of the person's own
){{.Strict}};
INSERT INTO catalog_areas (id, position, name_fi, name_sv, name_en, support) VALUES
	('remote', 1, 'Ihmisläheinen etäohjaus', 'Människonära handledning på distans', 'Human-centred remote counselling', FALSE),
	('digital', 2, 'Digiratkaisut osana työtä', 'Digitala lösningar som en del av arbetet', 'Digital solutions as part of work', FALSE),
	('skills', 3, 'Teknologian käyttötaidot', 'Färdigheter i att använda teknik', 'Skills in using technology', FALSE),
	('evaluate', 4, 'Digiratkaisujen käyttö ja arviointi', 'Användning och utvärdering av digitala lösningar', 'Using and evaluating digital solutions', FALSE),
	('ethics', 5, 'Eettisyys digityössä', 'Etik i digitalt arbete', 'Ethics in digital work', FALSE),
	('management', 6, 'Johtaminen', 'Ledarskap', 'Management', TRUE),
	('organisation', 7, 'Organisaation käytännöt', 'Organisationens arbetssätt', 'Organisational practices', TRUE),
	('colleagues', 8, 'Työtoverit', 'Kollegerna', 'Colleagues', TRUE);

CREATE TABLE catalog_services (
	id          {{.ID}},
	name        TEXT NOT NULL,                -- JSON by language
	about       TEXT NOT NULL,                -- JSON by language
	owner       TEXT NOT NULL,                -- who answers for it, and how to reach them; '' when not said
	link        TEXT NOT NULL,                -- '' or https://...
	version     {{.Int}} NOT NULL,            -- raised by every change, so that nobody writes over another's
	ended_at    {{.Int}}                      -- no longer in use; history still names it
){{.Strict}};

-- What changed in a service, for those who help others with it.
CREATE TABLE catalog_news (
	id          {{.ID}},
	service_id  {{.Int}} NOT NULL REFERENCES catalog_services (id),
	at          {{.Int}} NOT NULL,
	text        TEXT NOT NULL,                -- JSON by language
	person_id   {{.Int}} NOT NULL REFERENCES persons (id)
){{.Strict}};
CREATE INDEX catalog_news_at ON catalog_news (at);
CREATE INDEX catalog_news_service ON catalog_news (service_id, at);
