package federate

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/jws"
)

// Client fetches documents. It decides which addresses may be reached, follows no redirects, and bounds time and size.
type Client interface {
	Get(ctx context.Context, url string) (body []byte, header http.Header, err error)
}

// Config is what a Verifier works with.
type Config struct {
	Client Client           // required
	Store  *store.DB        // required for SAML; opened with Tables
	Now    func() time.Time // required
	// Local gives the keys of an issuer that this server is itself; ok is false for all others. nil: there is none.
	Local func(ctx context.Context, issuer string) (keys jws.KeySet, ok bool, err error)
}

// Verifier verifies tokens and responses. It is safe for concurrent use.
type Verifier struct {
	config  Config
	mu      sync.Mutex
	issuers map[place]*issuer
}

// New makes a Verifier. It opens nothing.
func New(c Config) *Verifier { return &Verifier{config: c, issuers: map[place]*issuer{}} }

// Provider is an OpenID Connect provider.
type Provider struct {
	Issuer    string   // https URL as the provider's tokens spell it
	ClientIDs []string // audiences that are accepted
	JWKSURI   string   // where the keys are; empty: discovery tells
	// MaxAge is how old a token may be since it was issued; 0 is 24 hours, the age beyond which STS says that a token is too old.
	MaxAge time.Duration
}

// Identity is what a verified token says.
type Identity struct {
	Issuer          string
	Subject         string
	Audience        []string // every "aud"; at least one
	AuthorizedParty string   // "azp"; empty if there is none
	Claims          map[string]any
	IssuedAt        time.Time
	Expires         time.Time
}

const (
	maxAge  = 24 * time.Hour
	skew    = time.Minute // of a provider's clock that runs ahead; nothing is accepted after its end
	maxAuds = 100
)

// claims are those that are checked (OpenID Connect Core 1.0 section 2, RFC 7519 section 4.1). Names are exact.
type claims struct {
	Iss, Sub, Azp string
	Aud           []string
	Exp, Iat, Nbf *numericDate
	all           map[string]any
}

// numericDate is seconds since 1970; a fraction is cut off (RFC 7519 section 2).
type numericDate int64

func (n numericDate) time() time.Time { return time.Unix(int64(n), 0).UTC() }

// reader takes claims of their types; the first that is of another one makes it fail.
type reader struct {
	all map[string]any
	bad bool
}

func (r *reader) text(name string) string {
	v, ok := r.all[name]
	s, isText := v.(string)
	r.bad = r.bad || ok && !isText
	return s
}

// texts reads one text or a list of them.
func (r *reader) texts(name string) []string {
	switch v := r.all[name].(type) {
	case string:
		return []string{v}
	case []any:
		out := make([]string, 0, len(v))
		for _, e := range v {
			s, ok := e.(string)
			r.bad = r.bad || !ok
			out = append(out, s)
		}
		return out
	case nil:
		return nil
	}
	r.bad = true
	return nil
}

func (r *reader) date(name string) *numericDate {
	v, ok := r.all[name]
	if !ok {
		return nil
	}
	f, isNumber := v.(float64)
	if !isNumber || f < 0 || f > 1<<40 { // the year 36812
		r.bad = true
		return nil
	}
	n := numericDate(f)
	return &n
}

// Token is a token that has been read. Nothing that it says is proven before Verify.
type Token struct {
	token  *token
	claims *claims
}

// ReadToken reads a token, to find its provider by the issuer that it claims to be of. Errors match ErrInvalid.
func ReadToken(text string) (*Token, error) {
	t, err := parseToken(text)
	if err != nil {
		return nil, err
	}
	c, err := t.claims()
	if err != nil {
		return nil, err
	}
	return &Token{t, c}, nil
}

// Issuer tells which issuer the token claims to be of.
func (t *Token) Issuer() string { return t.claims.Iss }

// Format keeps the token, which is a credential, out of everything that package fmt prints.
func (t *Token) Format(f fmt.State, verb rune) { t.token.Format(f, verb) }

func (t *token) claims() (*claims, error) {
	r := reader{}
	if err := jws.StrictObject(t.payload, &r.all); err != nil {
		return nil, invalid(notJWT)
	}
	c := &claims{
		Iss: r.text("iss"), Sub: r.text("sub"), Azp: r.text("azp"), Aud: r.texts("aud"), Exp: r.date("exp"), Iat: r.date("iat"), Nbf: r.date("nbf"), all: r.all,
	}
	if r.bad {
		return nil, invalid(notJWT)
	}
	if c.Iss == "" {
		return nil, missing("iss")
	}
	return c, nil
}

func missing(claim string) error { return invalid("Missing a required claim: " + claim) }

// VerifyOIDC reads and verifies a token (see Verify).
func (v *Verifier) VerifyOIDC(ctx context.Context, p Provider, text string) (Identity, error) {
	t, err := ReadToken(text)
	if err != nil {
		return Identity{}, err
	}
	return v.Verify(ctx, p, t)
}

// Verify verifies an ID token of the provider: issuer, signature, times, audience. The audience that has to be among the client IDs is "azp" where the
// token has one, as in STS, else one of "aud". Errors are *Error, or failures of this server.
func (v *Verifier) Verify(ctx context.Context, p Provider, t *Token) (Identity, error) {
	c := t.claims
	if c.Iss != p.Issuer {
		return Identity{}, invalid("The token is of another issuer.")
	}
	k, err := v.keyOf(ctx, place{p.Issuer, p.JWKSURI}, t.token.kid)
	if err != nil {
		return Identity{}, err
	}
	if !t.token.verify(k) {
		return Identity{}, invalid("Token signature invalid")
	}
	if err := c.check(&p, v.config.Now()); err != nil {
		return Identity{}, err
	}
	return Identity{
		Issuer: c.Iss, Subject: c.Sub, Audience: c.Aud, AuthorizedParty: c.Azp, Claims: c.all, IssuedAt: c.Iat.time(), Expires: c.Exp.time(),
	}, nil
}

// check holds the claims of a token whose signature is proven against the provider and the clock.
func (c *claims) check(p *Provider, now time.Time) error {
	switch {
	case c.Sub == "":
		return missing("sub")
	case len(c.Aud) == 0 || len(c.Aud) > maxAuds || slices.Contains(c.Aud, ""):
		return missing("aud")
	case c.Exp == nil:
		return missing("exp")
	case c.Iat == nil:
		return missing("iat")
	}
	if !now.Before(c.Exp.time()) {
		return &Error{Kind: ErrExpired, Message: fmt.Sprintf("Token expired: current date/time %d must be before the expiration date/time %d", now.Unix(), int64(*c.Exp))}
	}
	age := p.MaxAge
	if age == 0 {
		age = maxAge
	}
	if old := now.Sub(c.Iat.time()); old > age {
		return &Error{Kind: ErrExpired, Message: fmt.Sprintf("Token too old: %d", int64(old.Seconds()))}
	}
	latest := now.Add(skew)
	if c.Iat.time().After(latest) {
		return invalid("The token was issued in the future.")
	}
	if c.Nbf != nil && c.Nbf.time().After(latest) {
		return invalid(fmt.Sprintf("Token must not be accepted before %d", int64(*c.Nbf)))
	}
	if !c.intended(p.ClientIDs) {
		return &Error{Kind: ErrAudience, Message: "Incorrect token audience"}
	}
	return nil
}

func (c *claims) intended(clients []string) bool {
	if c.Azp != "" {
		return slices.Contains(clients, c.Azp)
	}
	return slices.ContainsFunc(c.Aud, func(a string) bool { return slices.Contains(clients, a) })
}
