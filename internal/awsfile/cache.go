package awsfile

import (
	"crypto/sha1" // names of files, as AWS has them; nothing relies on its strength
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"strings"
	"time"
)

// ErrAbsent is the answer for what a cache does not have, or has in a form that cannot be read, such as half of a file.
var ErrAbsent = errors.New("awsfile: the cache does not have it")

// Cache is the folder .aws below a home, as far as it has caches of sign-ins.
type Cache struct {
	Home string
	// LoginDir is where the cache of "aws login" is instead, as AWS_LOGIN_CACHE_DIRECTORY has it; empty: in the home.
	LoginDir string
}

// Cache gives the caches of the environment of the view.
func (s *Shared) Cache() *Cache {
	return &Cache{Home: s.Home, LoginDir: s.getenv("AWS_LOGIN_CACHE_DIRECTORY")}
}

// SSOTokenPath is the file of the tokens of a sign-in by SSO: key is the name of the sso-session, or the start URL of a profile without one.
func (c *Cache) SSOTokenPath(key string) string {
	return filepath.Join(c.Home, ".aws", "sso", "cache", sum1(key)+".json")
}

// RegistrationPath is the file in which botocore keeps the registration of its client. session is empty for profiles without an sso-session, and scopes for
// those that ask for none.
func (c *Cache) RegistrationPath(startURL, region string, scopes []string, session string) string {
	quote := func(s string) string {
		if s == "" {
			return "null"
		}
		return pythonString(s)
	}
	list := "null"
	if len(scopes) > 0 {
		quotes := make([]string, len(scopes))
		for i, s := range scopes {
			quotes[i] = pythonString(s)
		}
		list = "[" + strings.Join(quotes, ", ") + "]"
	}
	text := `{"region": ` + pythonString(region) + `, "scopes": ` + list + `, "session_name": ` + quote(session) + `, "startUrl": ` + pythonString(startURL) + `, "tool": "botocore"}`
	return filepath.Join(c.Home, ".aws", "sso", "cache", sum1(text)+".json")
}

// RolePath is the file in which the AWS CLI keeps the credentials of a role of SSO. session is the name of the sso-session, or empty; then startURL counts.
func (c *Cache) RolePath(accountID, roleName, session, startURL string) string {
	text := `{"accountId":` + pythonString(accountID) + `,"roleName":` + pythonString(roleName)
	if session != "" {
		text += `,"sessionName":` + pythonString(session) + `}`
	} else {
		text += `,"startUrl":` + pythonString(startURL) + `}`
	}
	return filepath.Join(c.Home, ".aws", "cli", "cache", sum1(text)+".json")
}

// LoginPath is the file of a session of "aws login": session is the login_session of the profile, an ARN.
func (c *Cache) LoginPath(session string) string {
	dir := c.LoginDir
	if dir == "" {
		dir = filepath.Join(c.Home, ".aws", "login", "cache")
	}
	sum := sha256.Sum256([]byte(strings.TrimSpace(session)))
	return filepath.Join(dir, hex.EncodeToString(sum[:])+".json")
}

func sum1(text string) string {
	sum := sha1.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}

// pythonString writes a string as Python's json.dumps does: everything beyond ASCII is escaped, and HTML is not.
func pythonString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\b':
			b.WriteString(`\b`)
		case r == '\f':
			b.WriteString(`\f`)
		case r < ' ' || r > '~':
			escape(&b, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// object is a JSON object whose members are told by their exact names.
type object map[string]json.RawMessage

// Format keeps what the object holds out of everything that package fmt prints.
func (object) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// readObject reads a file of a cache.
func readObject(path string) (object, error) {
	b, err := ReadFile(path)
	if err != nil {
		return nil, errors.Join(ErrAbsent, err)
	}
	return parseObject(b)
}

func parseObject(b []byte) (object, error) {
	var o object
	if json.Unmarshal(b, &o) != nil || o == nil {
		return nil, ErrAbsent
	}
	return o, nil
}

// keep takes over what a file had, as far as it was read.
func (o object) keep(rest *object) {
	if rest != nil {
		maps.Copy(o, *rest)
	}
}

func (o object) text(name string) string {
	var s *string
	if json.Unmarshal(o[name], &s) != nil || s == nil {
		return ""
	}
	return *s
}

func (o object) secret(name string) Secret { return Secret(o.text(name)) }

// time reads a time. Old releases of the AWS CLI wrote "UTC" for "Z".
func (o object) time(name string) time.Time {
	text := o.text(name)
	if t, ok := strings.CutSuffix(text, "UTC"); ok {
		text = t + "Z"
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// set gives a member a text, or takes it away.
func (o object) set(name, text string) {
	if text == "" {
		delete(o, name)
		return
	}
	b, err := json.Marshal(text)
	if err != nil { // which strings do not have
		delete(o, name)
		return
	}
	o[name] = b
}

// cacheTime is the form of times that botocore and the SDK for Go read: UTC with a Z, without a fraction.
const cacheTime = "2006-01-02T15:04:05Z"

func (o object) setTime(name string, t time.Time) {
	if t.IsZero() {
		delete(o, name)
		return
	}
	o.set(name, t.UTC().Format(cacheTime))
}

// write replaces a file of a cache. Its mode becomes 0600, whatever another program had left.
func (o object) write(path string) error {
	b, err := json.Marshal(o)
	if err != nil {
		return err
	}
	return write(path, append(b, '\n'), true, func(string) error { return nil })
}
