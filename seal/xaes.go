package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
)

const (
	nonceSize = 24
	tagSize   = 16
	// Overhead is what XAES-256-GCM adds to a plaintext: nonce and tag.
	Overhead = nonceSize + tagSize
)

// ErrOpen is returned for everything that does not open: wrong key, purpose, tenant or associated data, damage,
// truncation, another format. It deliberately does not say which.
var ErrOpen = errors.New("seal: cannot open")

// SealXAES encrypts with XAES-256-GCM under a fresh random 24-byte nonce, which it puts in front. It fails only
// if random does.
func SealXAES(key Key, random io.Reader, plaintext, aad []byte) ([]byte, error) {
	return newXAES(key).seal(nil, random, plaintext, aad)
}

// OpenXAES undoes SealXAES. The only error is ErrOpen.
func OpenXAES(key Key, sealed, aad []byte) ([]byte, error) {
	return newXAES(key).open(sealed, aad)
}

// xaes is a key with what can be computed before the nonce is known: the AES key schedule and the CMAC subkey
// (steps 1 and 2 of the specification).
type xaes struct {
	block cipher.Block
	k1    [aes.BlockSize]byte
}

func newXAES(key Key) *xaes {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic("seal: " + err.Error()) // the key length is fixed by its type
	}
	x := &xaes{block: block}
	block.Encrypt(x.k1[:], x.k1[:])
	var carry byte
	for i := len(x.k1) - 1; i >= 0; i-- {
		next := x.k1[i] >> 7
		x.k1[i] = x.k1[i]<<1 | carry
		carry = next
	}
	// Multiplication by x in GF(2^128): reduce by the polynomial without branching on a secret bit.
	x.k1[len(x.k1)-1] ^= carry * 0b10000111
	return x
}

// derive gives the AES-256-GCM key for the first half of a nonce (steps 3 to 5).
func (x *xaes) derive(nonce []byte) (key Key) {
	m := [aes.BlockSize]byte{0, 1, 'X', 0}
	copy(m[4:], nonce[:12])
	subtle.XORBytes(key[:16], m[:], x.k1[:])
	m[1] = 2
	subtle.XORBytes(key[16:], m[:], x.k1[:])
	x.block.Encrypt(key[:16], key[:16])
	x.block.Encrypt(key[16:], key[16:])
	return key
}

// aead is AES-256-GCM with the derived key; its own nonce is the second half.
func (x *xaes) aead(nonce []byte) cipher.AEAD {
	key := x.derive(nonce)
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic("seal: " + err.Error())
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic("seal: " + err.Error())
	}
	return gcm
}

// seal appends nonce and ciphertext to prefix, which must not be shared with anyone.
func (x *xaes) seal(prefix []byte, random io.Reader, plaintext, aad []byte) ([]byte, error) {
	out := make([]byte, len(prefix)+nonceSize, len(prefix)+len(plaintext)+Overhead)
	nonce := out[copy(out, prefix):]
	if _, err := io.ReadFull(random, nonce); err != nil {
		return nil, fmt.Errorf("seal: read randomness: %w", err)
	}
	return x.aead(nonce).Seal(out, nonce[12:], plaintext, aad), nil
}

func (x *xaes) open(sealed, aad []byte) ([]byte, error) {
	if len(sealed) < Overhead {
		return nil, ErrOpen
	}
	nonce, text := sealed[:nonceSize], sealed[nonceSize:]
	plaintext, err := x.aead(nonce).Open(nil, nonce[12:], text, aad)
	if err != nil {
		return nil, ErrOpen
	}
	return plaintext, nil
}
