// Package archtest holds the rules of the house as tests: which package may import which, where a clock or a driver may
// be, that every message has its words, that no page has inline style or script.
package archtest
