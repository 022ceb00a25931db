package sigv4

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

const (
	suiteKeyID  = "AKIDEXAMPLE"
	suiteSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	suiteToken  = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="
)

var suiteTime = time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)

const unreservedAll = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// suite holds cases of the AWS Signature Version 4 test suite (key pair AKIDEXAMPLE, us-east-1, "service",
// 2015-08-30T12:36:00Z) with the signatures it publishes.
var suite = []struct {
	name, method, target string
	header               http.Header
	body, token          string
	signature            string
	unnormal             bool // the path is not normal: signed, but refused by Verify
}{
	{name: "get-vanilla", method: "GET", target: "/", signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
	{name: "get-vanilla-query", method: "GET", target: "/?", signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
	{name: "post-vanilla", method: "POST", target: "/", signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
	{name: "get-vanilla-empty-query-key", method: "GET", target: "/?Param1=value1", signature: "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
	{name: "get-vanilla-query-order-key-case", method: "GET", target: "/?Param2=value2&Param1=value1", signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
	{name: "get-vanilla-query-unreserved", method: "GET", target: "/?" + unreservedAll + "=" + unreservedAll, signature: "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
	{name: "get-vanilla-utf8-query", method: "GET", target: "/?\u1234=bar", signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
	{name: "get-vanilla-utf8-query encoded", method: "GET", target: "/?%e1%88%b4=bar", signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
	{name: "post-vanilla-query", method: "POST", target: "/?Param1=value1", signature: "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"},
	{name: "post-vanilla-query-nonunreserved", method: "POST", target: "/?@%23$%25^=&%2B=/,?><`\":\\|][{}%3B", signature: ""},
	{name: "post-vanilla-query-nonunreserved as published", method: "POST", target: "/?%40%23%24%25%5E=&%2B=%2F%2C%3F%3E%3C%60%22%3B%3A%5C%7C%5D%5B%7B%7D", signature: "66c82657c86e26fb25238d0e69f011edc4c6df5ae71119d7cb98ed9b87393c1e"},
	{name: "post-vanilla-query-space", method: "POST", target: "/?p=", signature: "e71688addb58a26418614085fb730ba3faa623b461c17f48f2fbdb9361b94a9b"},
	{name: "get-unreserved", method: "GET", target: "/" + unreservedAll, signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
	{name: "get-utf8", method: "GET", target: "/\u1234", signature: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
	{name: "get-special-character", method: "GET", target: "/example/$delete", signature: "a853c9b21b528b19643d00910d35b83a10c366a10833ceefb45edd6c80e40f27"},
	{name: "get-header-key-duplicate", method: "GET", target: "/", header: http.Header{"My-Header1": {"value2", "value2", "value1"}}, signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
	{name: "get-header-value-multiline", method: "GET", target: "/", header: http.Header{"My-Header1": {"value1", "value2", "value3"}}, signature: "ba17b383a53190154eb5fa66a1b836cc297cc0a3d70a5d00705980573d8ff790"},
	{name: "get-header-value-order", method: "GET", target: "/", header: http.Header{"My-Header1": {"value4", "value1", "value3", "value2"}}, signature: "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
	{name: "get-header-value-trim", method: "GET", target: "/", header: http.Header{"My-Header1": {" value1"}, "My-Header2": {" \"a   b   c\" "}}, signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
	{name: "post-header-key-sort", method: "POST", target: "/", header: http.Header{"My-Header1": {"value1"}}, signature: "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"},
	{name: "post-header-value-case", method: "POST", target: "/", header: http.Header{"My-Header1": {"VALUE1"}}, signature: "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"},
	{name: "post-sts-header-before", method: "POST", target: "/", token: suiteToken, signature: "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"},
	{name: "post-x-www-form-urlencoded", method: "POST", target: "/", header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, body: "Param1=value1", signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
	{name: "post-x-www-form-urlencoded-parameters", method: "POST", target: "/", header: http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=utf8"}}, body: "Param1=value1", signature: "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"},
	{name: "get-relative", method: "GET", target: "/example/..", signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", unnormal: true},
	{name: "get-relative-relative", method: "GET", target: "/example1/example2/../..", signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", unnormal: true},
	{name: "get-slash", method: "GET", target: "//", signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", unnormal: true},
	{name: "get-slash-dot-slash", method: "GET", target: "/./", signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", unnormal: true},
}

func TestSuite(t *testing.T) {
	for _, tc := range suite {
		t.Run(tc.name, func(t *testing.T) {
			r := &Request{Method: tc.method, RequestURI: tc.target, Host: "example.amazonaws.com",
				Header: tc.header.Clone(), Body: []byte(tc.body)}
			Sign(r, Credentials{suiteKeyID, suiteSecret, tc.token}, "us-east-1", "service", suiteTime)
			authorization := r.Header.Get("Authorization")
			if !strings.HasSuffix(authorization, "Signature="+tc.signature) && tc.signature != "" {
				t.Errorf("Authorization = %s, want signature %s", authorization, tc.signature)
			}
			s, err := Parse(r)
			if tc.unnormal {
				var refused *Error
				if !errors.As(err, &refused) || refused.Kind != Incomplete {
					t.Errorf("Parse() error = %v, want Incomplete", err)
				}
				return
			}
			if err != nil {
				t.Fatalf("Parse() error = %v", err)
			}
			if err := s.Verify(r, DeriveKey(suiteSecret, s.Scope), suiteTime); err != nil {
				t.Errorf("Verify() error = %v", err)
			}
		})
	}
}

// TestDeriveKey uses the example AWS gives in "Deriving the signing key".
func TestDeriveKey(t *testing.T) {
	key := DeriveKey(suiteSecret, Scope{Date: "20120215", Region: "us-east-1", Service: "iam"})
	const want = "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d"
	if got := hexKey(key); got != want {
		t.Errorf("DeriveKey() = %s, want %s", got, want)
	}
}
