package hosted

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/jws"
	"github.com/mayfly-id/mayfly/seal"
)

// Types of providers, as Cognito names them.
const (
	saml     = string(api.IdentityProviderTypeTypeSaml)
	oidc     = string(api.IdentityProviderTypeTypeOidc)
	facebook = string(api.IdentityProviderTypeTypeFacebook)
	google   = string(api.IdentityProviderTypeTypeGoogle)
	amazon   = string(api.IdentityProviderTypeTypeLoginWithAmazon)
	apple    = string(api.IdentityProviderTypeTypeSignInWithApple)
)

// localProvider is the pool itself where a provider's name is asked for.
const localProvider = "Cognito"

// social are the types of which a pool has one provider, under the name of its type.
func social() []string { return []string{facebook, google, amazon, apple} }

// providerName holds the name of a new provider against the reserved ones. ASCII letters count in any case.
func providerName(d *directory.Provider) error {
	if slices.Contains(social(), d.Type) {
		if d.Name != d.Type {
			return api.InvalidParameterException.New("Provider name must be %s for provider type %s.", d.Type, d.Type)
		}
		return nil
	}
	for _, name := range append(social(), localProvider) {
		if lower(d.Name) == lower(name) {
			return api.InvalidParameterException.New("Provider name %s is reserved.", d.Name)
		}
	}
	return nil
}

func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// identifiers refuses one that is given twice.
func identifiers(in []string) ([]string, error) {
	for i, id := range in {
		if slices.Contains(in[:i], id) {
			return nil, api.InvalidParameterException.New("IdpIdentifier %s is given more than once.", id)
		}
	}
	return slices.Clone(in), nil
}

// subjects are the claims in which the types other than SAML say who a user is. It is what the user name is mapped to.
func subjects() map[string]string {
	return map[string]string{oidc: "sub", google: "sub", apple: "sub", facebook: "id", amazon: "user_id"}
}

// maxClaim bounds the name of a claim: SAML's are URIs.
const maxClaim = 1024

// mapping holds a mapping against the pool's schema. Its keys are attributes of the pool, or "username".
func mapping(p *directory.Pool, kind string, in map[string]string) (map[string]string, error) {
	out := maps.Clone(in)
	if out == nil {
		out = map[string]string{}
	}
	subject := subjects()[kind]
	if subject != "" && out["username"] == "" {
		out["username"] = subject
	}
	var bad []string
	for _, name := range slices.Sorted(maps.Keys(out)) {
		_, known := p.Attribute(name)
		switch {
		case name == "username":
			known = subject == "" || out[name] == subject
		case name == "sub":
			known = false
		}
		if !known || out[name] == "" || len(out[name]) > maxClaim {
			bad = append(bad, name)
		}
	}
	if len(bad) > 0 {
		return nil, api.InvalidParameterException.New("AttributeMapping contains invalid mapping: [%s]", strings.Join(bad, ", "))
	}
	return out, nil
}

// sealedDetails are those that are secret.
func sealedDetails() []string { return []string{"client_secret", "private_key"} }

func secretsAAD(d *directory.Provider) []byte {
	return seal.AAD("user_pool_providers", d.Name, "sealed")
}

// Secrets are the secret details of a provider by name: client_secret, private_key. They print redacted.
type Secrets map[string]string

// String keeps the secrets out of logs.
func (Secrets) String() string { return "[redacted]" }

// GoString keeps the secrets out of logs.
func (Secrets) GoString() string { return "[redacted]" }

// Secrets opens the secret details of a provider.
func (s *Service) Secrets(ctx context.Context, d *directory.Provider) (Secrets, error) {
	if len(d.Sealed) == 0 {
		return Secrets{}, nil
	}
	plain, err := s.Keys.Open(ctx, seal.ClientSecret, d.PoolID, d.Sealed, secretsAAD(d))
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	if err := jws.StrictObject(plain, &out); err != nil {
		return nil, errors.New("hosted: sealed details cannot be read")
	}
	return out, nil
}

// apply writes details into a provider: validated, with what is derived from them, the secret ones sealed. had are the secrets so far.
func (s *Service) apply(ctx context.Context, d *directory.Provider, given map[string]string, had Secrets) error {
	details := make(map[string]string, len(given))
	for key, value := range given {
		if value != "" {
			details[key] = value
		}
	}
	var err error
	switch d.Type {
	case saml:
		err = s.applySAML(ctx, d, details)
	case oidc:
		err = s.applyOIDC(ctx, d, details)
	default:
		err = applySocial(d, details, had)
	}
	if err != nil {
		return err
	}
	secrets := map[string]string{}
	for _, key := range sealedDetails() {
		if value, ok := details[key]; ok {
			secrets[key] = value
			delete(details, key)
		}
	}
	d.Details, d.Sealed = details, nil
	if len(secrets) == 0 {
		return nil
	}
	plain, err := json.Marshal(secrets)
	if err != nil {
		return err
	}
	d.Sealed, err = s.Keys.Seal(seal.ClientSecret, d.PoolID, plain, secretsAAD(d))
	return err
}

// known refuses a detail that a type does not have: it would be kept and mean nothing.
func known(details map[string]string, keys ...string) error {
	for _, key := range slices.Sorted(maps.Keys(details)) {
		if !slices.Contains(keys, key) {
			return api.InvalidParameterException.New("Invalid ProviderDetails key: %.64s", key)
		}
	}
	return nil
}

// providerView shows a provider as AWS does: with the client secret, without Apple's private key.
func (s *Service) providerView(ctx context.Context, d *directory.Provider) (*api.IdentityProviderType, error) {
	details := maps.Clone(d.Details)
	secrets, err := s.Secrets(ctx, d)
	if err != nil {
		return nil, err
	}
	if secret, ok := secrets["client_secret"]; ok {
		details["client_secret"] = secret
	}
	if d.Type == saml {
		c, err := s.certificate(ctx, d.PoolID, forEncryption)
		if err != nil {
			return nil, err
		}
		details["ActiveEncryptionCertificate"] = base64.StdEncoding.EncodeToString(c.DER)
	}
	ids := d.IDs
	if ids == nil {
		ids = []string{}
	}
	return &api.IdentityProviderType{
		UserPoolId: &d.PoolID, ProviderName: &d.Name, ProviderType: new(api.IdentityProviderTypeType(d.Type)), ProviderDetails: details,
		AttributeMapping: d.Mapping, IdpIdentifiers: ids, CreationDate: &d.Created, LastModifiedDate: &d.Modified,
	}, nil
}
