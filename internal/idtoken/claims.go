package idtoken

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Values of token_use.
const (
	useAccess = "access"
	useID     = "id"
)

// issue is what one set of tokens says.
type issue struct {
	directory.Grant
	issuer    string
	family    string
	event     string
	accessJTI string
	idJTI     string
	authTime  time.Time
	at        time.Time
	groups    membership
	changes   *changes // of the pre token generation trigger; nil: none
}

// object writes a JSON object member by member.
type object struct{ b []byte }

func newObject() *object { return &object{append(make([]byte, 0, 1024), '{')} }

func (o *object) name(n string) {
	if len(o.b) > 1 {
		o.b = append(o.b, ',')
	}
	o.b = append(wire.AppendJSONString(o.b, n), ':')
}

func (o *object) text(name, value string) {
	o.name(name)
	o.b = wire.AppendJSONString(o.b, value)
}

func (o *object) boolean(name string, value bool) {
	o.name(name)
	o.b = strconv.AppendBool(o.b, value)
}

func (o *object) number(name string, value int64) {
	o.name(name)
	o.b = strconv.AppendInt(o.b, value, 10)
}

// list writes a list of texts; an empty one is left out.
func (o *object) list(name string, values []string) {
	if len(values) == 0 {
		return
	}
	o.name(name)
	separator := byte('[')
	for _, v := range values {
		o.b = wire.AppendJSONString(append(o.b, separator), v)
		separator = ','
	}
	o.b = append(o.b, ']')
}

func (o *object) end() []byte { return append(o.b, '}') }

// access writes the claims of the access token.
func (i *issue) access() []byte {
	o := newObject()
	o.text("sub", i.User.Sub)
	o.list("cognito:groups", i.groups.names)
	o.text("iss", i.issuer)
	o.text("client_id", i.Client.ID)
	if i.DeviceKey != "" {
		o.text("device_key", i.DeviceKey)
	}
	if i.Client.Revocation {
		o.text("origin_jti", i.family)
	}
	o.text("event_id", i.event)
	o.text("token_use", useAccess)
	o.text("scope", directory.ScopeUser)
	o.number("auth_time", i.authTime.Unix())
	o.number("exp", i.at.Add(accessLife(i.Client)).Unix())
	o.number("iat", i.at.Unix())
	o.text("jti", i.accessJTI)
	o.text("username", i.User.Username)
	return o.end()
}

// id writes the claims of the id token.
func (i *issue) id() []byte {
	o := newObject()
	o.text("sub", i.User.Sub)
	o.list("cognito:groups", i.groups.names)
	o.list("cognito:roles", i.groups.roles)
	if i.groups.preferred != "" {
		o.text("cognito:preferred_role", i.groups.preferred)
	}
	o.text("iss", i.issuer)
	o.text("cognito:username", i.User.Username)
	if i.Client.Revocation {
		o.text("origin_jti", i.family)
	}
	o.text("aud", i.Client.ID)
	o.text("event_id", i.event)
	o.text("token_use", useID)
	o.number("auth_time", i.authTime.Unix())
	o.number("exp", i.at.Add(idLife(i.Client)).Unix())
	o.number("iat", i.at.Unix())
	if i.Client.Revocation {
		o.text("jti", i.idJTI)
	}
	if len(i.User.Identities) > 0 { // no attribute that a client lists: it is there whatever the client reads
		o.identities(i.User.Identities)
	}
	for _, name := range slices.Sorted(maps.Keys(i.User.Attributes)) {
		if !ownClaims[name] && i.Client.Readable(name) {
			o.attribute(name, i.User.Attributes[name])
		}
	}
	return o.end()
}

// ownClaims are the claims that the server states itself; an attribute never takes their place.
var ownClaims = map[string]bool{
	"sub": true, "iss": true, "cognito:username": true, "origin_jti": true, "aud": true, "event_id": true, "token_use": true,
	"auth_time": true, "exp": true, "iat": true, "jti": true, "nbf": true, "azp": true, "nonce": true, "at_hash": true, "c_hash": true,
	"cognito:groups": true, "cognito:roles": true, "cognito:preferred_role": true, "identities": true,
}

// attribute writes an attribute as a claim. A few standard claims are not text (OpenID Connect Core 1.0 section 5.1).
func (o *object) attribute(name, value string) {
	switch name {
	case "email_verified", "phone_number_verified":
		o.boolean(name, value == "true")
	case "updated_at":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			o.text(name, value)
			return
		}
		o.number(name, n)
	case "address":
		o.name(name)
		inner := newObject()
		inner.text("formatted", value)
		o.b = append(o.b, inner.end()...)
	default:
		o.text(name, value)
	}
}

// identities writes the users of other providers who are this user, as Cognito does: all values are texts, times in milliseconds since 1970
// (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html).
func (o *object) identities(list []directory.Identity) {
	o.name("identities")
	separator := byte('[')
	for i := range list {
		one := newObject()
		one.text("userId", list[i].UserID)
		one.text("providerName", list[i].Provider)
		one.text("providerType", list[i].Type)
		one.name("issuer")
		one.b = append(one.b, "null"...)
		one.text("primary", strconv.FormatBool(list[i].Primary))
		one.text("dateCreated", strconv.FormatInt(list[i].Linked.UnixMilli(), 10))
		o.b = append(append(o.b, separator), one.end()...)
		separator = ','
	}
	o.b = append(o.b, ']')
}
