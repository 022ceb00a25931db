package sts

import (
	"context"
	"errors"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// identityTokenDefault is how long a token lives if the request does not say
// (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetWebIdentityToken.html).
const identityTokenDefault = 5 * time.Minute

// IdentityToken is what a token says of the caller.
type IdentityToken struct {
	Algorithm      string // RS256 or ES384
	Audience       []string
	Subject        string // ARN of the user, the role or the account
	Issued         time.Time
	Expires        time.Time
	Account        string
	Region         string    // where the request came in
	SessionExpires time.Time // zero for long-term credentials
	SourceIdentity string
	Provider       string            // where the session came from; empty for those that IAM's own credentials obtained
	PrincipalTags  map[string]string // of the entity and of its session
	RequestTags    map[string]string
}

// ErrTokenTooLarge says that a token would be longer than tokens can be.
var ErrTokenTooLarge = errors.New("sts: the claims are longer than a token can be")

// IdentityTokens signs tokens for an account. caller.ErrUnknown: the account has not enabled outbound federation; ErrTokenTooLarge.
type IdentityTokens interface {
	IssueIdentityToken(ctx context.Context, t *IdentityToken) (string, error)
}

// Outbound is how callers prove to services outside who they are.
type Outbound struct{ Tokens IdentityTokens }

// askGetWebIdentityToken asks for the token, and for its tags when there are any
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_policies.html).
func (o *Outbound) askGetWebIdentityToken(ctx context.Context, in *stsapi.GetWebIdentityTokenRequest) ([]caller.Ask, error) {
	c := iampolicy.MapContext{
		"sts:signingalgorithm": {in.SigningAlgorithm},
		"sts:durationseconds":  {strconv.Itoa(int(identityTokenLife(in) / time.Second))},
	}
	if len(in.Audience) > 0 {
		c["sts:identitytokenaudience"] = in.Audience
	}
	requestTags(c, in.Tags)
	ask := caller.Ask{Action: "sts:GetWebIdentityToken", Resource: "arn:aws:sts::" + caller.PrincipalFrom(ctx).Account + ":self", Context: c}
	asks := []caller.Ask{ask}
	if len(in.Tags) > 0 {
		ask.Action = "sts:TagGetWebIdentityToken"
		asks = append(asks, ask)
	}
	return asks, nil
}

func identityTokenLife(in *stsapi.GetWebIdentityTokenRequest) time.Duration {
	if in.DurationSeconds == nil {
		return identityTokenDefault
	}
	return time.Duration(*in.DurationSeconds) * time.Second
}

// GetWebIdentityToken gives the caller a token that services outside verify with the public keys of the caller's account.
func (o *Outbound) GetWebIdentityToken(ctx context.Context, in *stsapi.GetWebIdentityTokenRequest) (*stsapi.GetWebIdentityTokenResponse, error) {
	p, r := caller.PrincipalFrom(ctx), caller.RequestFrom(ctx)
	if in.SigningAlgorithm != "RS256" && in.SigningAlgorithm != "ES384" {
		return nil, validationError.New("SigningAlgorithm must be one of RS256, ES384.")
	}
	tags, err := tokenTags(in.Tags)
	if err != nil {
		return nil, err
	}
	expires := r.Time.Add(identityTokenLife(in))
	t := &IdentityToken{
		Algorithm: in.SigningAlgorithm, Audience: in.Audience, Subject: p.ARN, Issued: r.Time, Expires: expires, Account: p.Account, Region: r.Region,
		PrincipalTags: p.Tags, RequestTags: tags,
	}
	if p.Kind == caller.AssumedRole {
		t.Subject = p.EntityARN // the role, so that whoever trusts it need not know the names of sessions
	}
	if s := p.Session; s != nil {
		if expires.After(s.Expires) {
			return nil, stsapi.SessionDurationEscalationException.New("The requested token duration would extend the session beyond its original expiration time.")
		}
		t.SessionExpires, t.SourceIdentity, t.Provider, t.PrincipalTags = s.Expires, s.SourceIdentity, s.Provider, principalTags(p)
	}
	token, err := o.Tokens.IssueIdentityToken(ctx, t)
	switch {
	case errors.Is(err, caller.ErrUnknown):
		return nil, stsapi.OutboundWebIdentityFederationDisabledException.New("The outbound web identity federation feature is not enabled for this account.")
	case errors.Is(err, ErrTokenTooLarge):
		return nil, stsapi.JWTPayloadSizeExceededException.New("The requested token payload size exceeds the maximum allowed size.")
	case err != nil:
		return nil, err
	}
	return &stsapi.GetWebIdentityTokenResponse{WebIdentityToken: &token, Expiration: &expires}, nil
}

// tokenTags takes the tags of a request. Their keys are the same whatever their case.
func tokenTags(tags []stsapi.Tag) (map[string]string, error) {
	out, seen := make(map[string]string, len(tags)), make(map[string]bool, len(tags))
	for _, t := range tags {
		k := caller.Fold(t.Key)
		if strings.HasPrefix(k, reservedStart) {
			return nil, invalidValue.New("Tag keys starting with 'aws:' are reserved for system use.")
		}
		if seen[k] {
			return nil, invalidValue.New("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		seen[k] = true
		out[t.Key] = t.Value
	}
	return out, nil
}

// principalTags gives the caller's tags as conditions see them: a tag of the session hides the entity's own of the same key.
func principalTags(p *caller.Principal) map[string]string {
	out, own := maps.Clone(p.Session.Tags), map[string]bool{}
	for k := range out {
		own[caller.Fold(k)] = true
	}
	for k, v := range p.Tags {
		if own[caller.Fold(k)] {
			continue
		}
		if out == nil {
			out = make(map[string]string, len(p.Tags))
		}
		out[k] = v
	}
	return out
}
