package clients

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// finder is what a program tells that took the credentials its SDK found by itself.
type finder struct {
	ARN         string     `json:"arn"`
	AccessKeyID string     `json:"accessKeyId"`
	Source      string     `json:"source"` // of the SDK for Go alone
	Expires     *time.Time `json:"expires"`
}

// childVariable makes this test program stand for a program of somebody else, which uses the SDK for Go.
const childVariable = "MAYFLY_TEST_CHILD"

// child is that program: it knows of no endpoint and no credentials but what the SDK finds.
func child(ctx context.Context) error {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRetryMaxAttempts(1))
	if err != nil {
		return err
	}
	who, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil)
	if err != nil {
		return err
	}
	k, err := cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return err
	}
	out := finder{ARN: *who.Arn, AccessKeyID: k.AccessKeyID, Source: k.Source}
	if k.CanExpire {
		out.Expires = &k.Expires
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}

// signedIn is a home in which the server's API token has signed in by the program's own client, with a profile for SDKs.
type signedIn struct {
	t   *testing.T
	f   *firstRun
	env []string
}

func newSignedIn(t *testing.T, f *firstRun) *signedIn {
	t.Helper()
	home := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(home, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write(".aws/config", "# of somebody's own\n[default]\nregion = "+f.Region+"\nendpoint_url = "+f.Endpoint+"\ncredential_process = mayfly process\n")
	s := &signedIn{t: t, f: f, env: []string{
		"HOME=" + home, "PATH=" + filepath.Dir(binary) + ":" + os.Getenv("PATH"), "AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=", "LC_ALL=C.UTF-8",
	}}
	s.run("mayfly", "login", "--server", f.Endpoint, "--username", f.APIAccessKey, "--password-file", write("secret", f.APISecretKey+"\n"))
	return s
}

// run runs a program in the home, without a terminal.
func (s *signedIn) run(name string, args ...string) []byte {
	s.t.Helper()
	if name == "mayfly" {
		name = binary
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), 2*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	c.Env = append([]string{childVariable + "=1"}, s.env...)
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	var errs bytes.Buffer
	c.Stderr = &errs
	out, err := c.Output()
	if err != nil {
		s.t.Fatalf("%s %s: %v\n%s", filepath.Base(name), args[:min(2, len(args))], err, &errs)
	}
	return out
}

var apiUser = regexp.MustCompile(`^arn:aws:sts::[0-9]{12}:assumed-role/mayfly-api-user-[a-z0-9]+/CognitoIdentityCredentials$`)

// found runs a program that tells whose credentials it has found: the session's, short-lived.
func (s *signedIn) found(name string, args ...string) *finder {
	s.t.Helper()
	var f finder
	if err := json.Unmarshal(s.run(name, args...), &f); err != nil {
		s.t.Fatal(err)
	}
	if !apiUser.MatchString(f.ARN) || !strings.HasPrefix(f.AccessKeyID, "ASIA") {
		s.t.Errorf("found %s with key %s", f.ARN, f.AccessKeyID)
	}
	if f.Source == fromEnvironment && f.Expires == nil { // that SDK takes no end from variables
		return &f
	}
	if f.Expires == nil || time.Until(*f.Expires) > time.Hour || time.Until(*f.Expires) < time.Minute {
		s.t.Errorf("they end at %v", f.Expires)
	}
	return &f
}

// fromEnvironment is what the SDK for Go calls credentials out of variables.
const fromEnvironment = "EnvConfigCredentials"

// ways are the ways by which a program gets the session's credentials: the beginning of its command line, and what the SDK for Go calls where it found them.
func ways() map[string]struct {
	before []string
	source string
} {
	return map[string]struct {
		before []string
		source string
	}{
		"credential_process": {nil, "ProcessProvider"},
		"exec":               {[]string{"mayfly", "exec", "--"}, fromEnvironment},
		// The default profile of the shared config would go before the endpoint.
		"exec --server": {[]string{"mayfly", "exec", "--server", "--without-files", "--"}, "CredentialsEndpointProvider"},
	}
}

// by puts a program's command line behind a way.
func by(before []string, line ...string) (string, []string) {
	all := append(append([]string{}, before...), line...)
	return all[0], all[1:]
}

// TestClientFeedsCLI: the stock AWS CLI finds the session's credentials by each way, and signs with them what the server verifies.
func TestClientFeedsCLI(t *testing.T) {
	t.Parallel()
	aws := awsCLI(t)
	f := start(t)
	s := newSignedIn(t, f)
	for name, way := range ways() {
		t.Run(name, func(t *testing.T) {
			s := &signedIn{t: t, f: f, env: s.env}
			// Debian's CLI is older than endpoints in the environment and the shared config.
			line := []string{aws, "--endpoint-url", f.Endpoint, "--region", f.Region, "--output", "json"}
			program, args := by(way.before, append(line, "sts", "get-caller-identity")...)
			var who struct{ Account, Arn string }
			if err := json.Unmarshal(s.run(program, args...), &who); err != nil || who.Account != f.Account || !apiUser.MatchString(who.Arn) {
				t.Errorf("%+v, %v", who, err)
			}
			// Another service, with a signature for it, and what the role does not open.
			program, args = by(way.before, append(line, "iam", "list-roles")...)
			if out := s.refused(program, args...); !strings.Contains(out, "(AccessDenied)") || !strings.Contains(out, who.Arn) {
				t.Errorf("iam list-roles: %s", out)
			}
		})
	}
}

// refused runs a program that has to fail, and gives what it says.
func (s *signedIn) refused(name string, args ...string) string {
	s.t.Helper()
	if name == "mayfly" {
		name = binary
	}
	c := exec.CommandContext(s.t.Context(), name, args...)
	c.Env, c.SysProcAttr = s.env, &syscall.SysProcAttr{Setsid: true}
	out, err := c.CombinedOutput()
	if err == nil {
		s.t.Errorf("%s: no refusal, but %s", args[0], out)
	}
	return string(out)
}

// TestClientFeedsSDKs: programs that give the SDKs for Go and JavaScript nothing at all find credentials, Region and server by each way. By credential_process all of
// them get the same credentials: those that are kept.
func TestClientFeedsSDKs(t *testing.T) {
	t.Parallel()
	f := start(t)
	s := newSignedIn(t, f)
	kept := s.found(os.Args[0]).AccessKeyID
	for name, way := range ways() {
		t.Run(name+", Go", func(t *testing.T) {
			s := &signedIn{t: t, f: f, env: s.env}
			program, args := by(way.before, os.Args[0])
			got := s.found(program, args...)
			if !strings.Contains(got.Source, way.source) || got.AccessKeyID != kept {
				t.Errorf("%s from %s, want %s from %s", got.AccessKeyID, got.Source, kept, way.source)
			}
		})
		t.Run(name+", JavaScript", func(t *testing.T) {
			packages(t)
			s := &signedIn{t: t, f: f, env: s.env}
			program, args := by(way.before, "node", filepath.Join("js", "whoami.mjs"))
			if got := s.found(program, args...); got.AccessKeyID != kept {
				t.Errorf("%s, want %s", got.AccessKeyID, kept)
			}
		})
	}
}

// TestClientFailsInSDKs: when nobody is signed in any more, an SDK shows its user what to run. The one for JavaScript keeps that from them, whatever the process.
func TestClientFailsInSDKs(t *testing.T) {
	t.Parallel()
	f := start(t)
	s := newSignedIn(t, f)
	s.run("mayfly", "logout")
	const want = "run mayfly login default"
	s.env = append(s.env, childVariable+"=1")
	if out := s.refused(os.Args[0]); !strings.Contains(out, want) {
		t.Errorf("the SDK for Go: %s", out)
	}
	if os.Getenv("MAYFLY_TEST_CLIENTS") == "" {
		return
	}
	if out := s.refused(awsCLI(t), "--endpoint-url", f.Endpoint, "sts", "get-caller-identity"); !strings.Contains(out, want) {
		t.Errorf("the CLI: %s", out)
	}
	packages(t)
	if out := s.refused("node", filepath.Join("js", "whoami.mjs")); !strings.Contains(out, "CredentialsProviderError") {
		t.Errorf("the SDK for JavaScript: %s", out)
	}
}

// runChild ends this program as the child that it stands for.
func runChild() int {
	if err := child(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
