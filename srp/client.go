package srp

import (
	"encoding/hex"
	"fmt"
	"io"
	"math/big"
	"time"
)

// Client is the client's half of one exchange.
type Client struct {
	group  *Group
	secret [32]byte
	a      *big.Int
}

// Format prints a placeholder, whatever the verb: a is a secret.
func (Client) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// NewClient begins an exchange: a is drawn, A = g^a.
func (g *Group) NewClient(random io.Reader) (*Client, error) {
	c := &Client{group: g}
	if _, err := io.ReadFull(random, c.secret[:]); err != nil {
		return nil, fmt.Errorf("srp: randomness: %w", err)
	}
	c.a = g.power(&c.secret)
	return c, nil
}

// A gives the client's public value: hexadecimal in lower case, not padded.
func (c *Client) A() string { return c.a.Text(16) }

// Claim answers a PASSWORD_VERIFIER challenge: the TIMESTAMP and the raw signature (PASSWORD_CLAIM_SIGNATURE is its base64). salt and b are the
// SALT and SRP_B parameters; secretBlock the decoded SECRET_BLOCK. A server's value of 0 modulo N is ErrRefused.
func (c *Client) Claim(poolName, userID, password, salt, b string, secretBlock []byte, at time.Time) (timestamp string, signature []byte, err error) {
	g := c.group
	pub, err := g.parseElement(b)
	if err != nil {
		return "", nil, err
	}
	if len(salt)%2 == 1 {
		salt = "0" + salt
	}
	saltBytes, err := hex.DecodeString(salt)
	if err != nil || len(saltBytes) > size {
		return "", nil, ErrRefused
	}
	u := scramble(c.a, pub)
	if u.Sign() == 0 {
		return "", nil, ErrRefused
	}
	x := exponent(poolName, userID, password, saltBytes)
	base := new(big.Int).Mul(g.k, g.power(&x))
	base.Mod(base.Sub(pub, base), g.n)
	e := new(big.Int).Mul(u, new(big.Int).SetBytes(x[:]))
	e.Add(e, new(big.Int).SetBytes(c.secret[:]))
	timestamp = FormatTimestamp(at)
	key := sessionKey(u, base.Exp(base, e, g.n))
	return timestamp, prove(key, poolName, userID, secretBlock, timestamp), nil
}
