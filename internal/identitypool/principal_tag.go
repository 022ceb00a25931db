package identitypool

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// Bounds of session tags (https://docs.aws.amazon.com/STS/latest/APIReference/API_Tag.html,
// https://docs.aws.amazon.com/cognito/latest/developerguide/using-afac-with-cognito-identity-pools.html).
const (
	maxTagKey    = 128 // characters
	maxTagValue  = 256 // characters
	maxTagsBytes = 460 // of all keys and values
)

// defaultTags is the map of tags to claims that UseDefaults stands for
// (https://docs.aws.amazon.com/cognito/latest/developerguide/provider-mappings.html).
func defaultTags(provider string) map[string]string {
	if strings.Contains(provider, ":"+samlResource) {
		return map[string]string{"username": nameIdentifier, "name": "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"}
	}
	return map[string]string{"username": "sub", "client": "aud"}
}

// SetPrincipalTagAttributeMap sets which claims of a provider become session tags. An empty map without defaults takes the setting away.
func (s *Service) SetPrincipalTagAttributeMap(ctx context.Context, in *api.SetPrincipalTagAttributeMapInput) (*api.SetPrincipalTagAttributeMapResponse, error) {
	m := TagMap{Provider: s.key(in.IdentityProviderName), Defaults: in.UseDefaults != nil && *in.UseDefaults}
	if !m.Defaults {
		if err := checkTagKeys(in.PrincipalTags); err != nil {
			return nil, err
		}
		m.Tags = maps.Clone(in.PrincipalTags)
	}
	err := s.change(ctx, in.IdentityPoolId, func(p *Pool) error {
		if !p.takes(m.Provider) || m.Provider == p.Developer {
			return noProvider(in.IdentityProviderName)
		}
		kept := []TagMap{}
		for _, t := range p.TagMaps {
			if t.Provider != m.Provider && p.takes(t.Provider) {
				kept = append(kept, t)
			}
		}
		if m.Defaults || len(m.Tags) > 0 {
			kept = append(kept, m)
		}
		p.TagMaps = kept
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &api.SetPrincipalTagAttributeMapResponse{
		IdentityPoolId: &in.IdentityPoolId, IdentityProviderName: &in.IdentityProviderName, PrincipalTags: m.tags(), UseDefaults: &m.Defaults,
	}, nil
}

// GetPrincipalTagAttributeMap tells which claims of a provider become session tags.
func (s *Service) GetPrincipalTagAttributeMap(ctx context.Context, in *api.GetPrincipalTagAttributeMapInput) (*api.GetPrincipalTagAttributeMapResponse, error) {
	p, err := s.ownPool(ctx, in.IdentityPoolId)
	if err != nil {
		return nil, err
	}
	key := s.key(in.IdentityProviderName)
	if !p.takes(key) {
		return nil, noProvider(in.IdentityProviderName)
	}
	m := p.tagMap(key)
	if m == nil {
		m = &TagMap{Provider: key}
	}
	return &api.GetPrincipalTagAttributeMapResponse{
		IdentityPoolId: &in.IdentityPoolId, IdentityProviderName: &in.IdentityProviderName, PrincipalTags: m.tags(), UseDefaults: &m.Defaults,
	}, nil
}

func noProvider(name string) error {
	return api.ResourceNotFoundException.New("Identity provider '%s' not found.", name)
}

func (p *Pool) tagMap(provider string) *TagMap {
	for i := range p.TagMaps {
		if p.TagMaps[i].Provider == provider {
			return &p.TagMaps[i]
		}
	}
	return nil
}

// tags gives the tag keys and their claims.
func (m *TagMap) tags() map[string]string {
	if m.Defaults {
		return defaultTags(m.Provider)
	}
	if m.Tags == nil {
		return map[string]string{}
	}
	return m.Tags
}

// sessionTags gives the session tags of logins. A claim that is absent or has several values makes no tag. Tags that cannot be set, or that two logins
// disagree on, refuse the session: a policy would decide on something else than its author meant.
func (p *Pool) sessionTags(who []verified) (map[string]string, error) {
	var out map[string]string
	set := func(k, v string) bool {
		if out == nil {
			out = map[string]string{}
		}
		old, twice := out[k]
		out[k] = v
		return !twice || old == v
	}
	fits := true
	for i := range who {
		v := &who[i]
		if v.own != nil {
			for k, value := range v.own.Tags {
				fits = set(k, value) && fits
			}
		}
		for k, value := range v.developer {
			fits = set(k, value) && fits
		}
		m := p.tagMap(v.provider)
		if m == nil {
			continue
		}
		for k, claim := range m.tags() {
			if value, ok := v.value(claim); ok {
				fits = set(k, value) && fits
			}
		}
	}
	if !fits || checkSessionTags(out) != nil {
		return nil, api.InvalidIdentityPoolConfigurationException.New("Invalid identity pool configuration. The principal tags of this identity cannot be set.")
	}
	return out, nil
}

// checkTagKeys holds the keys of a map of tags against the rules of session tags, in which the case of a key does not count.
func checkTagKeys(tags map[string]string) error {
	seen := map[string]bool{}
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		folded := caller.Fold(k)
		if !validTagText(k) || k == "" || utf8.RuneCountInString(k) > maxTagKey || strings.HasPrefix(folded, "aws:") || seen[folded] {
			return api.InvalidParameterException.New("Invalid principal tag key: %s", k)
		}
		seen[folded] = true
	}
	return nil
}

// checkSessionTags holds tags and their values against the rules of session tags.
func checkSessionTags(tags map[string]string) error {
	if err := checkTagKeys(tags); err != nil {
		return err
	}
	size := 0
	for k, v := range tags {
		if !validTagText(v) || utf8.RuneCountInString(v) > maxTagValue {
			return api.InvalidParameterException.New("Invalid value of principal tag %s.", k)
		}
		size += len(k) + len(v)
	}
	if size > maxTagsBytes {
		return api.InvalidParameterException.New("The principal tags have more than %d bytes.", maxTagsBytes)
	}
	return nil
}

// validTagText admits the characters of tags: [\p{L}\p{Z}\p{N}_.:/=+\-@].
func validTagText(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool {
		return !unicode.In(r, unicode.L, unicode.Z, unicode.N) && !strings.ContainsRune("_.:/=+-@", r)
	}) < 0
}
