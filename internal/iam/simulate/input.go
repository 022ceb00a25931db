package simulate

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"strconv"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
)

// input is what both simulations take.
type input struct {
	actions        []string
	resources      []string
	policies       []string
	boundary       []string
	resourcePolicy *string
	owner          *string
	caller         *string
	entries        []iamapi.ContextEntry
	option         *string
	marker         *string
	maxItems       *int
}

// scope names the simulation in its markers, so that a marker of one simulation opens in no other. The policies that are stored may change
// from page to page, as any list may.
func (in *input) scope(source string) string {
	h := sha256.New()
	add(h, source)
	for _, list := range [][]string{in.actions, in.resources, in.policies, in.boundary} {
		add(h, strconv.Itoa(len(list)))
		for _, s := range list {
			add(h, s)
		}
	}
	for _, p := range []*string{in.resourcePolicy, in.owner, in.caller, in.option} {
		add(h, strconv.FormatBool(p != nil))
		if p != nil {
			add(h, *p)
		}
	}
	for i := range in.entries {
		e := &in.entries[i]
		add(h, text(e.ContextKeyName))
		if e.ContextKeyType != nil {
			add(h, string(*e.ContextKeyType))
		}
		for _, v := range e.ContextKeyValues {
			add(h, v)
		}
		add(h, strconv.Itoa(len(e.ContextKeyValues)))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// add writes a text with its length before it, so that no two lists of texts write the same.
func add(h hash.Hash, s string) {
	_, _ = h.Write([]byte(strconv.Itoa(len(s)) + ":" + s)) // a hash never fails
}

// parse reads the documents of one member of the input. Their ids are the member's name and their number, as AWS shows them.
func parse(member string, documents []string, g iampolicy.Grammar) ([]iampolicy.Named, error) {
	out := make([]iampolicy.Named, 0, len(documents))
	for i, document := range documents {
		id := member + "." + strconv.Itoa(i+1)
		p, err := iampolicy.Parse([]byte(document), g)
		if err != nil {
			return nil, malformed(id, err)
		}
		out = append(out, iampolicy.Named{ID: id, Policy: p})
	}
	return out, nil
}

// malformed turns an error of iampolicy into InvalidInput.
func malformed(id string, err error) error {
	var bad *iampolicy.ParseError
	if errors.As(err, &bad) {
		return invalid("The policy %s is not valid: %s", id, bad.Message)
	}
	return err
}

func invalid(format string, args ...any) error {
	return iamapi.InvalidInputException.New(format, args...)
}

// text is an optional member with its default, the empty text.
func text(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}
