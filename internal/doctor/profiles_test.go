package doctor

import (
	"io"
	"log"
	"strings"
	"testing"
)

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

const (
	someID     = "AKIA" + canary + "AAAAAAAAAA"
	someSecret = canary + "secret"
)

func TestProfiles(t *testing.T) {
	for _, c := range []struct {
		name          string
		config, creds string
		env           []string
		named         string
		state         State
		says, fix     string
	}{
		{"nothing", "", "", nil, "", OK, "hides anything", ""},
		{"keys hide a process", "[default]\ncredential_process = x " + canary, "[default]\naws_access_key_id = " + someID + "\naws_secret_access_key = " + someSecret, nil, "", Warn, "profile default: The static keys go before credential_process", "take away"},
		{"SSO hides a process", "[profile dev]\nsso_session = s\ncredential_process = x\n[sso-session s]\nsso_start_url = https://x\n", "", nil, "", Warn, "profile dev: The keys of SSO", "take away"},
		{"old keys", "", "", []string{"AWS_ACCESS_KEY_ID", someID, "AWS_SECRET_ACCESS_KEY", someSecret, "AWS_CREDENTIAL_EXPIRATION", "2020-01-02T03:04:05Z"}, "", Fail, "have ended", "env --unset"},
		{"half of the keys", "", "", []string{"AWS_ACCESS_KEY_ID", someID}, "", Warn, "do not count", "set both"},
		{"keys hide the profile", "[profile dev]\nregion = x", "", []string{"AWS_ACCESS_KEY_ID", someID, "AWS_SECRET_ACCESS_KEY", someSecret, "AWS_PROFILE", "dev"}, "", Warn, "go before the profile that AWS_PROFILE names", "env --unset"},
		{"no such profile", "", "", []string{"AWS_PROFILE", "none"}, "", Fail, "names a profile that does not exist", "correct"},
		{"named profile is refused", "[profile dev]\nsource_profile = none\nrole_arn = x", "", nil, "dev", Fail, "refuses to start", "correct the profile"},
		{"another profile is refused", "[profile dev]\nsource_profile = none\nrole_arn = x", "", nil, "", Warn, "refuses this profile", "correct the profile"},
		{"section", "[dev]\nregion = x", "", nil, "", Warn, "[dev] of the config file is no profile", "rename"},
		{"services", "[default]\nservices = none", "", nil, "", Warn, "[services none] does not exist", "services"},
	} {
		got := Profiles(t.Context(), environment(t, c.config, c.creds, c.env...), "linux", c.named)
		wants(t, got, c.state, c.says)
		secretive(t, got)
		found := false
		for _, g := range got {
			found = found || g.State == c.state && strings.Contains(g.Fix, c.fix)
			if c.state != Fail && g.State == Fail {
				t.Errorf("%s: %+v", c.name, g)
			}
		}
		if !found {
			t.Errorf("%s: no fix %q: %+v", c.name, c.fix, got)
		}
	}
}

func TestLongTermKeys(t *testing.T) {
	keys := func(id string) string {
		return "aws_access_key_id = " + id + "\naws_secret_access_key = " + someSecret + "\n"
	}
	getenv := environment(t, "[profile old]\n"+keys(someID)+"[profile s]\nregion = x\n", "[short]\n"+keys("ASIA"+canary)+"[default]\n"+keys(someID), "AWS_ACCESS_KEY_ID", someID)
	got := LongTermKeys(shared(getenv))
	wants(t, got, Warn, "profile default has a key that does not end, in "+getenv("HOME")+"/.aws/credentials line 5")
	wants(t, got, Warn, "profile old has a key that does not end, in "+getenv("HOME")+"/.aws/config line 2")
	wants(t, got, Warn, "AWS_ACCESS_KEY_ID is a key that does not end")
	secretive(t, got)
	if len(got) != 3 {
		t.Errorf("%+v", got)
	}
	wants(t, LongTermKeys(shared(environment(t, "", "[short]\n"+keys("ASIA"+canary)))), OK, "no key that does not end")
}

func TestRegion(t *testing.T) {
	for _, c := range []struct {
		config string
		env    []string
		state  State
		says   string
	}{
		{"", nil, Warn, "no Region is set"},
		{"[default]\nregion = eu-west-1\n", nil, OK, "eu-west-1, by "},
		{"", []string{"AWS_REGION", "us-gov-east-1"}, OK, "us-gov-east-1, by AWS_REGION"},
		{"", []string{"AWS_DEFAULT_REGION", "eusc-de-east-1"}, OK, "by AWS_DEFAULT_REGION"},
		{"", []string{"AWS_REGION", "Frankfurt"}, Warn, "AWS_REGION is not of the form"},
		{"", []string{"AWS_REGION", "eu-west-1", "AWS_DEFAULT_REGION", "eu-west-2"}, Warn, "differ"},
		{"", []string{"AWS_REGION", "eu-west-1", "AWS_DEFAULT_REGION", "eu-west-1"}, OK, "eu-west-1"},
	} {
		s := shared(environment(t, c.config, "", c.env...))
		p, _ := s.Profile("default")
		wants(t, []Check{one(t, Region(s, p))}, c.state, c.says)
	}
	wants(t, Region(shared(none), nil), Warn, "no Region is set")
}
