package delegation_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/delegation"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

type (
	ctx         = context.Context
	createInput = iamapi.CreateDelegationRequestRequest
)

var accessDenied = &wire.ErrorType{Name: "AccessDenied", Code: "AccessDenied", Status: 403}

func TestCreateRefused(t *testing.T) {
	h := newHouse(t)
	h.create(nil)
	for name, c := range map[string]struct {
		edit func(*createInput)
		want *wire.ErrorType
	}{
		"workflow again":   {func(*createInput) {}, iamapi.EntityAlreadyExistsException},
		"no template":      {func(in *createInput) { in.Permissions.PolicyTemplateArn = nil }, iamapi.InvalidInputException},
		"unknown template": {func(in *createInput) { in.Permissions.PolicyTemplateArn = ptr(template + "x") }, iamapi.InvalidInputException},
		"another's template": {func(in *createInput) {
			in.Permissions.PolicyTemplateArn = ptr(strings.Replace(template, provider, customer, 1))
		}, iamapi.InvalidInputException},
		"no topic":          {func(in *createInput) { in.NotificationChannel = "workflow" }, iamapi.InvalidInputException},
		"another's topic":   {func(in *createInput) { in.NotificationChannel = strings.Replace(topic, provider, customer, 1) }, iamapi.InvalidInputException},
		"queue":             {func(in *createInput) { in.NotificationChannel = strings.Replace(topic, "sns", "sqs", 1) }, iamapi.InvalidInputException},
		"topic of no name":  {func(in *createInput) { in.NotificationChannel = strings.TrimSuffix(topic, "delegations") }, iamapi.InvalidInputException},
		"missing parameter": {func(in *createInput) { in.Permissions.Parameters = in.Permissions.Parameters[:1] }, iamapi.InvalidInputException},
		"parameter too many": {func(in *createInput) {
			in.Permissions.Parameters = append(in.Permissions.Parameters, iamapi.PolicyParameter{Name: ptr("other"), Values: []string{"x"}})
		}, iamapi.InvalidInputException},
		"parameter twice": {func(in *createInput) {
			in.Permissions.Parameters = append(in.Permissions.Parameters, in.Permissions.Parameters[0])
		}, iamapi.InvalidInputException},
		"two values":          {func(in *createInput) { in.Permissions.Parameters[0].Values = []string{"a", "b"} }, iamapi.InvalidInputException},
		"no value":            {func(in *createInput) { in.Permissions.Parameters[1].Values = nil }, iamapi.InvalidInputException},
		"wildcard":            {func(in *createInput) { in.Permissions.Parameters[0].Values = []string{"da*"} }, iamapi.InvalidInputException},
		"single wildcard":     {func(in *createInput) { in.Permissions.Parameters[0].Values = []string{"dat?"} }, iamapi.InvalidInputException},
		"variable":            {func(in *createInput) { in.Permissions.Parameters[0].Values = []string{"${aws:username}"} }, iamapi.InvalidInputException},
		"placeholder":         {func(in *createInput) { in.Permissions.Parameters[0].Values = []string{"@{regions}"} }, iamapi.InvalidInputException},
		"wildcard in a list":  {func(in *createInput) { in.Permissions.Parameters[1].Values = []string{"eu-west-1", "*"} }, iamapi.InvalidInputException},
		"name of a parameter": {func(in *createInput) { in.Permissions.Parameters[0].Name = ptr("bucket}Name") }, iamapi.InvalidInputException},
		"too long": {func(in *createInput) {
			for i := range 90 {
				in.Permissions.Parameters[1].Values = append(in.Permissions.Parameters[1].Values, fmt.Sprintf("%030d", i))
			}
		}, iamapi.InvalidInputException},
	} {
		t.Run(name, func(t *testing.T) {
			in := input(func(in *createInput) {
				if name != "workflow again" {
					in.RequestorWorkflowId = "other-workflow"
				}
				c.edit(in)
			})
			_, err := do(h, iamtest.RootPrincipal(provider), "CreateDelegationRequest", h.CreateDelegationRequest, in)
			iamtest.Fails(t, err, c.want, "")
		})
	}
	if n, err := record.DelegationRequests.Count(t.Context(), h.DB, "by_workflow", provider); err != nil || n != 1 {
		t.Errorf("%d requests, %v", n, err)
	}
	h.Clock.Move(24*time.Hour + 7*24*time.Hour)
	h.create(nil) // the first is forgotten, and its workflow id free
}

func TestQuota(t *testing.T) {
	h := newHouse(t)
	h.write(func(ctx ctx, w store.Writer) error {
		for i := range 1000 {
			d := record.DelegationRequest{ID: fmt.Sprint("id-", i), Requestor: provider, WorkflowID: fmt.Sprint("flow-", i), Expires: h.Clock.Now().Add(time.Hour)}
			if err := record.DelegationRequests.Insert(ctx, w, &d); err != nil {
				return err
			}
		}
		return nil
	})
	_, err := h.CreateDelegationRequest(iamtest.As(iamtest.RootPrincipal(provider), "CreateDelegationRequest"), input(nil))
	iamtest.Fails(t, err, iamapi.LimitExceededException, "Cannot exceed quota for DelegationRequestsPerAccount: 1000")
}

// policyOf creates a request from a template and shows its rendered policy.
func policyOf(h *house, document string, params ...iamapi.PolicyParameter) (*iamapi.DelegationRequest, error) {
	h.t.Helper()
	arn := h.template("t", document)
	in := input(func(in *createInput) {
		in.RequestorWorkflowId = fmt.Sprint("flow-", h.Clock.Now().UnixNano())
		in.Permissions = iamapi.DelegationPermission{PolicyTemplateArn: &arn, Parameters: params}
	})
	h.Clock.Move(time.Nanosecond)
	made, err := h.CreateDelegationRequest(iamtest.As(iamtest.RootPrincipal(provider), "CreateDelegationRequest"), in)
	if err != nil {
		return nil, err
	}
	out, err := h.get(iamtest.RootPrincipal(customer), *made.DelegationRequestId)
	if err != nil {
		return nil, err
	}
	return out.DelegationRequest, nil
}

func parameter(name string, values ...string) iamapi.PolicyParameter {
	kind := iamapi.PolicyParameterTypeEnumString
	if len(values) > 1 {
		kind = iamapi.PolicyParameterTypeEnumStringList
	}
	return iamapi.PolicyParameter{Name: &name, Type: &kind, Values: values}
}

func TestRendered(t *testing.T) {
	h := newHouse(t)
	wrap := func(rest string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject",` + rest + `}]}`
	}
	shown := func(rest string) string {
		return `{"Statement":[{"Action":"s3:GetObject",` + rest + `}],"Version":"2012-10-17"}`
	}
	for name, c := range map[string]struct {
		template string
		params   []iamapi.PolicyParameter
		want     string // empty: refused
	}{
		"none":        {wrap(`"Resource":"*"`), nil, shown(`"Effect":"Allow","Resource":"*"`)},
		"one":         {wrap(`"Resource":"arn:aws:s3:::@{bucket}/*"`), []iamapi.PolicyParameter{parameter("bucket", "a")}, shown(`"Effect":"Allow","Resource":"arn:aws:s3:::a/*"`)},
		"twice":       {wrap(`"Resource":"arn:aws:s3:::@{bucket}/@{bucket}"`), []iamapi.PolicyParameter{parameter("bucket", "a")}, shown(`"Effect":"Allow","Resource":"arn:aws:s3:::a/a"`)},
		"list":        {wrap(`"Resource":"arn:aws:s3:::@{bucket}/*"`), []iamapi.PolicyParameter{parameter("bucket", "a", "b")}, shown(`"Effect":"Allow","Resource":["arn:aws:s3:::a/*","arn:aws:s3:::b/*"]`)},
		"in a list":   {wrap(`"Resource":["arn:aws:s3:::x","arn:aws:s3:::@{bucket}"]`), []iamapi.PolicyParameter{parameter("bucket", "a", "b")}, shown(`"Effect":"Allow","Resource":["arn:aws:s3:::x","arn:aws:s3:::a","arn:aws:s3:::b"]`)},
		"both":        {wrap(`"Resource":"arn:aws:s3:::@{bucket}/@{folder}"`), []iamapi.PolicyParameter{parameter("bucket", "a", "b"), parameter("folder", "f")}, shown(`"Effect":"Allow","Resource":["arn:aws:s3:::a/f","arn:aws:s3:::b/f"]`)},
		"quotes":      {wrap(`"Resource":"arn:aws:s3:::@{bucket}"`), []iamapi.PolicyParameter{parameter("bucket", `a","b":"\`)}, shown(`"Effect":"Allow","Resource":"arn:aws:s3:::a\",\"b\":\"\\"`)},
		"fields":      {wrap(`"Resource":"arn:aws:sqs:@{region}:@{account}:q"`), []iamapi.PolicyParameter{parameter("region", "eu-west-1"), parameter("account", customer)}, shown(`"Effect":"Allow","Resource":"arn:aws:sqs:eu-west-1:` + customer + `:q"`)},
		"condition":   {wrap(`"Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/t":["x","@{value}"]}}`), []iamapi.PolicyParameter{parameter("value", "a b", "c")}, shown(`"Condition":{"StringEquals":{"aws:PrincipalTag/t":["x","a b","c"]}},"Effect":"Allow","Resource":"*"`)},
		"NotResource": {wrap(`"NotResource":"arn:aws:s3:::@{bucket}"`), []iamapi.PolicyParameter{parameter("bucket", "a")}, shown(`"Effect":"Allow","NotResource":"arn:aws:s3:::a"`)},
		"angle":       {wrap(`"Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/t":"@{value}"}}`), []iamapi.PolicyParameter{parameter("value", "<a&b>")}, shown(`"Condition":{"StringEquals":{"aws:PrincipalTag/t":"<a&b>"}},"Effect":"Allow","Resource":"*"`)},

		"numbers":           {wrap(`"Resource":"*","Condition":{"NumericLessThan":{"s3:max-keys":[10,9007199254740992]},"Bool":{"aws:SecureTransport":true}}`), nil, shown(`"Condition":{"Bool":{"aws:SecureTransport":true},"NumericLessThan":{"s3:max-keys":[10,9007199254740992]}},"Effect":"Allow","Resource":"*"`)},
		"long number":       {wrap(`"Resource":"*","Condition":{"NumericLessThan":{"s3:max-keys":12345678901234567890}}`), nil, ""},
		"fraction":          {wrap(`"Resource":"*","Condition":{"NumericLessThan":{"s3:max-keys":0.5}}`), nil, ""},
		"two lists":         {wrap(`"Resource":"arn:aws:s3:::@{bucket}/@{folder}"`), []iamapi.PolicyParameter{parameter("bucket", "a", "b"), parameter("folder", "f", "g")}, ""},
		"list twice":        {wrap(`"Resource":"arn:aws:s3:::@{bucket}/@{bucket}"`), []iamapi.PolicyParameter{parameter("bucket", "a", "b")}, ""},
		"account breakout":  {wrap(`"Resource":"arn:aws:sqs:@{region}:` + customer + `:q"`), []iamapi.PolicyParameter{parameter("region", "eu:999999999999:q:")}, ""},
		"not closed":        {wrap(`"Resource":"arn:aws:s3:::@{bucket"`), []iamapi.PolicyParameter{parameter("bucket", "a")}, ""},
		"in a key":          {wrap(`"Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/@{value}":"x"}}`), []iamapi.PolicyParameter{parameter("value", "a")}, ""},
		"unknown":           {wrap(`"Resource":"arn:aws:s3:::@{bucket}@{other}"`), []iamapi.PolicyParameter{parameter("bucket", "a")}, ""},
		"another case":      {wrap(`"Resource":"arn:aws:s3:::@{Bucket}"`), []iamapi.PolicyParameter{parameter("bucket", "a")}, ""},
		"number condition":  {wrap(`"Resource":"*","Condition":{"NumericLessThan":{"s3:max-keys":"@{number}"}}`), []iamapi.PolicyParameter{parameter("number", "many")}, ""},
		"role unbounded":    {allowDoc(`"iam:CreateRole"`, ""), nil, ""},
		"all unbounded":     {allowDoc(`"*"`, ""), nil, ""},
		"pattern unbounded": {allowDoc(`"iam:Create*"`, ""), nil, ""},
		"case unbounded":    {allowDoc(`"IAM:createrole"`, ""), nil, ""},
		"bounded if exists": {allowDoc(`"iam:CreateRole"`, `"StringEqualsIfExists":{"iam:PermissionsBoundary":"arn:aws:iam::`+provider+`:policy/b"}`), nil, ""},
		"any boundary":      {allowDoc(`"iam:CreateRole"`, `"StringLike":{"iam:PermissionsBoundary":"arn:aws:iam::*:policy/b"}`), nil, ""},
		"other condition":   {allowDoc(`"iam:CreateRole"`, `"StringEquals":{"aws:PrincipalTag/t":"x"}`), nil, ""},
		"boundary removed":  {allowDoc(`"iam:DeleteRolePermissionsBoundary"`, ""), nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := policyOf(h, c.template, c.params...)
			if c.want == "" {
				iamtest.Fails(t, err, iamapi.InvalidInputException, "")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if *d.PermissionPolicy != c.want {
				t.Errorf("rendered\n%s, want\n%s", *d.PermissionPolicy, c.want)
			}
		})
	}
}

func allowDoc(action, condition string) string {
	if condition != "" {
		condition = `,"Condition":{` + condition + `}`
	}
	return `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":` + action + `,"Resource":"*"` + condition + `}}`
}

func TestBoundaries(t *testing.T) {
	h := newHouse(t)
	one, two := "arn:aws:iam::"+provider+":policy/one", "arn:aws:iam::"+provider+":policy/two"
	d, err := policyOf(h, `{"Version":"2012-10-17","Statement":[`+
		`{"Effect":"Allow","Action":["iam:CreateRole","iam:PutRolePolicy"],"Resource":"*","Condition":{"ArnEquals":{"iam:permissionsboundary":["`+two+`","`+one+`"]}}},`+
		`{"Effect":"Allow","NotAction":["iam:*"],"Resource":"*"},`+
		`{"Effect":"Allow","Action":"iam:PutRolePermissionsBoundary","Resource":"*","Condition":{"StringEquals":{"iam:PermissionsBoundary":"@{boundary}"}}},`+
		`{"Effect":"Deny","Action":"*","Resource":"arn:aws:s3:::x"}]}`, parameter("boundary", one))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(d.RolePermissionRestrictionArns, []string{one, two}) {
		t.Errorf("boundaries are %v", d.RolePermissionRestrictionArns)
	}
}

// TestTemplateIsFrozen changes a template after a request was made of it.
func TestTemplateIsFrozen(t *testing.T) {
	h := newHouse(t)
	admin := h.user(customer, "admin", allowing("*", "*"))
	id := h.create(nil)
	before, err := h.get(admin, id)
	if err != nil {
		t.Fatal(err)
	}
	h.template("setup", allowDoc(`"s3:*"`, ""))
	h.steps(admin, id, "AssociateDelegationRequest", "AcceptDelegationRequest", "SendDelegationToken")
	p, err := h.redeem(provider, h.channel.last().ExchangeToken)
	if err != nil || p.Session.InlinePolicy != *before.DelegationRequest.PermissionPolicy || h.allows(&p, "s3:DeleteObject", "arn:aws:s3:::data/x") {
		t.Errorf("policy is %s (%v)", p.Session.InlinePolicy, err)
	}
}

func TestPermissionCheck(t *testing.T) {
	h := newHouse(t)
	concrete := allowDoc(`["s3:GetObject","s3:PutObject"]`, "")
	concrete = strings.Replace(concrete, `"Resource":"*"`, `"Resource":"arn:aws:s3:::data/x"`, 1)
	pattern := strings.Replace(allowDoc(`"s3:Get*"`, ""), `"Resource":"*"`, `"Resource":"arn:aws:s3:::data/*"`, 1)
	deny := `{"Effect":"Deny","Action":"s3:GetObjectAcl","Resource":"*"}`
	n := 0
	for _, c := range []struct{ document, statements, want string }{
		{concrete, allowing("s3:*", "*"), "ALLOWED"},
		{concrete, allowing("s3:GetObject", "*"), "DENIED"},
		{concrete, "", "DENIED"},
		{concrete, allowing("s3:*", "*") + `,{"Effect":"Deny","Action":"s3:PutObject","Resource":"*"}`, "DENIED"},
		{concrete, allowing("s3:*", "*") + "," + deny, "ALLOWED"},
		{concrete, `{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/t":"x"}}}`, "UNSURE"},
		{pattern, allowing("s3:*", "*"), "ALLOWED"},
		{pattern, allowing("s3:Get*", "arn:aws:s3:::data/*"), "ALLOWED"},
		{pattern, allowing("s3:GetObject", "*"), "UNSURE"},
		{pattern, allowing("s3:Get?", "*"), "UNSURE"},
		{pattern, allowing("s3:*", "*") + "," + deny, "UNSURE"},
		{allowDoc(`"s3:*"`, ""), "root", "ALLOWED"},
		{strings.Replace(allowDoc(`"x"`, ""), `"Action":"x"`, `"NotAction":"iam:*"`, 1), allowing("s3:*", "*"), "UNSURE"},
		{strings.Replace(allowDoc(`"x"`, ""), `"Action":"x"`, `"NotAction":"iam:*"`, 1), allowing("*", "*"), "ALLOWED"},
	} {
		n++
		d, err := policyOf(h, c.document)
		if err != nil {
			t.Fatal(err)
		}
		p := iamtest.RootPrincipal(customer)
		if c.statements != "root" {
			p = h.user(customer, fmt.Sprint("u", string(rune('a'+n))), c.statements)
		}
		out, err := h.GetDelegationRequest(caller.WithPrincipal(t.Context(), p), &iamapi.GetDelegationRequestRequest{DelegationRequestId: *d.DelegationRequestId, DelegationPermissionCheck: ptr(true)})
		if err != nil || *out.PermissionCheckStatus != iamapi.PermissionCheckStatusTypeComplete || string(*out.PermissionCheckResult) != c.want {
			t.Errorf("%s has %s: %+v, %v", c.statements, c.document, out, err)
		}
	}
	gone := iamtest.UserPrincipal(customer, "AIDAZZZZZZZZZZZZZZZZZ", "arn:aws:iam::"+customer+":user/gone", "gone")
	id := h.create(nil)
	out, err := h.GetDelegationRequest(caller.WithPrincipal(t.Context(), gone), &iamapi.GetDelegationRequestRequest{DelegationRequestId: id, DelegationPermissionCheck: ptr(true)})
	if err != nil || *out.PermissionCheckStatus != iamapi.PermissionCheckStatusTypeFailed || out.PermissionCheckResult != nil || len(h.reported) != 1 {
		t.Errorf("a check that fails: %+v, %v, reported %v", out, err, h.reported)
	}
	out, err = h.GetDelegationRequest(caller.WithPrincipal(t.Context(), gone), &iamapi.GetDelegationRequestRequest{DelegationRequestId: id})
	if err != nil || out.PermissionCheckStatus != nil {
		t.Errorf("without a check: %+v, %v", out, err)
	}
}

// organizations is one organization, which forbids what its levels do not allow.
type organizations [][]iampolicy.Named

func (o organizations) ServiceControl(context.Context, string) ([][]iampolicy.Named, error) {
	return o, nil
}

// TestPermissionCheckKnowsTheOrganization holds the check to what decides requests, which service control policies are part of.
func TestPermissionCheckKnowsTheOrganization(t *testing.T) {
	h := newHouse(t)
	admin := h.user(customer, "admin", allowing("*", "*"))
	d, err := policyOf(h, strings.Replace(allowDoc(`"s3:GetObject"`, ""), `"Resource":"*"`, `"Resource":"arn:aws:s3:::data/x"`, 1))
	if err != nil {
		t.Fatal(err)
	}
	check := func(p *caller.Principal, statements ...string) string {
		t.Helper()
		scp, err := iampolicy.Parse([]byte(`{"Version":"2012-10-17","Statement":[`+strings.Join(statements, ",")+`]}`), iampolicy.IdentityPolicy)
		if err != nil {
			t.Fatal(err)
		}
		c := h.config
		c.Organizations = organizations{{{ID: "p-1", Policy: scp}}}
		out, err := delegation.New(c).GetDelegationRequest(iamtest.As(p, "GetDelegationRequest"), &iamapi.GetDelegationRequestRequest{
			DelegationRequestId: *d.DelegationRequestId, DelegationPermissionCheck: ptr(true),
		})
		if err != nil {
			t.Fatal(err)
		}
		return string(*out.PermissionCheckResult)
	}
	linked := h.role("linked", allowing("*", "*"), &caller.Session{Name: "s"})
	linked.EntityARN = "arn:aws:iam::" + customer + ":role/aws-service-role/x.amazonaws.com/linked"
	disguised := *admin // a path may hold a colon
	disguised.EntityARN = "arn:aws:iam::" + customer + ":user/x:role/aws-service-role/admin"
	deny := `{"Effect":"Deny","Action":"s3:*","Resource":"*"}`
	for _, c := range []struct {
		p          *caller.Principal
		statements []string
		want       string
	}{
		{admin, []string{allowing("*", "*")}, "ALLOWED"},
		{admin, []string{allowing("iam:*", "*")}, "DENIED"},
		{admin, []string{allowing("*", "*"), deny}, "DENIED"},
		{linked, []string{allowing("*", "*"), deny}, "ALLOWED"},
		{&disguised, []string{allowing("*", "*"), deny}, "DENIED"},
	} {
		if got := check(c.p, c.statements...); got != c.want {
			t.Errorf("%s under %s: %s", c.p.ARN, c.statements, got)
		}
	}
}

// TestPermissionCheckIsBounded asks for more than a check looks at.
func TestPermissionCheckIsBounded(t *testing.T) {
	h := newHouse(t)
	var actions, resources []string
	for i := range 40 {
		actions, resources = append(actions, fmt.Sprintf("%q", fmt.Sprint("s3:A", i))), append(resources, fmt.Sprintf("%q", fmt.Sprint("arn:aws:s3:::", i)))
	}
	d, err := policyOf(h, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":[`+strings.Join(actions, ",")+`],"Resource":[`+strings.Join(resources, ",")+`]}}`)
	if err != nil {
		t.Fatal(err)
	}
	out, err := h.GetDelegationRequest(iamtest.As(h.user(customer, "admin", allowing("*", "*")), "GetDelegationRequest"),
		&iamapi.GetDelegationRequestRequest{DelegationRequestId: *d.DelegationRequestId, DelegationPermissionCheck: ptr(true)})
	if err != nil || *out.PermissionCheckResult != iamapi.PermissionCheckResultTypeUnsure {
		t.Errorf("1,600 decisions: %+v, %v", out, err)
	}
}

func TestSummary(t *testing.T) {
	h := newHouse(t)
	admin := h.user(customer, "admin", allowing("*", "*"))
	id := h.create(func(in *createInput) { in.SessionDuration = 3600 + 60 + 30 })
	arn := "arn:aws:iam::" + customer + ":delegation-request/" + id
	get := func(arn string, locale *string) (*iamapi.GetHumanReadableSummaryResponse, error) {
		return do(h, admin, "GetHumanReadableSummary", h.GetHumanReadableSummary, &iamapi.GetHumanReadableSummaryRequest{EntityArn: arn, Locale: locale})
	}
	want := "Account " + provider + " asks for access to this account for 1 hour 1 minute 30 seconds, counted from the sending of the exchange token. " +
		"It can do what is listed here as far as the identity that accepts the request can do it, and nothing else.\n" +
		"- Allowed: s3:GetObject, s3:ListBucket on arn:aws:s3:::data, arn:aws:s3:::data/*.\n" +
		"- Never allowed: s3:* on everything, if aws:RequestedRegion meets StringNotEquals [\"eu-west-1\",\"eu-north-1\"].\n"
	for _, locale := range []*string{nil, ptr("en"), ptr("en_US"), ptr("en-GB")} {
		out, err := get(arn, locale)
		if err != nil || *out.SummaryState != iamapi.SummaryStateTypeAvailable || *out.SummaryContent != want {
			t.Fatalf("summary is %+v, %v", out, err)
		}
		if locale != nil && *out.Locale != *locale {
			t.Errorf("locale is %s", *out.Locale)
		}
	}
	out, err := get(arn, ptr("de_DE"))
	if err != nil || *out.SummaryState != iamapi.SummaryStateTypeNotSupported || out.SummaryContent != nil || *out.Locale != "de_DE" {
		t.Errorf("another language: %+v, %v", out, err)
	}
	for _, bad := range []string{"arn:aws:iam::" + customer + ":user/x", "arn:aws:iam::" + customer + ":delegation-request/x/" + id, "delegation-request/" + id} {
		_, err := get(bad, nil)
		iamtest.Fails(t, err, iamapi.InvalidInputException, "EntityArn must be the ARN of a delegation request.")
	}
	for _, bad := range []string{"e", "english", "en US", "../etc"} {
		_, err := get(arn, &bad)
		iamtest.Fails(t, err, iamapi.InvalidInputException, "The locale is not valid.")
	}
	bounded := `{"Effect":"Allow","Action":"iam:CreateRole","Resource":"*","Condition":{"StringEquals":{"iam:PermissionsBoundary":"arn:aws:iam::` + provider + `:policy/b"},` +
		`"StringLike":{"aws:PrincipalTag/t":"@{value}"}}}`
	d, err := policyOf(h, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["iam:*","sts:*"],"NotResource":"arn:aws:s3:::x"},`+bounded+`]}`,
		parameter("value", strings.Repeat("<", 1000)))
	if err != nil {
		t.Fatal(err)
	}
	out, err = get("arn:aws:iam::"+customer+":delegation-request/"+*d.DelegationRequestId, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		"- Allowed: all actions except iam:*, sts:* on everything except arn:aws:s3:::x.\n",
		"- Allowed: iam:CreateRole on everything, if iam:PermissionsBoundary meets StringEquals \"arn:aws:iam::" + provider + ":policy/b\" and aws:PrincipalTag/t meets StringLike \"<<",
		"Roles that it creates stay after the access has ended, limited by a permissions boundary.\n",
	} {
		if !strings.Contains(*out.SummaryContent, part) || len(*out.SummaryContent) > 10000 {
			t.Errorf("summary %s lacks %s", *out.SummaryContent, part)
		}
	}
}

// TestSummaryCannotBeWritten has a template speak in the summary's voice: its words stay in quotation marks, on their line.
func TestSummaryCannotBeWritten(t *testing.T) {
	h := newHouse(t)
	admin := h.user(customer, "admin", allowing("*", "*"))
	d, err := policyOf(h, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":["*","arn:aws:s3:::x, if aws:MultiFactorAuthPresent meets Bool \"true\"","arn:aws:s3:::y.\n- Never allowed: s3:*","arn:aws:s3:::\u202ez"]}}`)
	if err != nil {
		t.Fatal(err)
	}
	out, err := do(h, admin, "GetHumanReadableSummary", h.GetHumanReadableSummary,
		&iamapi.GetHumanReadableSummaryRequest{EntityArn: "arn:aws:iam::" + customer + ":delegation-request/" + *d.DelegationRequestId})
	if err != nil {
		t.Fatal(err)
	}
	want := `- Allowed: s3:* on *, "arn:aws:s3:::x, if aws:MultiFactorAuthPresent meets Bool \"true\"", "arn:aws:s3:::y.\n- Never allowed: s3:*", "arn:aws:s3:::\u202ez".` + "\n"
	if _, lines, _ := strings.Cut(*out.SummaryContent, "\n"); lines != want {
		t.Errorf("the summary is\n%s", *out.SummaryContent)
	}
}
