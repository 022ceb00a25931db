package awsfile

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The names are what Python's hashlib and json.dumps make of the same words, as botocore calls them.
func TestCacheNames(t *testing.T) {
	c := &Cache{Home: "h"}
	const url = "https://x.awsapps.com/start"
	for got, want := range map[string]string{
		c.SSOTokenPath("work"): "sso/cache/e274eeff768c6396088ec6eb091f4bf4d47ab1e0",
		c.RegistrationPath(url, "eu-west-1", []string{"sso:account:access"}, "wörk😀"): "sso/cache/57e5e54c87e30f2573edd0f1de5986e288a5d19f",
		c.RegistrationPath(url, "eu-west-1", nil, ""):                                 "sso/cache/96d39d608031cc5883b337f21f74c76cf488e5e2",
		c.RolePath("111122223333", "Admin", "work", url):                              "cli/cache/ec47bd9404211b01bade4473a30fdc3a858547a9",
		c.RolePath("111122223333", "Admin", "", url):                                  "cli/cache/96130de6de3a9325997e31bc748f60a8aabf21e4",
		c.LoginPath(" arn:aws:iam::111122223333:user/ann "):                           "login/cache/617a42bf0cc7e52ae16d10443f260d451c255a489505091810c95d5c7ec927d1",
	} {
		if got != filepath.Join("h", ".aws", want+".json") {
			t.Errorf("%s, not %s", got, want)
		}
	}
	if got := (&Cache{LoginDir: "d"}).LoginPath("x"); filepath.Dir(got) != "d" {
		t.Error(got)
	}
	if got := pythonString("a\"\\/\x7f\x01\n\té😀"); got != `"a\"\\/\u007f\u0001\n\t\u00e9\ud83d\ude00"` {
		t.Error(got)
	}
}

func TestCacheFiles(t *testing.T) {
	c := &Cache{Home: t.TempDir()}
	at := time.Date(2026, 5, 4, 12, 0, 0, 999, time.FixedZone("x", 3600))
	whole := at.UTC().Truncate(time.Second)
	token := &SSOToken{StartURL: "u", Region: "r", AccessToken: "a", ExpiresAt: at, ClientID: "c", ClientSecret: "s", RegistrationExpiresAt: at, RefreshToken: "f"}
	registration := &Registration{ClientID: "c", ClientSecret: "s", ExpiresAt: at, Scopes: []string{"x"}, GrantTypes: []string{"refresh_token"}}
	role := &RoleCredentials{ProviderType: "sso", AccessKeyID: "a", SecretAccessKey: "s", SessionToken: "t", Expiration: at, AccountID: "1"}
	login := &LoginToken{AccessKeyID: "a", SecretAccessKey: "s", SessionToken: "t", AccountID: "1", ExpiresAt: at, TokenType: "urn", ClientID: "c", RefreshToken: "f", IDToken: "i", DPoPKey: "k"}
	for _, f := range []struct {
		name, path, want string
		write            func() error
		read             func() (any, error)
		again            func(any) error
	}{
		{
			"token", c.SSOTokenPath("w"),
			`{"accessToken":"a","clientId":"c","clientSecret":"s","expiresAt":"2026-05-04T11:00:00Z","refreshToken":"f","region":"r","registrationExpiresAt":"2026-05-04T11:00:00Z","startUrl":"u"}`,
			func() error { return c.WriteSSOToken("w", token) }, func() (any, error) { return c.SSOToken("w") }, func(v any) error { return c.WriteSSOToken("w", v.(*SSOToken)) },
		},
		{
			"registration", c.RegistrationPath("u", "r", nil, ""), `{"clientId":"c","clientSecret":"s","expiresAt":"2026-05-04T11:00:00Z","grantTypes":["refresh_token"],"scopes":["x"]}`,
			func() error { return c.WriteRegistration(c.RegistrationPath("u", "r", nil, ""), registration) },
			func() (any, error) { return c.Registration(c.RegistrationPath("u", "r", nil, "")) },
			func(v any) error {
				return c.WriteRegistration(c.RegistrationPath("u", "r", nil, ""), v.(*Registration))
			},
		},
		{
			"role", c.RolePath("1", "r", "", ""), `{"Credentials":{"AccessKeyId":"a","AccountId":"1","Expiration":"2026-05-04T11:00:00Z","SecretAccessKey":"s","SessionToken":"t"},"ProviderType":"sso"}`,
			func() error { return c.WriteRoleCredentials(c.RolePath("1", "r", "", ""), role) },
			func() (any, error) { return c.RoleCredentials(c.RolePath("1", "r", "", "")) },
			func(v any) error { return c.WriteRoleCredentials(c.RolePath("1", "r", "", ""), v.(*RoleCredentials)) },
		},
		{
			"login", c.LoginPath("arn"),
			`{"accessToken":{"accessKeyId":"a","accountId":"1","expiresAt":"2026-05-04T11:00:00Z","secretAccessKey":"s","sessionToken":"t"},"clientId":"c","dpopKey":"k","idToken":"i","identityToken":"i","refreshToken":"f","tokenType":"urn"}`,
			func() error { return c.WriteLoginToken("arn", login) }, func() (any, error) { return c.LoginToken("arn") }, func(v any) error { return c.WriteLoginToken("arn", v.(*LoginToken)) },
		},
	} {
		if _, err := f.read(); !errors.Is(err, ErrAbsent) {
			t.Errorf("%s: absent: %v", f.name, err)
		}
		if err := f.write(); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(f.want+"\n", contents(t, f.path)); d != "" {
			t.Errorf("%s: %s", f.name, d)
		}
		for i := range len(f.want) { // of a writer that did not come to its end
			if err := os.WriteFile(f.path, []byte(f.want[:i]), 0o600); err != nil {
				t.Fatal(err)
			}
			if v, err := f.read(); !errors.Is(err, ErrAbsent) {
				t.Errorf("%s: %d bytes are read: %v", f.name, i, v)
			}
		}
		more := strings.Replace(strings.TrimSuffix(f.want, "}")+`,"unknown":{"b":[1,2.50]}}`, "11:00:00Z", "11:00:00UTC", 1)
		if err := os.WriteFile(f.path, []byte(more), 0o644); err != nil {
			t.Fatal(err)
		}
		v, err := f.read()
		if err != nil {
			t.Errorf("%s: %v", f.name, err)
			continue
		}
		if err := f.again(v); err != nil || mode(t, f.path) != 0o600 || !sameJSON(t, contents(t, f.path), strings.Replace(more, "UTC", "Z", 1)) {
			t.Errorf("%s: %v, %o, %s", f.name, err, mode(t, f.path), contents(t, f.path))
		}
	}
	got, err := c.SSOToken("w")
	if err != nil || !got.ExpiresAt.Equal(whole) || !got.CanRefresh(whole.Add(-1)) || got.CanRefresh(whole) {
		t.Error(got, err)
	}
}

func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	var x, y any
	if err := errors.Join(json.Unmarshal([]byte(a), &x), json.Unmarshal([]byte(b), &y)); err != nil {
		t.Fatal(err)
	}
	return reflect.DeepEqual(x, y)
}

// Members of another case are others: a reader that takes them for the same could be told two things at once.
func TestCacheTellsNamesApart(t *testing.T) {
	c := &Cache{Home: t.TempDir()}
	if err := writeFile(c.SSOTokenPath("w"), []byte(`{"ACCESSTOKEN":"a","ExpiresAt":"2026-05-04T11:00:00Z"}`)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.SSOToken("w"); !errors.Is(err, ErrAbsent) {
		t.Error(err)
	}
}
