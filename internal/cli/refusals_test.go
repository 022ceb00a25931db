package cli

import (
	"strings"
	"testing"
)

// TestFlagsThatCannotBeMeant: what contradicts itself, or would count for nothing, is refused and not passed over.
func TestFlagsThatCannotBeMeant(t *testing.T) {
	p := newPerson(t)
	p.login()
	for _, c := range []struct{ line, says string }{
		{"process a b", "accepts at most 1 arg(s)"},
		{"curl", "accepts 1 arg(s)"},
		{"key nothing", "unknown command"},
		{"exec", "want: exec"},
		{"exec --", "want: exec"},
		{"exec --without-files -- true", "--without-files is for --server"},
		{"whoami a --profile b", "--profile excludes a session"},
		{"whoami a --profile b --explain", "--profile excludes a session"},
		{"whoami default --explain", "default is a session of this program"},
		{"env --unset default", "--unset asks nobody"},
		{"env --unset --profile x", "--unset asks nobody"},
		{"status --expires-within -5m", "--expires-within is no time"},
		{"curl --token access --service sts http://127.0.0.1:1/", "--token and --service exclude each other"},
		{"curl --token access --region x http://127.0.0.1:1/", "--token and --region exclude each other"},
		{"curl --token access --profile x http://127.0.0.1:1/", "--token and --profile exclude each other"},
		{"curl --token access --role x http://127.0.0.1:1/", "--token and --role exclude each other"},
		{"curl --service s3 http://127.0.0.1:1/bucket/key", "s3 is signed in a way of its own"},
		{"curl -H X-Amz-Date:1 http://127.0.0.1:1/", "X-Amz-Date is written by the signature"},
		{"curl -H authorization:1 http://127.0.0.1:1/", "Authorization is written by this program"},
		{"curl -H Content-Length:1 http://127.0.0.1:1/", "Content-Length is written by this program"},
		{"curl -H a\x00b:1 http://127.0.0.1:1/", "a header is"},
		{"curl -H nothing http://127.0.0.1:1/", "a header is"},
		{"curl -H a:b\nc http://127.0.0.1:1/", "a header is"},
		{"configure --list other", "--list lists all"},
		{"configure --list --region x", "--list and --region exclude each other"},
		{"configure --list --remove", "--list and --remove exclude each other"},
		{"configure --remove --region x", "--remove and --region exclude each other"},
		{"configure --remove --server http://127.0.0.1:1", "--remove and --server exclude each other"},
		{"configure x --from cognito --server http://127.0.0.1:1", "--server is for --from stax"},
		{"configure x --kind keys --region us-east-1 --flow srp", "flow is not for kind keys"},
		{"configure x --kind keys --region us-east-1 --user-pool-id a_b", "user_pool_id is not for kind keys"},
		{"configure default --mfa-serial x", "mfa_serial is not for kind user-pool"},
		{"configure x --kind web-identity --region r --role-arn a --web-identity-token-file f --external-id e", "external_id is not for kind web-identity"},
		{"login --device", "are for sessions of SSO"},
		{"login --device --browser", "exclude each other"},
		{"setup profiles --name=", "--name is empty"},
		{"key add k --region us-east-1 --access-key-id AKIA1 --secret-file JSON", "--access-key-id is for a secret alone"},
	} {
		args := strings.Split(c.line, " ")
		for i, a := range args {
			if a == "JSON" {
				args[i] = p.file("key.json", `{"Version":1,"AccessKeyId":"AKIA2","SecretAccessKey":"s"}`)
			}
		}
		if _, errs, code := p.run("", args...); code != ExitUsage || !strings.Contains(errs, c.says) {
			t.Errorf("%s: exit code %d: %s", c.line, code, errs)
		}
	}
	if out := p.ok("configure", "--list"); strings.Count(out, "\n") != 1 {
		t.Errorf("something was written: %s", out)
	}
}
