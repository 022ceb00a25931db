package app

import (
	"encoding/xml"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/sigv4"
)

// change is one call of IAM on one node, and whether the probe is allowed once it is in force.
type change struct {
	operation string
	in        url.Values
	allowed   bool
}

// keyOf is what CreateAccessKey and AssumeRole answer with.
type keyOf struct {
	ID      string `xml:"CreateAccessKeyResult>AccessKey>AccessKeyId"`
	Secret  string `xml:"CreateAccessKeyResult>AccessKey>SecretAccessKey"`
	Session struct {
		ID     string `xml:"AccessKeyId"`
		Secret string `xml:"SecretAccessKey"`
		Token  string `xml:"SessionToken"`
	} `xml:"AssumeRoleResult>Credentials"`
}

// document is a policy with one statement.
func document(elements string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` + elements + `}]}`
}

// query sends one call of a query service.
func query(a *App, service, version, operation string, in url.Values, sign *sigv4.Credentials) *httptest.ResponseRecorder {
	form := url.Values{"Action": {operation}, "Version": {version}}
	for name, values := range in {
		form[name] = values
	}
	return post(a, "", form.Encode(), sign, service)
}

// made sends a call that must succeed.
func made(t *testing.T, a *App, operation string, in url.Values, sign *sigv4.Credentials) keyOf {
	t.Helper()
	service, version := "iam", "2010-05-08"
	if operation == "AssumeRole" {
		service, version = "sts", "2011-06-15"
	}
	w := query(a, service, version, operation, in, sign)
	var out keyOf
	if err := xml.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != 200 {
		t.Fatalf("%s: %d %s %v", operation, w.Code, w.Body, err)
	}
	return out
}

// changePolicies changes, on the two nodes in turns, everything that decides about a user and about sessions of a role. The node that made a change
// enforces it at once and the other within a second.
func changePolicies(t *testing.T, a, b *App, run FirstRun) {
	t.Helper()
	root := rootKey(run)
	of := func(kind, name string) string { return "arn:aws:iam::" + run.Account + ":" + kind + "/" + name }
	form := func(pairs ...string) url.Values {
		v := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	list, nothing := document(`"Action":"iam:ListUsers","Resource":"*"`), document(`"Action":"sts:GetCallerIdentity","Resource":"*"`)
	trusts := func(who string) string {
		return document(`"Principal":{"AWS":"` + who + `"},"Action":"sts:AssumeRole"`)
	}
	create := func(operation string, pairs ...string) keyOf {
		t.Helper()
		return made(t, a, operation, form(pairs...), &root)
	}
	create("CreateUser", "UserName", "eve")
	create("CreateGroup", "GroupName", "readers")
	create("CreatePolicy", "PolicyName", "reads", "PolicyDocument", list)
	create("CreatePolicy", "PolicyName", "edge", "PolicyDocument", nothing)
	create("AttachGroupPolicy", "GroupName", "readers", "PolicyArn", of("policy", "reads"))
	create("CreateRole", "RoleName", "reader", "AssumeRolePolicyDocument", trusts(of("user", "eve")))
	create("CreateRole", "RoleName", "closed", "AssumeRolePolicyDocument", trusts(of("role", "reader")))
	key := create("CreateAccessKey", "UserName", "eve")
	eve := sigv4.Credentials{AccessKeyID: key.ID, SecretAccessKey: key.Secret}
	session := func(pairs ...string) sigv4.Credentials {
		t.Helper()
		s := made(t, a, "AssumeRole", form(append(pairs, "RoleArn", of("role", "reader"), "RoleSessionName", "night")...), &eve).Session
		return sigv4.Credentials{AccessKeyID: s.ID, SecretAccessKey: s.Secret, SessionToken: s.Token}
	}
	plain, narrow := session(), session("PolicyArns.member.1.arn", of("policy", "edge"))
	lists := func(c *sigv4.Credentials) func(*App) int {
		return func(n *App) int { return query(n, "iam", "2010-05-08", "ListUsers", nil, c).Code }
	}
	assumes := func(n *App) int {
		return query(n, "sts", "2011-06-15", "AssumeRole", form("RoleArn", of("role", "closed"), "RoleSessionName", "night"), &eve).Code
	}
	user, reads, edge := form("UserName", "eve"), form("PolicyArn", of("policy", "reads")), form("PolicyArn", of("policy", "edge"))
	version := func(policy url.Values, document string) url.Values {
		return join(policy, form("PolicyDocument", document, "SetAsDefault", "true"))
	}
	default1, default2 := form("VersionId", "v1"), form("VersionId", "v2")
	group, role, inline := form("GroupName", "readers"), form("RoleName", "reader"), form("PolicyName", "inline")
	boundary := form("PermissionsBoundary", of("policy", "edge"))

	follow(t, a, b, &root, "a user", lists(&eve), []change{
		{"AttachUserPolicy", join(user, reads), true},
		{"CreatePolicyVersion", version(reads, nothing), false},
		{"SetDefaultPolicyVersion", join(reads, default1), true},
		{"PutUserPermissionsBoundary", join(user, boundary), false},
		{"CreatePolicyVersion", version(edge, list), true},
		{"SetDefaultPolicyVersion", join(edge, default1), false},
		{"DeleteUserPermissionsBoundary", user, true},
		{"DetachUserPolicy", join(user, reads), false},
		{"PutUserPolicy", join(user, inline, form("PolicyDocument", list)), true},
		{"DeleteUserPolicy", join(user, inline), false},
	})
	follow(t, a, b, &root, "a member of a group", lists(&eve), []change{
		{"AddUserToGroup", join(user, group), true},
		{"SetDefaultPolicyVersion", join(reads, default2), false},
		{"SetDefaultPolicyVersion", join(reads, default1), true},
		{"RemoveUserFromGroup", join(user, group), false},
		{"AddUserToGroup", join(user, group), true},
		{"DetachGroupPolicy", join(group, reads), false},
		{"AttachGroupPolicy", join(group, reads), true},
		{"DetachGroupPolicy", join(group, reads), false},
		{"PutGroupPolicy", join(group, inline, form("PolicyDocument", list)), true},
		{"DeleteGroupPolicy", join(group, inline), false},
	})
	follow(t, a, b, &root, "a session of a role", lists(&plain), []change{
		{"AttachRolePolicy", join(role, reads), true},
		{"PutRolePermissionsBoundary", join(role, boundary), false},
		{"DeleteRolePermissionsBoundary", role, true},
		{"DetachRolePolicy", join(role, reads), false},
		{"PutRolePolicy", join(role, inline, form("PolicyDocument", list)), true},
	})
	follow(t, a, b, &root, "a session with a managed session policy", lists(&narrow), []change{
		{"SetDefaultPolicyVersion", join(edge, default2), true},
		{"CreatePolicyVersion", version(edge, nothing), false},
	})
	follow(t, a, b, &root, "who may assume a role", assumes, []change{
		{"UpdateAssumeRolePolicy", form("RoleName", "closed", "PolicyDocument", trusts(of("user", "eve"))), true},
		{"UpdateAssumeRolePolicy", form("RoleName", "closed", "PolicyDocument", trusts(of("role", "reader"))), false},
	})
}

// join is several forms in one.
func join(forms ...url.Values) url.Values {
	out := url.Values{}
	for _, form := range forms {
		for name, values := range form {
			out[name] = values
		}
	}
	return out
}

// follow makes changes in turns on the two nodes and probes both after each. Every change has to turn the answer, or the node whose turn is next
// might not have heard of it yet.
func follow(t *testing.T, a, b *App, root *sigv4.Credentials, who string, probe func(*App) int, changes []change) {
	t.Helper()
	var slowest time.Duration
	for _, c := range changes {
		made(t, a, c.operation, c.in, root)
		done := time.Now()
		want := 403
		if c.allowed {
			want = 200
		}
		if got := probe(a); got != want {
			t.Errorf("%s: the node that did %s answers %d, not %d", who, c.operation, got, want)
		}
		got := probe(b)
		for ; got != want && time.Since(done) < 5*time.Second; got = probe(b) {
			if got != 200 && got != 403 {
				t.Errorf("%s: during %s the other node answers %d", who, c.operation, got)
				break
			}
		}
		took := time.Since(done)
		if slowest = max(slowest, took); got != want || took > time.Second {
			t.Errorf("%s: %s after %s the other node answers %d, not %d", who, took, c.operation, got, want)
		}
		a, b = b, a
	}
	t.Logf("%s: the other node enforces each change within %s", who, slowest)
}
