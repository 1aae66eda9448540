package web

import "embed"

// Locales are the words of errors and of what every page has.
//
//go:embed locales
var Locales embed.FS
