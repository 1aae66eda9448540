package app

import (
	"context"
	"strconv"
	"strings"

	"taitorinki/internal/catalog"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/i18n"
	"taitorinki/internal/survey"
	"taitorinki/internal/web"
)

// objectName names what the log speaks of by a kind and a code, and where it is. What is gone, such as a draft that was deleted, has
// no name.
func (a *App) objectName(ctx context.Context, object, lang string) (name, url string, err error) {
	kind, id, _ := strings.Cut(object, ":")
	switch kind {
	case "finding":
		name, url, err = a.findingName(ctx, id, lang)
	case "meeting":
		name, url, err = a.Meetings.Name(ctx, id)
	case "event":
		name, url, err = a.eventName(ctx, id)
	case "room":
		name, url, err = a.roomName(ctx, id)
	case "mentor":
		name, url, err = a.Mentors.ObjectName(ctx, object, lang)
	case "service":
		name, url, err = a.serviceName(ctx, id, lang)
	case "round":
		name, url, err = a.roundName(ctx, id, lang)
	case "instrument":
		name, url, err = a.instrumentName(ctx, id, lang)
	case "request": // whoever reads the log may not read what it says
		name = a.Kit.Words.T(lang, "app.object-request", "n", id)
	}
	if errs.KindOf(err) == errs.NotFound {
		return "", "", nil
	}
	return name, url, err
}

func (a *App) roundName(ctx context.Context, code, lang string) (name, url string, err error) {
	r, err := survey.RoundByCode(ctx, a.Config.DB, code)
	if err != nil {
		return "", "", err
	}
	return r.Settings.Name.In(lang), "/rounds/" + strconv.FormatInt(r.ID, 10), err
}

func (a *App) instrumentName(ctx context.Context, id, lang string) (name, url string, err error) {
	in, err := a.Survey.Instrument(ctx, web.Number(id))
	if err != nil {
		return "", "", err
	}
	return in.Title.In(lang) + " " + in.Version, "/instruments/" + id, nil
}

func (a *App) eventName(ctx context.Context, id string) (name, url string, err error) {
	e, err := events.ByID(ctx, a.Config.DB, web.Number(id))
	return e.Title, e.Path(""), err
}

// roomName leads to the room's event: the room itself opens to its host alone.
func (a *App) roomName(ctx context.Context, id string) (name, url string, err error) {
	name, event, err := a.Live.Name(ctx, id)
	if err == nil && event != 0 {
		_, url, err = a.eventName(ctx, strconv.FormatInt(event, 10))
	}
	return name, url, err
}

func (a *App) serviceName(ctx context.Context, id, lang string) (name, url string, err error) {
	d, err := catalog.ServiceByID(ctx, a.Config.DB, web.Number(id))
	return i18n.In(d.Name, lang), "/services/" + id, err
}
