package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/internal/access"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/sigv4"
)

// maxBody is the largest body that a signed request to the endpoint may have, in bytes.
const maxBody = 1 << 20

// Signatures verifies signed requests.
type Signatures interface {
	SigV4(ctx context.Context, r *sigv4.Request, service, region string, now time.Time) (*caller.Principal, sigv4.Scope, error)
}

// AccessToken is what a verified access token says.
type AccessToken struct {
	UserPoolID string `json:"userPoolId"`
	ClientID   string `json:"clientId"`
	Subject    string `json:"sub"`
	Username   string `json:"username"`
	Scope      string `json:"scope"`
	Expires    int64  `json:"expires"` // seconds since 1970
}

// ErrRefused is the answer of Tokens for a token that does not hold.
var ErrRefused = errors.New("gateway: the token does not hold")

// Tokens verifies access tokens, revocation included.
type Tokens interface {
	VerifyAccessToken(ctx context.Context, token string) (AccessToken, error) // ErrRefused
}

// Caller answers who makes a request.
type Caller struct {
	Signatures Signatures
	Tokens     Tokens
	Now        func() time.Time
	Log        *slog.Logger
}

// signedCaller is the answer for a signed request.
type signedCaller struct {
	Account     string `json:"account"`
	ARN         string `json:"arn"`
	UserID      string `json:"userId"`
	AccessKeyID string `json:"accessKeyId"`
	Service     string `json:"service"` // of the credential scope
	Region      string `json:"region"`
	Expires     int64  `json:"expires,omitempty"` // seconds since 1970; absent for long-term keys
	IdentityID  string `json:"cognitoIdentityId,omitempty"`
}

// ServeHTTP implements http.Handler. Refusals have the form of API Gateway's: a JSON object with a message.
func (c *Caller) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	authorization := r.Header.Get("Authorization")
	signed := strings.HasPrefix(authorization, "AWS4-") || r.URL.Query().Has("X-Amz-Signature")
	if len(r.Header.Values("Authorization")) > 1 || (authorization == "" && !signed) {
		refuse(w, http.StatusUnauthorized, "Unauthorized")
		return
	}
	if signed {
		c.signed(w, r)
		return
	}
	token := strings.TrimPrefix(authorization, "Bearer ")
	t, err := c.Tokens.VerifyAccessToken(r.Context(), token)
	switch {
	case errors.Is(err, ErrRefused):
		refuse(w, http.StatusUnauthorized, "Unauthorized")
	case err != nil:
		c.unavailable(w, err)
	default:
		answer(w, http.StatusOK, t)
	}
}

func (c *Caller) signed(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		refuse(w, http.StatusRequestEntityTooLarge, "Request Too Long")
		return
	case err != nil:
		refuse(w, http.StatusBadRequest, "Bad Request")
		return
	}
	req := sigv4.FromHTTP(r, body)
	p, scope, err := c.Signatures.SigV4(r.Context(), req, "", "", c.Now())
	var auth *access.AuthError
	switch {
	case errors.As(err, &auth) && auth.Problem != access.Unavailable:
		refuse(w, http.StatusForbidden, auth.Message)
		return
	case err != nil:
		c.unavailable(w, err)
		return
	}
	out := signedCaller{Account: p.Account, ARN: p.ARN, UserID: p.UserID, AccessKeyID: p.AccessKeyID, Service: scope.Service, Region: scope.Region}
	if s := p.Session; s != nil {
		out.Expires = s.Expires.Unix()
		if sub := s.FederatedContext["cognito-identity.amazonaws.com:sub"]; len(sub) > 0 {
			out.IdentityID = sub[0]
		}
	}
	answer(w, http.StatusOK, out)
}

// unavailable refuses because nothing could be found out. The cause is for the log.
func (c *Caller) unavailable(w http.ResponseWriter, err error) {
	c.Log.Error("caller endpoint", "error", err, "cause", errors.Unwrap(err))
	refuse(w, http.StatusServiceUnavailable, "Service Unavailable")
}

func refuse(w http.ResponseWriter, status int, message string) {
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer") // RFC 9110 section 11.6.1
	}
	answer(w, status, map[string]string{"message": message})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}
