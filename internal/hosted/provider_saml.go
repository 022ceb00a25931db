package hosted

import (
	"context"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
)

// refreshEvery is how often metadata behind a URL is read again
// (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-saml-idp.html).
const refreshEvery = 6 * time.Hour

// rsaSHA256 is the one algorithm that requests are signed with.
const rsaSHA256 = "rsa-sha256"

// applySAML validates the details of a SAML provider and reads its metadata. SLORedirectBindingURI, SSORedirectBindingURI and
// ActiveEncryptionCertificate are derived: given values, which clients send back as they read them, are replaced.
func (s *Service) applySAML(ctx context.Context, d *directory.Provider, details map[string]string) error {
	err := known(details, "MetadataURL", "MetadataFile", "IDPSignout", "IDPInit", "EncryptedResponses", "RequestSigningAlgorithm",
		"SLORedirectBindingURI", "SSORedirectBindingURI", "ActiveEncryptionCertificate")
	if err != nil {
		return err
	}
	delete(details, "ActiveEncryptionCertificate")
	for _, key := range []string{"IDPSignout", "IDPInit", "EncryptedResponses"} {
		switch lower(details[key]) {
		case "":
		case "true", "false":
			details[key] = lower(details[key])
		default:
			return api.InvalidParameterException.New("%s must be true or false.", key)
		}
	}
	if alg, ok := details["RequestSigningAlgorithm"]; ok && alg != rsaSHA256 {
		return api.InvalidParameterException.New("RequestSigningAlgorithm must be %s.", rsaSHA256)
	}
	address, text := details["MetadataURL"], details["MetadataFile"]
	switch {
	case address == "" && text == "":
		return api.InvalidParameterException.New("At least one of the MetadataURL or MetadataFile should be provided.")
	case address != "" && text != "":
		return api.InvalidParameterException.New("Only one of the MetadataURL or MetadataFile should be provided.")
	}
	m, err := s.metadata(ctx, address, text)
	if err != nil {
		return err
	}
	s.keepMetadata(d, details, m)
	return nil
}

// metadata reads a document that is given or fetched, and refuses one whose time is over.
func (s *Service) metadata(ctx context.Context, address, text string) (*directory.SAMLProvider, error) {
	data := []byte(text)
	if address != "" {
		if !absolute(address, "https", "http") {
			return nil, api.InvalidParameterException.New("MetadataURL must be an absolute URL.")
		}
		body, _, err := s.Fetch.Get(ctx, address)
		if err != nil {
			return nil, api.InvalidParameterException.New("Error retrieving metadata from %s", address).Because(err)
		}
		data = body
	}
	m, err := s.ReadMetadata(data)
	if err != nil {
		return nil, api.InvalidParameterException.New("Invalid SAML metadata: it does not describe one identity provider with a signing certificate.").Because(err)
	}
	if m.SSORedirect == "" && m.SSOPost == "" {
		return nil, api.InvalidParameterException.New("Invalid SAML metadata: it has no address for sign-in.")
	}
	for _, address := range []string{m.SSORedirect, m.SSOPost, m.SLORedirect, m.SLOPost} {
		if address != "" && !absolute(address, "https", "http") {
			return nil, api.InvalidParameterException.New("Invalid SAML metadata: an address in it is no absolute URL.")
		}
	}
	if !m.ValidUntil.IsZero() && !s.Now().Before(m.ValidUntil) {
		return nil, api.InvalidParameterException.New("Invalid SAML metadata: it is no longer valid.")
	}
	return &m, nil
}

// keepMetadata writes what metadata says into a provider and into its details as they are shown.
func (s *Service) keepMetadata(d *directory.Provider, details map[string]string, m *directory.SAMLProvider) {
	d.SAML = m
	for key, value := range map[string]string{"SSORedirectBindingURI": m.SSORedirect, "SLORedirectBindingURI": m.SLORedirect} {
		if delete(details, key); value != "" {
			details[key] = value
		}
	}
	d.Refresh = time.Time{}
	if details["MetadataURL"] != "" {
		d.Refresh = s.nextRefresh(m.ValidUntil)
	}
}

// nextRefresh is in six hours, or before what was read ends.
func (s *Service) nextRefresh(end time.Time) time.Time {
	now := s.now()
	next := now.Add(refreshEvery)
	if !end.IsZero() && end.Before(next) {
		next = now.Add(end.Sub(now) / 2)
	}
	return next
}
