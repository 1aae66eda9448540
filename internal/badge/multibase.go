package badge

import (
	"errors"
	"math/big"
	"strings"
)

// Base 58 as Bitcoin writes it, which Data Integrity uses for keys and signatures (Multibase "z").
const base58Digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// multikey writes an Ed25519 key as a Multikey: the multicodec number 0xed as a varint, then the key.
func multikey(key []byte) string { return base58(append([]byte{0xed, 0x01}, key...)) }

// base58 writes bytes with Multibase's "z" before them.
func base58(b []byte) string {
	var digits []byte
	rest, base, digit := new(big.Int).SetBytes(b), big.NewInt(58), new(big.Int)
	for rest.Sign() > 0 {
		rest.DivMod(rest, base, digit)
		digits = append(digits, base58Digits[digit.Int64()])
	}
	for i := 0; i < len(b) && b[i] == 0; i++ {
		digits = append(digits, base58Digits[0])
	}
	var out strings.Builder
	out.WriteByte('z')
	for i := len(digits) - 1; i >= 0; i-- {
		out.WriteByte(digits[i])
	}
	return out.String()
}

// parseBase58 reads what base58 writes, and nothing longer than a signature: the arithmetic is quadratic.
func parseBase58(s string) ([]byte, error) {
	digits, ok := strings.CutPrefix(s, "z")
	if !ok || len(digits) > 100 {
		return nil, errors.New("badge: not base 58")
	}
	n := new(big.Int)
	for _, c := range []byte(digits) {
		d := strings.IndexByte(base58Digits, c)
		if d < 0 {
			return nil, errors.New("badge: not base 58")
		}
		n.Add(n.Mul(n, big.NewInt(58)), big.NewInt(int64(d)))
	}
	zeros := len(digits) - len(strings.TrimLeft(digits, "1"))
	return append(make([]byte, zeros), n.Bytes()...), nil
}
