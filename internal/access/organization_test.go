package access_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/access"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// organization is one organization for one account.
type organization struct {
	levels [][]iampolicy.Named
	err    error
}

func (o *organization) ServiceControl(_ context.Context, a string) ([][]iampolicy.Named, error) {
	if a != account {
		return nil, nil
	}
	return o.levels, o.err
}

func (o *organization) Membership(_ context.Context, a string) (access.Membership, error) {
	switch {
	case o.err != nil:
		return access.Membership{}, o.err
	case a != account:
		return access.Membership{}, caller.ErrUnknown
	}
	return access.Membership{ID: "o-example", Path: "o-example/r-1/ou-1/"}, nil
}

func TestServiceControl(t *testing.T) {
	const someDenied = `{"Effect":"Deny","Action":"s3:DeleteBucket","Resource":"*"}`
	allow := named(t, iampolicy.IdentityPolicy, allowAll)
	guarded := append(named(t, iampolicy.IdentityPolicy, someDenied), allow...)
	serviceLinked := user()
	serviceLinked.EntityARN = "arn:aws:iam::" + account + ":role/aws-service-role/x.amazonaws.com/R"
	disguised := user() // a path may hold a colon
	disguised.EntityARN = "arn:aws:iam::" + account + ":user/x:role/aws-service-role/ann"
	for _, c := range []struct {
		name   string
		levels [][]iampolicy.Named
		p      *caller.Principal
		reason string // empty: allowed
	}{
		{"every level allows", [][]iampolicy.Named{allow, allow}, user(), ""},
		{"one denies", [][]iampolicy.Named{allow, guarded}, user(), "with an explicit deny in a service control policy"},
		{"one is silent", [][]iampolicy.Named{allow, {}}, user(), "because no service control policy allows the s3:DeleteBucket action"},
		{"a service-linked role", [][]iampolicy.Named{allow, guarded}, serviceLinked, ""},
		{"a path that looks like one", [][]iampolicy.Named{allow, guarded}, disguised, "with an explicit deny in a service control policy"},
		{"the account itself", [][]iampolicy.Named{guarded}, root(), "with an explicit deny in a service control policy"},
	} {
		a, _, _ := setup(t, allowAll)
		a.Organizations = &organization{levels: c.levels}
		err := a.Authorize(asking("s3", "DeleteBucket"), c.p, []caller.Ask{{Action: "s3:DeleteBucket", Resource: "arn:aws:s3:::b"}})
		if (c.reason == "") != (err == nil) || err != nil && !strings.HasSuffix(err.Error(), c.reason) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func root() *caller.Principal {
	arn := "arn:aws:iam::" + account + ":root"
	return &caller.Principal{Kind: caller.Root, Account: account, ARN: arn, EntityARN: arn, UserID: account, UniqueID: account}
}

func TestOrganizationKeys(t *testing.T) {
	for _, c := range []struct {
		key, value, resourceAccount string
		allowed                     bool
	}{
		{"aws:PrincipalOrgID", "o-example", "", true},
		{"aws:PrincipalOrgID", "o-other", "", false},
		{"aws:PrincipalOrgPaths", "o-example/r-1/*", "", true},
		{"aws:ResourceOrgID", "o-example", account, true},
		{"aws:ResourceOrgID", "o-example", "999999999999", false},
		{"aws:ResourceOrgPaths", "o-example/r-1/ou-1/", "", true},
		{"aws:PrincipalOrgName", "*", "", false},
	} {
		a, _, _ := setup(t, `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ForAnyValue:StringLike":{"`+c.key+`":"`+c.value+`"}}}`)
		a.Organizations = &organization{}
		ask := caller.Ask{Action: "s3:ListBucket", Resource: "arn:aws:s3:::b", ResourceAccount: c.resourceAccount}
		if c.resourceAccount != "" && c.resourceAccount != account {
			ask.ResourcePolicy = &iampolicy.Named{ID: "r", Policy: parse(t, iampolicy.ResourcePolicy, `{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}`)}
		}
		d, err := a.Decide(asking("s3", "ListBucket"), user(), &ask)
		if err != nil || d.Allowed != c.allowed {
			t.Errorf("%s = %s: %+v %v", c.key, c.value, d, err)
		}
	}
}

func TestAnUnknownOrganizationIsANo(t *testing.T) {
	broken := errors.New("the store does not answer")
	for name, statement := range map[string]string{
		"levels": allowAll,
		"a key":  `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-x"}}}`,
	} {
		a, _, log := setup(t, statement)
		a.Organizations = &halfBroken{organization{err: broken}, name == "levels"}
		err := a.Authorize(asking("s3", "ListBucket"), user(), []caller.Ask{{Action: "s3:ListBucket", Resource: "*"}})
		if !errors.Is(err, broken) || len(log.entries) != 1 || log.entries[0].Allowed {
			t.Errorf("%s: %v, recorded %+v", name, err, log.entries)
		}
	}
}

// halfBroken gives its error for levels or for keys alone.
type halfBroken struct {
	organization
	levels bool
}

func (h *halfBroken) ServiceControl(context.Context, string) ([][]iampolicy.Named, error) {
	if h.levels {
		return nil, h.err
	}
	return nil, nil
}

// plain encodes messages as they are, and remembers for whom.
type plain struct {
	account string
	message []byte
}

func (p *plain) EncodeMessage(account string, message []byte) (string, error) {
	p.account, p.message = account, message
	return "encoded", nil
}

func TestEncodedRefusal(t *testing.T) {
	a, _, _ := setup(t, allowAll+`,{"Sid":"Keep","Effect":"Deny","Action":"s3:Delete*","Resource":"*"}`)
	a.Organizations = &organization{levels: [][]iampolicy.Named{named(t, iampolicy.IdentityPolicy, allowAll)}} // which is not a member's to read
	m := &plain{}
	a.Messages = m
	err := a.Authorize(asking("s3", "DeleteBucket"), user(), []caller.Ask{{Action: "s3:DeleteBucket", Resource: "arn:aws:s3:::b", Context: iampolicy.MapContext{"s3:prefix": {"x"}}}})
	var denied *access.Denied
	if !errors.As(err, &denied) || denied.Encoded != "encoded" || m.account != account {
		t.Fatalf("%v for %s", err, m.account)
	}
	var got struct {
		Allowed           bool
		ExplicitDeny      bool
		MatchedStatements struct {
			Items []struct{ StatementID, Effect string }
		}
		Context struct {
			Principal  struct{ ID, ARN string }
			Action     string
			Resource   string
			Conditions struct {
				Items []struct {
					Key    string
					Values struct{ Items []struct{ Value string } }
				}
			}
		}
	}
	if err := json.Unmarshal(m.message, &got); err != nil {
		t.Fatal(err)
	}
	if got.Allowed || !got.ExplicitDeny || len(got.MatchedStatements.Items) != 2 || got.MatchedStatements.Items[1].StatementID != "Keep" || got.MatchedStatements.Items[1].Effect != "DENY" ||
		got.Context.Principal.ID != user().UserID || got.Context.Action != "s3:DeleteBucket" || got.Context.Resource != "arn:aws:s3:::b" {
		t.Errorf("%s", m.message)
	}
	keys := map[string]string{}
	for _, c := range got.Context.Conditions.Items {
		keys[c.Key] = c.Values.Items[0].Value
	}
	if keys["s3:prefix"] != "x" || keys["aws:sourceip"] != "192.0.2.1" || keys["aws:requestedregion"] != "us-east-1" {
		t.Errorf("conditions %v", keys)
	}
}

// TestEncodedRefusalKeepsForeignTrust: what a role of another account trusts, how it is tagged, and whether it exists, is not the caller's to read. Whoever
// asks says whose the resource is, whether or not it is there.
func TestEncodedRefusalKeepsForeignTrust(t *testing.T) {
	const arn = "arn:aws:iam::999999999999:role/r"
	trust := &iampolicy.Named{ID: "role", Policy: parse(t, iampolicy.TrustPolicy, `{"Sid":"Hidden","Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}`)}
	tags := iampolicy.MapContext{"aws:resourcetag/cost": {"x"}, "iam:resourcetag/cost": {"x"}, "sts:externalid": {"e"}}
	messages := map[string]string{}
	for name, ask := range map[string]caller.Ask{
		"there":     {Action: "sts:AssumeRole", Resource: arn, ResourceAccount: "999999999999", ResourcePolicy: trust, Trust: true, Context: tags},
		"not there": {Action: "sts:AssumeRole", Resource: arn, ResourceAccount: "999999999999", Trust: true, Context: iampolicy.MapContext{"sts:externalid": {"e"}}},
	} {
		a, _, _ := setup(t, allowAll)
		a.Organizations = &organization{}
		m := &plain{}
		a.Messages = m
		if err := a.Authorize(asking("sts", "AssumeRole"), user(), []caller.Ask{ask}); err == nil {
			t.Fatal("allowed")
		}
		messages[name] = string(m.message)
	}
	if messages["there"] != messages["not there"] || !strings.Contains(messages["there"], "sts:externalid") {
		t.Errorf("%s\n%s", messages["there"], messages["not there"])
	}
}

// TestOwnRoleTagsAreShown: a refusal within the account says everything.
func TestOwnRoleTagsAreShown(t *testing.T) {
	a, _, _ := setup(t, allowAll)
	m := &plain{}
	a.Messages = m
	ask := caller.Ask{Action: "sts:AssumeRole", Resource: "arn:aws:iam::" + account + ":role/r", Trust: true, Context: iampolicy.MapContext{"aws:resourcetag/cost": {"x"}}}
	if err := a.Authorize(asking("sts", "AssumeRole"), user(), []caller.Ask{ask}); err == nil || !strings.Contains(string(m.message), "aws:resourcetag/cost") {
		t.Errorf("%s, %v", m.message, err)
	}
}

// TestLongResourcesAreCut: a resource is asked for before the input's bounds are checked, and must fill neither the audit trail nor the answer.
func TestLongResourcesAreCut(t *testing.T) {
	for name, resource := range map[string]string{"long": strings.Repeat("r", 1<<20), "of characters that JSON escapes": strings.Repeat("<", 1<<20)} {
		a, _, log := setup(t, "")
		m := &plain{}
		a.Messages = m
		err := a.Authorize(asking("sts", "AssumeRole"), user(), []caller.Ask{{Action: "sts:AssumeRole", Resource: resource, Trust: true}})
		var denied *access.Denied
		if !errors.As(err, &denied) || len(denied.Message) > 3000 || len(m.message) > 3000 || len(log.entries) != 1 || len(log.entries[0].Resource) > 2048 {
			t.Errorf("%s: a text of %d, a message of %d, %d entries, %.80v", name, len(denied.Message), len(m.message), len(log.entries), err)
		}
	}
}

func TestLongMessagesAreCut(t *testing.T) {
	a, _, _ := setup(t, "")
	m := &plain{}
	a.Messages = m
	conditions := iampolicy.MapContext{}
	for i := range 100 {
		conditions[strings.Repeat("k", i+1)] = []string{strings.Repeat("v", 1000)}
	}
	if err := a.Authorize(asking("s3", "X"), user(), []caller.Ask{{Action: "s3:X", Resource: "*", Context: conditions}}); err == nil || len(m.message) > 3000 || !json.Valid(m.message) {
		t.Errorf("%d bytes, %v", len(m.message), err)
	}
}

// activity keeps what was seen.
type activity struct{ seen []string }

func (a *activity) Seen(_ context.Context, p *caller.Principal, action, region string, at time.Time) {
	a.seen = append(a.seen, p.UniqueID+" "+action+" "+region+" "+at.Format(time.RFC3339))
}

func TestActivityIsSeenWhateverTheAnswer(t *testing.T) {
	a, _, _ := setup(t, "")
	seen := &activity{}
	a.Activity = seen
	_ = a.Authorize(asking("s3", "X"), user(), []caller.Ask{{Action: "s3:X", Resource: "*"}})
	if err := a.Authorize(asking("sts", "GetCallerIdentity"), user(), []caller.Ask{{Action: "sts:GetCallerIdentity", Exempt: true}}); err != nil {
		t.Fatal(err)
	}
	if len(seen.seen) != 2 || !strings.HasPrefix(seen.seen[0], user().UniqueID+" s3:X us-east-1") {
		t.Errorf("%q", seen.seen)
	}
}
