package clients

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// home is the CLI's home folder.
func (c *cli) home() string {
	for _, v := range c.env {
		if home, ok := strings.CutPrefix(v, "HOME="); ok {
			return home
		}
	}
	c.t.Fatal("the CLI has no home folder")
	return ""
}

// file writes a file into the CLI's home folder and gives its path.
func (c *cli) file(name, content string) string {
	c.t.Helper()
	path := filepath.Join(c.home(), name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		c.t.Fatal(err)
	}
	return path
}

// profiles gives a CLI that reads what it needs from its configuration. The calls of STS that it makes for a profile know no --endpoint-url, so it
// learns of the server where it learns of AWS's endpoints: in a rule set, in the folder that it has for the models of its users.
func (c *cli) profiles(lines ...string) *cli {
	c.t.Helper()
	rules := `{"version":"1.0","parameters":{"Region":{"type":"String","builtIn":"AWS::Region"}},` +
		`"rules":[{"conditions":[],"endpoint":{"url":"` + c.endpoint + `","properties":{},"headers":{}},"type":"endpoint"}]}`
	c.file(".aws/models/sts/2011-06-15/endpoint-rule-set-1.json", rules)
	c.file(".aws/models/iam/2010-05-08/endpoint-rule-set-1.json", rules)
	c.file("config", strings.Join(lines, "\n")+"\n")
	n := *c
	n.endpoint = ""
	return &n
}

// stored writes the CLI's credentials file, with one profile.
func (c *cli) stored(profile string, k keys) {
	c.t.Helper()
	c.file("credentials", "["+profile+"]\naws_access_key_id = "+k.id+"\naws_secret_access_key = "+k.secret+"\n")
}

// answering gives the CLI an answer to what it will ask for.
func (c *cli) answering(input string) *cli {
	n := *c
	n.input = input + "\n"
	return &n
}

// TestCLIRoleProfiles assumes roles by profiles: with an external id, a session name and a duration, and from one role into another.
func TestCLIRoleProfiles(t *testing.T) {
	t.Parallel()
	awsCLI(t)
	f := start(t)
	root := f.sdk(t, f.root())
	c := newCLI(t, f)
	c.stored("base", robot(t, root, "robot", ""))
	first := role(t, root, "first", trust("arn:aws:iam::"+f.Account+":user/robot", `"sts:AssumeRole"`, `{"StringEquals":{"sts:ExternalId":"contract:7/a"}}`),
		allow(`["sts:AssumeRole","iam:ListRoles"]`, "*"))
	second := role(t, root, "second", trust(first, `"sts:AssumeRole"`, `{"StringEquals":{"aws:PrincipalArn":"`+first+`"}}`), allow(`"iam:ListUsers"`, "*"))
	p := c.profiles(
		"[profile first]", "role_arn = "+first, "source_profile = base", "external_id = contract:7/a", "role_session_name = ada@example.com", "duration_seconds = 900",
		"[profile second]", "role_arn = "+second, "source_profile = first", "role_session_name = far",
		"[profile stranger]", "role_arn = "+first, "source_profile = base", "external_id = contract:8",
		"[profile long]", "role_arn = "+first, "source_profile = base", "external_id = contract:7/a", "duration_seconds = 43201",
	)
	p.run("sts", "get-caller-identity", "--profile", "base").want("arn:aws:iam::"+f.Account+":user/robot", "Arn")
	p.run("sts", "get-caller-identity", "--profile", "first").want("arn:aws:sts::"+f.Account+":assumed-role/first/ada@example.com", "Arn")
	p.run("sts", "get-caller-identity", "--profile", "second").want("arn:aws:sts::"+f.Account+":assumed-role/second/far", "Arn")
	p.run("iam", "list-users", "--profile", "second").text("Users", "*", "Arn")
	p.refused("AccessDenied", "iam:ListRoles", "iam", "list-roles", "--profile", "second")
	p.refused("AccessDenied", "sts:AssumeRole", "sts", "get-caller-identity", "--profile", "stranger")
	p.refused("ValidationError", "durationSeconds", "sts", "get-caller-identity", "--profile", "long")
}
