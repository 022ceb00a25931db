package cli

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// root has the profile root, with the keys of the account's root, to make what a test needs.
func (p *person) root() {
	p.t.Helper()
	dir := filepath.Join(p.home, ".aws")
	text := "[profile root]\naws_access_key_id = " + p.server.AccessKeyID + "\naws_secret_access_key = " + p.server.SecretAccessKey + "\nregion = us-east-1\n"
	if err := os.MkdirAll(dir, 0o700); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "config"), []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// iam performs an operation of IAM as a profile, and gives the answer.
func (p *person) iam(operation string, members ...string) string {
	p.t.Helper()
	form := url.Values{"Action": {operation}, "Version": {"2010-05-08"}}
	for i := 0; i < len(members); i += 2 {
		form.Set(members[i], members[i+1])
	}
	return p.ok("curl", "--fail", "--profile", "root", "--service", "iam", "-H", "Content-Type: application/x-www-form-urlencoded", "-d", form.Encode(), p.server.URL+"/")
}

func element(t *testing.T, xml, name string) string {
	t.Helper()
	m := regexp.MustCompile("<" + name + ">([^<]*)</" + name + ">").FindStringSubmatch(xml)
	if m == nil {
		t.Fatalf("no %s", name)
	}
	return m[1]
}

// totp is the code of RFC 6238 for a time.
func totp(seed []byte, at time.Time) string {
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(at.Unix()/30))
	mac := hmac.New(sha1.New, seed)
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff%1_000_000)
}

// TestKeysWithSecondFactor: a session of long-term keys asks for a code once, and then serves every program without one.
func TestKeysWithSecondFactor(t *testing.T) {
	p := newPerson(t)
	p.root()
	p.iam("CreateUser", "UserName", "ann")
	p.iam("PutUserPolicy", "UserName", "ann", "PolicyName", "mfa", "PolicyDocument",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"},{"Effect":"Deny","Action":"iam:*","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}]}`)
	key := p.iam("CreateAccessKey", "UserName", "ann")
	device := p.iam("CreateVirtualMFADevice", "VirtualMFADeviceName", "ann")
	serial := element(t, device, "SerialNumber")
	inner, err := base64.StdEncoding.DecodeString(element(t, device, "Base32StringSeed"))
	if err != nil {
		t.Fatal(err)
	}
	seed, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.TrimRight(string(inner), "="))
	if err != nil {
		t.Fatal(err)
	}
	now := p.server.Clock.Now()
	p.iam("EnableMFADevice", "UserName", "ann", "SerialNumber", serial, "AuthenticationCode1", totp(seed, now.Add(-30*time.Second)), "AuthenticationCode2", totp(seed, now))
	p.typed = &typed{answers: []string{element(t, key, "AccessKeyId"), element(t, key, "SecretAccessKey")}}
	p.ok("key", "add", "ann", "--region", "us-east-1", "--endpoint", p.server.URL, "--mfa-serial", serial)

	p.typed = nil
	if _, errs, code := p.run("", "process", "ann"); code != ExitSignIn || !strings.Contains(errs, "run mayfly login ann") {
		t.Errorf("without a code: exit code %d: %s", code, errs)
	}
	if _, _, code := p.run("", "status", "ann"); code != ExitSignIn {
		t.Errorf("status: exit code %d", code)
	}
	p.server.Clock.Move(time.Minute)
	p.typed = &typed{answers: []string{totp(seed, p.server.Clock.Now())}}
	p.ok("login", "ann")
	if len(p.typed.prompts) != 1 || p.typed.prompts[0] != "Code of "+serial+": " {
		t.Errorf("asked %q", p.typed.prompts)
	}
	p.typed = nil
	p.ok("status", "ann")
	p.ok("process", "ann")

	// With the second factor the user may look after the key; without it the server refuses.
	p.ok("key", "rotate", "ann")
	if _, _, code := p.run("", "process", "ann"); code != ExitSignIn {
		t.Errorf("a session of the old key serves: exit code %d", code)
	}
	p.server.Clock.Move(time.Minute)
	p.typed = &typed{answers: []string{totp(seed, p.server.Clock.Now()), "000000"}}
	p.ok("login", "ann")
	if out := p.ok("whoami", "ann"); !strings.HasSuffix(out, ":user/ann\n") {
		t.Error(out)
	}
	if _, errs, code := p.run("", "login", "ann"); code != ExitFailed || !strings.Contains(errs, "AccessDenied") {
		t.Errorf("a wrong code: exit code %d: %s", code, errs)
	}
}

// TestRotationThatFails: whatever fails on the way, a key that works is kept, and the next rotation cleans up.
func TestRotationThatFails(t *testing.T) {
	for _, fail := range []string{"CreateAccessKey", "GetCallerIdentity", "DeleteAccessKey"} {
		t.Run(fail, func(t *testing.T) {
			p := newPerson(t)
			p.root()
			p.iam("CreateUser", "UserName", "ann")
			p.iam("PutUserPolicy", "UserName", "ann", "PolicyName", "own", "PolicyDocument", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*AccessKey*","Resource":"*"}]}`)
			key := p.iam("CreateAccessKey", "UserName", "ann")
			p.typed = &typed{answers: []string{element(t, key, "AccessKeyId"), element(t, key, "SecretAccessKey")}}
			p.ok("key", "add", "ann", "--region", "us-east-1", "--endpoint", p.server.URL)
			p.calls.fail = fail
			if _, _, code := p.run("", "key", "rotate", "ann"); code == 0 {
				t.Error("the rotation reports success")
			}
			p.calls.fail = ""
			p.ok("process", "ann")
			p.ok("whoami", "ann")
			p.ok("key", "rotate", "ann")
			p.ok("whoami", "ann")
			if n := strings.Count(p.iam("ListAccessKeys", "UserName", "ann"), "<AccessKeyId>"); n != 1 {
				t.Errorf("%d keys", n)
			}
		})
	}
}

// ann has a session of an IAM user's key, and gives the key.
func (p *person) ann() string {
	p.t.Helper()
	p.root()
	p.iam("CreateUser", "UserName", "ann")
	p.iam("PutUserPolicy", "UserName", "ann", "PolicyName", "own", "PolicyDocument", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*AccessKey*","Resource":"*"}]}`)
	key := p.iam("CreateAccessKey", "UserName", "ann")
	id := element(p.t, key, "AccessKeyId")
	p.typed = &typed{answers: []string{id, element(p.t, key, "SecretAccessKey")}}
	p.ok("key", "add", "ann", "--region", "us-east-1", "--endpoint", p.server.URL)
	return id
}

// TestKeysWithoutAPlace: where nothing can be kept no key is taken, and none is replaced by one that would be lost.
func TestKeysWithoutAPlace(t *testing.T) {
	p := newPerson(t)
	id := p.ann()
	p.env["XDG_STATE_HOME"] = p.file("in the way", "") + "/state"
	if _, errs, code := p.run("", "key", "rotate", "ann"); code != ExitFailed || !strings.Contains(errs, "a key cannot be kept here") {
		t.Errorf("exit code %d: %s", code, errs)
	}
	if _, errs, code := p.run("s", "key", "add", "bob", "--region", "us-east-1", "--endpoint", p.server.URL, "--access-key-id", id, "--secret-stdin"); code != ExitFailed || !strings.Contains(errs, "a key cannot be kept here") {
		t.Errorf("exit code %d: %s", code, errs)
	}
	if list := p.iam("ListAccessKeys", "UserName", "ann"); strings.Count(list, "<AccessKeyId>") != 1 || !strings.Contains(list, id) {
		t.Error(list)
	}
}

// TestRotationAtTheLimit: a user has two keys at most, and which is to go is not for this program to say.
func TestRotationAtTheLimit(t *testing.T) {
	p := newPerson(t)
	id := p.ann()
	p.iam("CreateAccessKey", "UserName", "ann")
	if _, errs, code := p.run("", "key", "rotate", "ann"); code != ExitFailed || !strings.Contains(errs, "delete the one at the server that is not "+id) {
		t.Errorf("exit code %d: %s", code, errs)
	}
	p.ok("whoami", "ann")
}

// TestRemovalAfterHalfARotation: the key that a rotation has left goes too.
func TestRemovalAfterHalfARotation(t *testing.T) {
	p := newPerson(t)
	p.ann()
	p.calls.fail = "DeleteAccessKey"
	if _, _, code := p.run("", "key", "rotate", "ann"); code == 0 {
		t.Error("the rotation reports success")
	}
	p.calls.fail = ""
	p.ok("key", "rm", "ann", "--delete")
	if list := p.iam("ListAccessKeys", "UserName", "ann"); strings.Contains(list, "<AccessKeyId>") {
		t.Error(list)
	}
}

// TestKeysNeedNobody: keys without a second factor sign in by themselves, so that no end is near.
func TestKeysNeedNobody(t *testing.T) {
	p := newPerson(t)
	p.ann()
	p.ok("process", "ann")
	p.ok("status", "ann", "--expires-within", "100h")
	p.server.Clock.Move(200 * time.Hour)
	p.ok("status", "ann", "--expires-within", "1m")
}
