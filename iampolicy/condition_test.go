package iampolicy

import (
	"encoding/json"
	"strings"
	"testing"
)

// conditionCase is one operator with policy values against the request's values of the key aws:k; nil means the key is absent.
type conditionCase struct {
	operator string
	policy   string // JSON: one value or a list
	request  []string
	allow    bool // holds in an Allow
	deny     bool // holds in a Deny
}

// holdsIn parses a statement with the condition and reports whether it holds.
func holdsIn(t *testing.T, operator, values string, ctx Context, deny bool) bool {
	t.Helper()
	p, err := Parse([]byte(identityStatement(`"Condition":{"`+operator+`":{"aws:K":`+values+`}}`)), IdentityPolicy)
	if err != nil {
		t.Fatalf("%s %s: %v", operator, values, err)
	}
	return p.statements[0].conditions[0].holds(ctx, deny)
}

func testConditions(t *testing.T, tests []conditionCase) {
	t.Helper()
	for _, tt := range tests {
		ctx := MapContext{"aws:username": {"bob"}, "aws:flag": {"true"}, "aws:star": {"*"}, "aws:many": {"a", "b"}, "aws:none": {}}
		if tt.request != nil {
			ctx["aws:k"] = tt.request
		}
		request, _ := json.Marshal(tt.request)
		name := tt.operator + " " + tt.policy + " " + string(request)
		if got := holdsIn(t, tt.operator, tt.policy, ctx, false); got != tt.allow {
			t.Errorf("%s in an Allow: %t", name, got)
		}
		if got := holdsIn(t, tt.operator, tt.policy, ctx, true); got != tt.deny {
			t.Errorf("%s in a Deny: %t", name, got)
		}
	}
}

func one(s string) []string { return []string{s} }

func TestStringConditions(t *testing.T) {
	testConditions(t, []conditionCase{
		{"StringEquals", `"a"`, one("a"), true, true},
		{"StringEquals", `"a"`, one("A"), false, false},
		{"StringEquals", `["a","b"]`, one("b"), true, true},
		{"StringEquals", `"a*"`, one("ab"), false, false},
		{"StringEquals", `"a*"`, one("a*"), true, true},
		{"StringEquals", `""`, one(""), true, true},
		{"StringEquals", `[]`, one("a"), false, false},
		{"StringEquals", `7`, one("7"), true, true},
		{"StringEquals", `true`, one("true"), true, true},
		{"StringEquals", `"a"`, nil, false, false},
		{"StringEquals", `"a"`, []string{}, false, false},
		{"StringNotEquals", `"a"`, one("b"), true, true},
		{"StringNotEquals", `["a","b"]`, one("b"), false, false},
		{"StringNotEquals", `"a"`, nil, true, true},
		{"StringNotEquals", `[]`, one("a"), true, true},
		{"StringEqualsIgnoreCase", `"Abc"`, one("aBC"), true, true},
		{"StringEqualsIgnoreCase", `"Abc"`, one("aBCd"), false, false},
		{"StringEqualsIgnoreCase", `"k"`, one("\u212a"), false, false},
		{"StringNotEqualsIgnoreCase", `"Abc"`, one("aBC"), false, false},
		{"StringNotEqualsIgnoreCase", `"Abc"`, one("x"), true, true},
		{"StringLike", `"a*c?"`, one("abbcd"), true, true},
		{"StringLike", `"a*c?"`, one("abbc"), false, false},
		{"StringLike", `["","home/"]`, one(""), true, true},
		{"StringNotLike", `"a*"`, one("abc"), false, false},
		{"StringNotLike", `"a*"`, one("bc"), true, true},
		{"StringNotLike", `"a*"`, nil, true, true},
	})
}

func TestVariableConditions(t *testing.T) {
	testConditions(t, []conditionCase{
		{"StringEquals", `"home/${aws:username}"`, one("home/bob"), true, true},
		{"StringEquals", `"${AWS:UserName}"`, one("bob"), true, true},
		{"StringEquals", `"${aws:star}"`, one("*"), true, true},
		{"StringEquals", `"${*}${?}${$}"`, one("*?$"), true, true},
		{"StringLike", `"${aws:star}"`, one("anything"), false, false},
		{"StringLike", `"${*}*"`, one("*anything"), true, true},
		{"StringLike", `"${*}*"`, one("anything"), false, false},
		{"StringLike", `"${aws:username}/*"`, one("bob/x"), true, true},
		{"StringEqualsIgnoreCase", `"HOME/${aws:username}"`, one("home/BOB"), true, true},
		{"StringEquals", `"${aws:absent, 'nobody'}"`, one("nobody"), true, true},
		{"StringEquals", `"${aws:none,'nobody'}"`, one("nobody"), true, true},
		{"StringEquals", `"${aws:username, 'nobody'}"`, one("nobody"), false, false},
		{"StringEquals", `"${aws:many, 'nobody'}"`, one("nobody"), false, false},
		{"StringEquals", `"${aws:absent}"`, one(""), false, false},
		{"StringEquals", `["${aws:absent}","x"]`, one("x"), true, true},
		{"Bool", `"${aws:flag}"`, one("true"), true, true},
		{"Bool", `"${aws:username}"`, one("true"), false, false},
		{"Bool", `"${aws:absent}"`, one("true"), false, false},
		// A value that cannot be known must not make a negation true where that would grant.
		{"StringNotEquals", `"${aws:absent}"`, one("x"), false, true},
		{"StringNotEquals", `["${aws:absent}","x"]`, one("x"), false, false},
		{"StringNotLike", `["y","${aws:many}*"]`, one("x"), false, true},
		{"ArnNotLike", `"arn:aws:s3:::${aws:absent}"`, one("arn:aws:s3:::x"), false, true},
		{"ArnNotEquals", `"${aws:absent}"`, one("arn:aws:s3:::x"), false, true},
		{"ForAllValues:StringNotEquals", `"${aws:absent}"`, one("x"), false, true},
		{"StringNotEqualsIfExists", `"${aws:absent}"`, nil, true, true},
	})
	// Before version 2012-10-17 a variable is text.
	p, err := Parse([]byte(`{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Condition":{"StringEquals":{"aws:k":"${aws:username}"}}}}`), ResourcePolicy)
	if err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string]bool{"bob": false, "${aws:username}": true} {
		if got := p.statements[0].conditions[0].holds(MapContext{"aws:username": {"bob"}, "aws:k": {value}}, false); got != want {
			t.Errorf("version 2008-10-17, %s: %t", value, got)
		}
	}
}

func TestNumericConditions(t *testing.T) {
	for i, holds := range map[string][3]bool{ // below, at and above 10
		"Equals": {false, true, false}, "NotEquals": {true, false, true},
		"LessThan": {true, false, false}, "LessThanEquals": {true, true, false},
		"GreaterThan": {false, false, true}, "GreaterThanEquals": {false, true, true},
	} {
		for j, value := range []string{"9.99", "+10.0", "10.000001"} {
			testConditions(t, []conditionCase{{"Numeric" + i, `"10"`, one(value), holds[j], holds[j]}})
		}
		for j, value := range []string{"2020-01-01T00:00:00+00:01", "2020-01-01", "2020-01-01T00:00:00.000000001Z"} {
			testConditions(t, []conditionCase{{"Date" + i, `"1577836800"`, one(value), holds[j], holds[j]}})
		}
		for _, value := range []string{"", "ten", "1e3", "0x1", "1.", ".5", "--1", "1 ", strings.Repeat("1", 65)} {
			testConditions(t, []conditionCase{{"Numeric" + i, `10`, one(value), false, true}, {"Numeric" + i, `10`, []string{"10", value}, false, true}})
		}
		for _, value := range []string{"", "now", "2020-13-01", "-5"} {
			testConditions(t, []conditionCase{{"Date" + i, `"2020"`, one(value), false, true}})
		}
	}
	testConditions(t, []conditionCase{
		{"NumericEquals", `9007199254740993`, one("9007199254740992"), false, false},
		{"NumericEquals", `-0`, one("0.00"), true, true},
		{"NumericLessThan", `-2`, one("-10"), true, true},
		{"NumericLessThan", `["1","5"]`, one("3"), true, true},
		{"NumericNotEquals", `["1","5"]`, one("5"), false, false},
		{"NumericEquals", `1`, nil, false, false},
		{"NumericNotEquals", `1`, nil, true, true},
		{"DateGreaterThan", `"2020-01-01"`, nil, false, false},
	})
}

func TestOtherConditions(t *testing.T) {
	testConditions(t, []conditionCase{
		{"Bool", `"true"`, one("TRUE"), true, true},
		{"Bool", `true`, one("false"), false, false},
		{"Bool", `[true,false]`, one("false"), true, true},
		{"Bool", `true`, one("yes"), false, true},
		{"Bool", `true`, nil, false, false},
		{"BinaryEquals", `"QUI="`, one("QUI="), true, true},
		{"BinaryEquals", `"QUI="`, one("QUE="), false, false},
		{"BinaryEquals", `"QUI="`, one("AB"), false, true},
		{"IpAddress", `"203.0.113.0/24"`, one("203.0.113.77"), true, true},
		{"IpAddress", `"203.0.113.5/24"`, one("203.0.113.77"), true, true},
		{"IpAddress", `"203.0.113.0/24"`, one("203.0.114.1"), false, false},
		{"IpAddress", `"203.0.113.1"`, one("203.0.113.1"), true, true},
		{"IpAddress", `"203.0.113.1"`, one("::ffff:203.0.113.1"), true, true},
		{"IpAddress", `"::ffff:203.0.113.0/120"`, one("203.0.113.9"), true, true},
		{"IpAddress", `"2001:DB8:1234:5678::/64"`, one("2001:db8:1234:5678::1"), true, true},
		{"IpAddress", `"2001:DB8::1"`, one("2001:db8::2"), false, false},
		{"IpAddress", `"0.0.0.0/0"`, one("2001:db8::2"), false, false},
		{"IpAddress", `"0.0.0.0/0"`, one("203.0.113.1:80"), false, true},
		{"IpAddress", `"fe80::/10"`, one("fe80::1%eth0"), false, true},
		{"NotIpAddress", `["203.0.113.0/24","198.51.100.0/24"]`, one("198.51.100.1"), false, false},
		{"NotIpAddress", `"203.0.113.0/24"`, one("198.51.100.1"), true, true},
		{"NotIpAddress", `"203.0.113.0/24"`, one("somewhere"), false, true},
		{"NotIpAddress", `"203.0.113.0/24"`, nil, true, true},
		{"Null", `"true"`, nil, true, true},
		{"Null", `true`, []string{}, true, true},
		{"Null", `true`, one(""), true, true},
		{"Null", `"true"`, one("x"), false, false},
		{"Null", `"False"`, one("x"), true, true},
		{"Null", `false`, nil, false, false},
		{"Null", `[true,false]`, nil, true, true},
		{"Null", `[]`, nil, false, false},
	})
}

func TestARNConditions(t *testing.T) {
	for _, operator := range []string{"ArnEquals", "ArnLike"} {
		testConditions(t, []conditionCase{
			{operator, `"arn:aws:sns:*:123456789012:t*"`, one("arn:aws:sns:eu:123456789012:topic"), true, true},
			{operator, `"arn:aws:x:*:111122223333:finance/*"`, one("arn:aws:x:us:999999999999:store/abc:111122223333:finance/doc"), false, false},
			{operator, `"arn:aws:x:us:1:a:*"`, one("arn:aws:x:us:1:a:b:c"), true, true},
			{operator, `"*"`, one("arn:aws:s3:::x"), true, true},
			{operator, `"*"`, one("x"), false, true},
			// What a short pattern leaves out may be anything or nothing: it grants nothing, and it denies what it would match.
			{operator, `"arn:aws:s3:*"`, one("arn:aws:s3:::x"), false, true},
			{operator, `"arn:aws:s3"`, one("arn:aws:s3:::x"), false, true},
			{operator, `"arn:aws:s3"`, one("arn:aws:sns:::x"), false, false},
			{operator, `["arn:aws:s3","arn:aws:s3:::x"]`, one("arn:aws:s3:::x"), true, true},
			{operator, `"arn:aws:s3:${aws:absent}"`, one("arn:aws:s3:::x"), false, false},
			{operator, `"arn:aws:s3:::X"`, one("arn:aws:s3:::x"), false, false},
			{operator, `"arn:aws:s3:::home/${aws:username}"`, one("arn:aws:s3:::home/bob"), true, true},
			{operator, `"arn:aws:s3:::${aws:star}"`, one("arn:aws:s3:::x"), false, false},
			{operator, `"${aws:k}"`, one("arn:aws:s3:::x"), true, true},
			{operator, `"${aws:k}*"`, one("arn:aws:s3:::x"), false, false},
			{operator, `"arn:aws:s3:::?"`, []string{"arn:aws:s3:::x", "x:aws:s3:::x"}, false, true},
			{operator, `"arn:aws:s3:::x"`, nil, false, false},
		})
	}
	for _, operator := range []string{"ArnNotEquals", "ArnNotLike"} {
		testConditions(t, []conditionCase{
			{operator, `["arn:aws:s3:::a*","arn:aws:s3:::b*"]`, one("arn:aws:s3:::bc"), false, false},
			{operator, `["arn:aws:s3:::a*","arn:aws:s3:::b*"]`, one("arn:aws:s3:::cc"), true, true},
			{operator, `"arn:aws:s3:::a"`, one("not an ARN"), false, true},
			{operator, `"arn:aws:s3:*"`, one("arn:aws:s3:::x"), false, true},
			{operator, `"arn:aws:s3:*"`, one("arn:aws:sns:::x"), true, true},
			{operator, `["arn:aws:s3","arn:aws:s3:::x"]`, one("arn:aws:s3:::x"), false, false},
			{operator, `["arn:aws:s3","arn:aws:sns:::${aws:absent}"]`, one("arn:aws:s3:::x"), false, true},
			{operator, `"arn:aws:s3:${aws:absent}"`, one("arn:aws:s3:::x"), false, true},
			{operator, `"arn:aws:s3:::a"`, nil, true, true},
		})
	}
	// A colon in a value does not shift the parts.
	if holdsIn(t, "ArnLike", `"arn:aws:x:${aws:region}:c:d"`, MapContext{"aws:region": {"a:b"}, "aws:k": {"arn:aws:x:a:b:c:d"}}, false) {
		t.Error("a variable's colon separated ARN parts")
	}
}

func TestSetConditions(t *testing.T) {
	ab := `["a","b"]`
	testConditions(t, []conditionCase{
		{"ForAllValues:StringEquals", ab, []string{"a", "b"}, true, true},
		{"ForAllValues:StringEquals", ab, []string{"a", "c"}, false, false},
		{"ForAllValues:StringEquals", ab, nil, true, true},
		{"ForAllValues:StringEquals", ab, []string{}, true, true},
		{"ForAllValues:StringEquals", ab, one(""), true, true},
		{"ForAllValues:StringEquals", ab, []string{"", "c"}, false, false},
		{"ForAllValues:StringNotEquals", ab, []string{"c", "d"}, true, true},
		{"ForAllValues:StringNotEquals", ab, []string{"a", "d"}, false, false},
		{"ForAllValues:StringNotEquals", ab, nil, true, true},
		{"ForAllValues:NumericLessThan", `5`, []string{"1", "x"}, false, true},
		{"ForAnyValue:StringEquals", ab, []string{"c", "b"}, true, true},
		{"ForAnyValue:StringEquals", ab, []string{"c"}, false, false},
		{"ForAnyValue:StringEquals", ab, nil, false, false},
		{"ForAnyValue:StringEquals", ab, one(""), false, false},
		{"ForAnyValue:StringNotEquals", ab, []string{"a", "c"}, true, true},
		{"ForAnyValue:StringNotEquals", ab, []string{"a", "b"}, false, false},
		{"ForAnyValue:StringNotEquals", ab, nil, false, false},
		{"ForAnyValue:NumericLessThan", `5`, []string{"1", "x"}, false, true},
		{"ForAnyValue:StringEqualsIfExists", ab, nil, true, true},
		{"ForAnyValue:StringEqualsIfExists", ab, one("c"), false, false},
		{"ForAllValues:StringEqualsIfExists", ab, nil, true, true},
		{"StringEqualsIfExists", ab, nil, true, true},
		{"StringEqualsIfExists", ab, one("c"), false, false},
		{"StringNotEqualsIfExists", ab, nil, true, true},
		{"StringNotEqualsIfExists", ab, one("a"), false, false},
		// An operator for one value on several values grants less and denies more.
		{"StringEquals", ab, []string{"a", "c"}, false, true},
		{"StringNotEquals", ab, []string{"a", "c"}, false, true},
		{"StringNotEquals", ab, []string{"c", "d"}, true, true},
		{"foranyvalue:stringlikeIFEXISTS", `"A*"`, []string{"b", "Ab"}, true, true},
	})
}
