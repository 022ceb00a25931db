package factor

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"
	"github.com/go-webauthn/webauthn/webauthn"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/jws"
)

const (
	registrationLife = 5 * time.Minute
	createTimeout    = 60_000 // milliseconds, as Cognito advises browsers
	maxCredentialID  = 512    // bytes: what a key column of the store holds in hexadecimal
)

// algorithms are the key types that passkeys may have, by preference: what Cognito offers.
func algorithms() []protocol.CredentialParameter {
	return []protocol.CredentialParameter{
		{Type: protocol.PublicKeyCredentialType, Algorithm: webauthncose.AlgES256},
		{Type: protocol.PublicKeyCredentialType, Algorithm: webauthncose.AlgRS256},
	}
}

// creationOptions is PublicKeyCredentialCreationOptions as JSON (WebAuthn section 5.4).
type creationOptions struct {
	RP                 entity                         `json:"rp"`
	User               userEntity                     `json:"user"`
	Challenge          string                         `json:"challenge"`
	PubKeyCredParams   []protocol.CredentialParameter `json:"pubKeyCredParams"`
	Timeout            int                            `json:"timeout"` // milliseconds
	ExcludeCredentials []descriptor                   `json:"excludeCredentials"`
	Selection          selection                      `json:"authenticatorSelection"`
}

type entity struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type userEntity struct {
	ID          string `json:"id"` // base64url of the sub
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
}

type selection struct {
	RequireResidentKey bool   `json:"requireResidentKey"`
	ResidentKey        string `json:"residentKey"`
	UserVerification   string `json:"userVerification"`
}

func tooManyPasskeys() error {
	return api.LimitExceededException.New("The user has the maximum number of passkeys, %d.", maxPasskeys)
}

func challengeUnknown() error {
	return api.WebAuthnChallengeNotFoundException.New("The challenge was not found or has expired.")
}

// StartWebAuthnRegistration makes a challenge for a new passkey of the caller. It stands for five minutes or until the next one.
func (s *Service) StartWebAuthnRegistration(ctx context.Context, in *api.StartWebAuthnRegistrationRequest) (*api.StartWebAuthnRegistrationResponse, error) {
	v, err := s.bearer(ctx, in.AccessToken)
	if err != nil {
		return nil, err
	}
	if err := enabled(v.pool); err != nil {
		return nil, err
	}
	rp, err := s.relyingParty(v.pool)
	if err != nil {
		return nil, err
	}
	u := &v.user.Doc
	if err := s.roomForPasskey(ctx, s.Store, u); err != nil {
		return nil, err
	}
	challenge, err := s.draw(challengeSize)
	if err != nil {
		return nil, err
	}
	exclude, err := s.descriptors(ctx, s.Store, v.pool.ID, u.Sub, rp)
	if err != nil {
		return nil, err
	}
	demand := verification(v.pool)
	document, err := json.Marshal(creationOptions{
		RP:        entity{rp, rp},
		User:      userEntity{base64.RawURLEncoding.EncodeToString([]byte(u.Sub)), u.Username, u.Username},
		Challenge: base64.RawURLEncoding.EncodeToString(challenge), PubKeyCredParams: algorithms(), Timeout: createTimeout,
		ExcludeCredentials: exclude, Selection: selection{true, "required", string(demand)},
	})
	if err != nil {
		return nil, err
	}
	err = s.putRegistration(ctx, &registration{
		PoolID: v.pool.ID, Sub: u.Sub, ClientID: v.client.ID, Challenge: challenge, RelyingParty: rp,
		Verify: demand == protocol.VerificationRequired, Expires: s.Now().Add(registrationLife),
	})
	return &api.StartWebAuthnRegistrationResponse{CredentialCreationOptions: document}, userError(err)
}

// roomForPasskey refuses one passkey too many.
func (s *Service) roomForPasskey(ctx context.Context, r store.Reader, u *directory.User) error {
	n, err := directory.Passkeys.Count(ctx, r, "", u.PoolID, u.Sub)
	if err == nil && n >= maxPasskeys {
		return tooManyPasskeys()
	}
	return err
}

// putRegistration puts a challenge in the place of the one before it.
func (s *Service) putRegistration(ctx context.Context, g *registration) error {
	return s.Store.Update(ctx, func(w store.Writer) error {
		if _, err := registrations.Take(ctx, w, g.PoolID, g.Sub); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		return registrations.Insert(ctx, w, g)
	})
}

// takeRegistration takes the user's challenge in a transaction of its own: of all answers, one gets past it. A token of another client leaves it.
func (s *Service) takeRegistration(ctx context.Context, v visitor) (registration, error) {
	var taken registration
	err := s.Store.Update(ctx, func(w store.Writer) error {
		row, err := registrations.Take(ctx, w, v.pool.ID, v.user.Doc.Sub)
		if errors.Is(err, store.ErrNotFound) {
			return challengeUnknown()
		}
		if err != nil {
			return err
		}
		if row.Doc.ClientID != v.client.ID {
			return api.WebAuthnClientMismatchException.New("The access token is of another client than the one that started the registration.")
		}
		taken = row.Doc
		return nil
	})
	return taken, err
}

// CompleteWebAuthnRegistration keeps the passkey that the caller's authenticator made for the challenge.
func (s *Service) CompleteWebAuthnRegistration(ctx context.Context, in *api.CompleteWebAuthnRegistrationRequest) (*api.CompleteWebAuthnRegistrationResponse, error) {
	v, err := s.bearer(ctx, in.AccessToken)
	if err != nil {
		return nil, err
	}
	if err := enabled(v.pool); err != nil {
		return nil, err
	}
	parsed, err := parseCreation(in.Credential)
	if err != nil {
		return nil, err
	}
	g, err := s.takeRegistration(ctx, v)
	if err != nil {
		return nil, err
	}
	if rp, err := s.relyingParty(v.pool); err != nil {
		return nil, err
	} else if rp != g.RelyingParty {
		return nil, api.WebAuthnRelyingPartyMismatchException.New("The relying party ID of the user pool has changed since the registration started.")
	}
	made, err := checkCreation(&v.user.Doc, &g, parsed)
	if err != nil {
		return nil, err
	}
	key := s.passkeyOf(&g, made, parsed)
	err = s.Store.Update(ctx, func(w store.Writer) error {
		if err := s.roomForPasskey(ctx, w, &v.user.Doc); err != nil {
			return err
		}
		// A user who is being deleted must not leave a passkey behind.
		if _, err := directory.Users.Get(ctx, w, g.PoolID, g.Sub); err != nil {
			return err
		}
		return directory.Passkeys.Insert(ctx, w, key)
	})
	if errors.Is(err, store.ErrExists) {
		return nil, api.InvalidParameterException.New("The credential is registered already.")
	}
	return &api.CompleteWebAuthnRegistrationResponse{}, userError(err)
}

// parseCreation reads the answer of a browser.
func parseCreation(document wire.Document) (*protocol.ParsedCredentialCreationData, error) {
	var raw protocol.CredentialCreationResponse
	if len(document) > maxCredential || jws.StrictObject(document, &raw) != nil {
		return nil, api.InvalidParameterException.New("Invalid Credential.")
	}
	parsed, err := raw.Parse()
	if err != nil {
		return nil, api.InvalidParameterException.New("Invalid Credential.").Because(err)
	}
	return parsed, nil
}

// checkCreation verifies a new passkey (WebAuthn section 7.1): what this server asks for, in the words of the service, and all the rest.
// Attestation statements are verified in themselves; nobody is trusted or refused for the make of their authenticator.
func checkCreation(u *directory.User, g *registration, parsed *protocol.ParsedCredentialCreationData) (*webauthn.Credential, error) {
	client, auth := &parsed.Response.CollectedClientData, &parsed.Response.AttestationObject.AuthData
	challenge, hash := base64.RawURLEncoding.EncodeToString(g.Challenge), sha256.Sum256([]byte(g.RelyingParty))
	switch {
	case client.Challenge != challenge:
		return nil, challengeUnknown()
	case !originAllowed(client.Origin, g.RelyingParty):
		return nil, api.WebAuthnOriginNotAllowedException.New("The origin of the credential is not allowed by the relying party.")
	case !bytes.Equal(auth.RPIDHash, hash[:]):
		return nil, api.WebAuthnRelyingPartyMismatchException.New("The credential is of another relying party.")
	case len(parsed.RawID) > maxCredentialID:
		return nil, api.WebAuthnCredentialNotSupportedException.New("The credential ID is too long.")
	}
	verifier, err := webauthn.New(ceremony(g.RelyingParty, client.Origin))
	if err != nil {
		return nil, fmt.Errorf("factor: relying party: %w", err)
	}
	demand := protocol.VerificationPreferred
	if g.Verify {
		demand = protocol.VerificationRequired
	}
	made, err := verifier.CreateCredential(holder{u: u}, webauthn.SessionData{
		Challenge: challenge, RelyingPartyID: g.RelyingParty, UserID: []byte(u.Sub), UserVerification: demand, CredParams: algorithms(),
	}, parsed)
	if err != nil {
		return nil, api.WebAuthnCredentialNotSupportedException.New("The credential is not supported.").Because(err)
	}
	return made, nil
}

func (s *Service) passkeyOf(g *registration, made *webauthn.Credential, parsed *protocol.ParsedCredentialCreationData) *directory.Passkey {
	k := &directory.Passkey{
		PoolID: g.PoolID, Sub: g.Sub, ID: made.ID, Name: friendlyName(made.Authenticator.AAGUID), RelyingParty: g.RelyingParty,
		Credential: made.PublicKey, Flags: byte(made.Flags.ProtocolValue()),
		SignCount: made.Authenticator.SignCount, AAGUID: made.Authenticator.AAGUID, Attestation: made.AttestationFormat, Created: s.now(),
	}
	if a := parsed.AuthenticatorAttachment; a == protocol.Platform || a == protocol.CrossPlatform {
		k.Attachment = string(a)
	}
	for _, t := range made.Transport {
		if slices.Contains(transports(), string(t)) && !slices.Contains(k.Transports, string(t)) {
			k.Transports = append(k.Transports, string(t))
		}
	}
	return k
}

// transports are those that WebAuthn section 5.8.4 knows. A browser hands back what it is given, so nothing else is kept.
func transports() []string { return []string{"usb", "nfc", "ble", "smart-card", "hybrid", "internal"} }
