package principal

import (
	"testing"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/bounded"
)

func TestCompilerKeepsGrammarsApart(t *testing.T) {
	c := compiler{bounded.NewMap[compiledKey, *iampolicy.Policy](10)}
	const document = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:*","Resource":"*"}}`
	p, err := c.compile(document, iampolicy.IdentityPolicy)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := c.compile(document, iampolicy.IdentityPolicy); err != nil || again != p {
		t.Errorf("compiled again: %v", err)
	}
	if _, err := c.compile(document, iampolicy.TrustPolicy); err == nil {
		t.Error("an identity policy passes for a trust policy")
	}
}
