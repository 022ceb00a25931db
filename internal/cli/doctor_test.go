package cli

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// diagnosis is what doctor --json prints.
type diagnosis struct {
	Failed bool
	Checks []struct{ Name, State, Says, Fix string }
}

func (d *diagnosis) names() (out []string) {
	for _, c := range d.Checks {
		out = append(out, c.Name)
	}
	return slices.Compact(out)
}

// has fails unless a check of a name and state says a text.
func (d *diagnosis) has(t *testing.T, name, state, says string) {
	t.Helper()
	for _, c := range d.Checks {
		if c.Name == name && c.State == state && strings.Contains(c.Says, says) {
			return
		}
	}
	t.Errorf("no check %s is %s and says %q: %+v", name, state, says, d.Checks)
}

// examine runs doctor, whose exit code has to agree with what it says, and which has to leave the home as it is.
func (p *person) examine(args ...string) *diagnosis {
	p.t.Helper()
	before := p.tree()
	out, errs, code := p.run("", append([]string{"doctor", "--json"}, args...)...)
	var d diagnosis
	if err := json.Unmarshal([]byte(out), &d); err != nil {
		p.t.Fatalf("%v: exit code %d: %s", err, code, errs)
	}
	if d.Failed != (code == ExitFailed) || !d.Failed && code != 0 {
		p.t.Errorf("exit code %d, failed %v", code, d.Failed)
	}
	if diff := cmp.Diff(before, p.tree()); diff != "" {
		p.t.Errorf("the home has changed: %s", diff)
	}
	for _, secret := range []string{p.server.APISecretKey, "Canary"} {
		if strings.Contains(out+errs, secret) {
			p.t.Error("a secret is told")
		}
	}
	return &d
}

// tree is what is below the home, with modes and times.
func (p *person) tree() map[string]string {
	out := map[string]string{}
	_ = filepath.WalkDir(p.home, func(path string, d fs.DirEntry, err error) error {
		if err == nil {
			if info, err := d.Info(); err == nil {
				out[path] = info.Mode().String() + info.ModTime().String()
			}
		}
		return nil
	})
	return out
}

func TestDoctorOfAHealthyClient(t *testing.T) {
	p := newPerson(t)
	p.login()
	p.ok("process")
	p.calls.take()
	p.env["AWS_REGION"] = p.server.Region
	d := p.examine()
	want := []string{"clock", "endpoint server", "nearest sts", "proxy", "certificates", "region", "profile", "long-term keys", "files", "vault", "configuration", "session"}
	if diff := cmp.Diff(want, d.names()); diff != "" {
		t.Error(diff)
	}
	for _, c := range d.Checks {
		if c.State != "ok" || c.Fix != "" {
			t.Errorf("%+v", c)
		}
	}
	d.has(t, "session", "ok", "default: signed in until ")
	d.has(t, "vault", "ok", "sealed with a key in a file")
	d.has(t, "nearest sts", "ok", "answers in")
	if n := p.calls.take(); n["InitiateAuth"]+n["GetTokensFromRefreshToken"]+n["GetCredentialsForIdentity"] != 0 {
		t.Errorf("doctor uses the session: %v", n)
	}
	if out := p.ok("doctor", "default"); !strings.Contains(out, "ok      clock: this machine's clock agrees") {
		t.Error(out)
	}
}

// TestDoctorBeforeEverything: where nothing is configured there is nothing broken, and nothing is made.
func TestDoctorBeforeEverything(t *testing.T) {
	p := newPerson(t)
	d := p.examine()
	d.has(t, "session", "skipped", "no session")
	d.has(t, "vault", "ok", "nothing is kept yet")
	d.has(t, "region", "warn", "no Region")
	if slices.Contains(d.names(), "clock") {
		t.Error("there is no server to ask")
	}
	p.ok("configure", "one", "--region", "us-east-1", "--endpoint", p.server.URL, "--user-pool-id", "us-east-1_a", "--client-id", "c")
	p.ok("configure", "two", "--region", "us-east-1", "--endpoint", p.server.URL, "--kind", "web-identity", "--role-arn", "arn:aws:iam::123456789012:role/r", "--web-identity-token-file", "/t")
	d = p.examine()
	d.has(t, "session", "warn", "one: nobody is signed in")
	d.has(t, "session", "ok", "two: signed in")
	if d := p.examine("two"); strings.Contains(d.Checks[len(d.Checks)-1].Says, "one") {
		t.Error("the other session is told of")
	}
	if _, errs, code := p.run("", "doctor", "three"); code != ExitUsage || !strings.Contains(errs, "there is no session three") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}

func TestDoctorFinds(t *testing.T) {
	for _, c := range []struct {
		name        string
		ill         func(p *person)
		check       string
		state, says string
	}{
		{"clock", func(p *person) { p.ahead = time.Hour }, "clock", "fail", "ahead of that of"},
		{"server down", func(p *person) { p.ok("configure", "default", "--endpoint", "http://127.0.0.1:1") }, "endpoint server", "fail", "does not accept a connection at port 1"},
		{"config to read", func(p *person) { p.chmod("config", 0o644) }, "files", "warn", "config can be read by others (mode 0644)"},
		{"vault open", func(p *person) { p.chmod("state/mayfly", 0o755) }, "vault", "fail", "is open to others"},
		{"long-term key", func(p *person) {
			p.aws("credentials", "[old]\naws_access_key_id = AKIACanary\naws_secret_access_key = Canary\n")
		}, "long-term keys", "warn", "profile old has a key that does not end"},
		{"hidden process", func(p *person) {
			p.aws("config", "[default]\ncredential_process = mayfly process\naws_access_key_id = ASIACanary\naws_secret_access_key = Canary\n")
		}, "profile", "warn", "The static keys go before credential_process"},
		{"no profile", func(p *person) { p.env["AWS_PROFILE"] = "none" }, "profile", "fail", "does not exist"},
		{"bundle", func(p *person) { p.env["AWS_CA_BUNDLE"] = "/none" }, "certificates", "fail", "cannot be read"},
		{"proxy", func(p *person) { p.env["HTTPS_PROXY"] = "http://user:Canary@127.0.0.1:1" }, "proxy", "warn", "NO_PROXY"},
		{"broken session", func(p *person) { p.half("bad") }, "session", "fail", "bad: session bad has no region"},
	} {
		p := newPerson(t)
		p.login()
		c.ill(p)
		d := p.examine()
		d.has(t, c.check, c.state, c.says)
		if d.Failed != (c.state == "fail") {
			t.Errorf("%s: %+v", c.name, d.Checks)
		}
	}
}

func (p *person) chmod(name string, mode fs.FileMode) {
	p.t.Helper()
	if err := os.Chmod(filepath.Join(p.home, name), mode); err != nil {
		p.t.Fatal(err)
	}
}

func (p *person) aws(name, text string) {
	p.t.Helper()
	if err := os.MkdirAll(filepath.Join(p.home, ".aws"), 0o700); err != nil {
		p.t.Fatal(err)
	}
	p.file(filepath.Join(".aws", name), text)
}

// hosts answers for every host, and keeps their names.
type hosts struct {
	mu    sync.Mutex
	asked []string
}

func (h *hosts) RoundTrip(r *http.Request) (*http.Response, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked = append(h.asked, r.URL.String())
	return &http.Response{StatusCode: 302, Header: http.Header{"Location": {"https://aws.amazon.com/"}, "Date": {time.Now().UTC().Format(http.TimeFormat)}}, Body: http.NoBody}, nil
}

// TestDoctorAtAWS: the endpoints are those that the session needs, and STS is measured in the Region and globally.
func TestDoctorAtAWS(t *testing.T) {
	sts := []string{"https://sts.amazonaws.com/", "https://sts.eu-west-1.amazonaws.com/"}
	for _, c := range []struct {
		name  string
		set   []string
		asked []string
	}{
		{"pool", []string{"--user-pool-id", "eu-west-1_a", "--client-id", "c", "--identity-pool-id", "eu-west-1:0"}, []string{"https://cognito-identity.eu-west-1.amazonaws.com/", "https://cognito-idp.eu-west-1.amazonaws.com/"}},
		{"keys", []string{"--kind", "keys"}, nil},
		{"global", []string{"--kind", "keys", "--sts-regional-endpoints", "legacy"}, nil},
		{"sso", []string{"--kind", "sso", "--sso-start-url", "https://x.awsapps.com/start", "--sso-region", "eu-west-2"}, []string{"https://oidc.eu-west-2.amazonaws.com/", "https://portal.sso.eu-west-2.amazonaws.com/"}},
		{"profile", nil, nil},
	} {
		p := newPerson(t)
		p.aws("config", "[default]\nregion = eu-west-1\nsts_regional_endpoints = legacy\n")
		if c.set != nil {
			p.ok(append([]string{"configure", "s", "--region", "eu-west-1"}, c.set...)...)
		}
		h := &hosts{}
		var out, errs bytes.Buffer
		if code := p.live(t.Context(), around{transport: h, out: &out, errs: &errs}, "doctor"); code != 0 {
			t.Errorf("%s: exit code %d: %s %s", c.name, code, &out, &errs)
		}
		slices.Sort(h.asked)
		want := append(c.asked, sts...)
		slices.Sort(want)
		if d := cmp.Diff(want, slices.Compact(h.asked)); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		if !strings.Contains(out.String(), "nearest sts: sts.eu-west-1.amazonaws.com answers in") {
			t.Error(out.String())
		}
		if global := strings.Contains(out.String(), "endpoint sts: sts.amazonaws.com answers"); global != (c.name == "global") {
			t.Errorf("%s: %s", c.name, &out)
		}
	}
}

// half writes a session into the configuration that lacks almost everything.
func (p *person) half(name string) {
	p.t.Helper()
	b, err := os.ReadFile(filepath.Join(p.home, "config"))
	if err != nil {
		p.t.Fatal(err)
	}
	p.file("config", string(b)+"[session "+name+"]\nkind = user-pool\n")
}

// TestDoctorOfAProfile: a profile that is named is the one that is looked at, with its endpoint.
func TestDoctorOfAProfile(t *testing.T) {
	p := newPerson(t)
	p.login()
	p.aws("config", "[profile dev]\nregion = eu-west-1\nendpoint_url = "+p.server.URL+"\n[profile broken]\nrole_arn = x\nsource_profile = none\n")
	d := p.examine("--profile", "dev")
	d.has(t, "endpoint sts", "ok", "answers")
	d.has(t, "region", "ok", "eu-west-1")
	d.has(t, "profile", "warn", "profile broken: ")
	if d.Failed {
		t.Errorf("%+v", d.Checks)
	}
	p.examine("--profile", "broken").has(t, "profile", "fail", "profile broken: ")
}
