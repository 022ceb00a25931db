package script

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// rotate has each refresh token serve once, and for some seconds more.
func (b *between) rotate(t *testing.T, grace int) {
	t.Helper()
	b.root(t, "UpdateUserPoolClient", fmt.Sprintf(`{"UserPoolId":%q,"ClientId":%q,"ExplicitAuthFlows":["ALLOW_USER_SRP_AUTH"],"RefreshTokenRotation":{"Feature":"ENABLED","RetryGracePeriodSeconds":%d}}`,
		b.first.UserPoolID, b.first.ClientID, grace))
}

// killAt runs process and kills it while an answer is on its way: the server has acted, and the process has the lock.
func (h *home) killAt(b *between, operation string) {
	h.t.Helper()
	g := b.hold(operation)
	cmd, _, errs := h.command("process")
	if err := cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	select {
	case <-g.arrived:
	case <-time.After(patience):
		h.t.Errorf("nobody asks for %s: %s", operation, errs)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	b.pass(operation)
	b.take()
}

// TestKilledInRenewal: who is killed in the middle of a renewal leaves no lock behind, and a session that the next one renews.
func TestKilledInRenewal(t *testing.T) {
	for _, c := range []struct {
		name, killed string
		next         []string
	}{
		{"tokens", "GetTokensFromRefreshToken", []string{"GetTokensFromRefreshToken", "GetId", "GetCredentialsForIdentity"}},
		{"identity", "GetId", []string{"GetId", "GetCredentialsForIdentity"}}, // the tokens were kept before
		{"credentials", "GetCredentialsForIdentity", []string{"GetId", "GetCredentialsForIdentity"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBetween(t)
			h := b.newEndedHome(t)
			h.killAt(b, c.killed)
			first := h.credentials()
			b.want(t, c.next...)
			if again := h.credentials(); again != first {
				t.Error("what the next one brought was not kept")
			}
			b.want(t)
		})
	}
}

// TestKilledInRotation: the token that the server sent to who was killed is lost. Within the grace that the app client gives, the old one brings another one; without
// any, a person has to sign in, and is told so.
func TestKilledInRotation(t *testing.T) {
	for _, grace := range []int{60, 0} {
		t.Run(strconv.Itoa(grace), func(t *testing.T) {
			b := newBetween(t)
			b.rotate(t, grace)
			h := b.newEndedHome(t)
			h.killAt(b, "GetTokensFromRefreshToken")
			if grace > 0 {
				h.credentials()
				b.want(t, "GetTokensFromRefreshToken", "GetId", "GetCredentialsForIdentity")
				return
			}
			if out, errs, code := h.run("process"); code != 3 || out != "" || !strings.Contains(errs, "run mayfly login default") {
				t.Errorf("exit code %d: %s%s", code, out, errs)
			}
			h.login(b)
			h.credentials()
		})
	}
}

// TestKilledAnywhere kills processes at random points, while each of them renews and writes everything. What they leave always serves the next one.
func TestKilledAnywhere(t *testing.T) {
	rounds := 50
	if n, err := strconv.Atoi(os.Getenv("MAYFLY_KILL_ROUNDS")); err == nil {
		rounds = n
	}
	b := newBetween(t)
	b.shorten(true)
	h := b.newHome(t)
	whole := patience // of an undisturbed one
	for range 5 {
		began := time.Now()
		h.credentials()
		whole = min(whole, time.Since(began))
	}
	finished := 0
	for range rounds {
		cmd, _, _ := h.command("process")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rand.Int64N(int64(whole)))) // how long a life is: any length is a good one
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if cmd.ProcessState.Success() {
			finished++
		}
		h.credentials()
	}
	if n := b.take(); n["InitiateAuth"] != 0 || n["GetCredentialsForIdentity"] < rounds {
		t.Errorf("a session was lost, or not renewed: %v", n)
	}
	t.Logf("%d of %d ended before they were killed", finished, rounds)
	// What was half written goes with a later renewal, once nobody can be writing it any more.
	left := h.halves(time.Now().AddDate(-1, 0, 0))
	h.ended()
	h.credentials()
	if still := h.halves(time.Now()); len(still) > 0 {
		t.Errorf("%d files were left behind, and of these: %v", len(left), still)
	}
}

// halves lists the files that were being written, and dates them. All files have to be for the user alone.
func (h *home) halves(date time.Time) (names []string) {
	h.t.Helper()
	sessions := filepath.Join(h.dir, ".local", "state", "mayfly", "sessions")
	files, err := os.ReadDir(sessions)
	if err != nil || len(files) == 0 {
		h.t.Fatal(files, err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			h.t.Errorf("%s: %v, %v", f.Name(), info.Mode(), err)
		}
		if strings.Contains(f.Name(), ".tmp-") {
			names = append(names, f.Name())
			if err := os.Chtimes(filepath.Join(sessions, f.Name()), date, date); err != nil {
				h.t.Error(err)
			}
		}
	}
	return names
}
