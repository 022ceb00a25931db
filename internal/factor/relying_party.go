package factor

import (
	"slices"
	"strconv"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
)

const (
	multiFactor = "MULTI_FACTOR_WITH_USER_VERIFICATION"
	webAuthn    = string(api.AuthFactorTypeWebAuthn)
)

// relyingParty gives the RP ID of a pool's passkeys: the one it names, or else the host of this server.
func (s *Service) relyingParty(p *directory.Pool) (string, error) {
	id := p.WebAuthn.RelyingPartyID
	if id == "" {
		id = s.Host
	}
	id = caller.Fold(id) // browsers know hosts in lower case, and authenticators sign a hash of the name
	if protocol.ValidateRPID(id) != nil {
		return "", api.WebAuthnConfigurationMissingException.New("The user pool has no relying party ID, and the server's host cannot be one.")
	}
	return id, nil
}

// enabled says whether users of a pool may sign in with passkeys, as a first factor or as a second.
func enabled(p *directory.Pool) error {
	if slices.Contains(p.FirstFactors, webAuthn) || p.WebAuthn.Factor == multiFactor {
		return nil
	}
	return api.WebAuthnNotEnabledException.New("WebAuthn is not enabled for this user pool.")
}

// verification is the pool's demand on authenticators: a passkey that counts as several factors has verified its user.
func verification(p *directory.Pool) protocol.UserVerificationRequirement {
	if p.WebAuthn.Factor == multiFactor || p.WebAuthn.UserVerification == string(protocol.VerificationRequired) {
		return protocol.VerificationRequired
	}
	return protocol.VerificationPreferred
}

// originAllowed says whether a page of this origin (as browsers write it, RFC 6454 section 6.2) may use passkeys of a relying party: https on the
// relying party's name or a name below it, on any port; and plain http on localhost, where the relying party is localhost.
func originAllowed(origin, relyingParty string) bool {
	scheme, authority, found := strings.Cut(origin, "://")
	if !found {
		return false
	}
	host, port, hasPort := strings.Cut(authority, ":")
	if n, err := strconv.ParseUint(port, 10, 16); hasPort && (err != nil || n == 0 || port[0] == '0') {
		return false
	}
	for _, c := range []byte(host) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' {
			return false
		}
	}
	switch scheme {
	case "https":
		return host == relyingParty || strings.HasSuffix(host, "."+relyingParty) && host[0] != '.' && !strings.Contains(host, "..")
	case "http":
		return host == "localhost" && relyingParty == "localhost"
	}
	return false
}
