package clients

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// awsCLI is the AWS CLI that Debian packages, or the one that MAYFLY_TEST_AWS names.
func awsCLI(t *testing.T) string {
	t.Helper()
	path := os.Getenv("MAYFLY_TEST_AWS")
	if path == "" {
		path = "/usr/bin/aws"
	}
	installed(t, path)
	return path
}

// cli is the stock AWS CLI with an environment that holds one set of credentials and nothing of the machine's.
type cli struct {
	t        *testing.T
	path     string
	endpoint string // of --endpoint-url; empty: the CLI finds the server by its configuration
	env      []string
	input    string // what the CLI reads from its standard input
}

// keys are the three strings of a set of credentials. A long-term key has no token.
type keys struct{ id, secret, token string }

func newCLI(t *testing.T, f *firstRun) *cli {
	t.Helper()
	home := t.TempDir()
	return &cli{t: t, path: awsCLI(t), endpoint: f.Endpoint, env: []string{
		"HOME=" + home, "PATH=/usr/bin:/bin", "AWS_CONFIG_FILE=" + home + "/config", "AWS_SHARED_CREDENTIALS_FILE=" + home + "/credentials",
		"AWS_DEFAULT_REGION=" + f.Region, "AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=", "AWS_MAX_ATTEMPTS=1", "LC_ALL=C.UTF-8",
	}}
}

// as gives the CLI with other credentials in its environment, the way the stock CLI reads them.
func (c *cli) as(k keys) *cli {
	n := *c
	n.env = append(append([]string{}, c.env...), "AWS_ACCESS_KEY_ID="+k.id, "AWS_SECRET_ACCESS_KEY="+k.secret)
	if k.token != "" {
		n.env = append(n.env, "AWS_SESSION_TOKEN="+k.token)
	}
	return &n
}

// root gives the CLI with the account's root access key.
func (f *firstRun) root() keys { return keys{id: f.AccessKeyID, secret: f.SecretAccessKey} }

// command prepares a run.
func (c *cli) command(args ...string) (*exec.Cmd, *bytes.Buffer) {
	flags := []string{"--output", "json"}
	if c.endpoint != "" {
		flags = append(flags, "--endpoint-url", c.endpoint)
	}
	cmd := exec.CommandContext(c.t.Context(), c.path, append(flags, args...)...)
	cmd.Env, cmd.Stdin = c.env, strings.NewReader(c.input)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // without a terminal, what the CLI asks for comes from its standard input
	var errs bytes.Buffer
	cmd.Stderr = &errs
	return cmd, &errs
}

// run runs the CLI, which must succeed, and gives the object that it printed.
func (c *cli) run(args ...string) object {
	c.t.Helper()
	cmd, errs := c.command(args...)
	out, err := cmd.Output()
	if err != nil {
		c.t.Fatalf("aws %s: %v\n%s", name(args), err, errs)
	}
	o := object{t: c.t, what: "aws " + name(args)}
	if len(bytes.TrimSpace(out)) == 0 {
		return o
	}
	if err := json.Unmarshal(out, &o.v); err != nil {
		c.t.Fatalf("aws %s: the output is not JSON: %v", name(args), err)
	}
	return o
}

// refused runs the CLI, which must be refused with the service's error code and, where it is given, a part of the message.
func (c *cli) refused(code, part string, args ...string) {
	c.t.Helper()
	cmd, errs := c.command(args...)
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		c.t.Errorf("aws %s: got %v, want a refusal with %s", name(args), err, code)
		return
	}
	text := errs.String()
	// 254 is the CLI's exit code for an error that a service answered.
	if exit.ExitCode() != 254 || !strings.Contains(text, "An error occurred ("+code+")") || !strings.Contains(text, part) {
		c.t.Errorf("aws %s: exit %d, want 254 with %s and %q\n%s", name(args), exit.ExitCode(), code, part, text)
	}
}

// name leaves out the arguments, which may be secrets.
func name(args []string) string { return strings.Join(args[:min(2, len(args))], " ") }

// object is a JSON object that the CLI printed.
type object struct {
	t    *testing.T
	what string
	v    map[string]any
}

// at walks to a member: names of objects, and * for the only element of a list.
func (o object) at(path ...string) any {
	o.t.Helper()
	var v any = o.v
	for _, p := range path {
		switch x := v.(type) {
		case map[string]any:
			v = x[p]
		case []any:
			if p != "*" || len(x) != 1 {
				o.t.Fatalf("%s: %v: want one element, got %d", o.what, path, len(x))
			}
			v = x[0]
		default:
			o.t.Fatalf("%s: nothing at %v", o.what, path)
		}
	}
	return v
}

// text gives a member that must be text, and not empty.
func (o object) text(path ...string) string {
	o.t.Helper()
	s, ok := o.at(path...).(string)
	if !ok || s == "" {
		o.t.Fatalf("%s: %v is %v, want text", o.what, path, o.at(path...))
	}
	return s
}

// want compares a member.
func (o object) want(want any, path ...string) {
	o.t.Helper()
	if got := o.at(path...); got != want {
		o.t.Errorf("%s: %v = %v, want %v", o.what, path, got, want)
	}
}

// list gives a member that must be a list.
func (o object) list(path ...string) []any {
	o.t.Helper()
	l, ok := o.at(path...).([]any)
	if !ok {
		o.t.Fatalf("%s: %v is no list", o.what, path)
	}
	return l
}

// session gives the credentials of an STS answer.
func (o object) session() keys {
	o.t.Helper()
	return keys{o.text("Credentials", "AccessKeyId"), o.text("Credentials", "SecretAccessKey"), o.text("Credentials", "SessionToken")}
}
