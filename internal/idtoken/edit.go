package idtoken

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/jws"
)

// maxAdded is how many claims and scopes a function may add to both tokens together
// (https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html).
const maxAdded = 5000

// changes are those of a pre token generation trigger. A nil edit leaves its token as it is.
type changes struct{ id, access *edit }

// edit changes the claims of one token. What a claim is removed for comes after what it is set to, as AWS documents.
type edit struct {
	set    map[string]json.RawMessage
	remove map[string]bool
}

// reserved tells whether a claim is the server's own, which no function adds, changes or takes away. Such parts of an answer are ignored.
func reserved(use, name string) bool {
	switch name {
	case "acr", "amr", "at_hash", "aud", "auth_time", "azp", "c_hash", "client_id", "device_key", "event_id", "exp", "iat", "identities", "iss",
		"jti", "nbf", "nonce", "origin_jti", "s_hash", "sub", "token_use", "version":
		return true
	case "cognito:groups", "cognito:roles", "cognito:preferred_role":
		return false
	case "scope", "username":
		return use == useAccess // an id token has none of its own
	}
	return strings.HasPrefix(name, "cognito:")
}

// newEdit takes over what an answer may change.
func newEdit(use string, o claimOverride, clientID string) (*edit, error) {
	e := &edit{set: make(map[string]json.RawMessage, len(o.Add)), remove: make(map[string]bool, len(o.Suppress))}
	if len(o.Add) > maxAdded {
		return nil, nonsense()
	}
	for name, raw := range o.Add {
		var value bytes.Buffer
		if err := json.Compact(&value, raw); err != nil {
			return nil, nonsense()
		}
		if may(use, name, value.Bytes(), clientID) {
			e.set[name] = value.Bytes()
		}
	}
	for _, name := range o.Suppress {
		if !reserved(use, name) {
			e.remove[name] = true
		}
	}
	return e, nil
}

// may tells whether a function may give a claim this value.
func may(use, name string, value json.RawMessage, clientID string) bool {
	complexValue := value[0] == '{' || value[0] == '['
	switch name {
	case "":
		return false
	case "aud": // of an access token: the client, and nothing else
		return use == useAccess && bytes.Equal(value, wire.AppendJSONString(nil, clientID))
	case "cognito:groups", "cognito:roles":
		var list struct {
			Values []string `json:"values"`
		}
		return value[0] == '[' && jws.StrictObject(slices.Concat([]byte(`{"values":`), value, []byte{'}'}), &list) == nil
	case "cognito:preferred_role":
		return value[0] == '"'
	case "email_verified", "phone_number_verified", "updated_at", "address":
		if use == useID && complexValue {
			return false
		}
	}
	return !reserved(use, name) && !strings.HasPrefix(name, "dev:")
}

// textual turns the values of version 1, where claims are texts, into such: numbers and truth values by their spelling, null into no claim.
// Lists and objects have no such form.
func textual(claims map[string]json.RawMessage) error {
	for name, raw := range claims {
		raw = bytes.TrimSpace(raw)
		switch raw[0] {
		case '"':
		case 'n':
			delete(claims, name)
		case '{', '[':
			return nonsense()
		default:
			claims[name] = wire.AppendJSONString(nil, string(raw))
		}
	}
	return nil
}

// rescope sets the scopes of an access token. Those that are both added and suppressed are suppressed.
func (e *edit) rescope(have, add, suppress []string) error {
	var out []string
	for _, scope := range slices.Concat(have, add) {
		if !validScope(scope) || len(out) > maxAdded {
			return nonsense()
		}
		if !slices.Contains(suppress, scope) && !slices.Contains(out, scope) {
			out = append(out, scope)
		}
	}
	if len(out) == 0 {
		e.remove["scope"] = true
		return nil
	}
	e.set["scope"] = wire.AppendJSONString(nil, strings.Join(out, " "))
	return nil
}

// validScope tells whether a text is a scope token (RFC 6749 section 3.3).
func validScope(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c == '"' || c == '\\' || c > '~' {
			return false
		}
	}
	return s != ""
}

// apply rewrites the claims of a token, in the order of their names.
func (e *edit) apply(payload []byte) ([]byte, error) {
	var all map[string]json.RawMessage
	if err := jws.StrictObject(payload, &all); err != nil {
		return nil, err
	}
	maps.Copy(all, e.set)
	o := newObject()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !e.remove[name] {
			o.name(name)
			o.b = append(o.b, all[name]...)
		}
	}
	return o.end(), nil
}

// payloads are the claims of both tokens, as they are signed.
type payloads struct{ access, id []byte }

// payloads writes the claims of both tokens, before anything is written or consumed for them. A function must not make tokens that this server
// would not take back.
func (i *issue) payloads() (payloads, error) {
	p := payloads{i.access(), i.id()}
	if i.changes == nil {
		return p, nil
	}
	var err error
	if p.access, err = i.changes.access.checked(p.access, useAccess); err != nil {
		return payloads{}, err
	}
	p.id, err = i.changes.id.checked(p.id, useID)
	return p, err
}

// tokenRest is the room for the other parts of a token: header and signature.
const tokenRest = 1 << 10

func (e *edit) checked(payload []byte, use string) ([]byte, error) {
	if e == nil {
		return payload, nil
	}
	out, err := e.apply(payload)
	if err != nil {
		return nil, err
	}
	var c claims
	if jws.StrictObject(out, &c) != nil || !c.complete(use) || base64.RawURLEncoding.EncodedLen(len(out))+tokenRest > MaxToken {
		return nil, nonsense()
	}
	return out, nil
}
