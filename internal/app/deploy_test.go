package app_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"taitorinki/internal/apptest"
	"taitorinki/internal/dbtest"
)

// location is one place of our example for nginx that is chosen by an expression.
type location struct {
	match *regexp.Regexp
	says  string
}

var locationText = regexp.MustCompile(`(?s)\n    location ~ (\S+) \{\n(.*?)\n    \}`)

func locations(t *testing.T) (all []location, whole string) {
	t.Helper()
	b, err := os.ReadFile("../../deploy/nginx.conf")
	must(t, err)
	for _, m := range locationText.FindAllStringSubmatch(string(b), -1) {
		all = append(all, location{regexp.MustCompile(m[1]), m[2]})
	}
	return all, string(b)
}

// chosen is what nginx chooses for a path: the first that fits.
func chosen(all []location, path string) string {
	for _, l := range all {
		if l.match.MatchString(path) {
			return l.says
		}
	}
	return ""
}

// A proxy that writes down who asked for which page, and when, undoes what the program does not write down.
func TestTheExampleForNginxLogsNothingOfPeopleWithoutAnAccount(t *testing.T) {
	s := apptest.New(t, dbtest.SQLite(t))
	all, whole := locations(t)
	if servers, silent := strings.Count(whole, "\nserver {"), strings.Count(whole, "\n    access_log off;"); servers != 2 || silent != servers {
		t.Errorf("%d servers, and %d of them keep no log of requests: want 2 and 2", servers, silent)
	}
	walked := 0
	for _, rt := range s.Kit.Routes() {
		secret := strings.Contains(rt.Pattern, "{token}") || strings.Contains(rt.Pattern, "{secret}")
		if !rt.Private && !secret {
			continue
		}
		walked++
		_, path := pathOf(rt.Pattern, "k349v")
		if says := chosen(all, path); !strings.Contains(says, "error_log /dev/null crit;") {
			t.Errorf("%s: a fault there is logged with its path and address; nginx chooses %q", path, says)
		}
	}
	if walked < 40 {
		t.Errorf("only %d routes were looked at", walked)
	}
}

func TestTheExampleForNginxLetsTheStreamOfARoomThroughAtOnce(t *testing.T) {
	all, _ := locations(t)
	if says := chosen(all, "/live/ABC234/events"); !strings.Contains(says, "proxy_buffering off;") || !strings.Contains(says, "proxy_read_timeout 1h;") {
		t.Errorf("nginx chooses %q", says)
	}
	if says := chosen(all, "/live/ABC234"); says == "" || strings.Contains(says, "proxy_buffering off;") {
		t.Errorf("for the room itself nginx chooses %q", says)
	}
}
