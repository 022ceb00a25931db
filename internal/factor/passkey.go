package factor

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/jws"
)

const (
	challengeSize = 32     // bytes
	maxPasskeys   = 20     // of one user
	maxCredential = 16_384 // bytes of a credential as JSON
	useTimeout    = 180_000
	stateVersion  = 1
)

// HasPasskeys says whether a user has passkeys.
func (s *Service) HasPasskeys(ctx context.Context, r store.Reader, poolID, sub string) (bool, error) {
	n, err := directory.Passkeys.Count(ctx, r, "", poolID, sub)
	return n > 0, err
}

// descriptor names a passkey to a browser (WebAuthn section 5.8.3, as JSON).
type descriptor struct {
	ID         string   `json:"id"` // base64url without padding
	Type       string   `json:"type"`
	Transports []string `json:"transports,omitempty"`
}

// descriptors lists a user's passkeys of one relying party.
func (s *Service) descriptors(ctx context.Context, r store.Reader, poolID, sub, relyingParty string) ([]descriptor, error) {
	page, err := directory.Passkeys.List(ctx, r, store.Query{Prefix: []string{poolID, sub}, Limit: maxPasskeys})
	if err != nil {
		return nil, err
	}
	out := []descriptor{}
	for _, row := range page.Rows {
		if row.Doc.RelyingParty == relyingParty {
			out = append(out, descriptor{base64.RawURLEncoding.EncodeToString(row.Doc.ID), "public-key", row.Doc.Transports})
		}
	}
	return out, nil
}

// requestOptions is PublicKeyCredentialRequestOptions as JSON (WebAuthn section 5.5).
type requestOptions struct {
	Challenge        string       `json:"challenge"`
	Timeout          int          `json:"timeout"` // milliseconds
	RPID             string       `json:"rpId"`
	AllowCredentials []descriptor `json:"allowCredentials"`
	UserVerification string       `json:"userVerification"`
}

// BeginPasskey makes a challenge for the user's passkeys. options is the text of CREDENTIAL_REQUEST_OPTIONS; state is what VerifyPasskey needs: it
// belongs into the sign-in's session, where the client can neither change it nor use it twice. The error is
// WebAuthnConfigurationMissingException where the pool has no relying party.
func (s *Service) BeginPasskey(ctx context.Context, p *directory.Pool, u *directory.User) (options string, state []byte, err error) {
	rp, err := s.relyingParty(p)
	if err != nil {
		return "", nil, err
	}
	allow, err := s.descriptors(ctx, s.Store, p.ID, u.Sub, rp)
	if err != nil {
		return "", nil, err
	}
	challenge, err := s.draw(challengeSize)
	if err != nil {
		return "", nil, err
	}
	text, err := json.Marshal(requestOptions{
		Challenge: base64.RawURLEncoding.EncodeToString(challenge), Timeout: useTimeout, RPID: rp,
		AllowCredentials: allow, UserVerification: string(verification(p)),
	})
	if err != nil {
		return "", nil, err
	}
	return string(text), append(append([]byte{stateVersion}, challenge...), rp...), nil
}

// errPasskey is the answer to a passkey that does not prove the user. It does not tell why.
func errPasskey(cause error) error {
	return api.NotAuthorizedException.New("Invalid passkey credential.").Because(cause)
}

// VerifyPasskey holds the CREDENTIAL of a client (PublicKeyCredential as JSON, WebAuthn section 5.1) against the challenge of BeginPasskey and the
// user's passkeys. In w's transaction the passkey's signature counter and flags move forward; one whose counter does not is refused, for it may
// be a copy. A credential that proves nothing is NotAuthorizedException, text that is none InvalidParameterException. The caller sees to it that
// a state is used once.
func (s *Service) VerifyPasskey(ctx context.Context, w store.Writer, p *directory.Pool, u *directory.User, state []byte, credential string) error {
	if len(state) <= 1+challengeSize || state[0] != stateVersion {
		return errors.New("factor: malformed passkey state")
	}
	challenge, rp := state[1:1+challengeSize], string(state[1+challengeSize:])
	parsed, err := parseAssertion(credential)
	if err != nil {
		return err
	}
	row, err := directory.Passkeys.Get(ctx, w, p.ID, u.Sub, hex.EncodeToString(parsed.RawID))
	if errors.Is(err, store.ErrNotFound) {
		return errPasskey(nil)
	}
	if err != nil {
		return err
	}
	origin := parsed.Response.CollectedClientData.Origin
	if row.Doc.RelyingParty != rp || !originAllowed(origin, rp) {
		return errPasskey(nil)
	}
	known := credentialOf(&row.Doc)
	verifier, err := webauthn.New(ceremony(rp, origin))
	if err != nil {
		return fmt.Errorf("factor: relying party: %w", err)
	}
	used, err := verifier.ValidateLogin(holder{u, []webauthn.Credential{known}}, webauthn.SessionData{
		Challenge: base64.RawURLEncoding.EncodeToString(challenge), RelyingPartyID: rp, UserID: []byte(u.Sub), UserVerification: verification(p),
	}, parsed)
	if err != nil {
		return errPasskey(err)
	}
	if used.Authenticator.CloneWarning {
		return errPasskey(errors.New("factor: a passkey's signature counter went back"))
	}
	row.Doc.SignCount, row.Doc.Flags = used.Authenticator.SignCount, byte(used.Flags.ProtocolValue())
	return directory.Passkeys.Update(ctx, w, &row)
}

// parseAssertion reads a client's answer to a challenge.
func parseAssertion(credential string) (*protocol.ParsedCredentialAssertionData, error) {
	var raw protocol.CredentialAssertionResponse
	if len(credential) > maxCredential || jws.StrictObject([]byte(credential), &raw) != nil {
		return nil, api.InvalidParameterException.New("Invalid CREDENTIAL.")
	}
	parsed, err := raw.Parse()
	if err != nil {
		return nil, api.InvalidParameterException.New("Invalid CREDENTIAL.").Because(err)
	}
	return parsed, nil
}

// ceremony is the configuration of one ceremony: its origin has been checked.
func ceremony(relyingParty, origin string) *webauthn.Config {
	return &webauthn.Config{
		RPID: relyingParty, RPDisplayName: relyingParty, RPOrigins: []string{origin},
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore, // browsers add some of their own; none means anything here
	}
}

// credentialOf is a stored passkey as the WebAuthn library takes it.
func credentialOf(k *directory.Passkey) webauthn.Credential {
	return webauthn.Credential{
		ID: k.ID, PublicKey: k.Credential, AttestationFormat: k.Attestation,
		Flags:         webauthn.NewCredentialFlags(protocol.AuthenticatorFlags(k.Flags)),
		Authenticator: webauthn.Authenticator{AAGUID: k.AAGUID, SignCount: k.SignCount},
	}
}

// holder is a user as the WebAuthn library takes them. The user handle is the sub.
type holder struct {
	u    *directory.User
	keys []webauthn.Credential
}

func (h holder) WebAuthnID() []byte                         { return []byte(h.u.Sub) }
func (h holder) WebAuthnName() string                       { return h.u.Username }
func (h holder) WebAuthnDisplayName() string                { return h.u.Username }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }
