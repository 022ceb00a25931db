package clients

import (
	"strings"
	"testing"
	"time"
)

// TestCLISessions is the STS journey with the stock CLI and the three strings in its environment.
func TestCLISessions(t *testing.T) {
	t.Parallel()
	awsCLI(t)
	f := start(t)
	c := newCLI(t, f)
	admin := c.as(f.root())
	admin.run("iam", "create-user", "--user-name", "robot")
	o := admin.run("iam", "create-access-key", "--user-name", "robot")
	robot := c.as(keys{id: o.text("AccessKey", "AccessKeyId"), secret: o.text("AccessKey", "SecretAccessKey")})
	user := "arn:aws:iam::" + f.Account + ":user/robot"
	role := admin.run("iam", "create-role", "--role-name", "reader", "--assume-role-policy-document",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"`+user+`"},"Action":"sts:AssumeRole"}]}`).text("Role", "Arn")
	managed := admin.run("iam", "create-policy", "--policy-name", "look", "--policy-document", anyOf).text("Policy", "Arn")
	admin.run("iam", "attach-role-policy", "--role-name", "reader", "--policy-arn", managed)

	assume := []string{"sts", "assume-role", "--role-arn", role, "--role-session-name", "work"}
	got := robot.run(append(assume, "--duration-seconds", "900")...)
	checkExpiry(t, got, 900*time.Second)
	k := got.session()
	reader := c.as(k)
	reader.run("sts", "get-caller-identity").want("arn:aws:sts::"+f.Account+":assumed-role/reader/work", "Arn")
	reader.run("iam", "list-users").text("Users", "*", "Arn")
	admin.run("sts", "get-access-key-info", "--access-key-id", k.id).want(f.Account, "Account")

	narrow := c.as(robot.run(append(assume, "--policy", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:GetUser","Resource":"*"}]}`)...).session())
	narrow.run("iam", "get-user", "--user-name", "robot").want("robot", "User", "UserName")
	narrow.refused("AccessDenied", "iam:ListUsers", "iam", "list-users")

	robot.refused("AccessDenied", "sts:AssumeRole", "sts", "assume-role", "--role-arn", role+"-that-is-not", "--role-session-name", "work")
	admin.refused("AccessDenied", "", assume...)
	reader.refused("AccessDenied", "sts:AssumeRole", assume...)
	robot.refused("ValidationError", "", append(assume, "--duration-seconds", "7200")...)
	c.as(keys{k.id, k.secret, tamper(k.token)}).refused("InvalidClientTokenId", "", "sts", "get-caller-identity")
	c.as(keys{k.id, k.secret, ""}).refused("InvalidClientTokenId", "", "sts", "get-caller-identity")

	session := c.as(robot.run("sts", "get-session-token", "--duration-seconds", "900").session())
	session.run("sts", "get-caller-identity").want(user, "Arn")
	session.refused("AccessDenied", "", "sts", "get-session-token")

	admin.run("iam", "detach-role-policy", "--role-name", "reader", "--policy-arn", managed)
	reader.refused("AccessDenied", "", "iam", "list-users")
	admin.run("iam", "delete-role", "--role-name", "reader")
	reader.refused("InvalidClientTokenId", "", "sts", "get-caller-identity")
}

// checkExpiry reads the expiration as clients do: whole seconds, UTC.
func checkExpiry(t *testing.T, o object, life time.Duration) {
	t.Helper()
	text := o.text("Credentials", "Expiration")
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || strings.Contains(text, ".") {
		t.Fatalf("expiration %q is not RFC 3339 in whole seconds", text)
	}
	if left := time.Until(at); left > life || left < life-time.Minute {
		t.Errorf("the session lives for %s, want about %s", left, life)
	}
}
