package sigv4

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

const goodAuthorization = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, " +
	"SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"

func vanilla() *Request {
	return &Request{Method: "GET", RequestURI: "/", Host: "example.amazonaws.com", Header: http.Header{
		"X-Amz-Date": {"20150830T123600Z"}, "Authorization": {goodAuthorization}}}
}

func replaceAuthorization(old, new string) func(*Request) {
	return func(r *Request) {
		r.Header["Authorization"][0] = strings.Replace(r.Header["Authorization"][0], old, new, 1)
	}
}

func set(key string, values ...string) func(*Request) {
	return func(r *Request) { r.Header[key] = values }
}

// refusals change one thing in a valid request.
var refusals = []struct {
	name    string
	change  func(*Request)
	kind    Kind
	message string // a part of it
}{
	{"nothing at all", func(r *Request) { r.Header = nil }, Missing, "Request is missing Authentication Token"},
	{"unrelated query", func(r *Request) { r.Header, r.RequestURI = nil, "/?Action=x" }, Missing, msgMissing},
	{"bearer", set("Authorization", "Bearer s3cr3t"), Incomplete, "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."},
	{"scheme only", set("Authorization", algorithm), Incomplete, "key=value"},
	{"empty", set("Authorization", ""), Incomplete, "requires 'Credential'"},
	{"other algorithm", replaceAuthorization("SHA256", "SHA512"), Incomplete, "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512'."},
	{"asymmetric", replaceAuthorization("AWS4-HMAC", "AWS4-ECDSA-P256"), Incomplete, "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'."},
	{"lower-case algorithm", replaceAuthorization("AWS4", "aws4"), Incomplete, ""},
	{"two headers", set("Authorization", goodAuthorization, goodAuthorization), Incomplete, "Only one auth mechanism allowed"},
	{"too long", replaceAuthorization("Signature", strings.Repeat("x", maxAuthorization)), Incomplete, "too long"},
	{"without credential", replaceAuthorization("Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ", ""), Incomplete, "Authorization header requires 'Credential' parameter."},
	{"without signature", replaceAuthorization(", Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", ""), Incomplete, "Authorization header requires 'Signature' parameter."},
	{"without signed headers", replaceAuthorization("SignedHeaders=host;x-amz-date, ", ""), Incomplete, "Authorization header requires 'SignedHeaders' parameter."},
	{"without date", func(r *Request) { delete(r.Header, "X-Amz-Date") }, Incomplete, msgNoDate},
	{"without equal sign", replaceAuthorization("Signature=", "Signature"), Incomplete, "missing equal-sign"},
	{"unknown part", replaceAuthorization("Signature=", "Expires=1, Signature="), Incomplete, "unknown or given twice"},
	{"part twice", replaceAuthorization("Signature=", "SignedHeaders=host, Signature="), Incomplete, "unknown or given twice"},
	{"part in lower case", replaceAuthorization("Signature=", "signature="), Incomplete, "unknown or given twice"},
	{"trailing comma", func(r *Request) { r.Header["Authorization"][0] += "," }, Incomplete, "key=value"},
	{"credential of four", replaceAuthorization("/service", ""), Incomplete, msgCredentialParts},
	{"credential of six", replaceAuthorization("/service", "/service/more"), Incomplete, msgCredentialParts},
	{"empty key id", replaceAuthorization("AKIDEXAMPLE", ""), Incomplete, msgCredentialParts},
	{"odd region", replaceAuthorization("us-east-1", "us%east"), Incomplete, msgCredentialParts},
	{"long region", replaceAuthorization("us-east-1", strings.Repeat("r", 129)), Incomplete, msgCredentialParts},
	{"terminator", replaceAuthorization("aws4_request", "aws5_request"), Mismatch, "valid terminator: 'aws4_request'"},
	{"scope date", replaceAuthorization("20150830", "20150829"), Mismatch, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20150829' != '20150830', from '20150830T123600Z'."},
	{"short signature", replaceAuthorization("5fa00", "5fa0"), Mismatch, msgMismatch},
	{"long signature", replaceAuthorization("5fa00", "5fa000"), Mismatch, msgMismatch},
	{"upper-case signature", replaceAuthorization("5fa00", "5FA00"), Mismatch, msgMismatch},
	{"unsorted", replaceAuthorization("host;x-amz-date", "x-amz-date;host"), Incomplete, "alphabetical order"},
	{"signed twice", replaceAuthorization("host;x-amz-date", "host;host;x-amz-date"), Incomplete, "alphabetical order"},
	{"upper-case signed header", replaceAuthorization("host;x-amz-date", "Host;x-amz-date"), Incomplete, "lower-case"},
	{"empty signed header", replaceAuthorization("host;x-amz-date", "host;;x-amz-date"), Incomplete, "lower-case"},
	{"authorization signed", replaceAuthorization("host;x-amz-date", "authorization;host;x-amz-date"), Incomplete, "cannot be signed"},
	{"too many signed headers", replaceAuthorization("host", strings.Repeat("a;", 64)+"host"), Incomplete, "too long"},
	{"host unsigned", replaceAuthorization("host;x-amz-date", "x-amz-date"), Incomplete, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."},
	{"date unsigned", replaceAuthorization("host;x-amz-date", "host"), Incomplete, "'X-Amz-Date' must be a 'SignedHeader'"},
	{"amz header unsigned", set("X-Amz-Target", "x"), Incomplete, "'X-Amz-Target' must be a 'SignedHeader'"},
	{"content type unsigned", set("Content-Type", "text/plain"), Incomplete, "'Content-Type' must be a 'SignedHeader'"},
	{"unsigned type in another case", set("Content-Type", "Application/x-www-form-urlencoded"), Incomplete, "'Content-Type'"},
	{"two types", set("Content-Type", "application/x-www-form-urlencoded", "text/plain"), Incomplete, "once"},
	{"amz header twice", set("X-Amz-Date", "20150830T123600Z", "20150830T123600Z"), Incomplete, "once"},
	{"date unreadable", set("X-Amz-Date", "2015-08-30T12:36:00Z"), Incomplete, "Date must be in ISO-8601 'basic format'. Got '2015-08-30T12:36:00Z'. See http://en.wikipedia.org/wiki/ISO_8601"},
	{"date with quotes", set("X-Amz-Date", "'<>"), Incomplete, "Got '...'"},
	{"date impossible", set("X-Amz-Date", "20150230T123600Z"), Incomplete, "basic format"},
	{"date header twice", func(r *Request) {
		delete(r.Header, "X-Amz-Date")
		r.Header["Date"] = []string{"a", "b"}
	}, Incomplete, "once"},
	{"date header unsigned", func(r *Request) {
		delete(r.Header, "X-Amz-Date")
		r.Header["Date"] = []string{"Sun, 30 Aug 2015 12:36:00 GMT"}
		replaceAuthorization("host;x-amz-date", "host")(r)
	}, Incomplete, "'Date' must be a 'SignedHeader'"},
	{"date header with wrong weekday", func(r *Request) {
		delete(r.Header, "X-Amz-Date")
		r.Header["Date"] = []string{"Mon, 30 Aug 2015 12:36:00 GMT"}
	}, Incomplete, "basic format"},
	{"token twice", set("X-Amz-Security-Token", "a", "b"), Incomplete, "X-Amz-Security-Token"},
	{"token with blanks", set("X-Amz-Security-Token", "a b"), Incomplete, "X-Amz-Security-Token"},
	{"token empty", set("X-Amz-Security-Token", ""), Incomplete, "X-Amz-Security-Token"},
	{"another spelling of a header", func(r *Request) { r.Header["x-amz-date"] = []string{"20150830T123600Z"} }, Incomplete, "invalid name"},
	{"host as header", set("Host", "example.amazonaws.com"), Incomplete, "invalid name"},
	{"both places", func(r *Request) { r.RequestURI = "/?X-Amz-Signature=00" }, Incomplete, "Only one auth mechanism allowed"},
	{"token in the query", func(r *Request) { r.RequestURI = "/?X-Amz-Security-Token=00" }, Incomplete, "Only one auth mechanism allowed"},
	{"method", func(r *Request) { r.Method = "get" }, Incomplete, "method"},
	{"no method", func(r *Request) { r.Method = "" }, Incomplete, "method"},
	{"no host", func(r *Request) { r.Host = "" }, Incomplete, "Host"},
	{"two hosts", func(r *Request) { r.Host = "a,b" }, Incomplete, "Host"},
	{"host with a line break", func(r *Request) { r.Host = "a\nb" }, Incomplete, "Host"},
	{"absolute form", func(r *Request) { r.RequestURI = "http://example.amazonaws.com/" }, Incomplete, "path must be absolute"},
	{"asterisk form", func(r *Request) { r.RequestURI = "*" }, Incomplete, "path must be absolute"},
	{"no path", func(r *Request) { r.RequestURI = "" }, Incomplete, "path must be absolute"},
	{"dot segment", func(r *Request) { r.RequestURI = "/a/../b" }, Incomplete, "dot segments"},
	{"last dot segment", func(r *Request) { r.RequestURI = "/a/." }, Incomplete, "dot segments"},
	{"empty segment", func(r *Request) { r.RequestURI = "/a//b" }, Incomplete, "empty or dot"},
	{"fragment", func(r *Request) { r.RequestURI = "/#x" }, Incomplete, "target"},
	{"control character", func(r *Request) { r.RequestURI = "/\x01" }, Incomplete, "target"},
	{"long target", func(r *Request) { r.RequestURI = "/" + strings.Repeat("x", maxTarget) }, Incomplete, "target"},
	{"escape cut short", func(r *Request) { r.RequestURI = "/?a=%4" }, Incomplete, "Incomplete trailing escape % sequence"},
	{"escape not hex", func(r *Request) { r.RequestURI = "/?a=%4g" }, Incomplete, "Illegal hex character in escape % pattern: %"},
	{"escape in a name", func(r *Request) { r.RequestURI = "/?%zz=a" }, Incomplete, "Illegal hex"},
	{"semicolon", func(r *Request) { r.RequestURI = "/?a=1;b=2" }, Incomplete, "semicolon"},
	{"empty parameter", func(r *Request) { r.RequestURI = "/?a=1&&b=2" }, Incomplete, "without a name"},
	{"case variants", func(r *Request) { r.RequestURI = "/?Action=a&action=b" }, Incomplete, "letter case"},
	{"many parameters", func(r *Request) { r.RequestURI = "/?" + strings.Repeat("a=&", maxPairs) + "a=" }, Incomplete, "too many"},
}

func TestParseRefuses(t *testing.T) {
	for _, tc := range refusals {
		t.Run(tc.name, func(t *testing.T) {
			r := vanilla()
			tc.change(r)
			_, err := Parse(r)
			var refused *Error
			if !errors.As(err, &refused) {
				t.Fatalf("Parse() error = %v, want *Error", err)
			}
			if refused.Kind != tc.kind || !strings.Contains(refused.Message, tc.message) {
				t.Errorf("Parse() error = %v: %q, want %v: %q", refused.Kind, refused.Message, tc.kind, tc.message)
			}
			if err.Error() != refused.Message {
				t.Errorf("Error() = %q, want the message", err)
			}
			if strings.Contains(refused.Message, "s3cr3t") || strings.Contains(refused.Message, "5fa00fa") {
				t.Errorf("the message repeats a secret: %q", refused.Message)
			}
		})
	}
}

func TestParseAccepts(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*Request)
	}{
		{"as it is", func(*Request) {}},
		{"no blanks after commas", func(r *Request) {
			r.Header["Authorization"][0] = strings.ReplaceAll(goodAuthorization, ", ", ",")
		}},
		{"another order of parts", set("Authorization", algorithm+" Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31, SignedHeaders=host;x-amz-date, Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request")},
		{"unsigned header of no importance", set("User-Agent", "x")},
		{"the type that curl adds after signing", set("Content-Type", "application/x-www-form-urlencoded")},
		{"X-Amzn is not X-Amz", set("X-Amzn-Trace-Id", "Root=1")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := vanilla()
			tc.change(r)
			if _, ok := accepts(r); !ok {
				t.Error("refused")
			}
		})
	}
}

// TestDateHeader covers requests dated by the Date header, in both forms.
func TestDateHeader(t *testing.T) {
	for _, date := range []string{"Sun, 30 Aug 2015 12:36:00 GMT", "20150830T123600Z"} {
		s := newSignature(Credentials{AccessKeyID: suiteKeyID}, "us-east-1", "service", suiteTime)
		s.SignedHeaders = []string{"date", "host"}
		r := &Request{Method: "GET", RequestURI: "/", Host: "example.org", Header: http.Header{"Date": {date}}}
		signature := s.create(r, Credentials{SecretAccessKey: suiteSecret})
		r.Header.Set("Authorization", algorithm+" Credential="+suiteKeyID+"/"+s.Scope.String()+", SignedHeaders=date;host, Signature="+signature)
		got, ok := accepts(r)
		if !ok || !got.Time.Equal(suiteTime) {
			t.Errorf("Date %q: accepted %v", date, ok)
		}
	}
}

func TestParseResult(t *testing.T) {
	r := stsRequest()
	s, err := Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	if s.AccessKeyID != suiteKeyID || s.Scope != (Scope{"20150830", "eu-west-1", "sts"}) || !s.Time.Equal(suiteTime) ||
		s.SessionToken != suiteToken || s.Presigned || s.Expires != Skew ||
		strings.Join(s.SignedHeaders, ";") != "amz-sdk-invocation-id;amz-sdk-request;content-type;host;x-amz-date;x-amz-security-token" {
		t.Errorf("Parse() = %+v, signed %v, token %q", s, s.SignedHeaders, s.SessionToken)
	}
}

// TestRedaction prints everything that holds a secret in every way a log might.
func TestRedaction(t *testing.T) {
	r := stsRequest()
	s, err := Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	key := DeriveKey(suiteSecret, s.Scope)
	credentials := Credentials{suiteKeyID, suiteSecret, suiteToken}
	var printed strings.Builder
	for _, v := range []any{key, &key, credentials, &credentials, *s, s, *r, r} {
		fmt.Fprintf(&printed, "%v %+v %#v %s %q %x\n", v, v, v, v, v, v)
	}
	for _, v := range []any{key, credentials} {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		printed.Write(b)
	}
	printed.WriteString(key.String() + key.GoString())
	for name, secret := range map[string]string{"secret": suiteSecret, "token": suiteToken[:20], "key": hexKey(key)[:16], "key bytes": string(key[:8])} {
		if strings.Contains(printed.String(), secret) {
			t.Errorf("%s is printed: %s", name, printed.String())
		}
	}
	if !strings.Contains(printed.String(), suiteKeyID) {
		t.Error("the access key id is not printed")
	}
}

func TestKindString(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range []Kind{0, Missing, Incomplete, Expired, NotYetCurrent, Mismatch} {
		if seen[k.String()] {
			t.Errorf("%d has the name of another kind", k)
		}
		seen[k.String()] = true
	}
}

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{Skew: "15 min.", 61 * time.Second: "61 sec.", time.Hour: "60 min."} {
		if got := span(d); got != want {
			t.Errorf("span(%v) = %q, want %q", d, got, want)
		}
	}
}
