package clients

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// bash runs a script with Debian's programs first in PATH, and gives its output. The script's own errors end it.
func bash(t *testing.T, script string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, "bash", "--noprofile", "--norc", "-e", "-o", "pipefail")
	c.Stdin = strings.NewReader(script)
	c.Env = []string{"HOME=" + t.TempDir(), "PATH=/usr/bin:/bin", "AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true", "LC_ALL=C.UTF-8"}
	var errs strings.Builder
	c.Stderr = &errs
	out, err := c.Output()
	if err != nil {
		t.Fatalf("bash: %v\n%s", err, errs.String())
	}
	return string(out)
}

// TestSeedPipeline runs the documented discovery pipeline through the shell, letter by letter.
func TestSeedPipeline(t *testing.T) {
	t.Parallel()
	installed(t, "/usr/bin/bash", "/usr/bin/curl", "/usr/bin/base64", "/usr/bin/jq")
	f := start(t)
	var auth map[string]any
	out := bash(t, strings.ReplaceAll(`curl -s <endpoint> | base64 --decode | jq -r '.ApiAuth'`, "<endpoint>", f.Endpoint))
	if err := json.Unmarshal([]byte(out), &auth); err != nil {
		t.Fatalf("the pipeline printed no JSON: %v\n%s", err, out)
	}
	for member, want := range map[string]string{
		"region": f.Region, "userPoolId": f.UserPoolID, "userPoolWebClientId": f.ClientID, "identityPoolId": f.IdentityPoolID,
	} {
		if auth[member] != want {
			t.Errorf("%s = %v, want %s", member, auth[member], want)
		}
	}
}

// TestSeedSteps runs the four documented steps through the shell, with the documented commands and jq expressions, and the values that each
// step asks to fill in.
func TestSeedSteps(t *testing.T) {
	t.Parallel()
	installed(t, "/usr/bin/bash", "/usr/bin/curl", "/usr/bin/base64", "/usr/bin/jq", "/usr/bin/aws")
	f := start(t)
	script := strings.NewReplacer("<endpoint>", f.Endpoint, "<accesskey>", f.APIAccessKey, "<secretkey>", f.APISecretKey).Replace(`
AUTH=$(curl -s <endpoint> | base64 --decode | jq -r '.ApiAuth')
part() { echo "$AUTH" | jq -r ".$1"; }
export AWS_DEFAULT_REGION=$(part region)
aws() { command aws --endpoint-url <endpoint> "$@"; }
IdToken=$(aws cognito-idp initiate-auth --auth-flow USER_PASSWORD_AUTH --client-id $(part userPoolWebClientId) --auth-parameters "USERNAME=<accesskey>,PASSWORD=<secretkey>" | jq -r '.AuthenticationResult.IdToken')
identityID=$(aws cognito-identity get-id --identity-pool-id $(part identityPoolId) --logins "cognito-idp.$(part region).amazonaws.com/$(part userPoolId)=$IdToken" | jq -r '.IdentityId')
aws cognito-identity get-credentials-for-identity --identity-id $identityID --logins "cognito-idp.$(part region).amazonaws.com/$(part userPoolId)=$IdToken"
`)
	o := object{t: t, what: "the four steps"}
	if err := json.Unmarshal([]byte(bash(t, script)), &o.v); err != nil {
		t.Fatal(err)
	}
	for _, member := range []string{"AccessKeyId", "SecretKey", "SessionToken", "Expiration"} {
		o.text("Credentials", member)
	}
}

// TestFirstRunBlock pastes what a first start prints into a shell, as a person would.
func TestFirstRunBlock(t *testing.T) {
	t.Parallel()
	installed(t, "/usr/bin/bash", "/usr/bin/curl", "/usr/bin/base64", "/usr/bin/jq", "/usr/bin/aws")
	block := readBlock(t, launch(t, "--ephemeral").out)
	dec := json.NewDecoder(strings.NewReader(bash(t, block)))
	var got []map[string]any
	for {
		var v map[string]any
		if err := dec.Decode(&v); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("the block printed something that is not JSON: %v", err)
		}
		got = append(got, v)
	}
	if len(got) != 3 {
		t.Fatalf("the block printed %d objects, want the configuration and two identities", len(got))
	}
	if got[0]["userPoolId"] == nil {
		t.Error("the first object is not the public configuration")
	}
	if arn, _ := got[1]["Arn"].(string); !strings.Contains(arn, ":assumed-role/") {
		t.Errorf("the API token's credentials are those of %q, want a role session", arn)
	}
	if arn, _ := got[2]["Arn"].(string); !strings.HasSuffix(arn, ":root") {
		t.Errorf("the access key is that of %q, want the root", arn)
	}
}

// readBlock reads the printed block up to its last command.
func readBlock(t *testing.T, r io.Reader) string {
	t.Helper()
	var b strings.Builder
	s := bufio.NewScanner(r)
	root := false
	for s.Scan() {
		b.WriteString(s.Text() + "\n")
		root = root || strings.HasPrefix(s.Text(), "export AWS_SECRET_ACCESS_KEY=")
		if root && strings.HasPrefix(s.Text(), "aws ") {
			return b.String()
		}
	}
	t.Fatalf("the block ended early: %v", s.Err())
	return ""
}
