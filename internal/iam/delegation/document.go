package delegation

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/jws"
)

// document is a policy document, taken apart.
type document struct {
	top        map[string]any
	statements []map[string]any
}

// readPolicy takes a document apart that is a good identity policy, so that no member stands twice in it and all have their form.
func readPolicy(text string) (*document, error) {
	if _, err := iampolicy.Parse([]byte(text), iampolicy.IdentityPolicy); err != nil {
		return nil, err
	}
	d := &document{}
	if err := jws.StrictObject([]byte(text), &d.top); err != nil {
		return nil, err
	}
	list, isList := d.top["Statement"].([]any)
	if !isList {
		list = []any{d.top["Statement"]}
	}
	for _, e := range list {
		s, ok := e.(map[string]any)
		if !ok {
			return nil, errors.New("delegation: a policy has a statement that is no object")
		}
		d.statements = append(d.statements, s)
	}
	return d, nil
}

// String gives the document as compact JSON, its members sorted.
func (d *document) String() (string, error) { return compact(d.top) }

// compact gives a value as JSON without white space, and "<", ">" and "&" as they are.
func compact(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err
}
