package runas

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mayfly-id/mayfly/credentials"
)

func role() aws.Credentials {
	return aws.Credentials{
		AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "secretOfTheKey", SessionToken: "token=of+the/session", AccountID: "123456789012", CanExpire: true,
		Expires: time.Date(2026, 1, 2, 4, 4, 5, 999, time.FixedZone("", 3600)),
	}
}

// before is an environment that is full of other ways to credentials.
func before() []string {
	env := []string{"PATH=/bin", "AWS_CA_BUNDLE=/ca", "HOME=/h", "AWS_REGION=us-east-1", "EMPTY=", "AWS_PROFILE_OF_MINE=x", "ODD==x=y", "LINES=a\nAWS_PROFILE=b"}
	for _, name := range links() {
		env = append(env, name+"=other")
	}
	return append(env, "AWS_PROFILE=twice", "AWS_ENDPOINT_URL_STS=https://sts.example", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true", "LAST=1", "noequals")
}

func TestChanges(t *testing.T) {
	rest := []string{"PATH=/bin", "AWS_CA_BUNDLE=/ca", "HOME=/h"}
	odd := []string{"EMPTY=", "AWS_PROFILE_OF_MINE=x", "ODD==x=y", "LINES=a\nAWS_PROFILE=b", "AWS_ENDPOINT_URL_STS=https://sts.example"}
	last := []string{"LAST=1", "noequals"}
	ignore := []string{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true"}
	container := map[string]credentials.Secret{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "t"}
	for name, c := range map[string]struct {
		v    Variables
		want [][]string
	}{
		"credentials": {Variables{Credentials: role(), Region: "eu-west-1", Endpoint: "https://id.example"}, [][]string{rest, odd, last, {
			"AWS_ACCESS_KEY_ID=ASIAEXAMPLE", "AWS_ACCOUNT_ID=123456789012", "AWS_CREDENTIAL_EXPIRATION=2026-01-02T03:04:05Z", "AWS_DEFAULT_REGION=eu-west-1",
			"AWS_ENDPOINT_URL=https://id.example", "AWS_REGION=eu-west-1", "AWS_SECRET_ACCESS_KEY=secretOfTheKey", "AWS_SESSION_TOKEN=token=of+the/session",
		}}},
		"keys that do not end": {Variables{Credentials: aws.Credentials{AccessKeyID: "AKIA", SecretAccessKey: "s"}}, [][]string{
			rest, {"AWS_REGION=us-east-1"}, odd, ignore, last, {"AWS_ACCESS_KEY_ID=AKIA", "AWS_SECRET_ACCESS_KEY=s"},
		}},
		"container": {Variables{Container: container, WithoutFiles: true}, [][]string{
			rest, {"AWS_REGION=us-east-1"}, odd, ignore, last, {
				"AWS_CONFIG_FILE=" + os.DevNull, "AWS_CONTAINER_AUTHORIZATION_TOKEN=t", "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:1/",
				"AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
			},
		}},
	} {
		change, err := c.v.Change()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff(slices.Concat(c.want...), change.Apply(before())); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	if len(container) != 2 {
		t.Error("the caller's map has changed")
	}
}

func TestChangesThatAreNone(t *testing.T) {
	container := map[string]credentials.Secret{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/"}
	torn := role()
	torn.SessionToken = "secret\x00token"
	for name, v := range map[string]*Variables{
		"none":      {Region: "eu-west-1"},
		"half":      {Credentials: aws.Credentials{AccessKeyID: "AKIA"}},
		"both":      {Credentials: role(), Container: container},
		"zero byte": {Credentials: torn},
	} {
		if c, err := v.Change(); err == nil || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "token") {
			t.Errorf("%s: %v, %v", name, c, err)
		}
	}
}

// TestOnlyWhatIsNamed: whatever the environment, what a change does not name comes through in its order, and what it names is there once or not at all.
func TestOnlyWhatIsNamed(t *testing.T) {
	names := append(links(), "AWS_REGION", "A", "B", "=C:", "aws_profile", "AWS_PROFIL", "AWS_PROFILE_", "")
	change, err := (&Variables{Credentials: role(), Region: "r"}).Change()
	if err != nil {
		t.Fatal(err)
	}
	named := func(name string) bool {
		_, ok := change.Set[name]
		return ok || slices.Contains(change.Remove, name)
	}
	rapid.Check(t, func(t *rapid.T) {
		var env, want []string
		for _, name := range rapid.SliceOf(rapid.SampledFrom(names)).Draw(t, "names") {
			env = append(env, name+"="+rapid.String().Draw(t, "value"))
			if !named(folded(name)) {
				want = append(want, env[len(env)-1])
			}
		}
		got := change.Apply(env)
		if n := len(got) - len(change.Set); n != len(want) || !slices.Equal(got[:n], want) {
			t.Fatalf("%q became %q", env, got)
		}
		for i, name := range slices.Sorted(maps.Keys(change.Set)) {
			if got[len(want)+i] != name+"="+string(change.Set[name]) {
				t.Fatalf("%s is not set", name)
			}
		}
	})
}

func TestNothingPrintsSecrets(t *testing.T) {
	v := &Variables{Credentials: role()}
	change, err := v.Change()
	if err != nil {
		t.Fatal(err)
	}
	c := &Command{Name: "true", Environ: change.Apply(nil)}
	for _, form := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		for _, x := range []any{v, *v, change, *change, c, *c, []any{v, c}} {
			if text := fmt.Sprintf(form, x); strings.Contains(text, "secretOfTheKey") || strings.Contains(text, "session") {
				t.Errorf("%s of %T prints %s", form, x, text)
			}
		}
	}
}

func BenchmarkChange(b *testing.B) {
	v, env := &Variables{Credentials: role(), Region: "eu-west-1", Endpoint: "https://id.example"}, before()
	for b.Loop() {
		c, err := v.Change()
		if err != nil {
			b.Fatal(err)
		}
		c.Apply(env)
	}
}
