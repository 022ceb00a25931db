package hosted

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
)

// defaultGraph is the version of Facebook's API where api_version is not given: the one of AWS's own example.
const defaultGraph = "v17.0"

var graphPattern = regexp.MustCompile(`^v[0-9]{1,3}\.[0-9]{1,2}$`)

// derived gives the details that AWS adds to those of a social provider
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_IdentityProviderType.html).
func derived(kind, graph string) map[string]string {
	switch kind {
	case google:
		return map[string]string{
			"attributes_url": "https://people.googleapis.com/v1/people/me?personFields=", "attributes_url_add_attributes": "true",
			"authorize_url": "https://accounts.google.com/o/oauth2/v2/auth", "oidc_issuer": "https://accounts.google.com",
			"token_request_method": "POST", "token_url": "https://www.googleapis.com/oauth2/v4/token",
		}
	case amazon:
		return map[string]string{
			"attributes_url": "https://api.amazon.com/user/profile", "attributes_url_add_attributes": "false",
			"authorize_url": "https://www.amazon.com/ap/oa", "token_request_method": "POST", "token_url": "https://api.amazon.com/auth/o2/token",
		}
	case apple:
		return map[string]string{
			"attributes_url_add_attributes": "false", "authorize_url": "https://appleid.apple.com/auth/authorize",
			"oidc_issuer": "https://appleid.apple.com", "token_request_method": "POST", "token_url": "https://appleid.apple.com/auth/token",
		}
	}
	return map[string]string{
		"attributes_url": "https://graph.facebook.com/" + graph + "/me?fields=", "attributes_url_add_attributes": "true",
		"authorize_url": "https://www.facebook.com/" + graph + "/dialog/oauth", "token_request_method": "GET",
		"token_url": "https://graph.facebook.com/" + graph + "/oauth/access_token",
	}
}

// applySocial validates the details of a provider whose endpoints are known. What is derived replaces what is given, because clients send
// back what they read.
func applySocial(d *directory.Provider, details map[string]string, had Secrets) error {
	required := []string{"client_id", "client_secret", "authorize_scopes"}
	optional := []string{}
	message := "client_id, client_secret and authorize_scopes are all required idp details"
	switch d.Type {
	case apple:
		required = []string{"client_id", "team_id", "key_id", "private_key", "authorize_scopes"}
		message = "client_id, team_id, key_id, private_key and authorize_scopes are all required idp details"
		if details["private_key"] == "" && had["private_key"] != "" { // it is never shown, so that nobody can send it back
			details["private_key"] = had["private_key"]
		}
	case facebook:
		optional = append(optional, "api_version")
	}
	graph := defaultGraph
	if v := details["api_version"]; v != "" && d.Type == facebook {
		if !graphPattern.MatchString(v) {
			return api.InvalidParameterException.New("api_version must have the form v17.0.")
		}
		graph = v
	}
	added := derived(d.Type, graph)
	if err := known(details, slices.Concat(required, optional, slices.Collect(maps.Keys(added)))...); err != nil {
		return err
	}
	for _, key := range required {
		if details[key] == "" {
			return api.InvalidParameterException.New("%s", message)
		}
	}
	if err := scopeList(details["authorize_scopes"]); err != nil {
		return err
	}
	if d.Type == apple {
		if err := appleDetails(details); err != nil {
			return err
		}
	}
	maps.Copy(details, added)
	d.Refresh, d.Found = time.Time{}, nil
	return nil
}

// appleDetails holds scopes and key against what Apple takes: the key is P-256 as PKCS #8, as PEM or its base64 alone.
func appleDetails(details map[string]string) error {
	for _, scope := range strings.Fields(details["authorize_scopes"]) {
		if !slices.Contains([]string{"email", "name", "openid"}, scope) {
			return api.InvalidParameterException.New("authorize_scopes may contain email, name and openid for SignInWithApple.")
		}
	}
	bad := api.InvalidParameterException.New("private_key is not a P-256 key in PKCS #8.")
	text := strings.TrimSpace(details["private_key"])
	var der []byte
	if block, rest := pem.Decode([]byte(text)); block != nil {
		if block.Type != "PRIVATE KEY" || len(strings.TrimSpace(string(rest))) > 0 {
			return bad
		}
		der = block.Bytes
	} else {
		var err error
		if der, err = base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), "")); err != nil {
			return bad
		}
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return bad
	}
	if k, ok := key.(*ecdsa.PrivateKey); !ok || k.Curve != elliptic.P256() {
		return bad
	}
	return nil
}
