package iampolicy

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// fuzzRequests are requests of every kind of caller, to tell policies apart by what they decide.
func fuzzRequests() []*Request {
	ctx := MapContext{"aws:username": {"ann"}, "aws:tags": {"a", "b"}, "s3:prefix": {""}, "aws:number": {"7"}, "aws:k": {"arn:aws:s3:::x"}}
	var out []*Request
	for _, p := range []Principal{
		{},
		{Type: AccountRoot, Account: "111111111111", ARN: "arn:aws:iam::111111111111:root"},
		{Type: User, Account: "111111111111", ARN: "arn:aws:iam::111111111111:user/ann", UniqueID: "AIDAAAAAAAAAAAAAAAAAA"},
		{Type: AssumedRole, Account: "111111111111", ARN: "arn:aws:sts::111111111111:assumed-role/r/s", RoleARN: "arn:aws:iam::111111111111:role/r"},
		{Type: WebIdentity, Federated: "cognito-identity.amazonaws.com"},
		{Type: Service, Service: "ec2.amazonaws.com"},
	} {
		for _, action := range []string{"s3:GetObject", "sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"} {
			out = append(out, &Request{Action: action, Resource: "arn:aws:s3:::b/k", Principal: p, ResourceAccount: "111111111111", Context: ctx})
		}
	}
	return out
}

// setOf puts one policy into its place.
func setOf(p *Policy) *Set {
	switch p.grammar {
	case ResourcePolicy:
		return &Set{Resource: &Named{Policy: p}}
	case TrustPolicy:
		return &Set{Resource: &Named{Policy: p}, ResourceKind: RoleTrust}
	}
	return &Set{Identity: []Named{{Policy: p}}}
}

// FuzzParse: what is accepted is JSON with an object at its root, decides the same when written and read again or rewritten to itself; what is
// not accepted says why.
func FuzzParse(f *testing.F) {
	for i, seed := range []string{
		identityStatement(`"Condition":{"StringLike":{"s3:prefix":["","${aws:username}/*"]}}`),
		`{"Version":"2012-10-17","Statement":{"Effect":"Deny","NotAction":"iam:*","NotResource":["arn:aws:s3:::b/${*}"],"Condition":{"ForAnyValue:ArnLikeIfExists":{"aws:k":"arn:aws:s3:::*"}}}}`,
		`{"Statement":{"Effect":"Allow","Principal":{"AWS":["111111111111","AIDAAAAAAAAAAAAAAAAAA"],"Service":"ec2.amazonaws.com"},"Action":"s3:*"}}`,
		`{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"cognito-identity.amazonaws.com"},"Action":"sts:AssumeRoleWithWebIdentity"}]}`,
		`{"Version":"2012-10-17","Id":"<&>","Statement":[{"Effect":"Deny","NotPrincipal":{"AWS":"*"},"Action":"s3:*","Condition":{"NumericLessThan":{"aws:number":[1,10.5]}}}]}`,
	} {
		f.Add([]byte(seed), uint8(i))
	}
	requests := fuzzRequests()
	f.Fuzz(func(t *testing.T, document []byte, grammar uint8) {
		g := Grammar(grammar % 4)
		p, err := Parse(document, g)
		if err != nil {
			if e := (*ParseError)(nil); !errors.As(err, &e) || e.Message == "" {
				t.Fatalf("error %v", err)
			}
			return
		}
		var object map[string]any
		if err := json.Unmarshal(document, &object); err != nil || len(p.statements) == 0 || Size([]byte(p.String())) > maxDocumentBytes*6 {
			t.Fatalf("accepted %q: %v", document, err)
		}
		again, err := Parse([]byte(p.String()), g)
		if err != nil {
			t.Fatalf("%s: %v", p, err)
		}
		same, err := p.RewritePrincipals(func(r PrincipalRef) (string, error) { return r.Value, nil })
		if err != nil {
			t.Fatalf("%s: %v", p, err)
		}
		if again.String() != p.String() || same.String() != p.String() {
			t.Fatalf("%s\n%s\n%s", p, again, same)
		}
		for _, r := range requests {
			want := Evaluate(setOf(p), r)
			for _, other := range []*Policy{again, same} {
				if got := Evaluate(setOf(other), r); got.Allowed != want.Allowed || got.Explicit != want.Explicit || got.By != want.By {
					t.Fatalf("%s: %v became %v", p, want, got)
				}
			}
		}
	})
}

// FuzzGlob compares patterns with regular expressions.
func FuzzGlob(f *testing.F) {
	f.Add("a*b?c", "aXXbYc")
	f.Add("*é?", "xéy")
	f.Add("*aab*ab", "aaabaab")
	f.Fuzz(func(t *testing.T, pattern, s string) {
		p, ok := parseTemplate(pattern, false, true)
		if !ok || !utf8.ValidString(pattern) || !utf8.ValidString(s) {
			return
		}
		expression := strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(regexp.QuoteMeta(pattern))
		if want := regexp.MustCompile(`(?s)\A(?:` + expression + `)\z`).MatchString(s); glob(p.units, s) != want {
			t.Fatalf("%q on %q: want %t", pattern, s, want)
		}
	})
}

// FuzzVariables: a value is taken as it is, whatever is in it, and a template without variables or wildcards is its own text.
func FuzzVariables(f *testing.F) {
	f.Add("home/${aws:username}/*", "ann")
	f.Add("${aws:x, 'no one'}${*}?", "*")
	f.Add("${$}{aws:x}", "${aws:y}")
	f.Fuzz(func(t *testing.T, text, value string) {
		if plain, ok := parseTemplate(text, false, false); !ok {
			t.Fatal("plain text refused")
		} else if got, ok := plain.expand(MapContext(nil)); !ok || got != text {
			t.Fatalf("%q expands to %q", text, got)
		}
		p, ok := parseTemplate(text, true, true)
		if !ok || !utf8.ValidString(value) {
			return
		}
		ctx := MapContext{}
		var want strings.Builder
		exact := true
		for _, u := range p.units {
			switch u.kind {
			case literal:
				want.WriteString(u.text)
			case fromContext:
				ctx[u.ref.key] = []string{value}
				want.WriteString(value)
			case anyOne:
				want.WriteString("q")
				exact = false
			case anyRun:
				want.WriteString("zz")
				exact = false
			}
		}
		if ok, resolved := p.match(want.String(), ctx); !ok || !resolved {
			t.Fatalf("%q does not match %q", text, want.String())
		}
		if ok, _ := p.match(want.String()+"x", ctx); ok && exact {
			t.Fatalf("%q matches more than %q", text, want.String())
		}
		if got, _ := p.expand(ctx); exact && got != want.String() {
			t.Fatalf("%q expands to %q, not %q", text, got, want.String())
		}
		if _, resolved := p.match("", MapContext(nil)); resolved && len(ctx) > 0 && !strings.Contains(text, "'") {
			t.Fatalf("%q resolved without values", text)
		}
	})
}
