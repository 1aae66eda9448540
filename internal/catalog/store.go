package catalog

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

func objectOf(id int64) string { return fmt.Sprintf("service:%d", id) }

// Areas returns the areas in the order in which pages show them.
func Areas(ctx context.Context, q db.Q) (_ []Area, err error) {
	defer errs.Wrap(&err, "catalog.Areas")
	return db.Rows(ctx, q, func(r *sql.Rows, a *Area) error {
		var fi, sv, en string
		err := r.Scan(&a.ID, &fi, &sv, &en, &a.Support)
		a.Name = Words{"fi": fi, "sv": sv, "en": en}
		return err
	}, `SELECT id, name_fi, name_sv, name_en, support FROM catalog_areas ORDER BY position`)
}

const serviceColumns = `id, name, about, owner, link, version, ended_at`

func scanService(r *sql.Rows, d *DigitalService) error {
	var name, about string
	var ended db.Time
	if err := r.Scan(&d.ID, &name, &about, &d.Owner, &d.Link, &d.Version, &ended); err != nil {
		return err
	}
	d.Ended = ended.Time
	if err := json.Unmarshal([]byte(name), &d.Name); err != nil {
		return err
	}
	return json.Unmarshal([]byte(about), &d.About)
}

// Services returns all services, those out of use too, in the order in which they were added.
func Services(ctx context.Context, q db.Q) (_ []DigitalService, err error) {
	defer errs.Wrap(&err, "catalog.Services")
	return db.Rows(ctx, q, scanService, `SELECT `+serviceColumns+` FROM catalog_services ORDER BY id`)
}

// ServicesInUse are the services of today in the order in which they were added.
func ServicesInUse(ctx context.Context, q db.Q) (out []DigitalService, err error) {
	all, err := Services(ctx, q)
	for _, d := range all {
		if d.Ended.IsZero() {
			out = append(out, d)
		}
	}
	return out, err
}

// ServiceByID returns a service; errs.NotFound when there is none.
func ServiceByID(ctx context.Context, q db.Q, id int64) (d DigitalService, err error) {
	defer errs.Wrap(&err, "catalog.ServiceByID(%d)", id)
	all, err := db.Rows(ctx, q, scanService, `SELECT `+serviceColumns+` FROM catalog_services WHERE id = $1`, id)
	if err == nil && len(all) == 0 {
		return d, errs.New(errs.NotFound, "catalog.no-service")
	}
	if err != nil {
		return d, err
	}
	return all[0], nil
}

func texts(w ...Words) (out []any, err error) {
	for _, x := range w {
		b, err := json.Marshal(x)
		if err != nil {
			return nil, err
		}
		out = append(out, string(b))
	}
	return out, nil
}

func insertService(ctx context.Context, tx *db.Tx, d *DigitalService) (id int64, err error) {
	defer errs.Wrap(&err, "catalog.insertService")
	t, err := texts(d.Name, d.About)
	if err != nil {
		return 0, err
	}
	err = tx.QueryRowContext(ctx, `INSERT INTO catalog_services (name, about, owner, link, version) VALUES ($1, $2, $3, $4, 1) RETURNING id`,
		append(t, d.Owner, d.Link)...).Scan(&id)
	return id, err
}

func updateService(ctx context.Context, tx *db.Tx, d *DigitalService) (err error) {
	defer errs.Wrap(&err, "catalog.updateService(%d)", d.ID)
	t, err := texts(d.Name, d.About)
	if err != nil {
		return err
	}
	n, err := db.Changed(tx.ExecContext(ctx, `UPDATE catalog_services SET name = $1, about = $2, owner = $3, link = $4, version = version + 1
		WHERE id = $5 AND version = $6`, append(t, d.Owner, d.Link, d.ID, d.Version)...))
	if err == nil && n == 0 {
		return errs.New(errs.Conflict, "catalog.changed")
	}
	return err
}

func endService(ctx context.Context, tx *db.Tx, id int64, at time.Time) (err error) {
	defer errs.Wrap(&err, "catalog.endService(%d)", id)
	n, err := db.Changed(tx.ExecContext(ctx, `UPDATE catalog_services SET ended_at = $1, version = version + 1 WHERE id = $2`, db.At(at), id))
	if err == nil && n == 0 {
		return errs.New(errs.NotFound, "catalog.no-service")
	}
	return err
}

func insertNews(ctx context.Context, tx *db.Tx, n *News, by int64) (err error) {
	defer errs.Wrap(&err, "catalog.insertNews(%d)", n.Service)
	t, err := texts(n.Text)
	if err != nil {
		return err
	}
	made, err := db.Changed(tx.ExecContext(ctx, `INSERT INTO catalog_news (service_id, at, text, person_id)
		SELECT id, $1, $2, $3 FROM catalog_services WHERE id = $4`, db.At(n.At), t[0], by, n.Service))
	if err == nil && made == 0 {
		return errs.New(errs.NotFound, "catalog.no-service")
	}
	return err
}

// NewsSince returns what has changed in services since a time, the newest first.
func NewsSince(ctx context.Context, q db.Q, since time.Time) (_ []News, err error) {
	defer errs.Wrap(&err, "catalog.NewsSince")
	return db.Rows(ctx, q, func(r *sql.Rows, n *News) error {
		var at db.Time
		var text string
		if err := r.Scan(&n.ID, &n.Service, &at, &text); err != nil {
			return err
		}
		n.At = at.Time
		return json.Unmarshal([]byte(text), &n.Text)
	}, `SELECT id, service_id, at, text FROM catalog_news WHERE at >= $1 ORDER BY at DESC, id DESC`, db.At(since))
}
