package identitypool

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/jws"
)

// Lives of OpenID tokens (https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_GetOpenIdToken.html,
// https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_GetOpenIdTokenForDeveloperIdentity.html).
const (
	tokenLife     = 10 * time.Minute
	developerLife = 15 * time.Minute
	longestToken  = 24 * time.Hour
)

// OpenIDToken is a verified token of this service. What it holds may be shared and is not to be changed.
type OpenIDToken struct {
	IdentityID string            // sub
	PoolID     string            // aud
	AMR        []string          // "authenticated", then each provider alone and with the user; or "unauthenticated" alone
	Tags       map[string]string // session tags
	Account    string            // of the pool
	IssuedAt   time.Time
	Expires    time.Time
}

func (t *OpenIDToken) authenticated() bool { return slices.Contains(t.AMR, "authenticated") }

// openIDClaims are the claims of a token, in AWS's order.
type openIDClaims struct {
	Subject  string   `json:"sub"`
	Audience string   `json:"aud"`
	AMR      []string `json:"amr"`
	Issuer   string   `json:"iss"`
	PoolARN  string   `json:"https://cognito-identity.amazonaws.com/identity-pool-arn"`
	Expires  int64    `json:"exp"`
	IssuedAt int64    `json:"iat"`
	Tags     *tagging `json:"https://aws.amazon.com/tags,omitempty"`
}

// tagging is the claim that STS reads session tags from
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_adding-assume-role-idp).
type tagging struct {
	Principal map[string][]string `json:"principal_tags"`
}

// OpenIDIssuer is the issuer of the tokens of identities. STS and trust policies know it as cognito-identity.amazonaws.com.
func (s *Service) OpenIDIssuer() string { return s.Issuer + openIDPath }

// GetOpenIdToken gives a token of the identity that STS takes (the basic flow).
func (s *Service) GetOpenIdToken(ctx context.Context, in *api.GetOpenIdTokenInput) (*api.GetOpenIdTokenResponse, error) {
	i, p, err := s.identity(ctx, in.IdentityId)
	if err != nil {
		return nil, err
	}
	if err := p.basicFlow(); err != nil {
		return nil, err
	}
	id, who, err := s.present(ctx, p, i, in.Logins)
	if err != nil {
		return nil, err
	}
	token, err := s.signOpenID(ctx, p, id, who, tokenLife)
	if err != nil {
		return nil, err
	}
	return &api.GetOpenIdTokenResponse{IdentityId: &id, Token: &token}, nil
}

// basicFlow refuses the basic flow where the pool has it off, or has mappings, which it would get around.
func (p *Pool) basicFlow() error {
	switch {
	case p.Classic != nil && !*p.Classic:
		return api.InvalidParameterException.New("Basic (classic) flow is not enabled, please use enhanced flow.")
	case len(p.Mappings) > 0:
		return api.InvalidParameterException.New("Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.")
	}
	return nil
}

// signOpenID makes a token. One that was got with another token of this service ends with that one, so that no token renews itself.
func (s *Service) signOpenID(ctx context.Context, p *Pool, id string, who []verified, life time.Duration) (string, error) {
	tags, err := p.sessionTags(who)
	if err != nil {
		return "", err
	}
	now := s.Now()
	end := now.Add(life)
	for i := range who {
		if own := who[i].own; own != nil && own.Expires.Before(end) {
			end = own.Expires
		}
	}
	c := openIDClaims{
		Subject: id, Audience: p.ID, AMR: amr(who), Issuer: s.OpenIDIssuer(), PoolARN: p.arn(), Expires: end.Unix(), IssuedAt: now.Unix(),
	}
	if len(tags) > 0 {
		c.Tags = &tagging{Principal: map[string][]string{}}
		for k, v := range tags {
			c.Tags.Principal[k] = []string{v}
		}
	}
	payload, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	signer, err := s.signerOf(ctx)
	if err != nil {
		return "", err
	}
	token, err := jws.Encode(s.Random, signer, payload)
	if errors.Is(err, jws.ErrMalformed) {
		return "", api.InvalidParameterException.New("The token of these logins would be too long.").Because(err)
	}
	return token, err
}

// VerifyOpenIDToken verifies a token for STS: its signature, issuer and time, that the identity still is there, and that the pool lets its
// tokens be used there, now. Errors: ErrBadSignature, ErrExpired, ErrRevoked, or that it could not be found out.
func (s *Service) VerifyOpenIDToken(ctx context.Context, token string) (OpenIDToken, error) {
	t, err := s.openIDToken(ctx, token)
	if err != nil {
		return OpenIDToken{}, err
	}
	p, err := s.pool(ctx, t.PoolID)
	if err != nil {
		return OpenIDToken{}, err
	}
	if p.basicFlow() != nil || !t.authenticated() && !p.AllowGuests {
		return OpenIDToken{}, ErrRevoked
	}
	return t, nil
}

// openIDToken verifies a token of this service and that its identity is still there and in use.
func (s *Service) openIDToken(ctx context.Context, token string) (OpenIDToken, error) {
	t, err := jws.ParseCompact(token)
	if err != nil {
		return OpenIDToken{}, ErrBadSignature
	}
	ring, err := s.ring(ctx)
	if err != nil {
		return OpenIDToken{}, err
	}
	now := s.Now()
	k := ring.find(t.Header.KeyID, now)
	if k == nil || t.Verify(k.Public) != nil {
		return OpenIDToken{}, ErrBadSignature
	}
	var c openIDClaims
	if err := jws.StrictObject(t.Payload, &c); err != nil {
		return OpenIDToken{}, ErrBadSignature
	}
	if c.Issuer != s.OpenIDIssuer() || c.Subject == "" || c.Audience == "" || len(c.AMR) == 0 || c.IssuedAt <= 0 {
		return OpenIDToken{}, ErrBadSignature
	}
	if now.Unix() >= c.Expires {
		return OpenIDToken{}, ErrExpired
	}
	out := OpenIDToken{
		IdentityID: c.Subject, PoolID: c.Audience, AMR: c.AMR,
		IssuedAt: time.Unix(c.IssuedAt, 0).UTC(), Expires: time.Unix(c.Expires, 0).UTC(),
	}
	if c.Tags != nil {
		out.Tags = map[string]string{}
		for key, values := range c.Tags.Principal {
			if len(values) != 1 {
				return OpenIDToken{}, ErrBadSignature
			}
			out.Tags[key] = values[0]
		}
	}
	return out, s.stillThere(ctx, &out)
}

// stillThere refuses a token whose identity or pool is gone, or whose identity is not what it was: merged away, without
// the login that the token was got with, or no longer a guest's. It notes the pool's account.
func (s *Service) stillThere(ctx context.Context, t *OpenIDToken) error {
	row, err := identities.GetCached(ctx, s.Store, t.IdentityID)
	if err != nil {
		return found(err, ErrRevoked)
	}
	i := &row.Doc
	if i.PoolID != t.PoolID || i.Disabled || t.authenticated() && !slices.ContainsFunc(t.AMR, i.has) || !t.authenticated() && !i.guest() {
		return ErrRevoked
	}
	p, err := pools.GetCached(ctx, s.Store, t.PoolID)
	if err != nil {
		return found(err, ErrRevoked)
	}
	t.Account = p.Doc.Account
	return nil
}
