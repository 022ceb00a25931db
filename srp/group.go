package srp

import (
	"crypto/sha256"
	"math/big"
	"math/bits"
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
	size = 384 // bytes of a group element

	// The powers of g come from a comb (Lim and Lee, CRYPTO '94): an exponent of 256 bits is laid out in 8 rows of
	// 32 bits, read by columns. Four tables of 256 entries take 0.4 MB and about 5 ms to build, and make a power of
	// 39 products; windows of the same speed would need three times the memory and twice the time.
	teeth   = 8
	tables  = 4
	columns = 256 / teeth / tables // of each table
)

// Group is the group with its tables of powers of g. It is safe for concurrent use.
type Group struct {
	n, g, k *big.Int
	build   sync.Once
	table   [tables][1 << teeth]*big.Int
	back    *big.Int
}

// Cognito gives the group that Amazon Cognito uses. The tables are built at the first use.
func Cognito() *Group {
	n, _ := new(big.Int).SetString(modulus, 16)
	k := sha256.New()
	k.Write([]byte{0})
	k.Write(n.Bytes())
	k.Write([]byte{2})
	return &Group{n: n, g: big.NewInt(2), k: new(big.Int).SetBytes(k.Sum(nil))}
}

// fill builds the tables. Entry d of table j is t times the product of g^(2^(32·i + 8·j)) over the bits i that are
// set in d. The factor t makes every entry a number of full size, so that no digit of an exponent stands for a
// cheap product or for none; what the factors multiply up to is taken back at the end of each power.
func (g *Group) fill() {
	t := new(big.Int).Exp(g.g, g.k, g.n) // any element of full size would do
	row := columns * tables
	base := new(big.Int).Set(g.g)
	var powers [teeth][tables]*big.Int
	for bit := range 256 {
		if bit%columns == 0 {
			powers[bit/row][bit%row/columns] = new(big.Int).Set(base)
		}
		base.Mod(base.Mul(base, base), g.n)
	}
	for j := range tables {
		g.table[j][0] = t
		for d := 1; d < 1<<teeth; d++ {
			lowest := bits.TrailingZeros(uint(d))
			entry := new(big.Int).Mul(g.table[j][d&(d-1)], powers[lowest][j])
			g.table[j][d] = entry.Mod(entry, g.n)
		}
	}
	factors := big.NewInt(tables * (1<<columns - 1))
	g.back = new(big.Int).ModInverse(factors.Exp(t, factors, g.n), g.n)
}

// power gives g^e for a 32-byte exponent, several times as fast as big.Int.Exp.
func (g *Group) power(e *[32]byte) *big.Int {
	g.build.Do(g.fill)
	out := new(big.Int)
	product, quotient := new(big.Int), new(big.Int)
	times := func(x *big.Int) {
		product.Mul(out, x)
		quotient.QuoRem(product, g.n, out)
	}
	for column := columns - 1; column >= 0; column-- {
		for j := range tables {
			switch entry := g.table[j][digit(e, j*columns+column)]; {
			case j > 0:
				times(entry)
			case column == columns-1:
				out.Set(entry)
			default:
				times(out)
				times(entry)
			}
		}
	}
	times(g.back)
	return out
}

// digit gives one column of a big-endian exponent: the bits at the given place of each row, lowest row first.
func digit(e *[32]byte, place int) int {
	d := 0
	for i := range teeth {
		bit := i*columns*tables + place
		d |= int(e[31-bit/8]>>(bit%8)&1) << i
	}
	return d
}

// pad gives the bytes of a number as the clients hash them: big-endian, with a zero byte in front when the top bit is set.
func pad(n *big.Int) []byte {
	b := n.Bytes()
	if len(b) == 0 || b[0]&0x80 != 0 {
		return append([]byte{0}, b...)
	}
	return b
}
