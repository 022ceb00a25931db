package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func verifyAt(t *testing.T, r *Request, now time.Time) *Error {
	t.Helper()
	s, err := Parse(r)
	if err == nil {
		err = s.Verify(r, DeriveKey(suiteSecret, s.Scope), now)
	}
	if err == nil {
		return nil
	}
	var refused *Error
	if !errors.As(err, &refused) {
		t.Fatalf("error %v is not an *Error", err)
	}
	return refused
}

func TestTime(t *testing.T) {
	presigned := func(expires time.Duration) *Request {
		r := &Request{Method: "GET", RequestURI: "/", Host: "example.org"}
		Presign(r, Credentials{suiteKeyID, suiteSecret, ""}, "us-east-1", "service", expires, suiteTime)
		return r
	}
	withoutExpires := func() *Request {
		r := presigned(time.Minute)
		unsigned, _, _ := strings.Cut(r.RequestURI, "&X-Amz-Signature=")
		r.RequestURI = strings.Replace(unsigned, "&X-Amz-Expires=60", "", 1)
		s := newSignature(Credentials{AccessKeyID: suiteKeyID}, "us-east-1", "service", suiteTime)
		s.Presigned, s.SignedHeaders = true, []string{"host"}
		r.RequestURI += "&X-Amz-Signature=" + s.create(r, Credentials{SecretAccessKey: suiteSecret})
		return r
	}
	for _, tc := range []struct {
		name    string
		r       *Request
		after   time.Duration
		kind    Kind
		message string
	}{
		{"now", vanilla(), 0, 0, ""},
		{"oldest", vanilla(), Skew, 0, ""},
		{"too old", vanilla(), Skew + time.Second, Expired, "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T125101Z - 15 min.)"},
		{"too old by a nanosecond", vanilla(), Skew + 1, Expired, "Signature expired"},
		{"newest", vanilla(), -Skew, 0, ""},
		{"too new", vanilla(), -Skew - time.Second, NotYetCurrent, "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z (20150830T122059Z + 15 min.)"},
		{"presigned at its end", presigned(time.Minute), time.Minute, 0, ""},
		{"presigned too old", presigned(90 * time.Second), 91 * time.Second, Expired, "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T123731Z - 90 sec.)"},
		{"presigned for a week", presigned(MaxExpires), MaxExpires, 0, ""},
		{"presigned for a week, too old", presigned(MaxExpires), MaxExpires + time.Second, Expired, "Signature expired"},
		{"presigned too new", presigned(MaxExpires), -Skew - time.Second, NotYetCurrent, "Signature not yet current"},
		{"presigned without a life", withoutExpires(), Skew, 0, ""},
		{"presigned without a life, too old", withoutExpires(), Skew + time.Second, Expired, "- 15 min."},
		{"presigned for no time", presigned(0), 0, Incomplete, "X-Amz-Expires"},
		{"presigned for negative time", presigned(-time.Second), 0, Incomplete, "X-Amz-Expires"},
		{"presigned for too long", presigned(MaxExpires + time.Second), 0, Incomplete, "less than a week"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := verifyAt(t, tc.r, suiteTime.Add(tc.after))
			switch {
			case tc.kind == 0 && err != nil:
				t.Errorf("Verify() error = %v", err)
			case tc.kind != 0 && (err == nil || err.Kind != tc.kind || !strings.Contains(err.Message, tc.message)):
				t.Errorf("Verify() error = %v, want %v %q", err, tc.kind, tc.message)
			}
		})
	}
}

// TestWrongSignatureHidesClock: a caller without the key learns nothing of the time.
func TestWrongSignatureHidesClock(t *testing.T) {
	r := vanilla()
	replaceAuthorization("5fa00", "5fa01")(r)
	if err := verifyAt(t, r, suiteTime.Add(time.Hour)); err == nil || err.Kind != Mismatch {
		t.Errorf("Verify() error = %v, want Mismatch", err)
	}
}

func TestPayloadHash(t *testing.T) {
	sum := sha256.Sum256([]byte("body"))
	for value, want := range map[string]Kind{
		hex.EncodeToString(sum[:]):                  0,
		strings.ToUpper(hex.EncodeToString(sum[:])): Mismatch,
		"UNSIGNED-PAYLOAD":                          Mismatch,
		"STREAMING-AWS4-HMAC-SHA256-PAYLOAD":        Mismatch,
		"STREAMING-UNSIGNED-PAYLOAD-TRAILER":        Mismatch,
		"":                                          Mismatch,
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855": Mismatch,
	} {
		r := &Request{Method: "POST", RequestURI: "/", Host: "example.org", Body: []byte("body")}
		s := newSignature(Credentials{AccessKeyID: suiteKeyID}, "us-east-1", "service", suiteTime)
		s.SignedHeaders = []string{"host", "x-amz-content-sha256", "x-amz-date"}
		r.Header = http.Header{"X-Amz-Date": {stamp(suiteTime)}, "X-Amz-Content-Sha256": {value}}
		// Sign as S3 clients do: whatever the header says stands for the payload.
		canonical := "POST\n/\n\nhost:example.org\nx-amz-content-sha256:" + value + "\nx-amz-date:20150830T123600Z\n\nhost;x-amz-content-sha256;x-amz-date\n" + value
		signature := s.sign([]byte(canonical), DeriveKey(suiteSecret, s.Scope))
		r.Header.Set("Authorization", algorithm+" Credential="+suiteKeyID+"/"+s.Scope.String()+
			", SignedHeaders="+strings.Join(s.SignedHeaders, ";")+", Signature="+string(signature[:]))
		if err := verifyAt(t, r, suiteTime); (err == nil) != (want == 0) || err != nil && err.Kind != want {
			t.Errorf("X-Amz-Content-Sha256 %q: error = %v, want kind %v", value, err, want)
		}
	}
}

// TestPresignedRefuses covers what only presigned URLs can get wrong.
func TestPresignedRefuses(t *testing.T) {
	for _, tc := range []struct {
		name, old, new string
		kind           Kind
		message        string
	}{
		{"no algorithm", "X-Amz-Algorithm=AWS4-HMAC-SHA256&", "", Incomplete, "must include 'X-Amz-Algorithm'"},
		{"no date", "X-Amz-Date=20150830T123600Z&", "", Incomplete, "must include 'X-Amz-Date'"},
		{"no signature", "X-Amz-Signature=", "Other=", Incomplete, "AWS query-string parameters must include 'X-Amz-Signature'. Re-examine the query-string parameters."},
		{"no credential", "X-Amz-Credential=", "Other=", Incomplete, "must include 'X-Amz-Credential'"},
		{"no signed headers", "X-Amz-SignedHeaders=", "Other=", Incomplete, "must include 'X-Amz-SignedHeaders'"},
		{"other algorithm", "HMAC-SHA256", "HMAC-SHA1", Incomplete, "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1'."},
		{"bad date", "20150830T123600Z", "20150830", Incomplete, "basic format"},
		{"expires with sign", "Expires=60", "Expires=%2B60", Incomplete, "X-Amz-Expires"},
		{"expires with zero", "Expires=60", "Expires=060", Incomplete, "X-Amz-Expires"},
		{"expires empty", "Expires=60", "Expires=", Incomplete, "X-Amz-Expires"},
		{"expires changed", "Expires=60", "Expires=61", Mismatch, msgMismatch},
		{"algorithm respelt", "X-Amz-Algorithm", "x-amz-algorithm", Incomplete, "misspells"},
		{"encoded name of a second date", "X-Amz-Date", "X-Amz-Dat%65=20150830T123600Z&X-Amz-Date", Incomplete, "repeats"},
		{"token empty", "X-Amz-Security-Token=tok", "X-Amz-Security-Token=", Incomplete, "X-Amz-Security-Token"},
		{"token added after signing", "Action=a", "Action=a", 0, ""},
		{"payload hash disagrees", "Action=a", "X-Amz-Content-Sha256=UNSIGNED-PAYLOAD&Action=a", Mismatch, msgMismatch},
		{"payload hash disagrees, hoisted in lower case", "Action=a", "x-amz-content-sha256=UNSIGNED-PAYLOAD&Action=a", Mismatch, msgMismatch},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := &Request{Method: "GET", RequestURI: "/?Action=a", Host: "example.org"}
			Presign(r, Credentials{suiteKeyID, suiteSecret, "tok"}, "us-east-1", "service", time.Minute, suiteTime)
			changed := strings.Replace(r.RequestURI, tc.old, tc.new, 1)
			if changed == r.RequestURI && tc.old != tc.new {
				t.Fatalf("%q is not in %s", tc.old, r.RequestURI)
			}
			r.RequestURI = changed
			err := verifyAt(t, r, suiteTime)
			switch {
			case tc.kind == 0 && err != nil:
				t.Errorf("error = %v", err)
			case tc.kind != 0 && (err == nil || err.Kind != tc.kind || !strings.Contains(err.Message, tc.message)):
				t.Errorf("error = %v, want %v %q", err, tc.kind, tc.message)
			}
		})
	}
	t.Run("token in query and header", func(t *testing.T) {
		r := &Request{Method: "GET", RequestURI: "/", Host: "example.org"}
		Presign(r, Credentials{suiteKeyID, suiteSecret, "tok"}, "us-east-1", "service", time.Minute, suiteTime)
		r.Header.Set("X-Amz-Security-Token", "tok")
		if err := verifyAt(t, r, suiteTime); err == nil || err.Kind != Incomplete {
			t.Errorf("error = %v, want Incomplete", err)
		}
	})
	t.Run("type added after signing", func(t *testing.T) {
		r := &Request{Method: "POST", RequestURI: "/", Host: "example.org"}
		Presign(r, Credentials{suiteKeyID, suiteSecret, ""}, "us-east-1", "service", time.Minute, suiteTime)
		r.Header.Set("Content-Type", "text/plain")
		if err := verifyAt(t, r, suiteTime); err != nil {
			t.Errorf("without a body: error = %v", err)
		}
		r.Body = []byte("x")
		Presign(r, Credentials{suiteKeyID, suiteSecret, ""}, "us-east-1", "service", time.Minute, suiteTime)
		r.Header.Set("Content-Type", "application/json")
		if err := verifyAt(t, r, suiteTime); err == nil {
			t.Error("with a body: accepted")
		}
		r.Header.Del("Content-Type")
		Presign(r, Credentials{suiteKeyID, suiteSecret, ""}, "us-east-1", "service", time.Minute, suiteTime)
		r.Header.Set("Content-Type", "application/json")
		if err := verifyAt(t, r, suiteTime); err == nil || err.Kind != Incomplete {
			t.Errorf("with a body: error = %v, want Incomplete", err)
		}
	})
	t.Run("token added after signing", func(t *testing.T) {
		r := &Request{Method: "GET", RequestURI: "/", Host: "example.org"}
		Presign(r, Credentials{suiteKeyID, suiteSecret, ""}, "us-east-1", "service", time.Minute, suiteTime)
		r.RequestURI += "&X-Amz-Security-Token=tok"
		if err := verifyAt(t, r, suiteTime); err == nil || err.Kind != Mismatch {
			t.Errorf("error = %v, want Mismatch", err)
		}
	})
}

// TestCVE20222385 is the attack on aws-iam-authenticator: a second parameter whose name differs in case only gave
// the reader another access key id than the signer's.
func TestCVE20222385(t *testing.T) {
	for _, extra := range []string{
		"x-amz-credential=AKIDVICTIM%2F20150830%2Fus-east-1%2Fsts%2Faws4_request",
		"X-AMZ-CREDENTIAL=AKIDVICTIM%2F20150830%2Fus-east-1%2Fsts%2Faws4_request",
		"X-Amz-Credential=AKIDVICTIM%2F20150830%2Fus-east-1%2Fsts%2Faws4_request",
		"%58-Amz-Credential=AKIDVICTIM%2F20150830%2Fus-east-1%2Fsts%2Faws4_request",
		"action=DeleteUser", "ACTION=DeleteUser",
	} {
		for _, first := range []bool{true, false} {
			// The attacker signs the whole query, the extra parameter included.
			r := &Request{Method: "GET", RequestURI: "/?Action=GetCallerIdentity&" + extra, Host: "sts.example.org"}
			s := newSignature(Credentials{AccessKeyID: suiteKeyID}, "us-east-1", "sts", suiteTime)
			own := "X-Amz-Algorithm=" + algorithm + "&X-Amz-Credential=" + encodeComponent(suiteKeyID+"/"+s.Scope.String()) +
				"&X-Amz-Date=" + stamp(suiteTime) + "&X-Amz-Expires=60&X-Amz-SignedHeaders=host"
			if first {
				r.RequestURI += "&" + own
			} else {
				r.RequestURI = "/?" + own + "&Action=GetCallerIdentity&" + extra
			}
			query := r.RequestURI[2:]
			pairs := []pair{}
			for part := range strings.SplitSeq(query, "&") {
				name, value, _ := strings.Cut(part, "=")
				name, err := canonicalComponent(name)
				if err != nil {
					t.Fatal(err)
				}
				pairs = append(pairs, pair{name, value})
			}
			sortPairs(pairs)
			canonical := "GET\n/\n" + string(appendQuery(nil, pairs, true)) + "\nhost:sts.example.org\n\nhost\n" +
				"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
			signature := s.sign([]byte(canonical), DeriveKey(suiteSecret, s.Scope))
			r.RequestURI += "&X-Amz-Signature=" + string(signature[:])
			if err := verifyAt(t, r, suiteTime); err == nil || err.Kind != Incomplete {
				t.Errorf("%s (first %v): error = %v, want Incomplete", extra, first, err)
			}
		}
	}
}

// TestVerifyChecksAgain: what is added between Parse and Verify is not covered by the signature.
func TestVerifyChecksAgain(t *testing.T) {
	for name, change := range map[string]func(*Request){
		"header":        set("X-Amz-Target", "x"),
		"path":          func(r *Request) { r.RequestURI = "/a/../" },
		"query":         func(r *Request) { r.RequestURI = "/?a=%" },
		"signed header": func(r *Request) { delete(r.Header, "X-Amz-Date") },
		"line break":    func(r *Request) { r.Header["X-Amz-Date"][0] += "\nx:y" },
	} {
		r := vanilla()
		s, err := Parse(r)
		if err != nil {
			t.Fatal(err)
		}
		change(r)
		if s.Verify(r, DeriveKey(suiteSecret, s.Scope), suiteTime) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestRoundTrip signs random requests and verifies them; with any other key they are refused.
func TestRoundTrip(t *testing.T) {
	word := rapid.StringMatching(`[a-z0-9-]{1,20}`)
	rapid.Check(t, func(t *rapid.T) {
		r := &Request{
			Method: rapid.SampledFrom([]string{"GET", "POST", "PUT", "DELETE", "M-SEARCH"}).Draw(t, "method"),
			Host:   rapid.StringMatching(`[A-Za-z0-9.-]{1,30}(:[0-9]{1,5})?`).Draw(t, "host"),
			Header: http.Header{},
			Body:   rapid.SliceOf(rapid.Byte()).Draw(t, "body"),
		}
		r.RequestURI = "/" + rapid.StringMatching(`([a-zA-Z0-9_~$@:%!é][a-zA-Z0-9_.~$@:%!é]{0,8}/){0,3}`).Draw(t, "path")
		var query []string
		for i := range rapid.IntRange(0, 5).Draw(t, "parameters") {
			name := strconv.Itoa(i) + encodeComponent(rapid.String().Draw(t, "name"))
			query = append(query, name+"="+encodeComponent(rapid.String().Draw(t, "value")))
		}
		if len(query) > 0 {
			r.RequestURI += "?" + strings.Join(query, "&")
		}
		for range rapid.IntRange(0, 4).Draw(t, "headers") {
			key := http.CanonicalHeaderKey("A" + word.Draw(t, "key"))
			r.Header.Add(key, rapid.StringMatching(`[ -~é]{0,30}`).Draw(t, "value"))
		}
		credentials := Credentials{rapid.StringMatching(`[A-Z0-9]{16,20}`).Draw(t, "id"),
			rapid.String().Draw(t, "secret"), rapid.SampledFrom([]string{"", "token/+=="}).Draw(t, "token")}
		at := time.Unix(rapid.Int64Range(0, 1<<34).Draw(t, "at"), 0)
		region, service := word.Draw(t, "region"), word.Draw(t, "service")
		presign := rapid.Bool().Draw(t, "presign")
		if presign {
			Presign(r, credentials, region, service, time.Hour, at)
		} else {
			Sign(r, credentials, region, service, at)
		}
		s, err := Parse(r)
		if err != nil {
			t.Fatalf("Parse(): %v", err)
		}
		if s.AccessKeyID != credentials.AccessKeyID || s.SessionToken != credentials.SessionToken || s.Presigned != presign {
			t.Fatalf("Parse() = %v", s)
		}
		if err := s.Verify(r, DeriveKey(credentials.SecretAccessKey, s.Scope), at); err != nil {
			t.Fatalf("Verify(): %v", err)
		}
		if err := s.Verify(r, DeriveKey(credentials.SecretAccessKey+"x", s.Scope), at); err == nil {
			t.Fatal("Verify() accepts another key")
		}
	})
}

// TestSignAgain signs a request that is signed already, both ways.
func TestSignAgain(t *testing.T) {
	r := stsRequest()
	Sign(r, Credentials{suiteKeyID, suiteSecret, ""}, "eu-west-1", "sts", suiteTime.Add(time.Second))
	if err := verifyAt(t, r, suiteTime); err != nil {
		t.Error(err)
	}
	if r.Header.Get("X-Amz-Security-Token") != "" {
		t.Error("the old token is still there")
	}
	for range 2 {
		Presign(r, Credentials{suiteKeyID, suiteSecret, "t"}, "eu-west-1", "sts", time.Minute, suiteTime)
		if err := verifyAt(t, r, suiteTime); err != nil {
			t.Error(err)
		}
	}
}

// TestSignImpossible: what cannot be put into canonical form gets a signature no verifier accepts.
func TestSignImpossible(t *testing.T) {
	r := &Request{Method: "GET", RequestURI: "/?a=%zz", Host: "example.org"}
	Sign(r, Credentials{suiteKeyID, suiteSecret, ""}, "eu-west-1", "sts", suiteTime)
	if !strings.HasSuffix(r.Header.Get("Authorization"), "Signature="+strings.Repeat("0", 64)) {
		t.Errorf("Authorization = %s", r.Header.Get("Authorization"))
	}
	if err := verifyAt(t, r, suiteTime); err == nil {
		t.Error("accepted")
	}
}

func FuzzParse(f *testing.F) {
	for _, r := range captured() {
		f.Add(r.Method, r.RequestURI, r.Host, r.Header.Get("Authorization"), r.Header.Get("X-Amz-Date"))
	}
	f.Fuzz(func(t *testing.T, method, target, host, authorization, date string) {
		r := &Request{Method: method, RequestURI: target, Host: host, Header: http.Header{}}
		for key, value := range map[string]string{"Authorization": authorization, "X-Amz-Date": date} {
			if value != "" {
				r.Header.Set(key, value)
			}
		}
		s, err := Parse(r)
		if err != nil {
			var refused *Error
			if !errors.As(err, &refused) || refused.Kind < Missing || refused.Kind > Mismatch {
				t.Fatalf("error %v is not an *Error with a kind", err)
			}
			return
		}
		if s.Scope.Date != stamp(s.Time)[:8] || !s.signs("host") || s.AccessKeyID == "" || s.Expires <= 0 || s.Expires > MaxExpires {
			t.Fatalf("accepted with broken rules: %v", s)
		}
		key := DeriveKey("drawn for this test alone", s.Scope)
		if s.Verify(r, key, s.Time) == nil {
			t.Fatal("accepted with a key that signed nothing")
		}
		want := s.AccessKeyID + "/" + s.Scope.String()
		if !s.Presigned && !strings.Contains(authorization, "Credential="+want) {
			t.Fatalf("credential %s is not in the header", want)
		}
	})
}
