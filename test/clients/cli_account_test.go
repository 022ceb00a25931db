package clients

import (
	"encoding/base64"
	"strings"
	"testing"
)

// TestCLIAccount reads and sets what an account has: alias, password rules, summary, inventory, credential report.
func TestCLIAccount(t *testing.T) {
	t.Parallel()
	awsCLI(t)
	f := start(t)
	c := newCLI(t, f)
	admin := c.as(f.root())
	alias := "mayfly-" + f.Account
	if got := admin.run("iam", "list-account-aliases").list("AccountAliases"); len(got) != 0 {
		t.Errorf("aliases at first: %v", got)
	}
	admin.run("iam", "create-account-alias", "--account-alias", alias)
	admin.run("iam", "list-account-aliases").want(alias, "AccountAliases", "*")
	admin.run("iam", "delete-account-alias", "--account-alias", alias)
	admin.refused("NoSuchEntity", "", "iam", "delete-account-alias", "--account-alias", alias)

	admin.refused("NoSuchEntity", "", "iam", "get-account-password-policy")
	admin.run("iam", "update-account-password-policy", "--minimum-password-length", "12", "--require-numbers", "--allow-users-to-change-password", "--password-reuse-prevention", "2")
	rules := admin.run("iam", "get-account-password-policy")
	rules.want(12.0, "PasswordPolicy", "MinimumPasswordLength")
	rules.want(false, "PasswordPolicy", "ExpirePasswords")
	robot := c.as(robot(t, f.sdk(t, f.root()), "robot", allow(`"iam:ChangePassword"`, "*")))
	admin.refused("PasswordPolicyViolation", "", "iam", "create-login-profile", "--user-name", "robot", "--password", "no-digits-in-it")
	admin.run("iam", "create-login-profile", "--user-name", "robot", "--password", "one-horse-123", "--no-password-reset-required")
	robot.refused("PasswordPolicyViolation", "", "iam", "change-password", "--old-password", "one-horse-123", "--new-password", "short-1")
	admin.run("iam", "delete-account-password-policy")

	admin.run("iam", "get-account-summary").want(1.0, "SummaryMap", "Users")
	all := admin.run("iam", "get-account-authorization-details", "--filter", "User")
	all.want("robot", "UserDetailList", "*", "UserName")
	all.want("iam:ChangePassword", "UserDetailList", "*", "UserPolicyList", "*", "PolicyDocument", "Statement", "*", "Action")
	for _, path := range [][]string{{"GroupDetailList"}, {"RoleDetailList"}, {"Policies"}, {"UserDetailList", "*", "GroupList"}, {"UserDetailList", "*", "AttachedManagedPolicies"}} {
		if got := all.list(path...); len(got) != 0 {
			t.Errorf("%v: %v, want an empty list", path, got)
		}
	}

	admin.refused("ReportNotPresent", "", "iam", "get-credential-report")
	for admin.run("iam", "generate-credential-report").text("State") != "COMPLETE" {
		if t.Context().Err() != nil {
			t.Fatal("no credential report is made")
		}
	}
	report := admin.run("iam", "get-credential-report")
	report.want("text/csv", "ReportFormat")
	csv, err := base64.StdEncoding.DecodeString(report.text("Content"))
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(string(csv), "\n"); len(lines) != 3 || !strings.HasPrefix(lines[1], "<root_account>,arn:aws:iam::"+f.Account+":root,") ||
		!strings.HasPrefix(lines[2], "robot,arn:aws:iam::"+f.Account+":user/robot,") {
		t.Errorf("the report is %q", csv)
	}
}

// TestCLIEmptyLists reads lists of what has nothing: they are there, because scripts loop over them.
func TestCLIEmptyLists(t *testing.T) {
	t.Parallel()
	awsCLI(t)
	f := start(t)
	admin := newCLI(t, f).as(f.root())
	admin.run("iam", "create-user", "--user-name", "u")
	admin.run("iam", "create-group", "--group-name", "g")
	policy := admin.run("iam", "create-policy", "--policy-name", "p", "--policy-document", anyOf).text("Policy", "Arn")
	user, group := []string{"--user-name", "u"}, []string{"--group-name", "g"}
	for _, list := range []struct {
		operation string
		arguments []string
		members   []string
	}{
		{"list-entities-for-policy", []string{"--policy-arn", policy}, []string{"PolicyUsers", "PolicyGroups", "PolicyRoles"}},
		{"list-attached-user-policies", user, []string{"AttachedPolicies"}},
		{"list-attached-group-policies", group, []string{"AttachedPolicies"}},
		{"list-user-policies", user, []string{"PolicyNames"}},
		{"list-groups-for-user", user, []string{"Groups"}},
		{"list-access-keys", user, []string{"AccessKeyMetadata"}},
		{"list-user-tags", user, []string{"Tags"}},
		{"list-policy-tags", []string{"--policy-arn", policy}, []string{"Tags"}},
		{"get-group", group, []string{"Users"}},
		{"list-policies", []string{"--scope", "Local", "--path-prefix", "/none/"}, []string{"Policies"}},
		{"list-ssh-public-keys", user, []string{"SSHPublicKeys"}},
		{"list-service-specific-credentials", user, []string{"ServiceSpecificCredentials"}},
		{"list-open-id-connect-providers", nil, []string{"OpenIDConnectProviderList"}},
		{"list-saml-providers", nil, []string{"SAMLProviderList"}},
	} {
		out := admin.run(append([]string{"iam", list.operation}, list.arguments...)...)
		for _, m := range list.members {
			if got := out.list(m); len(got) != 0 {
				t.Errorf("%s: %s holds %v", list.operation, m, got)
			}
		}
	}
}

// TestCLIPages takes lists in pieces: the server's, by --page-size, and the CLI's own, by --max-items and the token that it makes of a marker.
func TestCLIPages(t *testing.T) {
	t.Parallel()
	awsCLI(t)
	f := start(t)
	admin := newCLI(t, f).as(f.root())
	for _, n := range []string{"a", "b", "c", "d", "e"} {
		admin.run("iam", "create-group", "--group-name", n)
	}
	names := func(o object) (out string) {
		for _, g := range o.list("Groups") {
			out += g.(map[string]any)["GroupName"].(string)
		}
		return out
	}
	if got := names(admin.run("iam", "list-groups", "--page-size", "2")); got != "abcde" {
		t.Errorf("pages of two give %q", got)
	}
	got, token := "", ""
	for range 5 {
		args := []string{"iam", "list-groups", "--max-items", "2", "--page-size", "3"}
		if token != "" {
			args = append(args, "--starting-token", token)
		}
		o := admin.run(args...)
		got += names(o) + "|"
		next, more := o.v["NextToken"].(string)
		if token = next; !more {
			break
		}
	}
	if got != "ab|cd|e|" {
		t.Errorf("two at a time give %q", got)
	}
	first := admin.run("iam", "list-groups", "--max-items", "2", "--no-paginate")
	first.want(true, "IsTruncated")
	admin.refused("ValidationError", "", "iam", "list-groups", "--no-paginate", "--marker", tamper(first.text("Marker")))
	admin.refused("ValidationError", "maxItems", "iam", "list-groups", "--page-size", "1001")
}

// TestCLIWaiters waits for what is there, and makes what deployments make.
func TestCLIWaiters(t *testing.T) {
	t.Parallel()
	awsCLI(t)
	f := start(t)
	admin := newCLI(t, f).as(f.root())
	admin.run("iam", "create-user", "--user-name", "u")
	admin.run("iam", "wait", "user-exists", "--user-name", "u")
	admin.run("iam", "create-role", "--role-name", "node", "--assume-role-policy-document",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}`)
	admin.run("iam", "wait", "role-exists", "--role-name", "node")
	policy := admin.run("iam", "create-policy", "--policy-name", "p", "--policy-document", anyOf).text("Policy", "Arn")
	admin.run("iam", "wait", "policy-exists", "--policy-arn", policy)
	admin.run("iam", "create-instance-profile", "--instance-profile-name", "node")
	admin.run("iam", "wait", "instance-profile-exists", "--instance-profile-name", "node")
	admin.run("iam", "add-role-to-instance-profile", "--instance-profile-name", "node", "--role-name", "node")
	got := admin.run("iam", "get-instance-profile", "--instance-profile-name", "node")
	got.want("ec2.amazonaws.com", "InstanceProfile", "Roles", "*", "AssumeRolePolicyDocument", "Statement", "Principal", "Service")
	admin.refused("DeleteConflict", "", "iam", "delete-role", "--role-name", "node")
}

// TestCLISimulate asks what policies would decide, before and after they are there.
func TestCLISimulate(t *testing.T) {
	t.Parallel()
	awsCLI(t)
	f := start(t)
	admin := newCLI(t, f).as(f.root())
	out := admin.run("iam", "simulate-custom-policy", "--policy-input-list", anyOf, "--action-names", "iam:GetUser")
	out.want("allowed", "EvaluationResults", "*", "EvalDecision")
	out.want("PolicyInputList.1", "EvaluationResults", "*", "MatchedStatements", "*", "SourcePolicyId")
	out = admin.run("iam", "simulate-custom-policy", "--policy-input-list", anyOf, "--action-names", "iam:DeleteUser")
	out.want("implicitDeny", "EvaluationResults", "*", "EvalDecision")
	for _, m := range []string{"MatchedStatements", "MissingContextValues"} {
		if got := out.list("EvaluationResults", "*", m); len(got) != 0 {
			t.Errorf("%s: %v", m, got)
		}
	}
	admin.run("iam", "create-user", "--user-name", "u")
	admin.run("iam", "put-user-policy", "--user-name", "u", "--policy-name", "own", "--policy-document",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"blue"}}}}`)
	arn := "arn:aws:iam::" + f.Account + ":user/u"
	admin.run("iam", "get-context-keys-for-principal-policy", "--policy-source-arn", arn).want("aws:PrincipalTag/team", "ContextKeyNames", "*")
	ask := []string{"iam", "simulate-principal-policy", "--policy-source-arn", arn, "--action-names", "s3:GetObject", "--resource-arns", "arn:aws:s3:::box/key"}
	admin.run(ask...).want("implicitDeny", "EvaluationResults", "*", "EvalDecision")
	admin.run("iam", "tag-user", "--user-name", "u", "--tags", "Key=team,Value=blue")
	ask = append(ask, "--context-entries", "ContextKeyName=aws:PrincipalTag/team,ContextKeyValues=blue,ContextKeyType=string")
	admin.run(ask...).want("allowed", "EvaluationResults", "*", "EvalDecision")
}
