package srp

import (
	"crypto/sha256"
	"math/big"
	"sync"
)

// modulus is the 3072-bit prime of RFC 3526 section 5 and RFC 5054 appendix A.
const modulus = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD" +
	"EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED" +
	"EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F" +
	"83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B" +
	"E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510" +
	"15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7" +
	"ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C" +
	"BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF"

const (
	size       = 384 // bytes of a group element
	windowBits = 6   // of the table: 1 MB and about 9 ms to build; 8 bits would save a quarter of the time for three times the memory
	windowSize = 1 << windowBits
	windows    = 43 // cover 258 bits: exponents have 256
)

// Group is the group with its table of powers of g. It is safe for concurrent use.
type Group struct {
	n, g, k *big.Int
	build   sync.Once
	table   [windows][windowSize]*big.Int
}

// Cognito gives the group that Amazon Cognito uses. The table is built at the first use.
func Cognito() *Group {
	n, _ := new(big.Int).SetString(modulus, 16)
	k := sha256.New()
	k.Write([]byte{0})
	k.Write(n.Bytes())
	k.Write([]byte{2})
	return &Group{n: n, g: big.NewInt(2), k: new(big.Int).SetBytes(k.Sum(nil))}
}

// fill builds the table. Entry d of window i is g^((d+1)·64^i), so that no digit stands for "no product"; what the added ones sum up to is taken
// back in window 0.
func (g *Group) fill() {
	ones := new(big.Int)
	base := new(big.Int).Set(g.g)
	for i := range windows {
		ones.SetBit(ones, i*windowBits, 1)
		power := new(big.Int).Set(base)
		for d := range windowSize {
			g.table[i][d] = new(big.Int).Set(power)
			power.Mod(power.Mul(power, base), g.n)
		}
		base.Set(g.table[i][windowSize-1])
	}
	back := new(big.Int).Exp(g.g, ones, g.n)
	back.ModInverse(back, g.n)
	for d := range windowSize {
		e := g.table[0][d]
		e.Mod(e.Mul(e, back), g.n)
	}
}

// power gives g^e for a 32-byte exponent, about five times as fast as big.Int.Exp.
func (g *Group) power(e *[32]byte) *big.Int {
	g.build.Do(g.fill)
	out := new(big.Int).Set(g.table[0][digit(e, 0)])
	product, quotient := new(big.Int), new(big.Int)
	for i := 1; i < windows; i++ {
		product.Mul(out, g.table[i][digit(e, i)])
		quotient.QuoRem(product, g.n, out)
	}
	return out
}

// digit gives window i of a big-endian exponent.
func digit(e *[32]byte, i int) int {
	bit := i * windowBits
	at := 31 - bit/8
	word := 0
	if at >= 0 {
		word = int(e[at])
	}
	if at > 0 {
		word |= int(e[at-1]) << 8
	}
	return word >> (bit % 8) & (windowSize - 1)
}

// pad gives the bytes of a number as the clients hash them: big-endian, with a zero byte in front when the top bit is set.
func pad(n *big.Int) []byte {
	b := n.Bytes()
	if len(b) == 0 || b[0]&0x80 != 0 {
		return append([]byte{0}, b...)
	}
	return b
}
