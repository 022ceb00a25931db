package factor

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// ListWebAuthnCredentials lists the caller's passkeys.
func (s *Service) ListWebAuthnCredentials(ctx context.Context, in *api.ListWebAuthnCredentialsRequest) (*api.ListWebAuthnCredentialsResponse, error) {
	v, err := s.bearer(ctx, in.AccessToken)
	if err != nil {
		return nil, err
	}
	of := listing{v.pool.ID, "ListWebAuthnCredentials", v.user.Doc.Sub}
	after, err := s.cursor(ctx, of, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &api.ListWebAuthnCredentialsResponse{Credentials: []api.WebAuthnCredentialDescription{}}
	limit := maxPasskeys
	if in.MaxResults != nil {
		if limit = *in.MaxResults; limit == 0 {
			return out, nil
		}
	}
	page, err := directory.Passkeys.List(ctx, s.Store, store.Query{Prefix: []string{v.pool.ID, v.user.Doc.Sub}, After: after, Limit: limit})
	if err != nil {
		return nil, pageError(err)
	}
	for _, row := range page.Rows {
		out.Credentials = append(out.Credentials, describePasskey(&row.Doc))
	}
	out.NextToken, err = s.tokenFor(of, page.Next)
	return out, err
}

func describePasskey(k *directory.Passkey) api.WebAuthnCredentialDescription {
	d := api.WebAuthnCredentialDescription{
		CredentialId: base64.RawURLEncoding.EncodeToString(k.ID), FriendlyCredentialName: k.Name, RelyingPartyId: k.RelyingParty,
		AuthenticatorTransports: []string{}, CreatedAt: k.Created,
	}
	d.AuthenticatorTransports = append(d.AuthenticatorTransports, k.Transports...)
	if k.Attachment != "" {
		d.AuthenticatorAttachment = &k.Attachment
	}
	return d
}

// DeleteWebAuthnCredential takes a passkey from the caller.
func (s *Service) DeleteWebAuthnCredential(ctx context.Context, in *api.DeleteWebAuthnCredentialRequest) (*api.DeleteWebAuthnCredentialResponse, error) {
	v, err := s.bearer(ctx, in.AccessToken)
	if err != nil {
		return nil, err
	}
	unknown := api.ResourceNotFoundException.New("The credential does not exist.")
	id, err := base64.RawURLEncoding.Strict().DecodeString(in.CredentialId)
	if err != nil || len(id) == 0 || len(id) > maxCredentialID {
		return nil, unknown
	}
	err = s.Store.Update(ctx, func(w store.Writer) error {
		return directory.Passkeys.Delete(ctx, w, v.pool.ID, v.user.Doc.Sub, hex.EncodeToString(id))
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil, unknown
	}
	return &api.DeleteWebAuthnCredentialResponse{}, err
}

// friendlyName names a passkey by the make of its authenticator, where that is one of the common password managers and platforms.
func friendlyName(aaguid []byte) string {
	switch hex.EncodeToString(aaguid) {
	case "ea9b8d664d011d213ce4b6b48cb575d4":
		return "Google Password Manager"
	case "fbfc3007154e4ecc8c0b6e020557d7bd":
		return "iCloud Keychain"
	case "adce000235bcc60a648b0b25f1f05503":
		return "Chrome on Mac"
	case "08987058cadc4b81b6e130de50dcbe96", "9ddd1817af5a4672a2b93e3dd95000a9", "6028b017b1d44c02b4b3afcdafc96bb2":
		return "Windows Hello"
	case "bada5566a7aa401fbd9645619a55120d":
		return "1Password"
	case "d548826e79b4db40a3d811116f7e8349":
		return "Bitwarden"
	case "531126d6e717415c93203d9aa6981239":
		return "Dashlane"
	}
	return "Passkey"
}
