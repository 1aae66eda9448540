package app

import (
	"slices"
	"strings"

	"taitorinki/internal/events"
	"taitorinki/internal/events/feedback"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// Where subjects begin: the staff, the network of digimentors for those who look after it, and a mentor's own work.
const (
	staffPath   = "/units"
	networkPath = "/mentors/coverage"
	workPath    = "/log"
)

// near is a page of a subject.
type near struct {
	action     web.Action
	label, url string
}

// sections are the pages of each subject, by the page where it begins.
var sections = []struct {
	begins string
	pages  []near
}{
	{"/rounds", []near{
		{people.ReadRounds, "app.rounds", "/rounds"},
		{people.ReadInstruments, "app.instruments", "/instruments"},
	}},
	{"/results", []near{
		{people.ReadResults, "app.results", "/results"},
		{people.ReadResults, "app.findings", "/findings"},
	}},
	{staffPath, []near{
		{people.ReadPeople, "app.units", staffPath},
		{people.ReadPeople, "app.people", "/people"},
	}},
	{workPath, []near{
		{people.WorkAsMentor, "app.near-log", workPath},
		{people.WorkAsMentor, "app.help-inbox", "/help/inbox"},
		{people.WorkAsMentor, "app.near-meetings", "/meetings"},
		{people.WorkAsMentor, "app.near-training", "/training"},
		{people.WorkAsMentor, "app.near-own", mentoring.OwnPath},
	}},
	{events.Path, []near{
		{web.SignedIn, "app.events", events.Path},
		{web.SignedIn, "app.near-calendar", "/calendar"},
		{people.HostEvents, "app.task-rooms", "/rooms"},
		{people.HostEvents, "app.near-trend", feedback.TrendPath},
	}},
	{networkPath, []near{
		{people.ReadCoverage, "app.coverage", networkPath},
		{people.ManageMentors, "app.near-list", mentoring.ListPath},
		{people.ConfirmMentors, "app.near-confirm", mentoring.ConfirmPath},
		{people.ManageMentors, "app.help-inbox", "/help"},
		{people.ManageMeetings, "app.near-meetings", "/meetings"},
		{people.ManageTraining, "app.near-training", "/training/manage"},
		{people.ReadCoverage, "app.near-themes", "/log/themes"},
		{people.ManageMentors, "app.near-alive", "/mentors/alive"},
		{people.ReadWilling, "app.near-willing", "/mentors/willing"},
		{people.ManageCatalog, "app.near-services", "/services"},
	}},
}

// section returns the pages of the subject that a path belongs to, as far as the visitor may see them, and where the subject stands
// in the menu.
func section(v web.Visitor, t func(string, ...any) string, path string, nav []ui.NavItem) (out []ui.NavItem, at int) {
	for _, s := range sections {
		out, at = nil, slices.IndexFunc(nav, func(n ui.NavItem) bool { return n.URL == s.begins })
		here := false
		for _, p := range s.pages {
			if at >= 0 && v.May(p.action) {
				out = append(out, ui.NavItem{Label: t(p.label), URL: p.url})
				here = here || path == p.url || strings.HasPrefix(path, p.url+"/")
			}
		}
		if here {
			return out, at
		}
	}
	return nil, -1
}
