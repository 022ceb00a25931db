package clients

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	bigendian "encoding/binary"
	"fmt"
	"os"
	"testing"
	"time"
)

// totp is RFC 6238 over a secret in base 32; step counts thirty seconds from now.
func totp(t *testing.T, secret string, step int64) string {
	t.Helper()
	key, err := base32.StdEncoding.DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	mac.Write(bigendian.BigEndian.AppendUint64(nil, uint64(time.Now().Unix()/30+step)))
	sum := mac.Sum(nil)
	at := sum[19] & 15
	return fmt.Sprintf("%06d", bigendian.BigEndian.Uint32(sum[at:])&0x7fffffff%1_000_000)
}

// device makes a virtual MFA device with the CLI, whose seed it writes to a file.
func (c *cli) device(name string) (serial, seed string) {
	c.t.Helper()
	path := c.home() + "/" + name
	serial = c.run("iam", "create-virtual-mfa-device", "--virtual-mfa-device-name", name, "--outfile", path, "--bootstrap-method", "Base32StringSeed").text("VirtualMFADevice", "SerialNumber")
	b, err := os.ReadFile(path)
	if err != nil {
		c.t.Fatal(err)
	}
	return serial, string(b)
}

// onlyWithMFA allows all and denies what comes without a second factor, as AWS's own examples do.
const onlyWithMFA = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},` +
	`{"Effect":"Deny","NotAction":["sts:GetSessionToken","sts:AssumeRole"],"Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}]}`

// TestCLIMFA takes a virtual device through its life, and its codes to sessions that say so.
func TestCLIMFA(t *testing.T) {
	t.Parallel()
	awsCLI(t)
	f := start(t)
	c := newCLI(t, f)
	admin := c.as(f.root())
	robot := c.as(robot(t, f.sdk(t, f.root()), "robot", onlyWithMFA))
	admin.run("iam", "list-mfa-devices", "--user-name", "robot")

	serial, seed := admin.device("phone")
	admin.refused("EntityAlreadyExists", "", "iam", "create-virtual-mfa-device", "--virtual-mfa-device-name", "phone", "--outfile", c.home()+"/again", "--bootstrap-method", "QRCodePNG")
	admin.run("iam", "list-virtual-mfa-devices", "--assignment-status", "Unassigned").want(serial, "VirtualMFADevices", "*", "SerialNumber")
	enable := []string{"iam", "enable-mfa-device", "--user-name", "robot", "--serial-number", serial, "--authentication-code1"}
	admin.refused("InvalidAuthenticationCode", "", append(enable, totp(t, seed, -200), "--authentication-code2", totp(t, seed, -199))...)
	admin.run(append(enable, totp(t, seed, -2), "--authentication-code2", totp(t, seed, -1))...)
	admin.run("iam", "list-mfa-devices", "--user-name", "robot").want(serial, "MFADevices", "*", "SerialNumber")
	admin.run("iam", "list-virtual-mfa-devices", "--assignment-status", "Assigned").want("robot", "VirtualMFADevices", "*", "User", "UserName")
	admin.run("iam", "tag-mfa-device", "--serial-number", serial, "--tags", "Key=Owner,Value=robot")
	admin.run("iam", "list-mfa-device-tags", "--serial-number", serial).want("robot", "Tags", "*", "Value")

	robot.refused("AccessDenied", "explicit deny", "iam", "list-users")
	plain := robot.run("sts", "get-session-token").session()
	c.as(plain).refused("InvalidClientTokenId", "", "iam", "list-users")
	ask := []string{"sts", "get-session-token", "--serial-number", serial, "--token-code"}
	robot.refused("AccessDenied", "MultiFactorAuthentication failed", append(ask, totp(t, seed, -9))...)
	code := totp(t, seed, 0)
	session := c.as(robot.run(append(ask, code)...).session())
	session.run("iam", "list-users").text("Users", "*", "UserId")
	robot.refused("AccessDenied", "MultiFactorAuthentication failed", append(ask, code)...)

	admin.refused("DeleteConflict", "", "iam", "delete-virtual-mfa-device", "--serial-number", serial)
	admin.run("iam", "deactivate-mfa-device", "--user-name", "robot", "--serial-number", serial)
	robot.refused("AccessDenied", "", append(ask, totp(t, seed, 1))...)
	admin.run("iam", "delete-virtual-mfa-device", "--serial-number", serial)
	admin.refused("NoSuchEntity", "", "iam", "list-mfa-device-tags", "--serial-number", serial)
}

// TestCLIMFAProfile assumes a role by a profile with mfa_serial: the CLI asks for the code and keeps the session in its cache.
func TestCLIMFAProfile(t *testing.T) {
	t.Parallel()
	awsCLI(t)
	f := start(t)
	c := newCLI(t, f)
	admin := c.as(f.root())
	root := f.sdk(t, f.root())
	c.stored("base", robot(t, root, "robot", ""))
	serial, seed := admin.device("phone")
	admin.run("iam", "enable-mfa-device", "--user-name", "robot", "--serial-number", serial, "--authentication-code1", totp(t, seed, -2), "--authentication-code2", totp(t, seed, -1))
	arn := role(t, root, "guarded", trust("arn:aws:iam::"+f.Account+":user/robot", `"sts:AssumeRole"`,
		`{"Bool":{"aws:MultiFactorAuthPresent":"true"},"NumericLessThan":{"aws:MultiFactorAuthAge":"300"}}`), allow(`"iam:ListUsers"`, "*"))
	p := c.profiles(
		"[profile guarded]", "role_arn = "+arn, "source_profile = base", "mfa_serial = "+serial, "role_session_name = work",
		"[profile careless]", "role_arn = "+arn, "source_profile = base", "role_session_name = work",
	)
	p.refused("AccessDenied", "sts:AssumeRole", "iam", "list-users", "--profile", "careless")
	p.answering(totp(t, seed, -9)).refused("AccessDenied", "MultiFactorAuthentication failed", "iam", "list-users", "--profile", "guarded")
	p.answering(totp(t, seed, 0)).run("iam", "list-users", "--profile", "guarded").text("Users", "*", "UserId")
	p.run("sts", "get-caller-identity", "--profile", "guarded").want("arn:aws:sts::"+f.Account+":assumed-role/guarded/work", "Arn")
}
