package config_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/config"
)

func from(env map[string]string) func(string) string {
	return func(name string) string { return env[name] }
}

func good(t *testing.T) config.Config {
	t.Helper()
	c, err := config.Defaults(from(map[string]string{"HOME": "/home/bob"}))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDefaults(t *testing.T) {
	want := config.Config{
		Data: "/home/bob/.local/share/mayfly", Listen: "127.0.0.1:8480", Region: "us-east-1", Output: "text", RotateKeys: 2160 * time.Hour, StaleFor: time.Hour,
		Outside: config.Outside{RotateSigning: 4320 * time.Hour},
	}
	c := good(t)
	if d := cmp.Diff(want, c); d != "" {
		t.Error(d)
	}
	if err := c.Check(); err != nil {
		t.Error(err)
	}
	if c.RootKeyFile() != "/home/bob/.local/share/mayfly/root.key" {
		t.Error(c.RootKeyFile())
	}
}

func TestEnvironment(t *testing.T) {
	c, err := config.Defaults(from(map[string]string{
		"MAYFLY_DATA": "/d", "MAYFLY_LISTEN": "[::1]:1", "MAYFLY_REGION": "eu-west-1", "AWS_REGION": "us-west-2", "MAYFLY_URL": "https://id.example.org",
		"MAYFLY_STORE": "postgres://u:p@h/d", "MAYFLY_ROOT_KEY_FILE": "/k", "MAYFLY_ROTATE_KEYS": "24h", "MAYFLY_STALE_FOR": "0s",
		"MAYFLY_TRUSTED_PROXIES": " 10.0.0.0/8, 2001:db8::1,, 192.0.2.1", "MAYFLY_ACCOUNT": "123456789012",
		"MAYFLY_ROOT_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "MAYFLY_ROOT_SECRET_ACCESS_KEY": "0123456789abcdef",
		"MAYFLY_OUTBOUND_ALLOW": "10.1.0.0/16", "MAYFLY_CA_FILE": "/ca", "MAYFLY_FUNCTIONS": "/f", "MAYFLY_SMTP": "smtp://m@h:25", "MAYFLY_SMTP_PASSWORD_FILE": "/p",
		"MAYFLY_MAIL_FROM": "id@example.org", "MAYFLY_SMS_WEBHOOK": "https://sms.example.org/in", "MAYFLY_SMS_WEBHOOK_SECRET_FILE": "/s",
		"MAYFLY_MESSAGE_KEYS": "/m", "MAYFLY_PASSWORD_LIST": "/l", "MAYFLY_ROTATE_SIGNING_KEYS": "48h",
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := config.Config{
		Data: "/d", Listen: "[::1]:1", Region: "eu-west-1", URL: "https://id.example.org", Store: "postgres://u:p@h/d", RootKey: "/k", Output: "text",
		RotateKeys: 24 * time.Hour,
		Proxies:    []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::1/128"), netip.MustParsePrefix("192.0.2.1/32")},
		FirstRun:   config.FirstRun{Account: "123456789012", AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "0123456789abcdef"},
		Outside: config.Outside{
			Allow: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}, CAFile: "/ca", FunctionsFile: "/f", SMTP: "smtp://m@h:25", SMTPPasswordFile: "/p",
			MailFrom: "id@example.org", SMSWebhook: "https://sms.example.org/in", SMSSecretFile: "/s", MessageKeysFile: "/m", PasswordList: "/l",
			RotateSigning: 48 * time.Hour,
		},
	}
	if d := cmp.Diff(want, c, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); d != "" {
		t.Error(d)
	}
	if err := c.Check(); err != nil {
		t.Error(err)
	}
	if c.RootKeyFile() != "/k" {
		t.Error(c.RootKeyFile())
	}
}

func TestLesserVariables(t *testing.T) {
	for want, env := range map[string]map[string]string{
		"us-west-2 /x/mayfly":              {"AWS_REGION": "us-west-2", "XDG_DATA_HOME": "/x", "HOME": "/h"},
		"us-east-1 /h/.local/share/mayfly": {"XDG_DATA_HOME": "relative", "HOME": "/h"},
		"us-east-1 ":                       {},
	} {
		c, err := config.Defaults(from(env))
		if got := c.Region + " " + c.Data; err != nil || got != want {
			t.Errorf("%v: %q, %v", env, got, err)
		}
	}
}

func TestUnreadableVariables(t *testing.T) {
	for name, value := range map[string]string{
		"MAYFLY_ROTATE_KEYS": "90d", "MAYFLY_STALE_FOR": "1", "MAYFLY_TRUSTED_PROXIES": "10.0.0.0/33", "MAYFLY_TRUSTED_PROXIES ": "",
	} {
		if value == "" {
			continue
		}
		if _, err := config.Defaults(from(map[string]string{name: value})); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s=%s: %v", name, value, err)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		problem string // in the error; empty: none
		change  func(*config.Config)
	}{
		{"region", func(c *config.Config) { c.Region = "US-EAST-1" }},
		{"region", func(c *config.Config) { c.Region = "us-east-1.evil.example" }},
		{"", func(c *config.Config) { c.Region = "us-gov-west-1" }},
		{"listen", func(c *config.Config) { c.Listen = "8480" }},
		{"url", func(c *config.Config) { c.URL = "id.example.org" }},
		{"url", func(c *config.Config) { c.URL = "ftp://id.example.org" }},
		{"url", func(c *config.Config) { c.URL = "https://id.example.org/" }},
		{"url", func(c *config.Config) { c.URL = "https://id.example.org?a" }},
		{"url", func(c *config.Config) { c.URL = "https://id.example.org?" }},
		{"url", func(c *config.Config) { c.URL = "https://id.example.org#a" }},
		{"url", func(c *config.Config) { c.URL = "https://u:p@id.example.org" }},
		{"url", func(c *config.Config) { c.URL = "https://:8443" }},
		{"url", func(c *config.Config) { c.URL = "https://" }},
		{"", func(c *config.Config) { c.URL = "https://id.example.org:8443" }},
		{"", func(c *config.Config) { c.URL = "http://[::1]:1" }},
		{"output", func(c *config.Config) { c.Output = "xml" }},
		{"data folder", func(c *config.Config) { c.Data = "" }},
		{"", func(c *config.Config) { c.Data, c.Ephemeral = "", true }},
		{"store", func(c *config.Config) { c.Store = "mysql://canary" }},
		{"", func(c *config.Config) { c.Store = "postgresql://h/d" }},
		{"key rotation", func(c *config.Config) { c.RotateKeys = time.Second }},
		{"cached", func(c *config.Config) { c.StaleFor = -time.Second }},
		{"--fixed-code needs", func(c *config.Config) { c.FixedCode = "123456" }},
		{"six digits", func(c *config.Config) { c.Ephemeral, c.FixedCode = true, "12345x" }},
		{"", func(c *config.Config) { c.Ephemeral, c.FixedCode = true, "123456" }},
		{"--store", func(c *config.Config) { c.Ephemeral, c.Store = true, "postgres://h/d" }},
		{"loopback", func(c *config.Config) { c.Ephemeral, c.Listen = true, ":8480" }},
		{"loopback", func(c *config.Config) { c.Ephemeral, c.Listen = true, "0.0.0.0:8480" }},
		{"loopback", func(c *config.Config) { c.Ephemeral, c.Listen = true, "example.org:8480" }},
		{"", func(c *config.Config) { c.Ephemeral, c.Listen = true, "[::1]:0" }},
		{"", func(c *config.Config) { c.Ephemeral, c.Listen = true, "localhost:0" }},
		{"MAYFLY_ACCOUNT", func(c *config.Config) { c.FirstRun.Account = "12345678901" }},
		{"go together", func(c *config.Config) { c.FirstRun.AccessKeyID = "AKIAIOSFODNN7EXAMPLE" }},
		{"go together", func(c *config.Config) { c.FirstRun.SecretAccessKey = "canary-0123456789" }},
		{"capital", func(c *config.Config) {
			c.FirstRun.AccessKeyID, c.FirstRun.SecretAccessKey = "akiaiosfodnn7example", "canary-0123456789"
		}},
		{"16 characters", func(c *config.Config) {
			c.FirstRun.AccessKeyID, c.FirstRun.SecretAccessKey = "AKIAIOSFODNN7EXAMPLE", "canary"
		}},
	} {
		conf := good(t)
		c.change(&conf)
		err := conf.Check()
		if (err == nil) != (c.problem == "") || err != nil && !strings.Contains(err.Error(), c.problem) {
			t.Errorf("%+v: %v, want %q", conf, err, c.problem)
		}
		if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("a secret is in %v", err)
		}
	}
	all := config.Config{Ephemeral: true, FixedCode: "x", Store: "x"}
	if n := len(strings.Split(all.Check().Error(), "\n")); n < 6 {
		t.Errorf("only %d problems at once: %v", n, all.Check())
	}
}

func TestMakeData(t *testing.T) {
	c := config.Config{Data: filepath.Join(t.TempDir(), "a", "b")}
	for range 2 {
		if err := c.MakeData(); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(c.Data); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := os.Chmod(c.Data, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := c.MakeData(); err == nil || !strings.Contains(err.Error(), "0750") {
		t.Errorf("a folder that others can read: %v", err)
	}
	file := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c.Data = file
	if err := c.MakeData(); err == nil {
		t.Error("a file is a data folder")
	}
}

func TestStorePassword(t *testing.T) {
	for store, want := range map[string]bool{
		"": false, "postgres://mayfly@db1,db2/mayfly?target_session_attrs=read-write": false, "postgres://db/mayfly": false,
		"postgres://mayfly:secret@db/mayfly": true, "postgres://mayfly@db/mayfly?password=secret": true, "postgres://mayfly:@db/mayfly": true, "postgres://%zz:secret@db/": true,
	} {
		c := config.Config{Store: store}
		if c.StorePassword() != want {
			t.Errorf("%q: %v", store, !want)
		}
	}
}
