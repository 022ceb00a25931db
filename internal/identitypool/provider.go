package identitypool

import (
	"slices"
	"strings"
)

// A provider is known by one key, under which its logins are kept, shown and mapped, whatever the spelling of a request:
//
//	user pool        cognito-idp.<region>.amazonaws.com/<pool>
//	OpenID Connect   the issuer without its scheme
//	SAML             the provider's ARN
//	public           the name in SupportedLoginProviders
//	developer        the developer provider's name

// userPool reads the user pool out of a provider name, which is cognito-idp.<region>.amazonaws.com/<pool> or the pool's own issuer, with or
// without its scheme.
func (s *Service) userPool(provider string) (id string, ok bool) {
	host, id, ok := cutLast(provider, "/")
	if !ok {
		return "", false
	}
	region, _, hasRegion := strings.Cut(id, "_")
	_, issuerHost, _ := strings.Cut(s.Issuer, "://")
	ok = host == issuerHost || host == s.Issuer || host == "cognito-idp."+region+".amazonaws.com"
	return id, ok && hasRegion
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// awsName is the key of a user pool.
func awsName(userPool string) string {
	region, _, _ := cutLast(userPool, "_")
	return "cognito-idp." + region + ".amazonaws.com/" + userPool
}

// key gives a provider's key. An OpenID Connect provider may be named by its ARN as well.
func (s *Service) key(name string) string {
	if userPool, ok := s.userPool(name); ok {
		return awsName(userPool)
	}
	if _, issuer, ok := strings.Cut(name, ":"+oidcResource); ok {
		return issuer
	}
	return name
}

// mappedKey reads the name of a role mapping: a key, for a user pool with ":<app client>" after it.
func (s *Service) mappedKey(name string) (provider, client string) {
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		if userPool, ok := s.userPool(name[:i]); ok {
			return awsName(userPool), name[i+1:]
		}
	}
	return s.key(name), ""
}

// takes tells whether the pool takes logins of the provider with this key.
func (p *Pool) takes(key string) bool {
	_, oidc := p.oidcARN(key)
	_, social := p.Social[key]
	return oidc || social || key == p.Developer && key != "" || slices.Contains(p.SAML, key) ||
		slices.ContainsFunc(p.Providers, func(c Provider) bool { return awsName(c.UserPool) == key })
}

// oidcARN finds the pool's OpenID Connect provider of an issuer.
func (p *Pool) oidcARN(issuer string) (string, bool) {
	for _, a := range p.OIDC {
		if _, of, _ := strings.Cut(a, ":"+oidcResource); of == issuer {
			return a, true
		}
	}
	return "", false
}

// socialIssuer gives the issuer of the id tokens of a public provider.
func socialIssuer(name string) (issuer string, ok bool) {
	switch name {
	case "accounts.google.com", "appleid.apple.com":
		return "https://" + name, true
	}
	return "", false
}
