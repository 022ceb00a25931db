package clients

import (
	"encoding/json"
	"testing"
)

// TestCLIOrganizations makes an organization with the stock CLI: accounts, units, a policy that binds, and the roles that lead into its accounts.
func TestCLIOrganizations(t *testing.T) {
	t.Parallel()
	awsCLI(t)
	f := start(t)
	c := newCLI(t, f)
	admin := c.as(f.root())
	admin.refused("AWSOrganizationsNotInUseException", "", "organizations", "describe-organization")
	made := admin.run("organizations", "create-organization", "--feature-set", "ALL")
	made.want(f.Account, "Organization", "MasterAccountId")
	admin.refused("AlreadyInOrganizationException", "", "organizations", "create-organization")
	top := admin.run("organizations", "list-roots").text("Roots", "*", "Id")

	admin.refused("InvalidInputException", "", "organizations", "create-account", "--email", "no mail", "--account-name", "dev")
	request := admin.run("organizations", "create-account", "--email", "dev@example.com", "--account-name", "dev").text("CreateAccountStatus", "Id")
	status := admin.run("organizations", "describe-create-account-status", "--create-account-request-id", request)
	status.want("SUCCEEDED", "CreateAccountStatus", "State")
	dev := status.text("CreateAccountStatus", "AccountId")
	if got := admin.run("organizations", "list-accounts", "--page-size", "1").list("Accounts"); len(got) != 2 {
		t.Errorf("list-accounts gives %d accounts, want 2", len(got))
	}
	admin.run("organizations", "describe-account", "--account-id", dev).want("dev@example.com", "Account", "Email")
	unit := admin.run("organizations", "create-organizational-unit", "--parent-id", top, "--name", "sandbox").text("OrganizationalUnit", "Id")
	admin.refused("DuplicateOrganizationalUnitException", "", "organizations", "create-organizational-unit", "--parent-id", top, "--name", "sandbox")
	admin.run("organizations", "move-account", "--account-id", dev, "--source-parent-id", top, "--destination-parent-id", unit)
	admin.run("organizations", "list-parents", "--child-id", dev).want(unit, "Parents", "*", "Id")
	admin.run("organizations", "list-accounts-for-parent", "--parent-id", unit).want(dev, "Accounts", "*", "Id")
	admin.refused("OrganizationalUnitNotEmptyException", "", "organizations", "delete-organizational-unit", "--organizational-unit-id", unit)

	// Whoever may in the management account walks into the new one, and is bound there by what its unit is bound by.
	operator := c.as(robot(t, f.sdk(t, f.root()), "operator", allow(`"sts:AssumeRole"`, "*")))
	walk := []string{"sts", "assume-role", "--role-arn", "arn:aws:iam::" + dev + ":role/OrganizationAccountAccessRole", "--role-session-name", "operator"}
	inside := c.as(operator.run(walk...).session())
	inside.run("sts", "get-caller-identity").want(dev, "Account")
	inside.run("iam", "create-user", "--user-name", "one")
	admin.refused("NoSuchEntity", "", "iam", "get-user", "--user-name", "one")
	inside.refused("AccessDeniedException", "", "organizations", "list-accounts")

	admin.run("organizations", "enable-policy-type", "--root-id", top, "--policy-type", "SERVICE_CONTROL_POLICY")
	const content = `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iam:CreateUser","Resource":"*"}}`
	policy := admin.run("organizations", "create-policy", "--name", "no-users", "--description", "none", "--type", "SERVICE_CONTROL_POLICY", "--content", content)
	id := policy.text("Policy", "PolicySummary", "Id")
	var shown any
	if err := json.Unmarshal([]byte(policy.text("Policy", "Content")), &shown); err != nil {
		t.Errorf("the policy's content: %v", err)
	}
	admin.refused("MalformedPolicyDocumentException", "", "organizations", "create-policy", "--name", "bad", "--description", "", "--type", "SERVICE_CONTROL_POLICY", "--content", `{"Statement":7}`)
	admin.run("organizations", "attach-policy", "--policy-id", id, "--target-id", unit)
	admin.refused("DuplicatePolicyAttachmentException", "", "organizations", "attach-policy", "--policy-id", id, "--target-id", unit)
	inside.refused("AccessDenied", "with an explicit deny in a service control policy", "iam", "create-user", "--user-name", "two")
	inside.run("iam", "get-user", "--user-name", "one")
	if got := admin.run("organizations", "list-policies-for-target", "--target-id", unit, "--filter", "SERVICE_CONTROL_POLICY").list("Policies"); len(got) != 2 {
		t.Errorf("%d policies bind the unit, want FullAWSAccess and the new one", len(got))
	}
	admin.refused("PolicyInUseException", "", "organizations", "delete-policy", "--policy-id", id)
	admin.run("organizations", "detach-policy", "--policy-id", id, "--target-id", unit)
	inside.run("iam", "create-user", "--user-name", "two")
	admin.run("organizations", "delete-policy", "--policy-id", id)
	admin.refused("PolicyNotFoundException", "", "organizations", "describe-policy", "--policy-id", id)
	admin.refused("OrganizationNotEmptyException", "", "organizations", "delete-organization")
}
