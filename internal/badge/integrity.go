package badge

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/piprate/json-gold/ld"
)

// wireProof is a Data Integrity proof (W3C, Data Integrity EdDSA Cryptosuites 1.0, eddsa-rdfc-2022).
type wireProof struct {
	Type    string `json:"type"`
	Created string `json:"created"`
	Method  string `json:"verificationMethod"`
	Suite   string `json:"cryptosuite"`
	Purpose string `json:"proofPurpose"`
	Value   string `json:"proofValue,omitempty"`
}

// signIntegrity makes the proofs of a document: one, in the list that the JSON schema of Open Badges wants.
func signIntegrity(i Issuer, k Key, document any, now time.Time) ([]wireProof, error) {
	private, ok := k.private.(ed25519.PrivateKey)
	if !ok {
		return nil, ErrNoKey
	}
	doc, err := object(document)
	if err != nil {
		return nil, err
	}
	p := newProof(i, k, now)
	hash, err := integrityHash(doc, p)
	if err != nil {
		return nil, err
	}
	p.Value = base58(ed25519.Sign(private, hash))
	return []wireProof{p}, nil
}

func newProof(i Issuer, k Key, created time.Time) wireProof {
	return wireProof{
		Type: "DataIntegrityProof", Created: stamp(created), Method: i.method(k), Suite: "eddsa-rdfc-2022", Purpose: "assertionMethod",
	}
}

// parseProof reads the proof of a document. There must be one, and it must be exactly as newProof writes it.
func parseProof(doc map[string]any) (p wireProof, err error) {
	list, _ := doc["proof"].([]any)
	if len(list) != 1 {
		return p, fmt.Errorf("%w: no proof, or more than one", ErrInvalid)
	}
	inside, ok := list[0].(map[string]any)
	if !ok {
		return p, fmt.Errorf("%w: no proof", ErrInvalid)
	}
	if err := again(inside, &p); err != nil {
		return p, err
	}
	if p.Type != "DataIntegrityProof" || p.Suite != "eddsa-rdfc-2022" || p.Purpose != "assertionMethod" {
		return p, fmt.Errorf("%w: another kind of proof", ErrInvalid)
	}
	return p, same(inside, p)
}

// verifyIntegrity tells whether a key has signed a document with this proof. The document must have been read and found to be of our
// shape before, because canonical RDF of somebody's own making may take for ever.
func verifyIntegrity(k Key, doc map[string]any, p wireProof) error {
	public, ok := k.public.(ed25519.PublicKey)
	if !ok {
		return errSignature
	}
	signature, err := parseBase58(p.Value)
	if err != nil || len(signature) != ed25519.SignatureSize {
		return errSignature
	}
	hash, err := integrityHash(doc, p)
	if err != nil {
		return err
	}
	if !ed25519.Verify(public, hash, signature) {
		return errSignature
	}
	return nil
}

// integrityHash is what is signed: the SHA-256 of the canonical proof options, then that of the canonical document without its proof.
func integrityHash(doc map[string]any, p wireProof) ([]byte, error) {
	p.Value = ""
	options, err := object(p)
	if err != nil {
		return nil, err
	}
	options["@context"] = doc["@context"]
	var out []byte
	for _, d := range []map[string]any{options, bare(doc)} {
		quads, err := canonical(d)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256([]byte(quads))
		out = append(out, sum[:]...)
	}
	return out, nil
}

// canonical is a document as canonical N-Quads (W3C, RDF Dataset Canonicalization 1.0, which json-gold knows by its former name
// URDNA2015). Safe mode refuses words that the contexts do not know, which would otherwise be left out and stay unsigned. It takes
// two steps, because Normalize of the processor forgets safe mode on the way to RDF.
func canonical(doc map[string]any) (string, error) {
	loader, err := contexts()
	if err != nil {
		return "", err
	}
	o := ld.NewJsonLdOptions("")
	o.DocumentLoader, o.SafeMode = loader, true
	dataset, err := ld.NewJsonLdProcessor().ToRDF(doc, o)
	if err != nil {
		return "", fmt.Errorf("badge: %w", err)
	}
	o.Algorithm, o.Format = ld.AlgorithmURDNA2015, "application/n-quads"
	quads, err := ld.NewJsonLdApi().Normalize(dataset.(*ld.RDFDataset), o)
	if err != nil {
		return "", fmt.Errorf("badge: %w", err)
	}
	return quads.(string), nil
}
