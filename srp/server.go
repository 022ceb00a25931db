package srp

import (
	"crypto/hmac"
	"fmt"
	"io"
	"math/big"
)

// Server is the server's half of one exchange.
type Server struct {
	group  *Group
	v      *big.Int
	secret [32]byte // b: fresh for this exchange
	b      *big.Int // B
}

// NewServer begins an exchange for a verifier: b is drawn, B = k v + g^b. A verifier that cannot be one is ErrRefused: with a value of 0 any
// proof could be computed without the password.
func (g *Group) NewServer(random io.Reader, v Verifier) (*Server, error) {
	value, err := g.value(v)
	if err != nil {
		return nil, err
	}
	s := &Server{group: g, v: value}
	for { // B is 0 with a chance of 2^-3072, and would be refused by every client
		if _, err := io.ReadFull(random, s.secret[:]); err != nil {
			return nil, fmt.Errorf("srp: randomness: %w", err)
		}
		s.b = new(big.Int).Mul(g.k, s.v)
		s.b.Mod(s.b.Add(s.b, g.power(&s.secret)), g.n)
		if s.b.Sign() != 0 {
			return s, nil
		}
	}
}

// SecretSize is the length of what Secret returns, in bytes.
const SecretSize = 32 + size

// Secret gives what the second step needs to go on, b ‖ B. It must travel sealed and be used once.
func (s *Server) Secret() []byte {
	return append(append(make([]byte, 0, SecretSize), s.secret[:]...), s.b.FillBytes(make([]byte, size))...)
}

// ResumeServer goes on with an exchange from its secret and the verifier it began with. A secret must be resumed once only: every further answer
// with the same b would tell more about it through time.
func (g *Group) ResumeServer(secret []byte, v Verifier) (*Server, error) {
	value, err := g.value(v)
	if err != nil || len(secret) != SecretSize {
		return nil, ErrRefused
	}
	s := &Server{group: g, v: value, secret: [32]byte(secret[:32]), b: new(big.Int).SetBytes(secret[32:])}
	if !g.element(s.b) || s.secret == [32]byte{} {
		return nil, ErrRefused
	}
	return s, nil
}

// Format prints a placeholder, whatever the verb: b is a secret.
func (Server) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// B gives the server's public value as Cognito writes it: hexadecimal in lower case.
func (s *Server) B() string { return s.b.Text(16) }

// CheckA reports whether a client's public value may be used at all; ErrRefused if not.
func (g *Group) CheckA(a string) error {
	_, err := g.parseElement(a)
	return err
}

// Verify checks a client's proof. Everything that does not hold is ErrRefused.
func (s *Server) Verify(a, poolName, userID string, secretBlock []byte, timestamp string, signature []byte) error {
	g := s.group
	pub, err := g.parseElement(a)
	if err != nil {
		return err
	}
	u := scramble(pub, s.b)
	if u.Sign() == 0 {
		return ErrRefused
	}
	shared := new(big.Int).Exp(s.v, u, g.n)
	shared.Mod(shared.Mul(shared, pub), g.n)
	shared.Exp(shared, new(big.Int).SetBytes(s.secret[:]), g.n)
	want := prove(sessionKey(u, shared), poolName, userID, secretBlock, timestamp)
	if !hmac.Equal(want, signature) {
		return ErrRefused
	}
	return nil
}
