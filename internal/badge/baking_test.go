package badge

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"hash/crc32"
	"image/png"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var drawn = Picture{Title: "Digimentori", Issuer: "Merenrannan hyvinvointialue"}

func drawnPNG(t testing.TB) []byte {
	t.Helper()
	b, err := drawn.PNG()
	must(t, err)
	return b
}

func drawnSVG(t testing.TB) []byte {
	t.Helper()
	b, err := drawn.SVG()
	must(t, err)
	return b
}

func TestAPNGPictureHoldsExactlyOnePlainCredential(t *testing.T) {
	picture := drawnPNG(t)
	if _, err := UnbakePNG(picture); !errors.Is(err, ErrNoBadge) {
		t.Errorf("an unbaked picture: %v, want %v", err, ErrNoBadge)
	}
	once, err := BakePNG(picture, "first.token.x")
	must(t, err)
	twice, err := BakePNG(once, `{"second":"ä"}`)
	must(t, err)
	for want, b := range map[string][]byte{"first.token.x": once, `{"second":"ä"}`: twice} {
		got, err := UnbakePNG(b)
		if err != nil || got != want {
			t.Errorf("unbaked %q, %v, want %q", got, err, want)
		}
		if n := bytes.Count(b, []byte("iTXt"+keyword+"\x00\x00\x00\x00\x00")); n != 1 {
			t.Errorf("%d chunks with the credential, want 1", n)
		}
		if _, err := png.Decode(bytes.NewReader(b)); err != nil {
			t.Errorf("the baked picture is no picture: %v", err)
		}
	}
}

func TestABakedPictureIsATrueBadgeUntilAByteOfItChanges(t *testing.T) {
	c := newCounty(t)
	out := issue(t, c, c.bare())
	v := c.verifier(t)
	p, err := BakePNG(drawnPNG(t), out.Token)
	must(t, err)
	s, err := BakeSVG(drawnSVG(t), string(out.JSON))
	must(t, err)
	for name, b := range map[string][]byte{"PNG": p, "SVG": s} {
		text, err := Unbake(b)
		must(t, err)
		if r := v.Verify([]byte(text)); !r.True() {
			t.Fatalf("%s: %v %v", name, r.Reasons, r.Cause)
		}
		start := bytes.Index(b, []byte(text[:20]))
		for i := start; i < start+len(text); i += 11 {
			changed := bytes.Clone(b)
			changed[i] ^= 1
			if text, err := Unbake(changed); err == nil && v.Verify([]byte(text)).True() {
				t.Errorf("%s: byte %d changed, and the badge is still true", name, i)
			}
		}
	}
	if text, err := Unbake([]byte("a.b.c")); err == nil {
		t.Errorf("no picture gives %q", text)
	}
}

// textChunk is a chunk of any kind with our keyword.
func textChunk(kind, rest string) []byte {
	body := []byte(kind + keyword + rest)
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)-4))
	return binary.BigEndian.AppendUint32(append(out, body...), crc32.ChecksumIEEE(body))
}

func TestAnOddCredentialInAPNGPictureIsRefused(t *testing.T) {
	picture := drawnPNG(t)
	const headerEnd = 8 + 25
	with := func(chunks ...[]byte) []byte {
		return bytes.Join([][]byte{picture[:headerEnd], bytes.Join(chunks, nil), picture[headerEnd:]}, nil)
	}
	plain := textChunk("iTXt", "\x00\x00\x00\x00\x00a.b.c")
	if got, err := UnbakePNG(with(plain)); got != "a.b.c" {
		t.Fatalf("a plain chunk gives %q, %v", got, err)
	}
	if _, err := UnbakePNG(with(plain, plain)); !errors.Is(err, ErrManyBadges) {
		t.Errorf("two credentials: %v", err)
	}
	if _, err := UnbakePNG(with(plain, textChunk("tEXt", "\x00a.b.c"))); !errors.Is(err, ErrManyBadges) {
		t.Errorf("two credentials of two kinds: %v", err)
	}
	damaged := with(plain)
	damaged[headerEnd+40] ^= 1
	for name, b := range map[string][]byte{
		"compressed":      with(textChunk("iTXt", "\x00\x01\x00\x00\x00a.b.c")),
		"tEXt":            with(textChunk("tEXt", "\x00a.b.c")),
		"no languages":    with(textChunk("iTXt", "\x00\x00\x00a.b.c")),
		"nothing":         with(textChunk("iTXt", "\x00")),
		"damaged":         damaged,
		"cut":             with(plain)[:headerEnd+30],
		"no end":          picture[:len(picture)-12],
		"not a picture":   []byte("GIF89a"),
		"only the header": picture[:8],
		"too long":        append(with(plain), make([]byte, maxPicture)...),
	} {
		if got, err := UnbakePNG(b); err == nil {
			t.Errorf("%s: unbaked %q, want an error", name, got)
		}
	}
	if baked, err := BakePNG(with(plain, textChunk("zTXt", "\x00\x00x")), "new"); err != nil {
		t.Error(err)
	} else if got, err := UnbakePNG(baked); got != "new" {
		t.Errorf("baking over old ones gives %q, %v", got, err)
	}
}

func TestAnSVGPictureHoldsExactlyOneCredential(t *testing.T) {
	picture := drawnSVG(t)
	if _, err := UnbakeSVG(picture); !errors.Is(err, ErrNoBadge) {
		t.Errorf("an unbaked picture: %v, want %v", err, ErrNoBadge)
	}
	token, err := BakeSVG(picture, "first.token.x")
	must(t, err)
	if !bytes.Contains(token, []byte(`<openbadges:credential verify="first.token.x">`)) || !bytes.Contains(token, []byte(`xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"`)) {
		t.Errorf("not as the standard writes it: %s", token)
	}
	const odd = `{"second":"ä ]]> <&> \"x\""}`
	json, err := BakeSVG(token, odd)
	must(t, err)
	for want, b := range map[string][]byte{"first.token.x": token, odd: json} {
		got, err := UnbakeSVG(b)
		if err != nil || got != want {
			t.Errorf("unbaked %q, %v, want %q", got, err, want)
		}
		if n := strings.Count(string(b), "<openbadges:credential"); n != 1 {
			t.Errorf("%d credentials, want 1", n)
		}
		if n := strings.Count(string(b), "xmlns:openbadges"); n != 1 {
			t.Errorf("our prefix is declared %d times, want once", n)
		}
		wellFormed(t, b)
	}
}

func wellFormed(t testing.TB, b []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(b))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, b)
		}
	}
}

func TestAnOddSVGPictureIsRefused(t *testing.T) {
	const ns = `xmlns="http://www.w3.org/2000/svg" xmlns:o="https://purl.imsglobal.org/ob/v3p0"`
	if got, err := UnbakeSVG([]byte(`<?xml version="1.0"?><svg ` + ns + `><g><o:credential verify="a.b.c"/></g></svg>`)); got != "a.b.c" {
		t.Errorf("another prefix: %q, %v", got, err)
	}
	for name, text := range map[string]string{
		"two credentials": `<svg ` + ns + `><o:credential verify="a"/><o:credential verify="b"/></svg>`,
		"document type":   `<!DOCTYPE svg [<!ENTITY x "y">]><svg ` + ns + `><o:credential verify="a"/></svg>`,
		"entity":          `<svg ` + ns + `><o:credential verify="&x;"/></svg>`,
		"not closed":      `<svg ` + ns + `><o:credential verify="a"/>`,
		"not SVG":         `<html><o:credential verify="a"/></html>`,
		"no namespace":    `<svg><credential verify="a"/></svg>`,
		"empty":           ``,
		"words":           `a.b.c`,
	} {
		if got, err := UnbakeSVG([]byte(text)); err == nil {
			t.Errorf("%s: unbaked %q, want an error", name, got)
		}
	}
	for name, text := range map[string]string{
		"empty":        `<svg xmlns="http://www.w3.org/2000/svg"/>`,
		"other prefix": `<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://other.example"></svg>`,
	} {
		if got, err := BakeSVG([]byte(text), "a.b.c"); err == nil {
			t.Errorf("%s: baked %s, want an error", name, got)
		}
	}
}

// The property that the fuzz targets look for too: what is baked comes out again.
func TestWhatIsBakedComesOutAgain(t *testing.T) {
	p, s := drawnPNG(t), drawnSVG(t)
	rapid.Check(t, func(r *rapid.T) {
		json := "{" + strings.TrimSpace(rapid.StringMatching(`[ -~äöå\n]*`).Draw(r, "inside")) + "}"
		token := rapid.StringMatching(`[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+`).Draw(r, "token")
		for _, want := range []string{json, token} {
			b, err := BakePNG(p, want)
			must(t, err)
			if got, err := UnbakePNG(b); got != want {
				r.Fatalf("PNG: %q, %v, want %q", got, err, want)
			}
			b, err = BakeSVG(s, want)
			must(t, err)
			if got, err := UnbakeSVG(b); got != want {
				r.Fatalf("SVG: %q, %v, want %q", got, err, want)
			}
		}
	})
}

func FuzzUnbakePNG(f *testing.F) {
	picture := drawnPNG(f)[:8+25]
	end := []byte("\x00\x00\x00\x00IEND\xaeB`\x82")
	for _, c := range [][]byte{nil, textChunk("iTXt", "\x00\x00\x00\x00\x00a.b.c"), textChunk("iTXt", "\x00\x01\x00\x00\x00x"), textChunk("tEXt", "\x00x")} {
		f.Add(bytes.Join([][]byte{picture, c, end}, nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		text, err := UnbakePNG(b)
		baked, bakeErr := BakePNG(b, "a.b.c")
		if err == nil && bakeErr != nil {
			t.Fatalf("%q was read, but baking fails: %v", text, bakeErr)
		}
		if bakeErr != nil {
			return
		}
		if got, err := UnbakePNG(baked); got != "a.b.c" {
			t.Fatalf("baked a.b.c, got %q, %v", got, err)
		}
	})
}

func FuzzUnbakeSVG(f *testing.F) {
	for _, s := range []string{
		`<svg xmlns="http://www.w3.org/2000/svg"></svg>`,
		`<?xml version="1.0"?><!-- x --><svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"><openbadges:credential verify="a.b.c"/><g/></svg>`,
		`<s:svg xmlns:s="http://www.w3.org/2000/svg" xmlns:o="https://purl.imsglobal.org/ob/v3p0"><o:credential><![CDATA[{"a":1}]]></o:credential></s:svg>`,
		`<svg xmlns='http://www.w3.org/2000/svg' xmlns:openbadges="x"/>`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := UnbakeSVG(b); err != nil && !errors.Is(err, ErrNoBadge) && !errors.Is(err, ErrManyBadges) {
			return
		}
		baked, err := BakeSVG(b, "a.b.c")
		if err != nil {
			return
		}
		if got, err := UnbakeSVG(baked); got != "a.b.c" {
			t.Fatalf("baked a.b.c into\n%s\ngot %q, %v from\n%s", b, got, err, baked)
		}
	})
}
