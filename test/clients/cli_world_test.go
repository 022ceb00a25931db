package clients

import (
	"strings"
	"testing"
)

// TestCLIWorld makes a world from nothing with the stock CLI: a user pool with a client and a user, a role that an identity pool hands out, and
// then lets the user through all of it.
func TestCLIWorld(t *testing.T) {
	t.Parallel()
	awsCLI(t)
	f := start(t)
	c := newCLI(t, f)
	admin := c.as(f.root())

	pool := admin.run("cognito-idp", "create-user-pool", "--pool-name", "staff",
		"--policies", `{"PasswordPolicy":{"MinimumLength":12,"RequireUppercase":true,"RequireLowercase":true,"RequireNumbers":true,"RequireSymbols":false}}`).text("UserPool", "Id")
	if !strings.HasPrefix(pool, f.Region+"_") {
		t.Errorf("pool id %s does not begin with its region", pool)
	}
	client := admin.run("cognito-idp", "create-user-pool-client", "--user-pool-id", pool, "--client-name", "terminal",
		"--explicit-auth-flows", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH").text("UserPoolClient", "ClientId")
	made := admin.run("cognito-idp", "admin-create-user", "--user-pool-id", pool, "--username", "ada", "--message-action", "SUPPRESS",
		"--user-attributes", "Name=email,Value=ada@example.com", "Name=email_verified,Value=true")
	made.want("FORCE_CHANGE_PASSWORD", "User", "UserStatus")
	admin.refused("InvalidPasswordException", "", "cognito-idp", "admin-set-user-password", "--user-pool-id", pool, "--username", "ada", "--password", "short", "--permanent")
	admin.run("cognito-idp", "admin-set-user-password", "--user-pool-id", pool, "--username", "ada", "--password", "Correct1Horse", "--permanent")
	admin.run("cognito-idp", "admin-get-user", "--user-pool-id", pool, "--username", "ada").want("CONFIRMED", "UserStatus")
	admin.refused("UsernameExistsException", "", "cognito-idp", "admin-create-user", "--user-pool-id", pool, "--username", "ada")

	provider := "cognito-idp." + f.Region + ".amazonaws.com/" + pool
	identities := admin.run("cognito-identity", "create-identity-pool", "--identity-pool-name", "staff", "--no-allow-unauthenticated-identities",
		"--cognito-identity-providers", "ProviderName="+provider+",ClientId="+client+",ServerSideTokenCheck=true").text("IdentityPoolId")
	role := admin.run("iam", "create-role", "--role-name", "staff", "--assume-role-policy-document",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":"cognito-identity.amazonaws.com"},"Action":"sts:AssumeRoleWithWebIdentity",`+
			`"Condition":{"StringEquals":{"cognito-identity.amazonaws.com:aud":"`+identities+`"}}}}`).text("Role", "Arn")
	admin.run("iam", "put-role-policy", "--role-name", "staff", "--policy-name", "look", "--policy-document",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:GetRole","Resource":"`+role+`"}}`)
	admin.run("cognito-identity", "set-identity-pool-roles", "--identity-pool-id", identities, "--roles", "authenticated="+role)

	tokens := c.run("cognito-idp", "initiate-auth", "--auth-flow", "USER_PASSWORD_AUTH", "--client-id", client, "--auth-parameters", "USERNAME=ada,PASSWORD=Correct1Horse")
	logins := provider + "=" + tokens.text("AuthenticationResult", "IdToken")
	identity := c.run("cognito-identity", "get-id", "--identity-pool-id", identities, "--logins", logins).text("IdentityId")
	o := c.run("cognito-identity", "get-credentials-for-identity", "--identity-id", identity, "--logins", logins)
	ada := c.as(keys{o.text("Credentials", "AccessKeyId"), o.text("Credentials", "SecretKey"), o.text("Credentials", "SessionToken")})
	ada.run("iam", "get-role", "--role-name", "staff").want("staff", "Role", "RoleName")
	ada.refused("AccessDenied", "iam:DeleteRole", "iam", "delete-role", "--role-name", "staff")

	self := c.run("cognito-idp", "get-user", "--access-token", tokens.text("AuthenticationResult", "AccessToken"))
	self.want("ada", "Username")
	admin.run("cognito-idp", "admin-disable-user", "--user-pool-id", pool, "--username", "ada")
	c.refused("NotAuthorizedException", "", "cognito-identity", "get-credentials-for-identity", "--identity-id", identity, "--logins", logins)
	c.refused("NotAuthorizedException", "User is disabled.", "cognito-idp", "initiate-auth", "--auth-flow", "USER_PASSWORD_AUTH", "--client-id", client,
		"--auth-parameters", "USERNAME=ada,PASSWORD=Correct1Horse")

	admin.run("cognito-idp", "admin-delete-user", "--user-pool-id", pool, "--username", "ada")
	admin.run("cognito-idp", "delete-user-pool-client", "--user-pool-id", pool, "--client-id", client)
	admin.run("cognito-idp", "delete-user-pool", "--user-pool-id", pool)
	admin.refused("ResourceNotFoundException", "", "cognito-idp", "describe-user-pool", "--user-pool-id", pool)
	admin.run("cognito-identity", "delete-identity-pool", "--identity-pool-id", identities)
}

// TestCLIListings pages and describes what an administrator lists, with the CLI's own paging on and off.
func TestCLIListings(t *testing.T) {
	t.Parallel()
	awsCLI(t)
	f := start(t)
	admin := newCLI(t, f).as(f.root())
	for _, n := range []string{"a", "b", "c"} {
		admin.run("cognito-idp", "admin-create-user", "--user-pool-id", f.UserPoolID, "--username", "user-"+n, "--message-action", "SUPPRESS")
	}
	// The CLI asks for page after page by itself; pages of two make it come back for the rest.
	if got := admin.run("cognito-idp", "list-users", "--user-pool-id", f.UserPoolID, "--page-size", "2").list("Users"); len(got) != 4 {
		t.Errorf("list-users gave %d users, want 4", len(got))
	}
	some := admin.run("cognito-idp", "list-users", "--user-pool-id", f.UserPoolID, "--filter", `username ^= "user-"`, "--limit", "2", "--no-paginate")
	if got := some.list("Users"); len(got) != 2 {
		t.Errorf("the first page has %d users, want 2", len(got))
	}
	some.text("PaginationToken")
	admin.run("cognito-idp", "list-user-pools", "--max-results", "10").want(f.UserPoolID, "UserPools", "*", "Id")
	admin.run("cognito-idp", "list-user-pool-clients", "--user-pool-id", f.UserPoolID).want(f.ClientID, "UserPoolClients", "*", "ClientId")
	admin.run("cognito-idp", "describe-user-pool", "--user-pool-id", f.UserPoolID).want(f.UserPoolID, "UserPool", "Id")
	admin.run("cognito-idp", "describe-user-pool-client", "--user-pool-id", f.UserPoolID, "--client-id", f.ClientID).want(f.ClientID, "UserPoolClient", "ClientId")
	admin.run("cognito-identity", "list-identity-pools", "--max-results", "10").want(f.IdentityPoolID, "IdentityPools", "*", "IdentityPoolId")
	admin.run("cognito-identity", "describe-identity-pool", "--identity-pool-id", f.IdentityPoolID).want(f.IdentityPoolID, "IdentityPoolId")
	admin.run("cognito-identity", "get-identity-pool-roles", "--identity-pool-id", f.IdentityPoolID).text("Roles", "authenticated")
	admin.run("iam", "list-roles").text("Roles", "*", "Arn")
}
