//go:build unix

package chain

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials"
)

func TestProcess(t *testing.T) {
	const body = `"AccessKeyId":"AKIA1","SecretAccessKey":"s3cr3t","SessionToken":"t","AccountId":"111122223333"`
	for _, c := range []struct{ name, command, want string }{
		{"good", `echo '{"Version":1,` + body + `}'`, ""},
		{"with an end", `echo '{"Version":1,` + body + `,"Expiration":"2026-05-04T13:00:00Z"}'`, ""},
		{"of a shell", `x='{"Version":1,` + body + `}'; printf %s "$x"`, ""},
		{"another version", `echo '{"Version":2,` + body + `}'`, "Version"},
		{"a version in quotes", `echo '{"Version":"1",` + body + `}'`, "Version"},
		{"no version", `echo '{` + body + `}'`, "Version"},
		{"no key", `echo '{"Version":1,"SecretAccessKey":"s3cr3t"}'`, "no AccessKeyId"},
		{"no secret", `echo '{"Version":1,"AccessKeyId":"s3cr3t"}'`, "no SecretAccessKey"},
		{"another case", `echo '{"Version":1,"accesskeyid":"s3cr3t","secretaccesskey":"s3cr3t"}'`, "no AccessKeyId"},
		{"an end that is past", `echo '{"Version":1,` + body + `,"Expiration":"2026-05-04T11:00:00Z"}'`, "have ended"},
		{"an end that is none", `echo '{"Version":1,` + body + `,"Expiration":"soon"}'`, "no time"},
		{"no JSON", `echo s3cr3t`, "no JSON"},
		{"nothing", `true`, "no JSON"},
		{"a failure", `echo '{"Version":1,` + body + `}'; exit 3`, "exit status 3"},
		{"no such program", `/no/such/s3cr3t`, "exit status 127"},
		{"too much", `while :; do echo 0123456789012345678901234567890123456789; done`, "too much"},
		{"too long", `sleep 60`, "in time"},
		{"too long, in the background", `sleep 60 & sleep 60`, "in time"},
	} {
		p := &Process{Command: credentials.Secret(c.command), Now: noon}
		if strings.HasPrefix(c.name, "too long") {
			p.Timeout = 50 * time.Millisecond
		}
		v, err := p.Retrieve(context.Background())
		switch {
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "s3cr3t") || v != aws.Credentials{}):
			t.Errorf("%s: %v", c.name, err)
		case c.want == "" && (err != nil || v.AccessKeyID != "AKIA1" || v.SessionToken != "t" || v.AccountID != "111122223333"):
			t.Errorf("%s: %v", c.name, err)
		case c.name == "with an end" && !v.Expires.Equal(noon().Add(time.Hour)):
			t.Errorf("%s: %v", c.name, v.Expires)
		}
		if strings.Contains(fmt.Sprintf("%v %+v %#v", p, p, p), "s3cr3t") {
			t.Errorf("%s: the command is printed", c.name)
		}
	}
}

func TestProcessCanAsk(t *testing.T) {
	var said bytes.Buffer
	p := &Process{
		Command: `echo code? >&2; read c; echo "{\"Version\":1,\"AccessKeyId\":\"$c$MORE\",\"SecretAccessKey\":\"x\"}"`, Now: noon,
		Stdin: strings.NewReader("42\n"), Stderr: &said, Environ: []string{"MORE=x"},
	}
	v, err := p.Retrieve(context.Background())
	if err != nil || v.AccessKeyID != "42x" || said.String() != "code?\n" {
		t.Error(v.AccessKeyID, err, said.String())
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := p.Retrieve(ctx); err == nil {
		t.Error("a process is run for nobody")
	}
}
