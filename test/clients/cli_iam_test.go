package clients

import "testing"

const anyOf = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:GetUser","iam:ListUsers"],"Resource":"*"}]}`

// TestCLIAccessKeys follows an IAM user's access keys through the CLI: made, used, switched off, switched on, deleted.
func TestCLIAccessKeys(t *testing.T) {
	t.Parallel()
	awsCLI(t)
	f := start(t)
	c := newCLI(t, f)
	admin := c.as(f.root())
	admin.run("iam", "create-user", "--user-name", "robot").want("arn:aws:iam::"+f.Account+":user/robot", "User", "Arn")
	admin.refused("EntityAlreadyExists", "", "iam", "create-user", "--user-name", "robot")
	o := admin.run("iam", "create-access-key", "--user-name", "robot")
	id, secret := o.text("AccessKey", "AccessKeyId"), o.text("AccessKey", "SecretAccessKey")
	admin.run("iam", "get-access-key-last-used", "--access-key-id", id).want("N/A", "AccessKeyLastUsed", "ServiceName")

	robot := c.as(keys{id: id, secret: secret})
	robot.run("sts", "get-caller-identity").want("arn:aws:iam::"+f.Account+":user/robot", "Arn")
	robot.refused("AccessDenied", "iam:ListUsers", "iam", "list-users")
	used := admin.run("iam", "get-access-key-last-used", "--access-key-id", id)
	used.want("robot", "UserName")
	used.text("AccessKeyLastUsed", "LastUsedDate")
	used.want(f.Region, "AccessKeyLastUsed", "Region")

	policy := admin.run("iam", "create-policy", "--policy-name", "look", "--policy-document", anyOf).text("Policy", "Arn")
	admin.run("iam", "attach-user-policy", "--user-name", "robot", "--policy-arn", policy)
	admin.run("iam", "list-attached-user-policies", "--user-name", "robot").want(policy, "AttachedPolicies", "*", "PolicyArn")
	robot.run("iam", "list-users").text("Users", "*", "UserId")
	robot.refused("AccessDenied", "iam:CreateUser", "iam", "create-user", "--user-name", "friend")
	admin.refused("MalformedPolicyDocument", "", "iam", "create-policy", "--policy-name", "bad", "--policy-document", `{"Statement":[{"Effect":"Perhaps"}]}`)
	admin.refused("DeleteConflict", "", "iam", "delete-user", "--user-name", "robot")

	wrong := tamper(secret)
	c.as(keys{id: id, secret: wrong}).refused("SignatureDoesNotMatch", "", "sts", "get-caller-identity")
	c.as(keys{id: id, secret: wrong}).refused("InvalidSignatureException", "", "cognito-idp", "list-user-pools", "--max-results", "1")
	c.as(keys{id: "AKIAIOSFODNN7EXAMPLE", secret: secret}).refused("InvalidClientTokenId", "", "sts", "get-caller-identity")
	c.as(keys{id: "AKIAIOSFODNN7EXAMPLE", secret: secret}).refused("UnrecognizedClientException", "", "cognito-idp", "list-user-pools", "--max-results", "1")

	session := robot.run("sts", "get-session-token").session()
	admin.run("iam", "update-access-key", "--user-name", "robot", "--access-key-id", id, "--status", "Inactive")
	robot.refused("InvalidClientTokenId", "", "sts", "get-caller-identity")
	admin.run("iam", "list-access-keys", "--user-name", "robot").want("Inactive", "AccessKeyMetadata", "*", "Status")
	admin.run("iam", "update-access-key", "--user-name", "robot", "--access-key-id", id, "--status", "Active")
	robot.run("iam", "get-user").want("robot", "User", "UserName")

	admin.run("iam", "detach-user-policy", "--user-name", "robot", "--policy-arn", policy)
	robot.refused("AccessDenied", "", "iam", "list-users")
	admin.run("iam", "delete-policy", "--policy-arn", policy)
	admin.run("iam", "delete-access-key", "--user-name", "robot", "--access-key-id", id)
	robot.refused("InvalidClientTokenId", "", "sts", "get-caller-identity")
	admin.run("iam", "delete-user", "--user-name", "robot")
	c.as(session).refused("InvalidClientTokenId", "", "sts", "get-caller-identity")
	admin.refused("NoSuchEntity", "robot", "iam", "get-user", "--user-name", "robot")
}
