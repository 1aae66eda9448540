// Package browsertest drives the whole platform with a real browser: the journeys a person would name, and what holds on
// every page (no accessibility violations, nothing wider than 320 px, no broken policy, no error in the console).
//
// It needs Chromium and axe-core. Where they are missing its tests are skipped, and fail when CI is set. `make screenshots`
// runs TestScreenshots, which draws the pictures of doc/shots.
package browsertest
