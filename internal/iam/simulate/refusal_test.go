package simulate_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/iam/simulate"
)

func TestInvalidInput(t *testing.T) {
	f := setup(t)
	good := iamapi.SimulateCustomPolicyRequest{PolicyInputList: []string{all}, ActionNames: []string{"s3:GetObject"}}
	const str = iamapi.ContextKeyTypeEnumString
	for message, change := range map[string]func(*iamapi.SimulateCustomPolicyRequest){
		"Invalid action name: GetObject":                              func(r *iamapi.SimulateCustomPolicyRequest) { r.ActionNames = []string{"GetObject"} },
		"Invalid action name: s3:*":                                   func(r *iamapi.SimulateCustomPolicyRequest) { r.ActionNames = []string{"s3:Put", "s3:*"} },
		"Invalid action name: s3:":                                    func(r *iamapi.SimulateCustomPolicyRequest) { r.ActionNames = []string{"s3:"} },
		"Invalid action name: s3:a:b":                                 func(r *iamapi.SimulateCustomPolicyRequest) { r.ActionNames = []string{"s3:a:b"} },
		"Invalid action name: :Get":                                   func(r *iamapi.SimulateCustomPolicyRequest) { r.ActionNames = []string{":Get"} },
		"ResourceNames are not in a valid ARN format: box.":           func(r *iamapi.SimulateCustomPolicyRequest) { r.ResourceArns = []string{"*", "box"} },
		"ResourceNames are not in a valid ARN format: arn:aws:s3:::.": func(r *iamapi.SimulateCustomPolicyRequest) { r.ResourceArns = []string{"arn:aws:s3:::"} },
		"'123456789012' is not a valid as a Resource Owner.":          func(r *iamapi.SimulateCustomPolicyRequest) { r.ResourceOwner = ptr("123456789012") },
		"'arn:aws:iam::12:root' is not a valid as a Resource Owner.":  func(r *iamapi.SimulateCustomPolicyRequest) { r.ResourceOwner = ptr("arn:aws:iam::12:root") },
		"'" + rolARN + "' is not a valid as a Caller.":                func(r *iamapi.SimulateCustomPolicyRequest) { r.CallerArn = ptr(rolARN) },
		"'arn:aws:sts::111122223333:federated-user/x' is not a valid as a Caller.": func(r *iamapi.SimulateCustomPolicyRequest) {
			r.CallerArn = ptr("arn:aws:sts::111122223333:federated-user/x")
		},
		"CallerArn is required with a ResourcePolicy unless PolicySourceArn is the ARN of a user.": func(r *iamapi.SimulateCustomPolicyRequest) { r.ResourcePolicy = ptr(all) },
		"Only one permissions boundary policy can be simulated.":                                   func(r *iamapi.SimulateCustomPolicyRequest) { r.PermissionsBoundaryPolicyInputList = []string{all, all} },
		"The policy PolicyInputList.2 is not valid: Syntax errors in policy.":                      func(r *iamapi.SimulateCustomPolicyRequest) { r.PolicyInputList = []string{all, "{"} },
		"The policy PermissionsBoundaryPolicyInputList.1 is not valid: Syntax errors in policy.":   func(r *iamapi.SimulateCustomPolicyRequest) { r.PermissionsBoundaryPolicyInputList = []string{"[]"} },
		"The policy ResourcePolicy is not valid: Missing required field Principal":                 func(r *iamapi.SimulateCustomPolicyRequest) { r.ResourcePolicy, r.CallerArn = ptr(all), ptr(annARN) },
		"ContextEntries.1 has no ContextKeyName.":                                                  func(r *iamapi.SimulateCustomPolicyRequest) { r.ContextEntries = []iamapi.ContextEntry{{}} },
		"The context key AWS:X is given more than once.": func(r *iamapi.SimulateCustomPolicyRequest) {
			r.ContextEntries = []iamapi.ContextEntry{entry("aws:x", str), entry("AWS:X", str)}
		},
		"The context key aws:x is of type string and has 2 values.": func(r *iamapi.SimulateCustomPolicyRequest) {
			r.ContextEntries = []iamapi.ContextEntry{entry("aws:x", str, "a", "b")}
		},
		"The value of the context key aws:x is not of type numeric.": func(r *iamapi.SimulateCustomPolicyRequest) {
			r.ContextEntries = []iamapi.ContextEntry{entry("aws:x", "numericList", "1", "one")}
		},
		"The value of the context key aws:x is not of type ip.": func(r *iamapi.SimulateCustomPolicyRequest) {
			r.ContextEntries = []iamapi.ContextEntry{entry("aws:x", "ip", "10.0.0.0/8")}
		},
		"The value of the context key aws:x is not of type date.": func(r *iamapi.SimulateCustomPolicyRequest) {
			r.ContextEntries = []iamapi.ContextEntry{entry("aws:x", "date", "soon")}
		},
		"The value of the context key aws:x is not of type boolean.": func(r *iamapi.SimulateCustomPolicyRequest) {
			r.ContextEntries = []iamapi.ContextEntry{entry("aws:x", "boolean", "yes")}
		},
		"The value of the context key aws:x is not of type binary.": func(r *iamapi.SimulateCustomPolicyRequest) {
			r.ContextEntries = []iamapi.ContextEntry{entry("aws:x", "binaryList", "!")}
		},
	} {
		in := good
		change(&in)
		_, err := f.SimulateCustomPolicy(f.ctx, &in)
		iamtest.Fails(t, err, iamapi.InvalidInputException, message)
	}
	// A key without a type has texts.
	in := good
	in.ContextEntries = []iamapi.ContextEntry{{ContextKeyName: ptr("aws:x"), ContextKeyValues: []string{"a", "b"}}}
	if _, err := f.SimulateCustomPolicy(f.ctx, &in); err != nil {
		t.Error(err)
	}
	// Every type of the model is read.
	for kind, value := range map[iamapi.ContextKeyTypeEnum]string{"string": "x", "numeric": "1.5", "boolean": "true", "ip": "203.0.113.7", "binary": "QUI=", "date": "2020-01-01"} {
		in := good
		in.ContextEntries = []iamapi.ContextEntry{entry("aws:x", kind, value), entry("aws:y", kind+"List", value, value)}
		if _, err := f.SimulateCustomPolicy(f.ctx, &in); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestSources(t *testing.T) {
	f := setup(t)
	for arn, want := range map[string]struct {
		message string
		missing bool
	}{
		"arn:aws:iam::" + iamtest.Account + ":user/ann":   {"The user with name ann cannot be found.", true}, // its path is another
		"arn:aws:iam::" + iamtest.Account + ":group/none": {"The group with name none cannot be found.", true},
		"arn:aws:iam::" + iamtest.Account + ":role/none":  {"The role with name none cannot be found.", true},
		far: {"The user with name ann cannot be found.", true},
		"arn:aws:iam::" + iamtest.Account + ":policy/put":              {"Invalid Entity Arn: arn:aws:iam::111122223333:policy/put", false},
		"arn:aws:iam::" + iamtest.Account + ":root":                    {"Invalid Entity Arn: arn:aws:iam::111122223333:root", false},
		"arn:aws:sts::" + iamtest.Account + ":assumed-role/runner/ses": {"Invalid Entity Arn: arn:aws:sts::111122223333:assumed-role/runner/ses", false},
	} {
		kind := iamapi.InvalidInputException
		if want.missing {
			kind = iamapi.NoSuchEntityException
		}
		_, err := f.SimulatePrincipalPolicy(f.ctx, &iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: arn, ActionNames: []string{"a:B"}})
		iamtest.Fails(t, err, kind, want.message)
		_, err = f.GetContextKeysForPrincipalPolicy(f.ctx, &iamapi.GetContextKeysForPrincipalPolicyRequest{PolicySourceArn: arn})
		iamtest.Fails(t, err, kind, want.message)
	}
	// Nobody simulates what another account has.
	foreign := iamtest.As(iamtest.RootPrincipal(iamtest.Other), "Simulate")
	for _, arn := range []string{annARN, devARN, rolARN} {
		_, err := f.SimulatePrincipalPolicy(foreign, &iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: arn, ActionNames: []string{"a:B"}})
		iamtest.Fails(t, err, iamapi.NoSuchEntityException, "")
	}
	_, err := f.SimulatePrincipalPolicy(f.ctx, &iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: rolARN, ActionNames: []string{"a:B"}, ResourcePolicy: ptr(`{"Statement":{"Effect":"Allow","Principal":"*","Action":"*"}}`)})
	iamtest.Fails(t, err, iamapi.InvalidInputException, "CallerArn is required with a ResourcePolicy unless PolicySourceArn is the ARN of a user.")
}

// broken gives errors in place of policies.
type broken struct{ err error }

func (b broken) SpelledPolicies(context.Context, string, record.Kind, string) (*iampolicy.Set, error) {
	return nil, b.err
}

func TestPoliciesThatCannotBeRead(t *testing.T) {
	f := setup(t)
	lost := errors.New("store is gone")
	for _, c := range []struct {
		given error
		check func(error) bool
	}{
		{caller.ErrUnknown, func(err error) bool { return strings.HasPrefix(err.Error(), "NoSuchEntity") }},
		{&iampolicy.ParseError{Message: "x"}, func(err error) bool { return strings.HasPrefix(err.Error(), "PolicyEvaluation") }},
		{lost, func(err error) bool { return errors.Is(err, lost) }},
	} {
		s := simulate.New(simulate.Config{Store: f.world.DB, Keys: f.world.Keys, Policies: broken{c.given}})
		if _, err := s.SimulatePrincipalPolicy(f.ctx, &iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: annARN, ActionNames: []string{"a:B"}}); err == nil || !c.check(err) {
			t.Errorf("%v became %v", c.given, err)
		}
		if _, err := s.GetContextKeysForPrincipalPolicy(f.ctx, &iamapi.GetContextKeysForPrincipalPolicyRequest{PolicySourceArn: annARN}); err == nil || !c.check(err) {
			t.Errorf("%v became %v", c.given, err)
		}
	}
}

func TestContextKeys(t *testing.T) {
	f := setup(t)
	custom, err := f.GetContextKeysForCustomPolicy(f.ctx, &iamapi.GetContextKeysForCustomPolicyRequest{PolicyInputList: []string{putting, strings.ReplaceAll(putting, "aws:username", "AWS:UserName"), all}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"aws:RequestTag/Team", "aws:username"}, custom.ContextKeyNames); diff != "" {
		t.Error(diff)
	}
	_, err = f.GetContextKeysForCustomPolicy(f.ctx, &iamapi.GetContextKeysForCustomPolicyRequest{PolicyInputList: []string{"{}"}})
	iamtest.Fails(t, err, iamapi.InvalidInputException, "The policy PolicyInputList.1 is not valid: Syntax errors in policy.")
	with := strings.Replace(all, `"Resource":"*"`, `"Resource":"*","Condition":{"Bool":{"aws:SecureTransport":true}}`, 1)
	for arn, want := range map[string][]string{
		annARN: {"aws:RequestTag/Team", "aws:SecureTransport", "aws:username"}, devARN: {"aws:SecureTransport"}, rolARN: {"aws:SecureTransport"},
	} {
		out, err := f.GetContextKeysForPrincipalPolicy(f.ctx, &iamapi.GetContextKeysForPrincipalPolicyRequest{PolicySourceArn: arn, PolicyInputList: []string{with}})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, out.ContextKeyNames); diff != "" {
			t.Errorf("%s: %s", arn, diff)
		}
	}
}

func TestAsks(t *testing.T) {
	f := setup(t)
	for _, b := range f.Operations() {
		var in any
		want := ""
		switch b.Operation.Name {
		case "SimulatePrincipalPolicy":
			in, want = &iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: annARN}, annARN
		case "GetContextKeysForPrincipalPolicy":
			in, want = &iamapi.GetContextKeysForPrincipalPolicyRequest{PolicySourceArn: far}, far
		case "SimulateCustomPolicy":
			in = &iamapi.SimulateCustomPolicyRequest{}
		default:
			in = &iamapi.GetContextKeysForCustomPolicyRequest{}
		}
		got, err := b.Asks(f.ctx, iamapi.Service(), in)
		if err != nil || len(got) != 1 || got[0].Resource != want && !(want == "" && got[0].Resource == "*") {
			t.Errorf("%s asks %+v, %v", b.Operation.Name, got, err)
		}
	}
}
