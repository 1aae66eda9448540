package badge

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The namespace of a baked SVG file, and its usual prefix (Open Badges 3.0, Baking).
const (
	badgeSpace  = "https://purl.imsglobal.org/ob/v3p0"
	badgePrefix = "openbadges"
	svgSpace    = "http://www.w3.org/2000/svg"
)

// span is where something stands in a text.
type span struct{ start, end int64 }

// baked is what an SVG file was found to hold.
type baked struct {
	root        span // the start tag of svg
	declared    bool // it declares our prefix for our namespace
	credentials []span
	texts       []string
}

// scanSVG reads a whole SVG file. Document types are refused: they can define entities, and a badge needs none.
func scanSVG(picture []byte) (b baked, err error) {
	if len(picture) > maxPicture {
		return b, fmt.Errorf("badge: a picture of %d bytes, %d at most", len(picture), maxPicture)
	}
	d := xml.NewDecoder(bytes.NewReader(picture))
	for {
		start := d.InputOffset()
		t, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && b.root.end > 0:
			return b, nil
		case err != nil:
			return b, fmt.Errorf("badge: not an SVG file: %w", err)
		}
		switch t := t.(type) {
		case xml.Directive:
			return b, errors.New("badge: the SVG file has a document type")
		case xml.StartElement:
			if err := b.element(d, t, start); err != nil {
				return b, err
			}
		}
	}
}

func (b *baked) element(d *xml.Decoder, e xml.StartElement, start int64) error {
	switch {
	case b.root.end == 0:
		if e.Name.Local != "svg" || e.Name.Space != svgSpace {
			return fmt.Errorf("badge: not an SVG file but <%.40s>", e.Name.Local)
		}
		b.root = span{start, d.InputOffset()}
		for _, a := range e.Attr {
			if a.Name.Space == "xmlns" && a.Name.Local == badgePrefix {
				if a.Value != badgeSpace {
					return errors.New("badge: the SVG file uses our prefix for something else")
				}
				b.declared = true
			}
		}
	case e.Name.Space == badgePrefix: // nothing says what the prefix means; once a badge declares it, this would be a second credential
		return errors.New("badge: the SVG file uses our prefix without declaring it")
	case e.Name.Space == badgeSpace && e.Name.Local == "credential":
		text, err := credentialText(d, e)
		if err != nil {
			return err
		}
		b.credentials = append(b.credentials, span{start, d.InputOffset()})
		b.texts = append(b.texts, text)
	}
	return nil
}

// credentialText reads a credential element to its end: a token stands in the attribute verify, JSON inside.
func credentialText(d *xml.Decoder, e xml.StartElement) (string, error) {
	var inside struct {
		Text string `xml:",chardata"`
	}
	if err := d.DecodeElement(&inside, &e); err != nil {
		return "", fmt.Errorf("badge: not an SVG file: %w", err)
	}
	for _, a := range e.Attr {
		if a.Name.Space == "" && a.Name.Local == "verify" {
			return a.Value, nil
		}
	}
	return strings.TrimSpace(inside.Text), nil
}

// BakeSVG puts a credential into an SVG picture: the token, or JSON with its proof. One that is there already is replaced.
func BakeSVG(picture []byte, credential string) ([]byte, error) {
	b, err := scanSVG(picture)
	if err != nil {
		return nil, err
	}
	tag := picture[b.root.start:b.root.end]
	if bytes.HasSuffix(tag, []byte("/>")) {
		return nil, errors.New("badge: the SVG file is empty")
	}
	var out bytes.Buffer
	out.Write(picture[:b.root.start])
	out.Write(bytes.TrimSuffix(tag, []byte(">")))
	if !b.declared {
		out.WriteString(` xmlns:` + badgePrefix + `="` + badgeSpace + `"`)
	}
	out.WriteString(">")
	writeCredential(&out, credential)
	at := b.root.end
	for _, old := range b.credentials {
		out.Write(picture[at:old.start])
		at = old.end
	}
	out.Write(picture[at:])
	return out.Bytes(), nil
}

func writeCredential(out *bytes.Buffer, credential string) {
	if strings.HasPrefix(credential, "{") {
		inside := strings.ReplaceAll(credential, "]]>", "]]]]><![CDATA[>")
		out.WriteString("<" + badgePrefix + ":credential><![CDATA[" + inside + "]]></" + badgePrefix + ":credential>")
		return
	}
	out.WriteString("<" + badgePrefix + `:credential verify="` + escapeXML(credential) + `"></` + badgePrefix + ":credential>")
}

func escapeXML(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}

// UnbakeSVG takes the credential out of an SVG picture.
func UnbakeSVG(picture []byte) (string, error) {
	b, err := scanSVG(picture)
	switch {
	case err != nil:
		return "", err
	case len(b.texts) == 0:
		return "", ErrNoBadge
	case len(b.texts) > 1:
		return "", ErrManyBadges
	}
	return b.texts[0], nil
}
