package badge

import (
	"bytes"
	_ "embed"
	"fmt"
	"sync"

	"github.com/piprate/json-gold/ld"
)

// The two contexts that give the words of a badge their meaning. Where they come from: contexts/SOURCES.md.
const (
	credentialsContext = "https://www.w3.org/ns/credentials/v2"
	badgesContext      = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
)

//go:embed contexts/credentials-v2.json
var credentialsContextFile []byte

//go:embed contexts/open-badges-3.0.3.json
var badgesContextFile []byte

// bundled is a document loader that knows the two contexts and nothing else. A fetched context could change under a signature,
// tell a stranger which badge is being looked at, or be made up by whoever sent the badge.
type bundled map[string]any

func (b bundled) LoadDocument(address string) (*ld.RemoteDocument, error) {
	doc, ok := b[address]
	if !ok {
		return nil, fmt.Errorf("badge: the context %q is not one of the bundled ones", address)
	}
	return &ld.RemoteDocument{DocumentURL: address, Document: doc}, nil
}

// contexts parses the files once: it costs as much as a signature.
var contexts = sync.OnceValues(func() (bundled, error) {
	out := bundled{}
	for address, file := range map[string][]byte{credentialsContext: credentialsContextFile, badgesContext: badgesContextFile} {
		doc, err := ld.DocumentFromReader(bytes.NewReader(file))
		if err != nil {
			return nil, fmt.Errorf("badge: context %s: %w", address, err)
		}
		out[address] = doc
	}
	return out, nil
})
