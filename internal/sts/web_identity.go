package sts

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// cognitoProvider is the principal, and the prefix of condition keys, of identity pools in trust policies.
const cognitoProvider = "cognito-identity.amazonaws.com"

// mostSubject is the longest subject, in bytes (the model's webIdentitySubjectType).
const mostSubject = 255

// vouched is what a provider says of a user, whichever it is.
type vouched struct {
	provider string // as trust policies name it
	prefix   string // of its condition keys
	subject  string
	audience []string // one of which, or the authorized party, is known to the provider's registration
	others   []string // the "aud" of a token whose authorized party stands for its audience
	party    string
	amr      []string
	tags     map[string]string
	passed   []string // transitive tag keys
	source   string
	claims   map[string][]string // condition keys that the provider's own claims make (claim_keys.go)
}

// AssumeRoleWithWebIdentity gives temporary credentials of a role to whoever has a token of an OpenID Connect provider that the role's account has
// registered, or of an identity pool, if the role's trust policy allows it.
func (s *Service) AssumeRoleWithWebIdentity(ctx context.Context, in *stsapi.AssumeRoleWithWebIdentityRequest) (*stsapi.AssumeRoleWithWebIdentityResponse, error) {
	if in.ProviderId != nil {
		return nil, invalidValue.New("ProviderId is for OAuth 2.0 access tokens alone, which this server does not accept.")
	}
	v, err := s.vouch(ctx, in)
	if err != nil {
		return nil, answer(err)
	}
	if len(v.subject) > mostSubject {
		return nil, invalidToken("The subject of the token is too long.")
	}
	if err := checkTags(v.tags, v.passed); err != nil {
		return nil, err
	}
	if err := checkSource(v.source); err != nil {
		return nil, err
	}
	prefix := caller.Fold(v.prefix)
	out, err := s.assume(ctx, &federated{
		action: "sts:AssumeRoleWithWebIdentity", kind: webIdentityUser, policyAs: iampolicy.WebIdentity, provider: v.provider,
		userID: v.provider + ":" + v.audience[0] + ":" + v.subject, roleARN: in.RoleArn, session: in.RoleSessionName, seconds: in.DurationSeconds,
		policy: in.Policy, policyARNs: in.PolicyArns, tags: v.tags, transitive: v.passed, source: v.source,
		keys: v.keys(prefix), carried: []string{prefix + ":aud", prefix + ":oaud", prefix + ":sub", prefix + ":amr"},
	})
	if err != nil {
		return nil, err
	}
	return &stsapi.AssumeRoleWithWebIdentityResponse{
		Credentials: out.credentials, AssumedRoleUser: out.user, PackedPolicySize: out.packed, SourceIdentity: out.source,
		SubjectFromWebIdentityToken: &v.subject, Provider: &v.provider, Audience: &v.audience[0],
	}, nil
}

// vouch finds who issued the token, in the account of the role, and has it verified.
func (s *Service) vouch(ctx context.Context, in *stsapi.AssumeRoleWithWebIdentityRequest) (*vouched, error) {
	account, err := roleAccount(in.RoleArn)
	if err != nil {
		return nil, err
	}
	token, err := s.Federation.Verifier.ReadToken(in.WebIdentityToken)
	if err != nil {
		return nil, err
	}
	issuer := token.Issuer()
	if issuer == s.Federation.Cognito.OpenIDIssuer() {
		t, err := s.Federation.Cognito.VerifyOpenIDToken(ctx, in.WebIdentityToken)
		if err != nil {
			return nil, err
		}
		return &vouched{provider: cognitoProvider, prefix: cognitoProvider, subject: t.IdentityID, audience: []string{t.PoolID}, amr: t.AMR, tags: t.Tags}, nil
	}
	p, err := s.Federation.Providers.OIDCProvider(ctx, account, issuer)
	if errors.Is(err, caller.ErrUnknown) {
		return nil, invalidToken("No OpenIDConnect provider found in your account for %s", clipped(issuer))
	}
	if err != nil {
		return nil, err
	}
	id, err := token.Verify(ctx, p)
	if err != nil {
		return nil, err
	}
	return fromClaims(&p, &id)
}

// clipped bounds what of an unproven token an answer repeats.
func clipped(issuer string) string {
	const most = 255
	if len(issuer) > most {
		return issuer[:most]
	}
	return issuer
}

// fromClaims reads a verified token. Where it has an authorized party, that is its audience for policies, and "oaud" is what the token calls so.
func fromClaims(p *OIDCProvider, id *WebIdentity) (*vouched, error) {
	v := &vouched{provider: p.ARN, prefix: p.Name, subject: id.Subject, party: id.AuthorizedParty, amr: texts(id.Claims["amr"]), claims: claimed(p.Name, id.Claims)}
	if v.party != "" {
		v.audience, v.others = []string{v.party}, id.Audience
	} else {
		for _, a := range id.Audience { // what nobody registered is no audience of ours
			if slices.Contains(p.ClientIDs, a) {
				v.audience = append(v.audience, a)
			}
		}
	}
	if len(v.audience) == 0 {
		return nil, invalidToken("Incorrect token audience")
	}
	var err error
	if v.tags, v.passed, err = claimTags(id.Claims); err != nil {
		return nil, err
	}
	if raw, ok := id.Claims[sourceClaim]; ok {
		if v.source, ok = raw.(string); !ok || v.source == "" {
			return nil, invalidToken("The source identity of the token is not a text.")
		}
	}
	return v, nil
}

// The claims that set tags and source identity, nested or flat
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_adding-assume-role-idp,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html).
const (
	tagClaim      = "https://aws.amazon.com/tags"
	flatTagClaim  = tagClaim + "/principal_tags/"
	flatPassClaim = tagClaim + "/transitive_tag_keys"
	sourceClaim   = "https://aws.amazon.com/source_identity"
)

// claimTags reads the session tags of a token, and which of them are passed on to further roles.
func claimTags(claims map[string]any) (tags map[string]string, passed []string, err error) {
	r := tagReader{tags: map[string]string{}}
	if raw, ok := claims[tagClaim]; ok {
		nested := r.object(raw)
		if raw, ok := nested["principal_tags"]; ok {
			for k, v := range r.object(raw) {
				r.add(k, v)
			}
		}
		r.pass(nested["transitive_tag_keys"])
	}
	for name, v := range claims {
		if key, ok := strings.CutPrefix(name, flatTagClaim); ok {
			r.add(key, v)
		}
	}
	r.pass(claims[flatPassClaim])
	if r.bad {
		return nil, nil, invalidToken("The session tags of the token are malformed.")
	}
	return r.tags, r.passed, nil
}

// tagReader takes tags from claims. What is not of the form is bad, so that no tag gets lost.
type tagReader struct {
	tags   map[string]string
	passed []string
	bad    bool
}

func (r *tagReader) object(v any) map[string]any {
	o, ok := v.(map[string]any)
	r.bad = r.bad || !ok
	return o
}

func (r *tagReader) add(key string, value any) {
	list := texts(value)
	if _, twice := r.tags[key]; twice || len(list) != 1 {
		r.bad = true
		return
	}
	r.tags[key] = list[0]
}

func (r *tagReader) pass(keys any) {
	list := texts(keys)
	r.bad = r.bad || keys != nil && list == nil
	r.passed = append(r.passed, list...)
}

// texts reads a claim that is a text or a list of texts; of anything else there are none.
func texts(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		out := make([]string, 0, len(v))
		for _, e := range v {
			s, ok := e.(string)
			if !ok {
				return nil
			}
			out = append(out, s)
		}
		return out
	}
	return nil
}

// keys gives the condition keys of the provider
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif).
func (v *vouched) keys(prefix string) map[string][]string {
	c := map[string][]string{}
	maps.Copy(c, v.claims)
	c[prefix+":aud"], c[prefix+":sub"] = v.audience, []string{v.subject}
	if len(v.others) > 0 {
		c[prefix+":oaud"] = v.others
	}
	if v.party != "" {
		c[prefix+":azp"] = []string{v.party}
	}
	if len(v.amr) > 0 {
		c[prefix+":amr"] = v.amr
	}
	return c
}
