package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// clientRuns is how often each command of the client is run, and slowRuns one that takes a hundred times as long.
const (
	clientRuns = 200
	slowRuns   = 20
)

// debianCLI is where Debian's package of the AWS CLI has it.
const debianCLI = "/usr/bin/aws"

// measureClient runs the client's commands from start to exit, on the driver's processor, with credentials that are kept: no server is asked. The AWS CLI does the same
// beside it: it prints credentials that are in its shared files, or that this client gives it as the process of a profile.
func measureClient(t *table, binary, dir string) (err error) {
	s, err := start(binary, "--ephemeral", "--listen", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	c := &clientBench{binary: binary, home: filepath.Join(dir, "client")}
	if err := c.prepare(s); err != nil {
		return err
	}
	t.title("The client, warm cache, start to exit (wall, one processor)")
	warm, err := c.time(clientRuns, binary, "process")
	if err != nil {
		return err
	}
	t.row("client process", "%s   (goal 15)", warm)
	if _, err := os.Stat(debianCLI); err == nil {
		for _, profile := range []string{"kept", "process"} {
			slow, err := c.time(slowRuns, debianCLI, "configure", "export-credentials", "--format", "process", "--profile", profile)
			if err != nil {
				return err
			}
			t.row("aws configure export-credentials, "+map[string]string{"kept": "keys in a file", "process": "our process"}[profile], "%s", slow)
		}
	}
	alone, under, err := c.pair("/bin/true")
	if err != nil {
		return err
	}
	t.row("client exec, around a program of", "%s", alone)
	t.row("client exec adds to its start", "%6.2f ms median, %.2f ms least   (goal 10)", millis(under.median-alone.median), millis(under.least-alone.least))
	return nil
}

// clientBench is a home in which somebody has signed in.
type clientBench struct{ binary, home string }

// timing is what many runs of a command took.
type timing struct{ median, least time.Duration }

func millis(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }

// String gives a timing as the table has it.
func (t timing) String() string {
	return fmt.Sprintf("%6.2f ms median, %.2f ms least", millis(t.median), millis(t.least))
}

func newTiming(times []time.Duration) timing {
	slices.Sort(times)
	return timing{median: times[len(times)/2], least: times[0]}
}

// prepare signs in and gives the AWS CLI its profiles.
func (c *clientBench) prepare(s *server) error {
	if err := os.MkdirAll(filepath.Join(c.home, ".aws"), 0o700); err != nil {
		return err
	}
	secret := filepath.Join(c.home, "secret")
	if err := os.WriteFile(secret, []byte(s.APISecretKey+"\n"), 0o600); err != nil {
		return err
	}
	if _, err := c.run(c.binary, "login", "--server", s.Endpoint, "--username", s.APIAccessKey, "--password-file", secret); err != nil {
		return err
	}
	out, err := c.run(c.binary, "process")
	if err != nil {
		return err
	}
	var k struct{ AccessKeyId, SecretAccessKey, SessionToken string }
	if err := json.Unmarshal(out, &k); err != nil {
		return err
	}
	config := fmt.Sprintf("[profile kept]\naws_access_key_id = %s\naws_secret_access_key = %s\naws_session_token = %s\n[profile process]\ncredential_process = %s process\n",
		k.AccessKeyId, k.SecretAccessKey, k.SessionToken, c.binary)
	return os.WriteFile(filepath.Join(c.home, ".aws", "config"), []byte(config), 0o600)
}

// command is a process in the home, with the output that a caller would read.
func (c *clientBench) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env = []string{"HOME=" + c.home, "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"}
	return cmd
}

func (c *clientBench) run(name string, args ...string) ([]byte, error) {
	out, err := c.command(name, args...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil, fmt.Errorf("%s %s: %w: %s", filepath.Base(name), args[0], err, exit.Stderr)
	}
	return out, err
}

// time runs a command many times, and once before.
func (c *clientBench) time(n int, name string, args ...string) (timing, error) {
	if _, err := c.run(name, args...); err != nil {
		return timing{}, err
	}
	times := make([]time.Duration, n)
	for i := range times {
		began := time.Now()
		if _, err := c.run(name, args...); err != nil {
			return timing{}, err
		}
		times[i] = time.Since(began)
	}
	return newTiming(times), nil
}

// pair runs a program alone and under exec, in turns, so that both meet the same machine.
func (c *clientBench) pair(program string) (alone, under timing, err error) {
	var times [2][]time.Duration
	for i := range 2 * clientRuns {
		line := []string{program}
		if i%2 == 1 {
			line = []string{c.binary, "exec", "--", program}
		}
		began := time.Now()
		if err := c.command(line[0], line[1:]...).Run(); err != nil {
			return alone, under, err
		}
		times[i%2] = append(times[i%2], time.Since(began))
	}
	return newTiming(times[0]), newTiming(times[1]), nil
}
