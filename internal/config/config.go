package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Config is everything the server can be told. Environment variables give the defaults of the flags.
type Config struct {
	Data       string        // folder for root key, embedded store, audit trail and outbox; MAYFLY_DATA
	Listen     string        // host:port; MAYFLY_LISTEN
	Region     string        // region of requests that name none, and of the first tenant; MAYFLY_REGION, AWS_REGION
	URL        string        // base URL under which clients reach the server, no slash at the end; MAYFLY_URL; empty: http:// and the listen address
	Store      string        // postgres:// URL of a shared store; empty: the embedded one; MAYFLY_STORE
	RootKey    string        // file with the root key; MAYFLY_ROOT_KEY_FILE; empty: root.key in the data folder
	Output     string        // text or json: how the first-run block is printed
	Ephemeral  bool          // keep everything in memory
	FixedCode  string        // confirmation code of an ephemeral server; empty: random codes
	RotateKeys time.Duration // age at which the data key ring gets a new key; MAYFLY_ROTATE_KEYS
	StaleFor   time.Duration // how long cached records are served while a shared store is out of reach; MAYFLY_STALE_FOR
	Proxies    []netip.Prefix
	Outside    Outside
	FirstRun   FirstRun
}

// FirstRun is what a first start takes instead of drawing it. Later starts ignore it.
type FirstRun struct {
	Account         string // MAYFLY_ACCOUNT: 12 digits
	AccessKeyID     string // MAYFLY_ROOT_ACCESS_KEY_ID
	SecretAccessKey string // MAYFLY_ROOT_SECRET_ACCESS_KEY
}

// Defaults gives the configuration before any flag, from the environment.
func Defaults(getenv func(string) string) (Config, error) {
	c := Config{
		Data: getenv("MAYFLY_DATA"), Listen: getenv("MAYFLY_LISTEN"), Region: getenv("MAYFLY_REGION"), URL: getenv("MAYFLY_URL"),
		Store: getenv("MAYFLY_STORE"), RootKey: getenv("MAYFLY_ROOT_KEY_FILE"), Output: "text",
		RotateKeys: 90 * 24 * time.Hour, StaleFor: time.Hour,
		FirstRun: FirstRun{getenv("MAYFLY_ACCOUNT"), getenv("MAYFLY_ROOT_ACCESS_KEY_ID"), getenv("MAYFLY_ROOT_SECRET_ACCESS_KEY")},
	}
	if c.Listen == "" {
		c.Listen = "127.0.0.1:8480"
	}
	if c.Region == "" {
		c.Region = getenv("AWS_REGION")
	}
	if c.Region == "" {
		c.Region = "us-east-1"
	}
	if c.Data == "" {
		c.Data = dataFolder(getenv)
	}
	for _, d := range []struct {
		name string
		to   *time.Duration
	}{{"MAYFLY_ROTATE_KEYS", &c.RotateKeys}, {"MAYFLY_STALE_FOR", &c.StaleFor}} {
		if text := getenv(d.name); text != "" {
			v, err := time.ParseDuration(text)
			if err != nil {
				return c, fmt.Errorf("%s: %w", d.name, err)
			}
			*d.to = v
		}
	}
	if err := c.Outside.read(getenv); err != nil {
		return c, err
	}
	var err error
	c.Proxies, err = prefixes("MAYFLY_TRUSTED_PROXIES", getenv("MAYFLY_TRUSTED_PROXIES"))
	return c, err
}

// dataFolder follows the XDG base directory specification.
func dataFolder(getenv func(string) string) string {
	if d := getenv("XDG_DATA_HOME"); filepath.IsAbs(d) {
		return filepath.Join(d, "mayfly")
	}
	if home := getenv("HOME"); home != "" {
		return filepath.Join(home, ".local", "share", "mayfly")
	}
	return ""
}

var (
	regionShape  = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]$`)
	accountShape = regexp.MustCompile(`^[0-9]{12}$`)
	keyIDShape   = regexp.MustCompile(`^[A-Z0-9]{16,128}$`)
	codeShape    = regexp.MustCompile(`^[0-9]{6}$`)
)

// Check finds every problem of the configuration at once.
func (c *Config) Check() error {
	var problems []error
	bad := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if !regionShape.MatchString(c.Region) {
		bad("region %q does not look like us-east-1", c.Region)
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		bad("listen address %q: want host:port", c.Listen)
	}
	if c.URL != "" && !isOrigin(c.URL) {
		bad("url %q: want http(s)://host[:port] without a path", c.URL)
	}
	if c.Output != "text" && c.Output != "json" {
		bad("output %q: want text or json", c.Output)
	}
	if c.Data == "" && !c.Ephemeral {
		bad("no data folder: set --data, MAYFLY_DATA or HOME")
	}
	if c.Store != "" && !strings.HasPrefix(c.Store, "postgres://") && !strings.HasPrefix(c.Store, "postgresql://") {
		bad("store: want a postgres:// URL")
	}
	if c.RotateKeys < time.Minute {
		bad("key rotation every %s is too often: one minute at least", c.RotateKeys)
	}
	if c.StaleFor < 0 {
		bad("cached records cannot be served for %s: want 0 or more", c.StaleFor)
	}
	problems = append(problems, c.checkEphemeral()...)
	problems = append(problems, c.Outside.check()...)
	problems = append(problems, c.FirstRun.check()...)
	return errors.Join(problems...)
}

// isOrigin reports whether s is a scheme and a host, with or without a port, and nothing else.
func isOrigin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Hostname() != "" && (s == "http://"+u.Host || s == "https://"+u.Host)
}

// StorePassword reports whether the URL of the store holds a password. Such a URL must not come from the command line, which everyone on the machine can read.
func (c *Config) StorePassword() bool {
	u, err := url.Parse(c.Store)
	if err != nil {
		return true // what cannot be read may hold one
	}
	_, inUser := u.User.Password()
	return inUser || u.Query().Has("password") || u.Query().Has("sslpassword")
}

func (c *Config) checkEphemeral() (problems []error) {
	if c.FixedCode != "" && !c.Ephemeral {
		problems = append(problems, errors.New("--fixed-code needs --ephemeral"))
	}
	if c.FixedCode != "" && !codeShape.MatchString(c.FixedCode) {
		problems = append(problems, errors.New("--fixed-code: want six digits"))
	}
	if !c.Ephemeral {
		return problems
	}
	if c.Store != "" {
		problems = append(problems, errors.New("--ephemeral keeps everything in memory: it cannot have a --store"))
	}
	if host, _, err := net.SplitHostPort(c.Listen); err == nil && !isLoopback(host) {
		problems = append(problems, fmt.Errorf("--ephemeral serves loopback addresses only, not %q", host))
	}
	return problems
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

func (f *FirstRun) check() (problems []error) {
	if f.Account != "" && !accountShape.MatchString(f.Account) {
		problems = append(problems, errors.New("MAYFLY_ACCOUNT: want 12 digits"))
	}
	if (f.AccessKeyID == "") != (f.SecretAccessKey == "") {
		problems = append(problems, errors.New("MAYFLY_ROOT_ACCESS_KEY_ID and MAYFLY_ROOT_SECRET_ACCESS_KEY go together"))
	}
	if f.AccessKeyID != "" && !keyIDShape.MatchString(f.AccessKeyID) {
		problems = append(problems, errors.New("MAYFLY_ROOT_ACCESS_KEY_ID: want 16 to 128 capital letters and digits"))
	}
	if f.SecretAccessKey != "" && len(f.SecretAccessKey) < 16 {
		problems = append(problems, errors.New("MAYFLY_ROOT_SECRET_ACCESS_KEY: want 16 characters at least"))
	}
	return problems
}

// MakeData makes the data folder with mode 0700, or checks that an existing one is not open to others.
func (c *Config) MakeData() error {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	info, err := os.Stat(c.Data)
	if err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("data folder: %s is open to others (mode %04o): set it to 0700", c.Data, info.Mode().Perm())
	}
	return nil
}

// RootKeyFile is where the root key is.
func (c *Config) RootKeyFile() string {
	if c.RootKey != "" {
		return c.RootKey
	}
	return filepath.Join(c.Data, "root.key")
}
