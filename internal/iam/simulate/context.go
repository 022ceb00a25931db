package simulate

import (
	"strings"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/record"
)

const listSuffix = "List"

// contextOf reads ContextEntries: a type whose name ends in List takes any number of values, every other one takes one. A value that is not
// of its type is refused, because no condition could read it.
func contextOf(entries []iamapi.ContextEntry) (iampolicy.MapContext, error) {
	out := make(iampolicy.MapContext, len(entries))
	for i := range entries {
		e := &entries[i]
		if e.ContextKeyName == nil {
			return nil, invalid("ContextEntries.%d has no ContextKeyName.", i+1)
		}
		name := *e.ContextKeyName
		key := record.Fold(name)
		if _, twice := out[key]; twice {
			return nil, invalid("The context key %s is given more than once.", name)
		}
		if err := checkValues(name, e); err != nil {
			return nil, err
		}
		out[key] = e.ContextKeyValues
	}
	return out, nil
}

func checkValues(name string, e *iamapi.ContextEntry) error {
	if e.ContextKeyType == nil {
		return nil // texts, as many as there are
	}
	kind, list := strings.CutSuffix(string(*e.ContextKeyType), listSuffix)
	if !list && len(e.ContextKeyValues) > 1 {
		return invalid("The context key %s is of type %s and has %d values.", name, *e.ContextKeyType, len(e.ContextKeyValues))
	}
	for _, v := range e.ContextKeyValues {
		if !iampolicy.ValueType(kind).Reads(v) {
			return invalid("The value of the context key %s is not of type %s.", name, kind)
		}
	}
	return nil
}
