package simulate_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/principal"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/iam/simulate"
	"github.com/mayfly-id/mayfly/internal/store"
)

const (
	annID  = "AIDAAAAAAAAAAAAAAAAAA"
	annARN = "arn:aws:iam::" + iamtest.Account + ":user/u/ann"
	devARN = "arn:aws:iam::" + iamtest.Account + ":group/devs"
	rolARN = "arn:aws:iam::" + iamtest.Account + ":role/runner"
	bobARN = "arn:aws:iam::" + iamtest.Account + ":user/bob"
	far    = "arn:aws:iam::" + iamtest.Other + ":user/ann"
	bucket = "arn:aws:s3:::box/key"

	getting = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [{\"Effect\":\"Allow\",\"Action\":\"s3:Get*\",\"Resource\":\"*\"}]\n}"
	putting = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:Put*","Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/Team":"${aws:username}"}}}}`
	noList  = `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:List*","Resource":"*"}}`
	all     = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	onlyS3  = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`
)

// fixture has a user ann with an inline policy, a managed one and the boundary onlyS3, in the group devs with a policy of its own, and a role.
type fixture struct {
	*simulate.Service
	world *iamtest.World
	ctx   context.Context
	org   *organization
}

type organization struct {
	levels [][]iampolicy.Named
	err    error
}

func (o *organization) ServiceControl(context.Context, string) ([][]iampolicy.Named, error) {
	return o.levels, o.err
}

func setup(t testing.TB) *fixture {
	t.Helper()
	w := iamtest.New(t)
	managed := record.Policy{ID: "ANPAAAAAAAAAAAAAAAAAA", Account: iamtest.Account, Name: "put", Path: "/", Default: "v1", Versions: []record.Version{{ID: "v1", Document: putting}}}
	boundary := record.Policy{ID: "ANPABBBBBBBBBBBBBBBBB", Account: iamtest.Account, Name: "edge", Path: "/b/", Default: "v1", Versions: []record.Version{{ID: "v1", Document: onlyS3}}}
	ref := boundary.Ref()
	err := w.DB.Update(t.Context(), func(x store.Writer) error {
		return errors.Join(
			record.Policies.Insert(t.Context(), x, &managed), record.Policies.Insert(t.Context(), x, &boundary),
			record.Groups.Insert(t.Context(), x, &record.Group{ID: "AGPAAAAAAAAAAAAAAAAAA", Account: iamtest.Account, Name: "devs", Path: "/",
				Grants: record.Grants{Inline: []record.InlinePolicy{{Name: "nolist", Document: noList}}}}),
			record.Users.Insert(t.Context(), x, &record.User{ID: annID, Account: iamtest.Account, Name: "ann", Path: "/u/", Groups: []string{"AGPAAAAAAAAAAAAAAAAAA"},
				Grants: record.Grants{Inline: []record.InlinePolicy{{Name: "get", Document: getting}}, Attached: []record.PolicyRef{managed.Ref()}, Boundary: &ref}}),
			record.Users.Insert(t.Context(), x, &record.User{ID: "AIDABBBBBBBBBBBBBBBBB", Account: iamtest.Account, Name: "bob", Path: "/"}),
			record.Roles.Insert(t.Context(), x, &record.Role{ID: "AROAAAAAAAAAAAAAAAAAA", Account: iamtest.Account, Name: "runner", Path: "/",
				Grants: record.Grants{Attached: []record.PolicyRef{record.ManagedByARN("arn:aws:iam::aws:policy/AdministratorAccess").Ref()}}}),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
	o := &organization{}
	s := simulate.New(simulate.Config{Store: w.DB, Keys: w.Keys, Policies: principal.New(principal.Config{Store: w.DB, Keys: w.Keys}), Organizations: o})
	return &fixture{s, w, iamtest.As(iamtest.RootPrincipal(iamtest.Account), "Simulate"), o}
}

func ptr[T any](v T) *T { return &v }

func entry(name string, kind iamapi.ContextKeyTypeEnum, values ...string) iamapi.ContextEntry {
	return iamapi.ContextEntry{ContextKeyName: &name, ContextKeyType: &kind, ContextKeyValues: values}
}

// brief writes a result in one line: action, resource, decision, the ids of its statements, the missing keys, which a resource that was named has in
// its own result.
func brief(r *iamapi.EvaluationResult) string {
	var ids []string
	for _, s := range r.MatchedStatements {
		ids = append(ids, *s.SourcePolicyId)
	}
	missing := r.MissingContextValues
	if len(r.ResourceSpecificResults) > 0 {
		missing = r.ResourceSpecificResults[0].MissingContextValues
	}
	return strings.Join([]string{r.EvalActionName, *r.EvalResourceName, string(r.EvalDecision), strings.Join(ids, ","), strings.Join(missing, ",")}, " | ")
}

func briefs(out *iamapi.SimulatePolicyResponse) []string {
	var list []string
	for i := range out.EvaluationResults {
		list = append(list, brief(&out.EvaluationResults[i]))
	}
	return list
}

func TestBindings(t *testing.T) {
	iamtest.CheckBindings(t, iamapi.Service(), setup(t).Operations())
}

// TestCustomExample is AWS's own example of SimulateCustomPolicy, with its places.
func TestCustomExample(t *testing.T) {
	f := setup(t)
	const document = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}`
	run := func(date string) *iamapi.SimulatePolicyResponse {
		out, err := f.SimulateCustomPolicy(f.ctx, &iamapi.SimulateCustomPolicyRequest{PolicyInputList: []string{document}, ActionNames: []string{"dynamodb:CreateBackup"},
			ContextEntries: []iamapi.ContextEntry{entry("aws:CurrentTime", iamapi.ContextKeyTypeEnumDate, date)}})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	want := &iamapi.SimulatePolicyResponse{IsTruncated: ptr(false), EvaluationResults: []iamapi.EvaluationResult{{
		EvalActionName: "dynamodb:CreateBackup", EvalResourceName: ptr("*"), EvalDecision: iamapi.PolicyEvaluationDecisionTypeAllowed,
		MatchedStatements: []iamapi.Statement{{SourcePolicyId: ptr("PolicyInputList.1"), SourcePolicyType: ptr(iamapi.PolicySourceType("IAM Policy")),
			StartPosition: &iamapi.Position{Line: ptr(1), Column: ptr(38)}, EndPosition: &iamapi.Position{Line: ptr(1), Column: ptr(167)}}},
		MissingContextValues: []string{},
	}}}
	if diff := cmp.Diff(want, run("2019-04-25T11:00:00Z")); diff != "" {
		t.Error(diff)
	}
	want.EvaluationResults[0].EvalDecision, want.EvaluationResults[0].MatchedStatements = iamapi.PolicyEvaluationDecisionTypeImplicitDeny, []iamapi.Statement{}
	if diff := cmp.Diff(want, run("2014-04-25T11:00:00Z")); diff != "" {
		t.Error(diff)
	}
}

func TestPrincipal(t *testing.T) {
	f := setup(t)
	for _, c := range []struct {
		name string
		in   iamapi.SimulatePrincipalPolicyRequest
		want []string
	}{
		{"user with its group and boundary", iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: annARN, ActionNames: []string{"s3:GetObject", "s3:ListBucket", "s3:PutObject", "ec2:RunInstances"}, ResourceArns: []string{bucket}},
			[]string{"s3:GetObject | " + bucket + " | allowed | user_ann_get | aws:RequestTag/Team,aws:username", "s3:ListBucket | " + bucket + " | explicitDeny | group_devs_nolist | aws:RequestTag/Team,aws:username",
				"s3:PutObject | " + bucket + " | implicitDeny |  | aws:RequestTag/Team,aws:username", "ec2:RunInstances | " + bucket + " | implicitDeny |  | aws:RequestTag/Team,aws:username"}},
		{"context", iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: annARN, ActionNames: []string{"s3:PutObject"},
			ContextEntries: []iamapi.ContextEntry{entry("AWS:requesttag/team", iamapi.ContextKeyTypeEnumString, "ann"), entry("aws:username", iamapi.ContextKeyTypeEnumStringList, "ann")}},
			[]string{"s3:PutObject | * | allowed | put | "}},
		{"more documents", iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: bobARN, ActionNames: []string{"s3:GetObject"}, PolicyInputList: []string{noList, getting}},
			[]string{"s3:GetObject | * | allowed | PolicyInputList.2 | "}},
		{"another boundary", iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: annARN, ActionNames: []string{"s3:GetObject"}, PermissionsBoundaryPolicyInputList: []string{noList}},
			[]string{"s3:GetObject | * | implicitDeny |  | aws:RequestTag/Team,aws:username"}},
		{"a boundary that denies", iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: bobARN, ActionNames: []string{"s3:ListBucket"}, PermissionsBoundaryPolicyInputList: []string{noList}},
			[]string{"s3:ListBucket | * | explicitDeny | PermissionsBoundaryPolicyInputList.1 | "}},
		{"group", iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: devARN, ActionNames: []string{"s3:ListBucket", "s3:GetObject"}},
			[]string{"s3:ListBucket | * | explicitDeny | group_devs_nolist | ", "s3:GetObject | * | implicitDeny |  | "}},
		{"role", iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: rolARN, ActionNames: []string{"iam:CreateUser"}, ResourceArns: []string{"*", bucket}},
			[]string{"iam:CreateUser | * | allowed | AdministratorAccess | ", "iam:CreateUser | " + bucket + " | allowed | AdministratorAccess | "}},
		{"elsewhere, without a resource policy", iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: rolARN, ActionNames: []string{"sts:AssumeRole"}, ResourceArns: []string{"arn:aws:iam::" + iamtest.Other + ":role/x"}},
			[]string{"sts:AssumeRole | arn:aws:iam::" + iamtest.Other + ":role/x | allowed | AdministratorAccess | "}},
	} {
		out, err := f.SimulatePrincipalPolicy(f.ctx, &c.in)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if diff := cmp.Diff(c.want, briefs(out)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// TestMissingKeysAreWithTheirResource holds missing keys to the place where AWS shows them: "If you include a list of resources, then any missing
// context values are instead included under the ResourceSpecificResults section" (API reference, EvaluationResult).
func TestMissingKeysAreWithTheirResource(t *testing.T) {
	f := setup(t)
	for _, c := range []struct {
		resources []string
		top       int
	}{{nil, 2}, {[]string{"*"}, 2}, {[]string{bucket}, 0}} {
		out, err := f.SimulatePrincipalPolicy(f.ctx, &iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: annARN, ActionNames: []string{"s3:GetObject"}, ResourceArns: c.resources})
		if err != nil {
			t.Fatal(err)
		}
		r := &out.EvaluationResults[0]
		if len(r.MissingContextValues) != c.top || r.MissingContextValues == nil {
			t.Errorf("%v: the result lacks %v", c.resources, r.MissingContextValues)
		}
		if c.top == 0 && len(r.ResourceSpecificResults[0].MissingContextValues) != 2 {
			t.Errorf("%v: the resource lacks %v", c.resources, r.ResourceSpecificResults[0].MissingContextValues)
		}
	}
}

func TestResourcePolicy(t *testing.T) {
	f := setup(t)
	policy := func(effect, who string) *string {
		return ptr(`{"Statement":{"Effect":"` + effect + `","Principal":{"AWS":"` + who + `"},"Action":["s3:*","sts:AssumeRole"]}}`)
	}
	trust := func(effect, who string) *string {
		return ptr(`{"Version":"2012-10-17","Statement":{"Effect":"` + effect + `","Principal":{"AWS":"` + who + `"},"Action":"sts:AssumeRole"}}`)
	}
	const owner = "arn:aws:iam::" + iamtest.Other + ":root"
	none := map[string]iamapi.PolicyEvaluationDecisionType{}
	details := func(iam, resource string) map[string]iamapi.PolicyEvaluationDecisionType {
		return map[string]iamapi.PolicyEvaluationDecisionType{"IAM Policy": iamapi.PolicyEvaluationDecisionType(iam), "Resource Policy": iamapi.PolicyEvaluationDecisionType(resource)}
	}
	for _, c := range []struct {
		name     string
		in       iamapi.SimulateCustomPolicyRequest
		decision string
		ids      string
		details  map[string]iamapi.PolicyEvaluationDecisionType
	}{
		{"own user named", iamapi.SimulateCustomPolicyRequest{PolicyInputList: []string{noList}, ResourcePolicy: policy("Allow", annARN), CallerArn: ptr(annARN)}, "allowed", "ResourcePolicy", none},
		{"own user by its id", iamapi.SimulateCustomPolicyRequest{PolicyInputList: []string{noList}, ResourcePolicy: policy("Allow", annID), CallerArn: ptr(annARN)}, "allowed", "ResourcePolicy", none},
		{"another user named", iamapi.SimulateCustomPolicyRequest{PolicyInputList: []string{noList}, ResourcePolicy: policy("Allow", bobARN), CallerArn: ptr(annARN)}, "implicitDeny", "", none},
		{"both allow", iamapi.SimulateCustomPolicyRequest{PolicyInputList: []string{getting}, ResourcePolicy: policy("Allow", annARN), CallerArn: ptr(annARN)}, "allowed", "ResourcePolicy,PolicyInputList.1", none},
		{"denied", iamapi.SimulateCustomPolicyRequest{PolicyInputList: []string{all}, ResourcePolicy: policy("Deny", "*"), CallerArn: ptr(annARN)}, "explicitDeny", "ResourcePolicy", none},
		{"another account's", iamapi.SimulateCustomPolicyRequest{PolicyInputList: []string{all}, ResourcePolicy: policy("Allow", annARN), CallerArn: ptr(annARN), ResourceOwner: ptr(owner)}, "allowed",
			"ResourcePolicy,PolicyInputList.1", details("allowed", "allowed")},
		{"another account's, without a right", iamapi.SimulateCustomPolicyRequest{PolicyInputList: []string{noList}, ResourcePolicy: policy("Allow", annARN), CallerArn: ptr(annARN), ResourceOwner: ptr(owner)}, "implicitDeny",
			"", details("implicitDeny", "allowed")},
		{"another account's, for somebody else", iamapi.SimulateCustomPolicyRequest{PolicyInputList: []string{all}, ResourcePolicy: policy("Allow", bobARN), CallerArn: ptr(annARN), ResourceOwner: ptr(owner)}, "implicitDeny",
			"", details("allowed", "implicitDeny")},
		{"another account's, without a policy", iamapi.SimulateCustomPolicyRequest{PolicyInputList: []string{all}, CallerArn: ptr(annARN), ResourceOwner: ptr(owner)}, "implicitDeny", "", details("allowed", "implicitDeny")},
		{"a caller of another account", iamapi.SimulateCustomPolicyRequest{PolicyInputList: []string{all}, ResourcePolicy: policy("Allow", far), CallerArn: ptr(far)}, "allowed", "ResourcePolicy,PolicyInputList.1", none},
		{"trust policy", iamapi.SimulateCustomPolicyRequest{PolicyInputList: []string{noList}, ResourcePolicy: trust("Allow", annARN), CallerArn: ptr(annARN), ActionNames: []string{"sts:AssumeRole"},
			ResourceArns: []string{rolARN}}, "allowed", "ResourcePolicy", none},
		{"trust policy for nobody", iamapi.SimulateCustomPolicyRequest{PolicyInputList: []string{all}, ResourcePolicy: trust("Allow", bobARN), CallerArn: ptr(annARN), ActionNames: []string{"sts:AssumeRole"},
			ResourceArns: []string{rolARN}}, "implicitDeny", "", none},
		{"trust policy that denies", iamapi.SimulateCustomPolicyRequest{PolicyInputList: []string{all}, ResourcePolicy: trust("Deny", annARN), CallerArn: ptr(annARN), ActionNames: []string{"sts:AssumeRole"},
			ResourceArns: []string{rolARN}}, "explicitDeny", "ResourcePolicy", none},
	} {
		if c.in.ActionNames == nil {
			c.in.ActionNames, c.in.ResourceArns = []string{"s3:GetObject"}, []string{bucket}
		}
		out, err := f.SimulateCustomPolicy(f.ctx, &c.in)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		r := &out.EvaluationResults[0]
		if got := strings.Split(brief(r), " | "); got[2] != c.decision || got[3] != c.ids {
			t.Errorf("%s: %q", c.name, got)
		}
		if diff := cmp.Diff(c.details, r.EvalDecisionDetails); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
	// A user who is the source is the caller.
	out, err := f.SimulatePrincipalPolicy(f.ctx, &iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: bobARN, ActionNames: []string{"s3:GetObject"}, ResourceArns: []string{bucket}, ResourcePolicy: policy("Allow", bobARN)})
	if err != nil || out.EvaluationResults[0].EvalDecision != "allowed" {
		t.Errorf("%v, %v", out, err)
	}
	// The role's policies, as if ann had them.
	out, err = f.SimulatePrincipalPolicy(f.ctx, &iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: rolARN, CallerArn: ptr(annARN), ActionNames: []string{"s3:GetObject"}, ResourceArns: []string{bucket},
		ResourcePolicy: policy("Deny", annARN)})
	if err != nil || out.EvaluationResults[0].EvalDecision != "explicitDeny" {
		t.Errorf("%v, %v", out, err)
	}
}

func TestBoundaryAndOrganization(t *testing.T) {
	f := setup(t)
	named := func(id, document string) iampolicy.Named {
		p, err := iampolicy.Parse([]byte(document), iampolicy.IdentityPolicy)
		if err != nil {
			t.Fatal(err)
		}
		return iampolicy.Named{ID: id, Policy: p}
	}
	ask := func(arn, action string) *iamapi.EvaluationResult {
		t.Helper()
		out, err := f.SimulatePrincipalPolicy(f.ctx, &iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: arn, ActionNames: []string{action}, ResourceArns: []string{bucket}})
		if err != nil {
			t.Fatal(err)
		}
		return &out.EvaluationResults[0]
	}
	r := ask(annARN, "ec2:RunInstances")
	if r.OrganizationsDecisionDetail != nil || *r.PermissionsBoundaryDecisionDetail.AllowedByPermissionsBoundary || *r.ResourceSpecificResults[0].PermissionsBoundaryDecisionDetail.AllowedByPermissionsBoundary {
		t.Errorf("%+v", r)
	}
	if r := ask(annARN, "s3:GetObject"); !*r.PermissionsBoundaryDecisionDetail.AllowedByPermissionsBoundary {
		t.Errorf("%+v", r)
	}
	if r := ask(rolARN, "s3:GetObject"); r.PermissionsBoundaryDecisionDetail != nil {
		t.Errorf("%+v", r)
	}
	f.org.levels = [][]iampolicy.Named{{named("p-full", all)}, {named("p-s3", onlyS3)}}
	if r := ask(rolARN, "ec2:RunInstances"); r.EvalDecision != "implicitDeny" || *r.OrganizationsDecisionDetail.AllowedByOrganizations || r.MatchedStatements == nil || len(r.MatchedStatements) != 0 {
		t.Errorf("%+v", r)
	}
	if r := ask(rolARN, "s3:GetObject"); r.EvalDecision != "allowed" || !*r.OrganizationsDecisionDetail.AllowedByOrganizations || len(r.MatchedStatements) != 1 {
		t.Errorf("%+v", r)
	}
	f.org.levels = [][]iampolicy.Named{{named("p-full", all), named("p-no", noList)}}
	if r := ask(rolARN, "s3:ListBucket"); r.EvalDecision != "explicitDeny" || *r.OrganizationsDecisionDetail.AllowedByOrganizations || r.MatchedStatements == nil || len(r.MatchedStatements) != 0 {
		t.Errorf("%+v", r)
	}
	f.org.err = errors.New("gone")
	if _, err := f.SimulatePrincipalPolicy(f.ctx, &iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: rolARN, ActionNames: []string{"s3:GetObject"}}); !errors.Is(err, f.org.err) {
		t.Errorf("error is %v", err)
	}
}

func TestScenario(t *testing.T) {
	f := setup(t)
	launch := func(kinds ...string) []string {
		var out []string
		for _, k := range kinds {
			out = append(out, "arn:aws:ec2:us-east-1:"+iamtest.Account+":"+k+"/1")
		}
		return out
	}
	in := iamapi.SimulateCustomPolicyRequest{ActionNames: []string{"ec2:RunInstances"}, ResourceHandlingOption: ptr("EC2-VPC-EBS"), ResourceArns: launch("instance", "image", "security-group", "network-interface", "volume"),
		PolicyInputList: []string{`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ec2:*","NotResource":"*:volume/*","Condition":{"StringEquals":{"ec2:Vpc":"v"}}}}`}}
	in.PolicyInputList[0] = strings.Replace(in.PolicyInputList[0], `"*:volume/*"`, `"arn:aws:ec2:*:*:volume/*"`, 1)
	in.ContextEntries = []iamapi.ContextEntry{entry("ec2:Vpc", iamapi.ContextKeyTypeEnumString, "v")}
	out, err := f.SimulateCustomPolicy(f.ctx, &in)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"ec2:RunInstances | * | implicitDeny |  | "}, briefs(out)); diff != "" {
		t.Error(diff)
	}
	var got []string
	for _, r := range out.EvaluationResults[0].ResourceSpecificResults {
		got = append(got, r.EvalResourceName[strings.LastIndexByte(r.EvalResourceName, ':')+1:]+" "+string(r.EvalResourceDecision))
	}
	if diff := cmp.Diff([]string{"instance/1 allowed", "image/1 allowed", "security-group/1 allowed", "network-interface/1 allowed", "volume/1 implicitDeny"}, got); diff != "" {
		t.Error(diff)
	}
	in.PolicyInputList[0] = all
	if out, err = f.SimulateCustomPolicy(f.ctx, &in); err != nil || out.EvaluationResults[0].EvalDecision != "allowed" || len(out.EvaluationResults[0].MatchedStatements) != 5 {
		t.Errorf("%+v, %v", out, err)
	}
	for option, kinds := range map[string][]string{
		"EC2-VPC-EBS": {"instance", "image", "security-group", "network-interface"}, "EC2-VPC-InstanceStore": {"instance", "image", "security-group"}, "EC2-Classic-EBS": {"instance", "image", "security-group"},
		"EC2-VPC-EBS-Subnet": {"instance", "image", "security-group", "network-interface", "volume"}, "EC2-VPC-InstanceStore-Subnet": {"instance", "image", "security-group", "network-interface"},
		"EC2-Classic-InstanceStore": {"image", "instance"}, "EC2-Moon": {"instance"},
	} {
		in.ResourceHandlingOption, in.ResourceArns = &option, launch(kinds...)
		_, err := f.SimulateCustomPolicy(f.ctx, &in)
		iamtest.Fails(t, err, iamapi.InvalidInputException, "")
	}
}

func TestPages(t *testing.T) {
	f := setup(t)
	in := iamapi.SimulateCustomPolicyRequest{PolicyInputList: []string{all}, ActionNames: []string{"a:A", "a:B", "a:C"}, ResourceArns: []string{"arn:aws:a:::1", "arn:aws:a:::2"}, MaxItems: ptr(4)}
	first, err := f.SimulateCustomPolicy(f.ctx, &in)
	if err != nil || !*first.IsTruncated || len(first.EvaluationResults) != 4 {
		t.Fatalf("%+v, %v", first, err)
	}
	in.Marker = first.Marker
	second, err := f.SimulateCustomPolicy(f.ctx, &in)
	if err != nil || *second.IsTruncated || second.Marker != nil {
		t.Fatalf("%+v, %v", second, err)
	}
	var got []string
	for _, r := range append(first.EvaluationResults, second.EvaluationResults...) {
		got = append(got, r.EvalActionName[2:]+(*r.EvalResourceName)[12:])
	}
	if diff := cmp.Diff([]string{"A1", "A2", "B1", "B2", "C1", "C2"}, got); diff != "" {
		t.Error(diff)
	}
	// A marker is for one simulation of one account.
	for name, change := range map[string]func(*iamapi.SimulateCustomPolicyRequest){
		"actions":   func(r *iamapi.SimulateCustomPolicyRequest) { r.ActionNames = []string{"a:A", "a:B", "a:D"} },
		"resources": func(r *iamapi.SimulateCustomPolicyRequest) { r.ResourceArns = r.ResourceArns[:1] },
		"policies":  func(r *iamapi.SimulateCustomPolicyRequest) { r.PolicyInputList = []string{noList} },
		"caller":    func(r *iamapi.SimulateCustomPolicyRequest) { r.CallerArn = ptr(bobARN) },
		"context": func(r *iamapi.SimulateCustomPolicyRequest) {
			r.ContextEntries = []iamapi.ContextEntry{entry("a:key", iamapi.ContextKeyTypeEnumString, "v")}
		},
		"nonsense": func(r *iamapi.SimulateCustomPolicyRequest) { r.Marker = ptr("x") },
	} {
		other := in
		change(&other)
		if _, err := f.SimulateCustomPolicy(f.ctx, &other); err == nil || !strings.Contains(err.Error(), "Invalid Marker.") {
			t.Errorf("%s: error is %v", name, err)
		}
	}
	if _, err := f.SimulateCustomPolicy(iamtest.As(iamtest.RootPrincipal(iamtest.Other), "Simulate"), &in); err == nil {
		t.Error("a marker of another account")
	}
	// Work per page is bounded whatever MaxItems says.
	in.Marker, in.MaxItems, in.ActionNames, in.ResourceArns = nil, ptr(100_000), nil, nil
	for range 2500 {
		in.ActionNames = append(in.ActionNames, "a:A")
	}
	long, err := f.SimulateCustomPolicy(f.ctx, &in)
	if err != nil || len(long.EvaluationResults) != 2000 || !*long.IsTruncated {
		t.Fatalf("%d results, %v", len(long.EvaluationResults), err)
	}
	in.Marker = long.Marker
	if long, err = f.SimulateCustomPolicy(f.ctx, &in); err != nil || len(long.EvaluationResults) != 500 || *long.IsTruncated {
		t.Errorf("%v", err)
	}
}

// TestWork holds a page to an amount of work that does not grow with the policies that the caller brings.
func TestWork(t *testing.T) {
	f := setup(t)
	var actions []string
	for i := range 2000 {
		actions = append(actions, fmt.Sprintf(`"s3:%s%d"`, strings.Repeat("x", 50), i))
	}
	big := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":[` + strings.Join(actions, ",") + `],"Resource":"*"}}`
	in := iamapi.SimulateCustomPolicyRequest{PolicyInputList: []string{big, big}, ActionNames: slices.Repeat([]string{"s3:GetObject"}, 100)}
	out, err := f.SimulateCustomPolicy(f.ctx, &in)
	if err != nil || len(out.EvaluationResults) < 30 || len(out.EvaluationResults) > 40 || !*out.IsTruncated {
		t.Fatalf("%d results, %v", len(out.EvaluationResults), err)
	}
	in.PolicyInputList = slices.Repeat([]string{big}, 80) // one result there is always
	if out, err = f.SimulateCustomPolicy(f.ctx, &in); err != nil || len(out.EvaluationResults) != 1 {
		t.Fatalf("%v", err)
	}
	in.PolicyInputList, in.ResourceHandlingOption = []string{all}, ptr("EC2-VPC-InstanceStore")
	for _, kind := range []string{"instance", "image", "security-group", "network-interface"} {
		in.ResourceArns = append(in.ResourceArns, "arn:aws:ec2:eu-west-1:"+iamtest.Account+":"+kind+"/x")
	}
	if out, err = f.SimulateCustomPolicy(f.ctx, &in); err != nil || len(out.EvaluationResults) != 100 {
		t.Fatalf("%v", err)
	}
	in.ResourceArns = append(in.ResourceArns, slices.Repeat(in.ResourceArns[:1], 2000)...)
	_, err = f.SimulateCustomPolicy(f.ctx, &in)
	iamtest.Fails(t, err, iamapi.InvalidInputException, "The resources and the policies are too many to be simulated together.")
	in.ResourceArns, in.ResourceHandlingOption = nil, nil
	gone, cancel := context.WithCancel(f.ctx)
	cancel()
	if _, err := f.SimulateCustomPolicy(gone, &in); !errors.Is(err, context.Canceled) {
		t.Errorf("a simulation that nobody waits for: %v", err)
	}
}
