package iampolicy_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"

	"github.com/mayfly-id/mayfly/iampolicy"
)

// generator makes random policies and requests from a small vocabulary, so that they meet often.
type generator struct {
	*rand.Rand
	variables bool // the document being made has variables
	odd       bool // some policies are lost or of the wrong kind, and some requests have no context
	values    map[string][]string
}

func newGenerator(seed uint64) generator {
	return generator{Rand: rand.New(rand.NewPCG(seed, 1)), values: keyValues()}
}

func (g generator) chance(percent int) bool { return g.IntN(100) < percent }

func pick[T any](g generator, list ...T) T { return list[g.IntN(len(list))] }

// some returns one value, or sometimes a list of up to three.
func (g generator) some(list ...string) any {
	if g.chance(60) {
		return pick(g, list...)
	}
	out := []string{}
	for range 1 + g.IntN(3) {
		out = append(out, pick(g, list...))
	}
	return out
}

func (g generator) document(grammar iampolicy.Grammar) string {
	d := map[string]any{}
	switch {
	case grammar == iampolicy.IdentityPolicy || grammar == iampolicy.SessionPolicy || g.chance(70):
		d["Version"] = "2012-10-17"
		g.variables = true
	case g.chance(50):
		d["Version"] = "2008-10-17"
	}
	statements := []any{}
	for range 1 + g.IntN(3) {
		statements = append(statements, g.statement(grammar))
	}
	d["Statement"] = statements
	text, err := json.Marshal(d)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func (g generator) statement(grammar iampolicy.Grammar) map[string]any {
	s := map[string]any{"Effect": "Allow"}
	if g.chance(20) {
		s["Effect"] = "Deny"
	}
	s[g.not("Action", 10)] = g.actions(grammar)
	switch grammar {
	case iampolicy.TrustPolicy:
		s["Principal"] = g.principals(grammar)
	case iampolicy.ResourcePolicy:
		s["Principal"] = g.principals(grammar)
		if s["Effect"] == "Deny" && g.chance(40) {
			s["NotPrincipal"] = s["Principal"]
			delete(s, "Principal")
		}
		if g.chance(50) {
			s[g.not("Resource", 20)] = g.resources()
		}
	default:
		s[g.not("Resource", 20)] = g.resources()
	}
	if g.chance(35) {
		block := map[string]any{}
		for range 1 + g.IntN(2) {
			g.condition(block)
		}
		s["Condition"] = block
	}
	return s
}

func (g generator) not(name string, percent int) string {
	if g.chance(percent) {
		return "Not" + name
	}
	return name
}

func (g generator) actions(grammar iampolicy.Grammar) any {
	if grammar == iampolicy.TrustPolicy {
		return g.some("sts:AssumeRole", "sts:AssumeRole*", "STS:assumerole", "sts:AssumeRoleWithWebIdentity", "sts:TagSession")
	}
	return g.some("*", "*", "app:*", "APP:get", "app:?et", "*:g*", "db:*", "db:Get", "sts:*", "sts:AssumeRole")
}

func (g generator) resources() any {
	return g.some("*", "*", "arn:aws:app:*", "arn:aws:app:eu:"+home+":thing/*", "arn:aws:app:*:*:thing/a?n", "arn:aws:app:eu:"+home+":thing/${aws:username}",
		"arn:aws:app:eu:"+home+":thing/${aws:username}/*", "arn:aws:app:eu:"+home+":${aws:tags}", "arn:aws:app:eu:"+home+":thing/${aws:none, 'ann'}",
		"arn:aws:app:eu:"+home+":thing/${*}", "arn:aws:iam::"+home+":role/*", "arn:aws:app:*n", "arn:aws:app:*?n*:?", "arn:aws:app:**:thing/*n*b", "arn:aws:app:*/a*?n",
		"arn:aws:iam::"+home+":root", "arn:aws:app", "arn:aws:app:eu", "arn:aws:app:*:"+home)
}

func (g generator) resource() string {
	return pick(g, "*", "arn:aws:app:eu:"+home+":thing/ann", "arn:aws:app:eu:"+home+":thing/bob", "arn:aws:app:eu:"+home+":thing/ann/x:y", "arn:aws:app:eu:"+home+":thing/*",
		"arn:aws:app:us:"+other+":thing/ann")
}

func (g generator) principals(grammar iampolicy.Grammar) any {
	if grammar == iampolicy.ResourcePolicy && g.chance(15) {
		return "*"
	}
	out := map[string]any{}
	if g.chance(85) {
		out["AWS"] = g.some("*", home, other, "arn:aws:iam::"+home+":root", "arn:aws:iam::"+home+":user/ann", roleARN, sessionARN, sessionARN+"2",
			"arn:aws:sts::"+home+":federated-user/fay", userID, roleID, "arn:aws:iam::"+other+":user/ann", "arn:aws:sts::"+home+":federated-user/fay2")
	}
	if g.chance(20) || len(out) == 0 {
		out["Federated"] = g.some(provider, "other.example.com", "arn:aws:iam::"+home+":saml-provider/idp")
	}
	if g.chance(15) {
		out["Service"] = g.some("jobs.example.com", "mail.example.com")
	}
	if grammar == iampolicy.ResourcePolicy && g.chance(10) {
		out["CanonicalUser"] = canonical
	}
	return out
}

// condition adds an operator with one key, unless the block has it already.
func (g generator) condition(block map[string]any) {
	name, key, values := g.operator()
	if name != "Null" && g.chance(30) {
		name = pick(g, "ForAllValues:", "ForAnyValue:") + name
	}
	if name != "Null" && g.chance(20) {
		name += "IfExists"
	}
	if g.chance(10) {
		name = strings.ToUpper(name)
	}
	for have := range block {
		if asciiUpper(have) == asciiUpper(name) {
			return
		}
	}
	block[name] = map[string]any{key: values}
}

// operator picks an operator, a key that mostly fits, and values that parse.
func (g generator) operator() (name, key string, values any) {
	anyKey := pick(g, "aws:username", "AWS:Tags", "aws:text", "aws:arn", "aws:number")
	six := []string{"Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"}
	switch g.IntN(11) {
	case 0:
		return pick(g, "StringEquals", "StringNotEquals"), anyKey, g.some("ann", "Ann", "", "a*", "${aws:username}", "${aws:tags}", "${aws:none, 'ann'}", "x${aws:none}")
	case 1:
		return pick(g, "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"), anyKey, g.some("ANN", "k", "${aws:username}", "b", "${aws:none}")
	case 2:
		return pick(g, "StringLike", "StringNotLike"), anyKey, g.some("a*", "?nn", "*", "", "${aws:username}*", "${*}", "${aws:none}*", "*n*", "*n", "**?n", "*?b*?", "*a*n?", "*\u212a")
	case 3:
		return "Numeric" + pick(g, six...), "aws:number", g.some("1", "10", "-3", "2.50", "9007199254740993", "+10.0", "-0", "-3.01")
	case 4:
		return "Date" + pick(g, six...), "aws:date", g.some("2020", "2020-06-01", "1590000000", "2020-05-20T18:40:00Z", "2020-05-20T20:40:00+02:00", "2020-05", "2020-05-20T18:40",
			"2020-05-20t18:40:00.5z", "2020-05-20T16:40-02")
	case 5:
		if !g.variables {
			return "Bool", "aws:flag", g.some("true", "false", "True")
		}
		return "Bool", "aws:flag", g.some("true", "false", "True", "${aws:flag}", "${aws:none}")
	case 6:
		return "BinaryEquals", "aws:binary", g.some("QUI=", "QUE=", "")
	case 7, 8:
		return pick(g, "IpAddress", "NotIpAddress"), "aws:address", g.some("203.0.113.0/24", "203.0.113.7", "2001:db8::/32", "0.0.0.0/0", "2001:db8::1", "::/0",
			"::ffff:203.0.113.0/120", "::ffff:203.0.113.0/90", "::ffff:198.51.100.1")
	case 9:
		return "Arn" + pick(g, "Equals", "Like", "NotEquals", "NotLike"), "aws:arn", g.some("*", "arn:aws:s3:::*", "arn:aws:*:*:*:a?n", "arn:aws:s3:*",
			"${aws:arn}", "arn:aws:s3:::${aws:username}", "arn:aws:s3", "arn", "**", "arn:aws:${aws:text}", "${aws:arn}*", "arn:aws:sns:${aws:none}", "arn:aws:s3:::${aws:none}", "arn:aws:${aws:text}:::ann")
	}
	return "Null", pick(g, "aws:username", "aws:tags", "aws:none"), g.some("true", "false")
}

// keyValues lists what each key may hold, some of it not of the type that policies expect.
func keyValues() map[string][]string {
	return map[string][]string{
		"aws:username": {"ann", "bob", "*", "Ann"},
		"aws:tags":     {"ann", "b", "", "k", "\u212a"},
		"aws:text":     {"s3", "s3:", "ann", "", "a*", "ANN"},
		"aws:number": {"1", "10", "-3.0", "2.5", "9007199254740992", "+1", "-0.0", "ten", "", ".5", "1.", "-", "1e3",
			"1000000000000000000000000000000000000000000000000000000000000000", "10000000000000000000000000000000000000000000000000000000000000000"},
		"aws:date": {"2020-05-20T18:40:00Z", "1590000000", "2020", "2021-01-01", "2019-12-31T23:59:59Z", "2020-06-01T00:00:00.000000001Z", "2020-05-20T18:40:00.5",
			"2020-05-20T13:10-05:30", "2020-05-20T20:40+02", "99999999999", "9223372036854775808", "2020-13", "2020-02-30", "2020-05-20T", "2020-05-20T18Z",
			"2020-05-20T24:00Z", "2020-05-20T18:60Z", "2020-05-20T18:40:60Z", "2020-05-20T18:40:00+2", "2020-05-20T18:40:00+02:61", "2020-05-20T18:40:00.Z", "2020-05T18:40Z",
			"2020-05-20T18-40Z", "2020-05-20T18:40:00+02-00", "2020-05-20T18:40:00Z01", "now", ""},
		"aws:flag":    {"true", "false", "TRUE", "maybe"},
		"aws:binary":  {"QUI=", "QUE=", "", "!"},
		"aws:address": {"203.0.113.7", "198.51.100.1", "2001:db8::1", "::ffff:203.0.113.7", "fe80::1%eth0", "203.0.113.7/32", "localhost"},
		"aws:arn":     {"arn:aws:s3:::ann", "arn:aws:s3:::a:n", "arn:aws:sns:eu:1:ann", "ann", "arn:aws:s3"},
	}
}

// context gives each key no value, one, or several, some of them of the wrong type.
func (g generator) context() iampolicy.MapContext {
	ctx := iampolicy.MapContext{}
	for _, key := range []string{"aws:username", "aws:tags", "aws:text", "aws:number", "aws:date", "aws:flag", "aws:binary", "aws:address", "aws:arn"} {
		n := pick(g, 1, 1, 1, 1, 1, 0, 2, -1, -1)
		if n < 0 {
			continue
		}
		ctx[key] = []string{}
		for range n {
			ctx[key] = append(ctx[key], pick(g, g.values[key]...))
		}
	}
	return ctx
}

func (g generator) request(trust bool) *iampolicy.Request {
	r := &iampolicy.Request{Action: pick(g, "app:Get", "app:Put", "db:Get", "App:GET"), Resource: g.resource(), ResourceAccount: pick(g, home, home, home, other, ""),
		Principal: caller(pick(g, "root", "user", "user", "role", "session", "session", "federated", "token", "assertion", "service", "nobody")), Context: g.context()}
	if g.odd && g.chance(2) {
		r.Context = nil
	}
	if trust {
		r.Action = pick(g, "sts:AssumeRole", "sts:AssumeRole", "sts:AssumeRoleWithWebIdentity")
	}
	return r
}
