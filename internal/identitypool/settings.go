package identitypool

import (
	"maps"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/arn"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/draw"
)

// settings are the members that create and update share.
type settings struct {
	name      string
	guests    bool
	classic   *bool
	providers []api.CognitoIdentityProvider
	developer *string
	oidc      []string
	saml      []string
	social    map[string]string
	tags      map[string]string
}

// apply takes settings over, checked whole: what cannot be honoured is refused, not ignored.
func (s *Service) apply(p *Pool, in settings) error {
	if err := checkTags(in.tags); err != nil {
		return err
	}
	if err := checkSocial(in.social); err != nil {
		return err
	}
	userPools, err := s.userPools(in.providers)
	if err != nil {
		return err
	}
	oidc, err := p.providerARNs(in.oidc, oidcResource)
	if err != nil {
		return err
	}
	saml, err := p.providerARNs(in.saml, samlResource)
	if err != nil {
		return err
	}
	p.Name, p.AllowGuests, p.Tags = in.name, in.guests, maps.Clone(in.tags)
	p.Providers, p.OIDC, p.SAML, p.Social = userPools, oidc, saml, maps.Clone(in.social)
	if in.classic != nil {
		classic := *in.classic
		p.Classic = &classic
	}
	return p.setDeveloper(in.developer)
}

// setDeveloper sets the developer provider's name. Once set it stays, because logins are kept under it
// (https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_CreateIdentityPool.html).
func (p *Pool) setDeveloper(name *string) error {
	if name != nil && *name != p.Developer {
		if p.Developer != "" {
			return api.InvalidParameterException.New("Developer provider name cannot be changed once it has been set.")
		}
		p.Developer = *name
	}
	_, taken := p.oidcARN(p.Developer)
	if _, social := socialIssuer(p.Developer); social || taken || p.Developer == providerName {
		return api.InvalidParameterException.New("Developer provider name '%s' is the name of another provider.", p.Developer)
	}
	return nil
}

func (s *Service) userPools(in []api.CognitoIdentityProvider) ([]Provider, error) {
	var out []Provider
	for _, c := range in {
		if c.ProviderName == nil || c.ClientId == nil {
			return nil, api.InvalidParameterException.New("Provider name and client id are required.")
		}
		userPool, ok := s.userPool(*c.ProviderName)
		if !ok {
			return nil, api.InvalidParameterException.New("Invalid Cognito Identity Provider")
		}
		out = append(out, Provider{
			Name: *c.ProviderName, UserPool: userPool, ClientID: *c.ClientId,
			ServerCheck: c.ServerSideTokenCheck != nil && *c.ServerSideTokenCheck,
		})
	}
	return out, nil
}

// Resources of IAM's providers.
const (
	oidcResource = "oidc-provider/"
	samlResource = "saml-provider/"
)

// maxProviders bounds the providers of one kind in a pool.
const maxProviders = 50

// providerARNs checks the ARNs of IAM's providers of one kind, of the pool's account. Whether one is registered is asked whenever a login comes from it.
func (p *Pool) providerARNs(in []string, resource string) ([]string, error) {
	if len(in) > maxProviders {
		return nil, api.LimitExceededException.New("An identity pool can have at most %d providers of a kind.", maxProviders)
	}
	var out []string
	for _, text := range in {
		a, err := arn.Parse(text)
		name, ok := strings.CutPrefix(a.Resource, resource)
		if err != nil || a.Service != "iam" || a.AccountID != p.Account || !ok || name == "" {
			return nil, api.InvalidParameterException.New("Invalid provider ARN: %s", text)
		}
		if !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out, nil
}

// checkSocial holds the public providers against those that can be verified: an issuer of signed id tokens. The others' tokens only the provider itself can
// read, online.
func checkSocial(in map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(in)) {
		if _, ok := socialIssuer(name); ok {
			continue
		}
		switch name {
		case "graph.facebook.com", "www.amazon.com", "api.twitter.com", "www.digits.com":
			return notImplemented.New("The login provider %s is not supported by this server: its tokens are not signed.", name)
		}
		return api.InvalidParameterException.New("Unsupported login provider: %s", name)
	}
	return nil
}

// idTag is the reserved tag that chooses the id of a new pool.
const idTag = "mayfly:identity-pool-id"

// newPoolID draws the id of a new pool, or takes the one that the tags choose.
func (s *Service) newPoolID(region string, tags map[string]string) (string, error) {
	if id, ok := tags[idTag]; ok {
		in, uuid, _ := strings.Cut(id, ":")
		if in != region || !isUUID(uuid) {
			return "", api.InvalidParameterException.New("Tag %s must be %s:<uuid>, in lower case.", idTag, region)
		}
		return id, nil
	}
	id, err := draw.UUID(s.Random)
	return region + ":" + id, err
}

// isUUID tells whether a text is a UUID in lower case (RFC 9562 section 4).
func isUUID(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i := range len(text) {
		c := text[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}

// sameID refuses tags that would tell another id than the pool has.
func sameID(p *Pool, tags map[string]string) error {
	had, was := p.Tags[idTag]
	has, is := tags[idTag]
	if was != is || had != has {
		return api.InvalidParameterException.New("Tag %s cannot be changed after the identity pool was created.", idTag)
	}
	return nil
}
