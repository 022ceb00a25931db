package hosted

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/jws"
)

// discoveryPath is where a provider says where its endpoints are (OpenID Connect Discovery 1.0 section 4).
const discoveryPath = "/.well-known/openid-configuration"

// maxAddress bounds the URLs of a provider.
const maxAddress = 2048

// endpoints are the details that discovery gives when they are not given.
func endpoints() []string {
	return []string{"authorize_url", "token_url", "attributes_url", "jwks_uri"}
}

// absolute says that a text is a URL with a host, without a user and a fragment, under one of the schemes.
func absolute(text string, schemes ...string) bool {
	u, err := url.Parse(text)
	return err == nil && len(text) <= maxAddress && slices.Contains(schemes, u.Scheme) && u.Host != "" && u.User == nil && u.Fragment == ""
}

// applyOIDC validates the details of an OpenID Connect provider. Endpoints that are not given are found by discovery; as with AWS these are
// not shown.
func (s *Service) applyOIDC(ctx context.Context, d *directory.Provider, details map[string]string) error {
	err := known(details, append(endpoints(), "client_id", "client_secret", "attributes_request_method", "oidc_issuer", "authorize_scopes",
		"attributes_url_add_attributes")...)
	if err != nil {
		return err
	}
	if details["client_id"] == "" || details["authorize_scopes"] == "" || details["oidc_issuer"] == "" || details["attributes_request_method"] == "" {
		return api.InvalidParameterException.New("client_id, authorize_scopes, oidc_issuer and attributes_request_method are all required idp details")
	}
	if m := details["attributes_request_method"]; m != "GET" && m != "POST" {
		return api.InvalidParameterException.New("attributes_request_method must be GET or POST.")
	}
	if err := scopeList(details["authorize_scopes"]); err != nil {
		return err
	}
	if !slices.Contains(strings.Fields(details["authorize_scopes"]), "openid") {
		return api.InvalidParameterException.New("authorize_scopes must contain openid.")
	}
	issuer := details["oidc_issuer"]
	if !absolute(issuer, "https") || strings.Contains(issuer, "?") {
		return api.InvalidParameterException.New("oidc_issuer must be an https URL without a query.")
	}
	details["attributes_url_add_attributes"] = "false"
	found := map[string]string{}
	complete := true
	for _, key := range endpoints() {
		switch {
		case details[key] == "":
			complete = false
		case !absolute(details[key], "https"):
			return api.InvalidParameterException.New("%s must be an https URL.", key)
		}
	}
	d.Refresh = time.Time{}
	if !complete {
		if found, err = s.discover(ctx, issuer, details); err != nil {
			return err
		}
		d.Refresh = s.nextRefresh(time.Time{})
	}
	d.Found = found
	return nil
}

// discover reads the endpoints that details lack.
func (s *Service) discover(ctx context.Context, issuer string, details map[string]string) (map[string]string, error) {
	body, _, err := s.Fetch.Get(ctx, strings.TrimSuffix(issuer, "/")+discoveryPath)
	if err != nil {
		return nil, api.InvalidParameterException.New("Unable to contact well-known endpoint").Because(err)
	}
	return parseDiscovery(body, issuer, details)
}

// parseDiscovery takes from a discovery document the endpoints that details lack, and the issuer as it writes itself into tokens. The document
// must be the issuer's own (OpenID Connect Discovery 1.0 section 4.3), but for a slash at the end, which administrators leave out.
func parseDiscovery(body []byte, issuer string, details map[string]string) (map[string]string, error) {
	var doc struct {
		Issuer     string `json:"issuer"`
		Authorize  string `json:"authorization_endpoint"`
		Token      string `json:"token_endpoint"`
		Attributes string `json:"userinfo_endpoint"`
		Keys       string `json:"jwks_uri"`
	}
	if err := jws.StrictObject(body, &doc); err != nil {
		return nil, api.InvalidParameterException.New("The discovery document of the oidc_issuer cannot be read.").Because(err)
	}
	if strings.TrimSuffix(doc.Issuer, "/") != strings.TrimSuffix(issuer, "/") {
		return nil, api.InvalidParameterException.New("The discovery document of the oidc_issuer names another issuer.")
	}
	found := map[string]string{"oidc_issuer": doc.Issuer}
	for key, value := range map[string]string{
		"authorize_url": doc.Authorize, "token_url": doc.Token, "attributes_url": doc.Attributes, "jwks_uri": doc.Keys,
	} {
		if details[key] != "" {
			continue
		}
		if !absolute(value, "https") {
			return nil, api.InvalidParameterException.New("%s is neither given nor in the discovery document of the oidc_issuer.", key)
		}
		found[key] = value
	}
	return found, nil
}

// scopeList holds scopes against RFC 6749 section 3.3. Facebook's are separated by commas.
func scopeList(text string) error {
	if len(text) > maxAddress || strings.TrimSpace(text) == "" {
		return api.InvalidParameterException.New("authorize_scopes is too long or empty.")
	}
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c > '~' {
			return api.InvalidParameterException.New("authorize_scopes contains an invalid character.")
		}
	}
	return nil
}
