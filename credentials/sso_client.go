package credentials

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/mayfly-id/mayfly/credentials/keep"
)

// SSO is an instance of IAM Identity Center, as a program that acts for a person signs in to it: by SSODevice, by SSOBrowser, and later by SSORefresh.
// (https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/)
type SSO struct {
	Client   *Client  // its Region is the one of the instance
	StartURL string   // such as "https://d-1234567890.awsapps.com/start"
	Scopes   []string // empty: "sso:account:access"
	Name     string   // of the program, as the person is shown it; empty: "mayfly"
	Store    Store    // keeps the registration of the program, which serves for some 90 days
}

const (
	oidcPrefix  = "oidc"
	grantDevice = "urn:ietf:params:oauth:grant-type:device_code"
	grantCode   = "authorization_code"
	grantFresh  = "refresh_token"

	invalidClient = "InvalidClientException"
)

var (
	errNoStore  = errors.New("credentials: SSO needs a Store for its registration")
	errNoToken  = errors.New("credentials: the service gave no access token")
	errNoClient = errors.New("credentials: the service gave no complete registration")
	errNotKept  = errors.New("credentials: the registration that the session was opened with has ended, or is not known")
)

// registration is what RegisterClient gives.
type registration struct {
	ClientID              string `json:"clientId"`
	ClientSecret          string `json:"clientSecret"`
	ClientSecretExpiresAt int64  `json:"clientSecretExpiresAt"` // seconds of the epoch
	AuthorizationEndpoint string `json:"authorizationEndpoint,omitempty"`
}

type registerInput struct {
	ClientName   string   `json:"clientName"`
	ClientType   string   `json:"clientType"`
	Scopes       []string `json:"scopes"`
	GrantTypes   []string `json:"grantTypes,omitempty"`
	RedirectURIs []string `json:"redirectUris,omitempty"`
	IssuerURL    string   `json:"issuerUrl,omitempty"`
}

func (s *SSO) scopes() []string {
	if len(s.Scopes) == 0 {
		return []string{"sso:account:access"}
	}
	return s.Scopes
}

// kept names something of this instance in the Store. Whatever a registration depends on is part of the name.
func (s *SSO) kept(what string) (string, error) {
	if s.Store == nil {
		return "", errNoStore
	}
	base, _, err := s.Client.endpoint(oidcPrefix)
	if err != nil {
		return "", err
	}
	b, err := json.Marshal([]any{base, s.StartURL, s.scopes(), s.Name})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return "sso-client-" + hex.EncodeToString(sum[:16]) + "-" + what, nil
}

// register gives the registration for one way to sign in: the one that is kept, or a new one.
func (s *SSO) register(ctx context.Context, way string, in *registerInput) (*registration, error) {
	name, err := s.kept(way)
	if err != nil {
		return nil, err
	}
	in.ClientName, in.ClientType, in.Scopes = s.Name, "public", s.scopes()
	if in.ClientName == "" {
		in.ClientName = "mayfly"
	}
	var hold keep.Holder[registration]
	k, err := hold.Get(ctx, &keep.Source[registration]{Store: s.Store, Name: name, Now: s.Client.local, Ends: endsSession, Bring: func(ctx context.Context, _ *keep.Kept[registration]) (keep.Brought[registration], error) {
		var out registration
		if err := s.Client.rest(ctx, oidcPrefix, "RegisterClient", http.MethodPost, "/client/register", nil, in, &out); err != nil {
			return keep.Brought[registration]{}, err
		}
		if out.ClientID == "" || out.ClientSecret == "" || out.ClientSecretExpiresAt <= 0 || out.ClientSecretExpiresAt > latestTime {
			return keep.Brought[registration]{}, errNoClient
		}
		return keep.Brought[registration]{Value: out, Expires: time.Unix(out.ClientSecretExpiresAt, 0), Skew: s.Client.Skew()}, nil
	}})
	if err != nil {
		return nil, err
	}
	return &k.Value, nil
}

// forget drops a registration that the service does not know any more, unless another process has replaced it already.
func (s *SSO) forget(ctx context.Context, way string, r *registration) error {
	name, err := s.kept(way)
	if err != nil {
		return err
	}
	unlock, err := s.Store.Lock(ctx, name)
	if err != nil {
		return err
	}
	defer unlock()
	k, err := keep.Load[registration](ctx, s.Store, name)
	if errors.Is(err, ErrNotStored) || err == nil && k.Value.ClientID != r.ClientID {
		return nil
	}
	if err != nil {
		return err
	}
	return s.Store.Delete(ctx, name)
}

type createTokenInput struct {
	ClientID     string `json:"clientId"`
	ClientSecret string `json:"clientSecret"`
	GrantType    string `json:"grantType"`
	DeviceCode   string `json:"deviceCode,omitempty"`
	Code         string `json:"code,omitempty"`
	CodeVerifier string `json:"codeVerifier,omitempty"`
	RedirectURI  string `json:"redirectUri,omitempty"`
	RefreshToken string `json:"refreshToken,omitempty"`
}

// public is the registration as refresh tokens need it.
func (r *registration) public() *SSORegistration {
	return &SSORegistration{ClientID: r.ClientID, ClientSecret: Secret(r.ClientSecret), Expires: time.Unix(r.ClientSecretExpiresAt, 0).UTC()}
}

// createToken performs CreateToken for a registration.
func (s *SSO) createToken(ctx context.Context, r *SSORegistration, in *createTokenInput) (*Tokens, error) {
	in.ClientID, in.ClientSecret = r.ClientID, string(r.ClientSecret)
	began := s.Client.local()
	var out struct {
		AccessToken  string `json:"accessToken"`
		RefreshToken string `json:"refreshToken"`
		IDToken      string `json:"idToken"`
		ExpiresIn    int64  `json:"expiresIn"`
	}
	if err := s.Client.rest(ctx, oidcPrefix, "CreateToken", http.MethodPost, "/token", nil, in, &out); err != nil {
		return nil, err
	}
	return s.Client.living(Tokens{ID: Secret(out.IDToken), Access: Secret(out.AccessToken), Refresh: Secret(out.RefreshToken), Registration: r}, began, out.ExpiresIn)
}

// oidcCode reports whether the OIDC service refused with one of these codes, as AWS names them or as OAuth does (RFC 6749 section 5.2, RFC 8628 section 3.5).
func oidcCode(err error, codes ...string) bool {
	plain := map[string]string{
		"AuthorizationPendingException": "authorization_pending", "SlowDownException": "slow_down", "ExpiredTokenException": "expired_token",
		"AccessDeniedException": "access_denied", "InvalidGrantException": "invalid_grant", invalidClient: "invalid_client",
		"UnauthorizedClientException": "unauthorized_client",
	}
	for _, c := range codes {
		if IsCode(err, c, plain[c]) {
			return true
		}
	}
	return false
}
