package script

import (
	"strings"
	"sync"
	"testing"
	"time"
)

// stormSize is how many processes ask at once.
const stormSize = 50

// storm starts many processes that need credentials. The answer to who renews is held back until all have started, so that all are there while it lasts. All have
// to succeed, with the same credentials.
func (h *home) storm(b *between, renewal string) {
	h.t.Helper()
	g := b.hold(renewal)
	outs := make([]string, stormSize)
	var started, ended sync.WaitGroup
	started.Add(stormSize)
	for i := range outs {
		ended.Go(func() {
			cmd, out, errs := h.command("process")
			err := cmd.Start()
			started.Done()
			if err == nil {
				err = cmd.Wait()
			}
			if err != nil {
				h.t.Errorf("%v: %s", err, errs)
			}
			outs[i] = out.String()
		})
	}
	started.Wait()
	close(g.open)
	ended.Wait()
	b.pass(renewal)
	for _, out := range outs {
		if out != outs[0] || out == "" {
			h.t.Error("not all got the same credentials")
			break
		}
	}
}

// TestStorm: however many processes find a session ended, one renews it.
func TestStorm(t *testing.T) {
	b := newBetween(t)
	h := b.newEndedHome(t)
	h.storm(b, "GetTokensFromRefreshToken")
	b.want(t, "GetTokensFromRefreshToken", "GetId", "GetCredentialsForIdentity")
	h.storm(b, "GetTokensFromRefreshToken") // warm
	b.want(t)
}

// TestStormOfRotatedTokens: where each refresh token serves once, and at once no more, no renewal loses the one that the next one needs.
func TestStormOfRotatedTokens(t *testing.T) {
	b := newBetween(t)
	b.rotate(t, 0)
	b.shorten(true)
	h := b.newHome(t)
	for range 3 { // each brings a token that the next one uses
		h.ended()
		h.ok("token")
	}
	h.ended()
	b.want(t, "GetTokensFromRefreshToken", "GetTokensFromRefreshToken", "GetTokensFromRefreshToken")
	b.shorten(false)
	h.storm(b, "GetTokensFromRefreshToken")
	b.want(t, "GetTokensFromRefreshToken", "GetId", "GetCredentialsForIdentity")
}

// TestStormWithoutSession: nobody signs in by themselves, and each process says at once what to do.
func TestStormWithoutSession(t *testing.T) {
	b := newBetween(t)
	h := b.newHome(t)
	h.ok("logout")
	b.take()
	var all sync.WaitGroup
	for range stormSize {
		all.Go(func() {
			cmd, out, errs := h.command("process")
			_ = cmd.Run()
			if cmd.ProcessState.ExitCode() != 3 || out.Len() > 0 || errs.String() != "mayfly: sign-in is required for default: run mayfly login default\n" {
				t.Errorf("exit code %d: %s%s", cmd.ProcessState.ExitCode(), out, errs)
			}
		})
	}
	all.Wait()
	b.want(t)
}

// TestStormWithWrongSecret: a secret that the server refuses is tried once, and not by each process that has it; another one is tried at once.
func TestStormWithWrongSecret(t *testing.T) {
	b := newBetween(t)
	h := b.newHome(t)
	h.ok("logout")
	b.take()
	with := func(secret string) (out, errs string, code int) {
		cmd, o, e := h.command("process")
		cmd.Env = append(cmd.Env, "MAYFLY_ACCESS_KEY="+b.first.APIAccessKey, "MAYFLY_SECRET_KEY="+secret)
		_ = cmd.Run()
		return o.String(), e.String(), cmd.ProcessState.ExitCode()
	}
	var all sync.WaitGroup
	for range stormSize {
		all.Go(func() {
			if out, errs, code := with("wrong-Canary-1"); code != 1 || out != "" || !strings.Contains(errs, "NotAuthorizedException: Incorrect username or password") || strings.Contains(errs, "Canary") {
				t.Errorf("exit code %d: %s%s", code, out, errs)
			}
		})
	}
	all.Wait()
	b.want(t, "InitiateAuth", "RespondToAuthChallenge")
	if _, errs, code := with(b.first.APISecretKey); code != 0 {
		t.Errorf("the right one: exit code %d: %s", code, errs)
	}
	b.want(t, "InitiateAuth", "RespondToAuthChallenge", "GetId", "GetCredentialsForIdentity")
}

// longJob asks the container endpoint until the credentials are others, three times, and prints the keys.
const longJob = `
ask() { curl -sf -H "Authorization: $AWS_CONTAINER_AUTHORIZATION_TOKEN" "$AWS_CONTAINER_CREDENTIALS_FULL_URI" | sed 's/.*"AccessKeyId":"\([A-Z0-9]*\)".*/\1/'; }
key=$(ask)
for turn in 1 2 3; do
	echo "$key"
	next=$key
	while [ "$next" = "$key" ]; do sleep 0.1; next=$(ask); done
	key=$next
done
echo "$key"
`

// TestLongRun: a program that runs for longer than credentials live finds newer ones at its endpoint, without a sign-in.
func TestLongRun(t *testing.T) {
	b := newBetween(t)
	h := b.newHome(t)
	b.keysFor(3 * time.Second)
	keys := strings.Fields(h.ok("exec", "--server", "--", "sh", "-c", longJob))
	seen := map[string]bool{}
	for _, k := range keys {
		seen[k] = true
		if len(k) != 20 || !strings.HasPrefix(k, "ASIA") {
			t.Errorf("a key of %q", k)
		}
	}
	if len(keys) != 4 || len(seen) != 4 {
		t.Errorf("keys %v", keys)
	}
	if n := b.take(); n["InitiateAuth"] != 0 || n["GetCredentialsForIdentity"] < len(keys) {
		t.Errorf("asked for %v", n)
	}
}
