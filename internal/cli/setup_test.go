package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func (p *person) config() string {
	p.t.Helper()
	b, err := os.ReadFile(filepath.Join(p.home, ".aws", "config"))
	if err != nil {
		p.t.Fatal(err)
	}
	return string(b)
}

// TestSetupOfAHostilePortal: names that a portal gives become no commands.
func TestSetupOfAHostilePortal(t *testing.T) {
	for _, names := range [][2]string{{"111122223333", "x;touch /tmp/x"}, {"1111$(id)2223333", "Admin"}, {"111122223333", "a b"}, {"111122223333", "a\nb"}, {"111122223333", ""}} {
		p := newPerson(t)
		c := newCenter(t, p.server.Clock.Now)
		c.names = names
		p.configured(c)
		p.ok("login", "corp", "--device")
		if out, errs, code := p.run("", "setup", "profiles"); code != ExitFailed || !strings.Contains(errs, "as none can be named") {
			t.Errorf("%q: exit code %d: %s %s", names, code, out, errs)
		}
		if _, err := os.Stat(filepath.Join(p.home, ".aws", "config")); err == nil {
			t.Errorf("%q: %s", names, p.config())
		}
	}
}

// TestSetupFollowsTheSession: what the session does not say any more goes, and what somebody has added stays.
func TestSetupFollowsTheSession(t *testing.T) {
	p := newPerson(t)
	p.login()
	p.ok("setup", "profiles")
	if !strings.Contains(p.config(), "endpoint_url = "+p.server.URL) {
		t.Error(p.config())
	}
	own := strings.Replace(p.config(), "endpoint_url", "output = json\nendpoint_url", 1)
	if err := os.WriteFile(filepath.Join(p.home, ".aws", "config"), []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	p.ok("configure", "default", "--endpoint", "")
	p.ok("setup", "profiles", "default", "default")
	if text := p.config(); strings.Contains(text, "endpoint_url") || !strings.Contains(text, "output = json") || strings.Count(text, "[default]") != 1 {
		t.Error(text)
	}
}

// TestSetupBesideKeys: keys in the credentials file go before a credential_process, which would never run.
func TestSetupBesideKeys(t *testing.T) {
	p := newPerson(t)
	p.login()
	if err := os.MkdirAll(filepath.Join(p.home, ".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	p.file(".aws/credentials", "[default]\naws_access_key_id = AKIAMINE\naws_secret_access_key = s\n")
	if _, errs, code := p.run("", "setup", "profiles"); code != 0 || !strings.Contains(errs, "Profile default is left alone") {
		t.Errorf("exit code %d: %s", code, errs)
	}
	if _, err := os.Stat(filepath.Join(p.home, ".aws", "config")); err == nil {
		t.Error(p.config())
	}
}

// TestSideBySide: sessions that are made at the same time are all there afterwards.
func TestSideBySide(t *testing.T) {
	p := newPerson(t)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if _, errs, code := p.run("", "configure", fmt.Sprintf("s%d", i), "--kind", "keys", "--region", "eu-west-1"); code != 0 {
				t.Errorf("exit code %d: %s", code, errs)
			}
		})
	}
	wg.Wait()
	if out := p.ok("configure", "--list"); strings.Count(out, "\n") != 20 {
		t.Errorf("%d sessions:\n%s", strings.Count(out, "\n"), out)
	}
}

// TestServerOfASession: the server says where to sign in, and nothing else of a session that is there.
func TestServerOfASession(t *testing.T) {
	p := newPerson(t)
	arn := "arn:aws:iam::" + p.server.Account + ":role/own"
	p.ok("configure", "work", "--server", p.server.URL, "--role-arn", arn, "--flow", "password")
	p.ok("configure", "work", "--server", p.server.URL)
	p.ok("login", "work", "--server", p.server.URL, "--username", p.server.APIAccessKey, "--password-file", p.file("secret", p.server.APISecretKey))
	if out := p.ok("configure", "--list", "--json"); !strings.Contains(out, arn) || !strings.Contains(out, `"flow": "password"`) {
		t.Error(out)
	}
	p.ok("configure", "key", "--kind", "keys", "--region", "eu-west-1")
	if _, errs, code := p.run("", "login", "key", "--server", p.server.URL); code != ExitUsage || !strings.Contains(errs, "is of kind keys") {
		t.Errorf("exit code %d: %s", code, errs)
	}
	if _, errs, code := p.run("", "login", "other", "--server", p.server.URL, "--device"); code != ExitUsage || strings.Contains(p.ok("configure", "--list"), "other") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}

// TestConfigurationByHand: what cannot be meant is told with its line, and a session that cannot be used can be taken out.
func TestConfigurationByHand(t *testing.T) {
	p := newPerson(t)
	p.file("config", "[session work]\nkind = user-pool\nregoin = eu-west-1\n[sesion other]\n[session odd name]\nkind = keys\nregion = eu-west-1\n")
	for _, c := range []struct{ line, says string }{
		{"status work", "session work has no region, in " + p.home + "/config; line 3 says regoin, which is no setting"},
		{"status odd", "there is no session odd"},
		{"status", "name a session: work, odd name"},
	} {
		if _, errs, code := p.run("", strings.Fields(c.line)...); code != ExitUsage || !strings.Contains(errs, c.says) {
			t.Errorf("%s: exit code %d: %s", c.line, code, errs)
		}
	}
	out, _, _ := p.run("", "doctor")
	for _, want := range []string{"line 3: regoin is no setting", "[sesion other] in "} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in %s", want, out)
		}
	}
	p.ok("configure", "odd name", "--remove")
	p.ok("configure", "--remove", "work")
	if out := p.ok("configure", "--list"); out != "" {
		t.Error(out)
	}
	if _, errs, code := p.run("", "configure", "--remove", "work"); code != ExitUsage || !strings.Contains(errs, "there is no session work") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}

// TestDecodeIsBounded: half of a text is not taken for another, and nothing in a token steers a terminal.
func TestDecodeIsBounded(t *testing.T) {
	p := newPerson(t)
	if _, errs, code := p.run(strings.Repeat("A", mostDecoded+1), "decode"); code != ExitUsage || !strings.Contains(errs, "longer than") {
		t.Errorf("exit code %d: %s", code, errs)
	}
	out, _, code := p.run(`{"allowed":false,"context":{"x":"`+"\u009b31m\u007f"+`"}}`, "decode")
	if code != 0 || strings.ContainsRune(out, 0x9b) || !strings.Contains(out, `\u009b31m\u007f`) {
		t.Errorf("%d %q", code, out)
	}
}
