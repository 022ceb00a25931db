package app

import (
	"strings"
	"testing"

	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/sigv4"
)

// walker makes a user of the first account with a key.
func (w *world) walker(name string) sigv4.Credentials {
	w.t.Helper()
	e := estate{}
	w.furnishOne(e, "iam", "CreateUser", map[string]any{"UserName": name})
	r := w.send(w.op("iam", "CreateAccessKey"), w.root, map[string]any{"UserName": name})
	return sigv4.Credentials{AccessKeyID: textOf(w.t, r.body, "AccessKeyId"), SecretAccessKey: textOf(w.t, r.body, "SecretAccessKey")}
}

// refused reports whether an answer is the refusal of a decision.
func (r *reply) refused(p wire.Protocol) bool {
	if p == wire.Query {
		return r.status == 403 && r.code == "AccessDenied"
	}
	return (r.status == 400 || r.status == 403) && r.code == "AccessDeniedException"
}

// exempt are operations for which no policy is asked.
func exempt() map[string]bool {
	return map[string]bool{"GetCallerIdentity": true, "GetSessionToken": true}
}

// owned are operations on an id whose owner is the resource that is asked about, and so named in the refusal.
func owned() map[string]bool {
	return map[string]bool{"DescribeIdentity": true, "GetAccessKeyLastUsed": true}
}

// TestWalkDecisions calls every operation that wants a signature as a user without policies, and as one who may do all but this operation, with the
// account's own things and with things that are not there. Both are refused, and a user without rights cannot tell the one from the other.
func TestWalkDecisions(t *testing.T) {
	w := newWorld(t)
	e := w.furnish()
	nobody, limited := w.walker("nobody"), w.walker("limited")
	walked := 0
	w.every(func(entry *wire.Entry) {
		if entry.Binding == nil || entry.Operation.Auth != wire.AuthSigV4 || exempt()[entry.Operation.Name] {
			return
		}
		name := entry.Service.Name + " " + entry.Operation.Name
		there, absent := e.inputs(t, entry)
		if there == nil {
			var err error
			if there, err = (sampler{entry.Service}).structure(entry.Operation.Input); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			absent = there
		}
		walked++
		one, other := w.send(entry, nobody, there), w.send(entry, nobody, absent)
		if !one.refused(entry.Service.Protocol) || !other.refused(entry.Service.Protocol) {
			t.Errorf("%s without rights: %d %s %.150s, %d %s %.150s", name, one.status, one.code, one.message, other.status, other.code, other.message)
		}
		if e.anonymise(one.message) != e.anonymise(other.message) && !owned()[entry.Operation.Name] {
			t.Errorf("%s without rights tells what is there: %q, %q", name, one.message, other.message)
		}
		w.furnishOne(estate{}, "iam", "PutUserPolicy", map[string]any{"UserName": "limited", "PolicyName": "limit", "PolicyDocument": `{"Version":"2012-10-17","Statement":[` +
			`{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"` + entry.Service.Action + `:` + entry.Operation.Name + `","Resource":"*"}]}`})
		why := "explicit deny in an identity-based policy"
		if entry.Operation.Name == "AssumeRole" {
			why = "is not authorized to perform: sts:AssumeRole" // more would tell of the role
		}
		if r := w.send(entry, limited, there); !r.refused(entry.Service.Protocol) || !strings.Contains(r.message, why) {
			t.Errorf("%s denied: %d %s %.150s", name, r.status, r.code, r.message)
		}
	})
	if walked < 300 {
		t.Errorf("only %d operations were walked", walked)
	}
}
