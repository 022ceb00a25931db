package sigv4

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// meaning is what a service could read out of a request, computed with net/url and without this package's
// canonicalisation: two requests with the same meaning may share a signature, all others may not.
type meaning struct {
	Method, Path, Host, Body string
	Query                    url.Values
	Header                   map[string]string
	Authorization            []string
}

func meaningOf(t testing.TB, r *Request, signed []string) (meaning, bool) {
	t.Helper()
	path, query, _ := strings.Cut(r.RequestURI, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return meaning{}, false
	}
	for _, v := range values {
		slices.Sort(v) // the order of equally named parameters is not signed
	}
	m := meaning{Method: r.Method, Path: path, Host: r.Host, Body: string(r.Body), Query: values, Header: map[string]string{}}
	for key, v := range r.Header {
		if name := strings.ToLower(key); slices.Contains(signed, name) || strings.HasPrefix(name, "x-amz-") {
			joined := ""
			for i, one := range v {
				if i > 0 {
					joined += ","
				}
				one = strings.Trim(one, " \t")
				for strings.Contains(one, "  ") {
					one = strings.ReplaceAll(one, "  ", " ")
				}
				joined += one
			}
			m.Header[name] = joined
		}
	}
	for _, v := range r.Header["Authorization"] {
		scheme, rest, _ := strings.Cut(v, " ")
		parts := strings.Split(rest, ",")
		for i := range parts {
			parts[i] = strings.Trim(parts[i], " ")
		}
		slices.Sort(parts)
		m.Authorization = append(append(m.Authorization, scheme), parts...)
	}
	return m, true
}

// captured are requests of the shapes that clients send.
func captured() map[string]*Request {
	credentials := Credentials{suiteKeyID, suiteSecret, suiteToken}
	long := Credentials{suiteKeyID, suiteSecret, ""}
	list := map[string]*Request{"sts": stsRequest()}
	list["json"] = &Request{Method: "POST", RequestURI: "/", Host: "127.0.0.1:8080", Header: http.Header{
		"Content-Type": {"application/x-amz-json-1.1"},
		"X-Amz-Target": {"AWSCognitoIdentityProviderService.AdminGetUser"},
		"Accept":       {"a", "b  c"},
	}, Body: []byte(`{"UserPoolId":"eu-west-1_AbCdEfGhI","Username":"jane"}`)}
	Sign(list["json"], long, "eu-west-1", "cognito-idp", suiteTime)
	list["rest"] = &Request{Method: "DELETE", RequestURI: "/tags/arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx?tagKeys=a%20b&tagKeys=c&empty=", Host: "example.org"}
	Sign(list["rest"], credentials, "eu-west-1", "execute-api", suiteTime)
	list["presigned"] = &Request{Method: "GET", RequestURI: "/?Action=GetCallerIdentity&Version=2011-06-15", Host: "sts.example.org",
		Header: http.Header{"X-K8s-Aws-Id": {"cluster"}}}
	Presign(list["presigned"], credentials, "eu-west-1", "sts", 60*time.Second, suiteTime)
	return list
}

func clone(r *Request) *Request {
	c := *r
	c.Header = r.Header.Clone()
	c.Body = slices.Clone(r.Body)
	return &c
}

// accepts runs the whole verification as a server does, with the right key for every scope of the credential.
func accepts(r *Request) (*Signature, bool) {
	s, err := Parse(r)
	if err != nil || s.AccessKeyID != suiteKeyID {
		return nil, false
	}
	return s, s.Verify(r, DeriveKey(suiteSecret, s.Scope), suiteTime) == nil
}

// mutants calls yield with every one-byte change, deletion, doubling and insertion in text.
func mutants(text string, yield func(string)) {
	for i := range len(text) {
		for _, c := range []byte{0, '\n', ' ', '"', '%', '&', '+', ',', '-', '.', '/', '0', '9', ':', ';', '=', '?', 'A', 'a', 'F', 'f', '_', '~', 0x7f, 0x80, 0xc5, text[i] ^ 0x01, text[i] ^ 0x20, text[i] ^ 0x80} {
			if c != text[i] {
				yield(text[:i] + string([]byte{c}) + text[i+1:])
			}
			yield(text[:i] + string([]byte{c}) + text[i:])
		}
		yield(text[:i] + text[i+1:])
		yield(text[:i])
		yield(text[i:])
	}
	yield(text + text)
	yield(strings.ToUpper(text))
	yield(strings.ToLower(text))
}

// TestMutants takes valid signed requests and changes one thing at a time. A mutant that means anything else than
// the original must be refused.
func TestMutants(t *testing.T) {
	total, same := 0, 0
	for name, original := range captured() {
		s, ok := accepts(original)
		if !ok {
			t.Fatalf("%s: the original is refused", name)
		}
		want, ok := meaningOf(t, original, s.SignedHeaders)
		if !ok {
			t.Fatalf("%s: the original cannot be read", name)
		}
		check := func(mutant *Request) {
			total++
			if _, ok := accepts(mutant); !ok {
				return
			}
			got, ok := meaningOf(t, mutant, s.SignedHeaders)
			if diff := cmp.Diff(want, got); !ok || diff != "" {
				t.Errorf("%s: a mutant is accepted (readable %v): %s", name, ok, diff)
			}
			same++
		}
		mutants(original.Method, func(v string) { m := clone(original); m.Method = v; check(m) })
		mutants(original.RequestURI, func(v string) { m := clone(original); m.RequestURI = v; check(m) })
		mutants(original.Host, func(v string) { m := clone(original); m.Host = v; check(m) })
		mutants(string(original.Body), func(v string) { m := clone(original); m.Body = []byte(v); check(m) })
		for key := range original.Header {
			if key != "Authorization" && !slices.Contains(s.SignedHeaders, strings.ToLower(key)) {
				continue
			}
			for i, old := range original.Header[key] {
				mutants(old, func(v string) { m := clone(original); m.Header[key][i] = v; check(m) })
			}
		}
		structural(original, check)
	}
	if total < 20_000 {
		t.Errorf("only %d mutants", total)
	}
	if same*20 > total {
		t.Errorf("%d of %d mutants mean the same: the mutator is too tame", same, total)
	}
	t.Logf("%d mutants, %d of them with the same meaning", total, same)
}

// structural changes whole parts: headers added, removed, doubled, respelt; parameters added.
func structural(original *Request, check func(*Request)) {
	for _, key := range slices.Sorted(maps.Keys(original.Header)) {
		m := clone(original)
		m.Header.Add(key, "x")
		if len(m.Header["User-Agent"]) != 2 && key != "Amz-Sdk-Invocation-Id" {
			check(m)
		}
		m = clone(original)
		m.Header[strings.ToLower(key)] = m.Header[key]
		check(m)
	}
	for _, key := range []string{"X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-Sha256", "X-Amz-Target", "X-Amz-Anything", "Content-Type"} {
		m := clone(original)
		if m.Header == nil {
			m.Header = http.Header{}
		}
		m.Header[key] = append(m.Header[key], "20150830T123600Z")
		check(m)
	}
	separator := "?"
	if strings.Contains(original.RequestURI, "?") {
		separator = "&"
	}
	for _, name := range []string{paramAlgorithm, paramCredential, paramDate, paramExpires, paramSecurityToken, paramSignedHeaders, paramSignature, "Action", "a"} {
		for _, spelt := range []string{name, strings.ToLower(name), strings.ToUpper(name), strings.Replace(name, "A", "%41", 1)} {
			m := clone(original)
			m.RequestURI += separator + spelt + "=" + suiteKeyID
			check(m)
		}
	}
}
