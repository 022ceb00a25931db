package factor

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"maps"
	"slices"
	"testing"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// authenticator is a browser with a software authenticator: it makes passkeys and uses them, and misbehaves on request.
type authenticator struct {
	t      testing.TB
	key    *ecdsa.PrivateKey
	id     []byte
	origin string
	flags  byte // of the authenticator data: user present 1, user verified 4, backup eligible 8
	count  uint32
	packed bool // self attestation in the packed format
	// What a test spoils: the RP ID that is hashed, the challenge, the ceremony, the signature, the user handle.
	rp, challenge, ceremony, handle string
	alg                             int64
	forge                           func(signature []byte)
}

func newAuthenticator(t testing.TB) *authenticator {
	t.Helper()
	id := make([]byte, 24)
	_, _ = rand.Read(id)
	return &authenticator{
		t: t, key: get[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), id: id, origin: "https://login.example.org", flags: 1 | 4, alg: -7,
	}
}

// CBOR (RFC 8949) as far as attestations need it: integers, byte and text strings, maps whose pairs are given in order.
func cborHead(major byte, n uint64) []byte {
	switch {
	case n < 24:
		return []byte{major<<5 | byte(n)}
	case n < 256:
		return []byte{major<<5 | 24, byte(n)}
	}
	return binary.BigEndian.AppendUint16([]byte{major<<5 | 25}, uint16(n))
}

func cborInt(n int64) []byte {
	if n < 0 {
		return cborHead(1, uint64(-1-n))
	}
	return cborHead(0, uint64(n))
}

func cborBytes(b []byte) []byte { return append(cborHead(2, uint64(len(b))), b...) }

func cborText(s string) []byte { return append(cborHead(3, uint64(len(s))), s...) }

func cborMap(pairs ...[]byte) []byte {
	return append(cborHead(5, uint64(len(pairs)/2)), slices.Concat(pairs...)...)
}

func (a *authenticator) coseKey() []byte {
	public := get[[]byte](a.t)(a.key.PublicKey.Bytes()) // 4 ‖ x ‖ y
	return cborMap(cborInt(1), cborInt(2), cborInt(3), cborInt(a.alg), cborInt(-1), cborInt(1), cborInt(-2), cborBytes(public[1:33]), cborInt(-3), cborBytes(public[33:]))
}

func (a *authenticator) clientData(ceremony, challenge string) []byte {
	if a.ceremony != "" {
		ceremony = a.ceremony
	}
	if a.challenge != "" {
		challenge = a.challenge
	}
	return get[[]byte](a.t)(json.Marshal(map[string]any{"type": ceremony, "challenge": challenge, "origin": a.origin, "crossOrigin": false}))
}

func (a *authenticator) data(rp string, more byte) []byte {
	if a.rp != "" {
		rp = a.rp
	}
	hash := sha256.Sum256([]byte(rp))
	return binary.BigEndian.AppendUint32(append(hash[:], a.flags|more), a.count)
}

func (a *authenticator) sign(parts ...[]byte) []byte {
	digest := sha256.Sum256(slices.Concat(parts...))
	signature := get[[]byte](a.t)(ecdsa.SignASN1(rand.Reader, a.key, digest[:]))
	if a.forge != nil {
		a.forge(signature)
	}
	return signature
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// credential writes a PublicKeyCredential as browsers do.
func (a *authenticator) credential(response map[string]any) []byte {
	return get[[]byte](a.t)(json.Marshal(map[string]any{
		"id": b64(a.id), "rawId": b64(a.id), "type": "public-key", "authenticatorAttachment": "platform",
		"clientExtensionResults": map[string]any{"credProps": map[string]any{"rk": true}}, "response": response,
	}))
}

// create makes a passkey for creation options.
func (a *authenticator) create(options wire.Document) wire.Document {
	var o creationOptions
	must(a.t, json.Unmarshal(options, &o))
	client := a.clientData("webauthn.create", o.Challenge)
	auth := slices.Concat(a.data(o.RP.ID, 0x40), make([]byte, 16), binary.BigEndian.AppendUint16(nil, uint16(len(a.id))), a.id, a.coseKey())
	format, statement := "none", cborMap()
	if a.packed {
		hash := sha256.Sum256(client)
		format, statement = "packed", cborMap(cborText("alg"), cborInt(a.alg), cborText("sig"), cborBytes(a.sign(auth, hash[:])))
	}
	object := cborMap(cborText("fmt"), cborText(format), cborText("attStmt"), statement, cborText("authData"), cborBytes(auth))
	return a.credential(map[string]any{"clientDataJSON": b64(client), "attestationObject": b64(object), "transports": []string{"internal", "odd", "hybrid", "internal"}})
}

// use answers request options.
func (a *authenticator) use(options string) string {
	var o requestOptions
	must(a.t, json.Unmarshal([]byte(options), &o))
	client, auth := a.clientData("webauthn.get", o.Challenge), a.data(o.RPID, 0)
	hash := sha256.Sum256(client)
	response := map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(auth), "signature": b64(a.sign(auth, hash[:]))}
	if a.handle != "" {
		response["userHandle"] = b64([]byte(a.handle))
	}
	return string(a.credential(response))
}

// register gives ada a passkey.
func (h *house) register(t testing.TB, a *authenticator) {
	t.Helper()
	must(t, h.complete(a.create(h.start(t))))
}

func (h *house) start(t testing.TB) wire.Document {
	t.Helper()
	return get[*api.StartWebAuthnRegistrationResponse](t)(h.StartWebAuthnRegistration(h.ctx, &api.StartWebAuthnRegistrationRequest{AccessToken: token()})).CredentialCreationOptions
}

func (h *house) complete(credential wire.Document) error {
	_, err := h.CompleteWebAuthnRegistration(h.ctx, &api.CompleteWebAuthnRegistrationRequest{AccessToken: token(), Credential: credential})
	return err
}

func (h *house) begin(t testing.TB) (options string, state []byte) {
	t.Helper()
	options, state, err := h.BeginPasskey(h.ctx, &h.pool, h.user(t, ada))
	must(t, err)
	return options, state
}

// answer verifies an assertion, as the challenge machine does it.
func (h *house) answer(state []byte, credential string) error {
	u := &directory.User{PoolID: poolID, Sub: ada, Username: "ada"}
	return h.Store.Update(h.ctx, func(w store.Writer) error { return h.VerifyPasskey(h.ctx, w, &h.pool, u, state, credential) })
}

// edited is a JSON object with some members changed.
func edited(t testing.TB, document []byte, members map[string]any) []byte {
	t.Helper()
	var m map[string]any
	must(t, json.Unmarshal(document, &m))
	maps.Copy(m, members)
	return get[[]byte](t)(json.Marshal(m))
}
