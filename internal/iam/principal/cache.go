package principal

import (
	"crypto/sha256"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/bounded"
)

// Sizes of the caches, in entries of one generation.
const (
	mostEntities = 10_000
	mostPolicies = 4_000
)

// compiledKey names a compiled document by its content.
type compiledKey struct {
	sum     [sha256.Size]byte
	grammar iampolicy.Grammar
}

// compiler keeps compiled documents. A document never changes under its key, so entries are never stale.
type compiler struct {
	kept *bounded.Map[compiledKey, *iampolicy.Policy]
}

func (c *compiler) compile(document string, g iampolicy.Grammar) (*iampolicy.Policy, error) {
	k := compiledKey{sha256.Sum256([]byte(document)), g}
	if p, ok := c.kept.Get(k); ok {
		return p, nil
	}
	p, err := iampolicy.Parse([]byte(document), g)
	if err != nil {
		return nil, err
	}
	c.kept.Put(k, p)
	return p, nil
}
