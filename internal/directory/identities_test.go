package directory

import (
	"testing"
	"time"
)

func TestIdentitiesText(t *testing.T) {
	u := &User{}
	if text, err := u.IdentitiesText(); err != nil || text != "" {
		t.Errorf("nobody's identities are %q, %v", text, err)
	}
	u.Identities = []Identity{{Provider: "Corp", Type: "SAML", UserID: `a"b`, Primary: true, Linked: time.UnixMilli(1_700_000_000_123)}, {Provider: "G", Type: "Google", UserID: "1", Linked: time.UnixMilli(5)}}
	const want = `[{"userId":"a\"b","providerName":"Corp","providerType":"SAML","issuer":null,"primary":true,"dateCreated":1700000000123},` +
		`{"userId":"1","providerName":"G","providerType":"Google","issuer":null,"primary":false,"dateCreated":5}]`
	if text, err := u.IdentitiesText(); err != nil || text != want {
		t.Errorf("identities are %s, %v", text, err)
	}
}
