package localcreds

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/credentials"
)

// Requests for the metadata service, as clients put them on the wire.
const (
	goSession = `
PUT /latest/api/token HTTP/1.1
Host: $HOST
User-Agent: aws-sdk-go-v2/1.47.6 ua/2.1 os/linux lang/go#1.26.8 api/imds#1.20.6
Content-Length: 0
Amz-Sdk-Request: attempt=1; max=3
X-Aws-Ec2-Metadata-Token-Ttl-Seconds: 300
Accept-Encoding: gzip`
	botocoreSession = `
PUT /latest/api/token HTTP/1.1
Host: $HOST
Accept-Encoding: identity
x-aws-ec2-metadata-token-ttl-seconds: 21600
User-Agent: Botocore/1.43.11
Content-Length: 0`
	botocoreRead = `
GET %s HTTP/1.1
Host: $HOST
Accept-Encoding: identity
x-aws-ec2-metadata-token: %s
User-Agent: Botocore/1.43.11`
	bareRead = `
GET %s HTTP/1.1
Host: $HOST
User-Agent: curl/8.5.0`
)

func (h *house) session(t *testing.T) string {
	t.Helper()
	a := h.send(t, botocoreSession)
	if a.status != http.StatusOK {
		t.Fatalf("no session: %d %s", a.status, a.body)
	}
	return a.body
}

// TestSessions: the answer echoes the life, which the SDK for Go needs.
func TestSessions(t *testing.T) {
	h := newHouse(t, &Metadata{})
	for request, life := range map[string]string{goSession: "300", botocoreSession: "21600"} {
		a := h.send(t, request)
		if a.status != http.StatusOK || a.header.Get("x-aws-ec2-metadata-token-ttl-seconds") != life || a.header.Get("Cache-Control") != "no-store" || !h.sessions.good(a.body) {
			t.Errorf("%s: %d %v %q", life, a.status, a.header, a.body)
		}
	}
	for old, c := range map[string]struct {
		new    string
		status int
	}{
		": 300":             {": 0", 400},
		"300":               {"21601", 400},
		" 300":              {" +300", 400},
		"Seconds: 300":      {"Seconds: 300s", 400},
		"-Seconds: 300":     {"-Seconds: 99999999999999999999", 400},
		"X-Aws-Ec2":         {"X-Aws-Ec3", 400},
		"X-Aws":             {"X-Aws-Ec2-Metadata-Token-Ttl-Seconds: 5\nX-Aws", 400},
		"PUT":               {"GET", 405},
		"PUT ":              {"POST ", 405},
		"$HOST":             {"169.254.169.254", 403},
		"Amz-Sdk-Request: ": {"X-Forwarded-For: ", 403},
	} {
		if !strings.Contains(goSession, old) {
			t.Fatalf("the request has no %q", old)
		}
		if a := h.send(t, strings.Replace(goSession, old, c.new, 1)); a.status != c.status || h.sessions.good(a.body) {
			t.Errorf("%q: %d %s", c.new, a.status, a.body)
		}
	}
}

func TestMetadata(t *testing.T) {
	h := newHouse(t, &Metadata{Role: "developer"})
	session := h.session(t)
	for path, want := range map[string]string{
		"/latest/meta-data/iam/security-credentials/": "developer",
		"/latest/meta-data/iam/security-credentials":  "developer",
		"/latest/meta-data/placement/region":          "eu-west-1",
		"/latest/dynamic/instance-identity/document":  `{"region":"eu-west-1","version":"2017-09-30"}`,
	} {
		if a := h.send(t, fmt.Sprintf(botocoreRead, path, session)); a.status != http.StatusOK || a.body != want || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	want := map[string]string{
		"Code": "Success", "LastUpdated": "2026-01-02T03:04:05Z", "Type": "AWS-HMAC", "AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "secretOfTheKey",
		"Token": "token/of+the=session", "Expiration": "2026-01-02T04:04:05Z",
	}
	a := h.send(t, fmt.Sprintf(botocoreRead, rolesPath+"developer", session))
	if d := cmp.Diff(want, a.members(t)); d != "" || a.status != http.StatusOK {
		t.Errorf("%d %s", a.status, d)
	}
	for _, path := range []string{rolesPath + "other", rolesPath + "developer/", "/latest/meta-data/", "/latest/meta-data/instance-id/", "/latest/meta-data/../api/token", "/latest/user-data", "/1.0/meta-data/iam/security-credentials/"} {
		if a := h.send(t, fmt.Sprintf(botocoreRead, path, session)); a.status != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}

// TestRegionThatIsNotKnown: nothing is made up.
func TestRegionThatIsNotKnown(t *testing.T) {
	h := newHouse(t, &Metadata{})
	h.region = ""
	session := h.session(t)
	for _, path := range []string{regionPath, documentPath} {
		if a := h.send(t, fmt.Sprintf(botocoreRead, path, session)); a.status != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}

// TestWithoutSession: IMDSv1 is answered on request alone, and a bad token is refused even then.
func TestWithoutSession(t *testing.T) {
	v2, v1, other := newHouse(t, &Metadata{}), newHouse(t, &Metadata{AllowsIMDS1: true}), newHouse(t, &Metadata{})
	path := rolesPath + defaultRole
	for name, c := range map[string]struct {
		house   *house
		request string
		status  int
	}{
		"none":             {v2, fmt.Sprintf(bareRead, path), 401},
		"none of a list":   {v2, fmt.Sprintf(bareRead, rolesPath), 401},
		"none of nothing":  {v2, fmt.Sprintf(bareRead, "/latest/meta-data/x"), 401},
		"empty":            {v2, fmt.Sprintf(botocoreRead, path, ""), 401},
		"of another":       {v2, fmt.Sprintf(botocoreRead, path, other.session(t)), 401},
		"two":              {v2, fmt.Sprintf(botocoreRead, path, v2.session(t)+"\nx-aws-ec2-metadata-token: x"), 401},
		"of the container": {v2, strings.Replace(goContainer, "GET / ", "GET "+path+" ", 1), 401},
		"by a proxy":       {v2, fmt.Sprintf(botocoreRead, path, v2.session(t)+"\nX-Forwarded-For: 192.0.2.1"), 403},
		"put":              {v2, strings.Replace(fmt.Sprintf(botocoreRead, path, v2.session(t)), "GET", "PUT", 1), 405},
		"v1":               {v1, fmt.Sprintf(bareRead, path), 200},
		"v1, bad token":    {v1, fmt.Sprintf(botocoreRead, path, "x"), 401},
		"v1, of a page":    {v1, strings.Replace(fmt.Sprintf(bareRead, path), "$HOST", "attacker.example", 1), 403},
	} {
		if a := c.house.send(t, c.request); a.status != c.status || strings.Contains(a.body, "secretOfTheKey") != (c.status == 200) {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

// TestRoleFailures: what a person has to end is told in EC2's form, and the rest may be retried.
func TestRoleFailures(t *testing.T) {
	h := newHouse(t, &Metadata{})
	session := h.session(t)
	h.provider.err = credentials.LoginRequired("work", "mayfly login work", nil)
	a := h.send(t, fmt.Sprintf(botocoreRead, rolesPath+defaultRole, session))
	want := map[string]string{"Code": "LoginRequired", "Message": "sign-in is required for work: run mayfly login work", "LastUpdated": "2026-01-02T03:04:05Z"}
	if d := cmp.Diff(want, a.members(t)); d != "" || a.status != http.StatusOK {
		t.Errorf("%d %s", a.status, d)
	}
	h.provider.err = &credentials.UnreachableError{Service: "sts", Host: "sts.example"}
	if a := h.send(t, fmt.Sprintf(botocoreRead, rolesPath+defaultRole, session)); a.status != http.StatusServiceUnavailable {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestSessionsEnd(t *testing.T) {
	at := fixed()
	s, err := newSessions(rand.Reader, func() time.Time { return at })
	if err != nil {
		t.Fatal(err)
	}
	token, err := s.open(time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for after, want := range map[time.Duration]bool{0: true, time.Minute - 1: true, time.Minute: false, time.Hour: false} {
		if at = fixed().Add(after); s.good(token) != want {
			t.Errorf("after %s: %v", after, !want)
		}
	}
}

// FuzzSessions: no text but one that was made opens a session, and what was made does.
func FuzzSessions(f *testing.F) {
	s, err := newSessions(rand.Reader, fixed)
	if err != nil {
		f.Fatal(err)
	}
	token, err := s.open(time.Minute)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(token, uint16(0), byte(0))
	f.Add("", uint16(3), byte(1))
	f.Add(strings.Repeat("A", len(token)), uint16(70), byte(8))
	f.Fuzz(func(t *testing.T, text string, at uint16, flip byte) {
		if text != token && s.good(text) {
			t.Errorf("%q opens a session", text)
		}
		b, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil {
			t.Fatal(err)
		}
		changed := bytes.Clone(b)
		changed[int(at)%len(b)] ^= flip
		if s.good(base64.RawURLEncoding.EncodeToString(changed)) != (flip == 0) {
			t.Errorf("flipping %d at %d", flip, at)
		}
	})
}
