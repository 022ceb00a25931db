package iampolicy_test

import (
	"encoding/base64"
	"math/big"
	"net"
	"regexp"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
)

func (n *naive) conditions(s map[string]any, variables bool, ctx iampolicy.Context) bool {
	block, ok := s["Condition"].(map[string]any)
	if !ok {
		return true
	}
	for operator, keys := range block {
		for key, values := range keys.(map[string]any) {
			request, present := ctx.Lookup(strings.ToLower(key))
			if !n.condition(operator, naiveStrings(values), request, present, variables, s["Effect"] == "Deny", ctx) {
				return false
			}
		}
	}
	return true
}

// condition evaluates one key of one operator.
func (n *naive) condition(operator string, policy, request []string, present, variables, deny bool, ctx iampolicy.Context) bool {
	name := strings.ToLower(operator)
	all, some := strings.HasPrefix(name, "forallvalues:"), strings.HasPrefix(name, "foranyvalue:")
	name = strings.TrimPrefix(strings.TrimPrefix(name, "forallvalues:"), "foranyvalue:")
	optional := strings.HasSuffix(name, "ifexists")
	name = strings.TrimSuffix(name, "ifexists")
	present = present && len(request) > 0
	blank := present && strings.Join(request, "") == ""

	if name == "null" {
		for _, v := range policy {
			if (strings.ToLower(v) == "true") == (!present || blank) {
				return true
			}
		}
		return false
	}
	negated := strings.Contains(name, "not")
	name = strings.Replace(name, "not", "", 1)
	if !present {
		return optional || all || negated && !some
	}
	if blank && (all || some) {
		return all
	}
	holds, fails := 0, 0
	for _, value := range request {
		hit, unknown, sound := n.compareAny(name, policy, value, variables, ctx)
		if !sound {
			return deny
		}
		if negated {
			hit = !hit && (!unknown || deny)
		}
		if hit {
			holds++
		} else {
			fails++
		}
	}
	if some || !all && deny {
		return holds > 0
	}
	return fails == 0
}

// compareAny compares one request value with every policy value. sound is false if the value is of the wrong type.
func (n *naive) compareAny(name string, policy []string, value string, variables bool, ctx iampolicy.Context) (hit, unknown, sound bool) {
	if !naiveSound(name, value) {
		return false, false, false
	}
	unsure := false
	for _, p := range policy {
		if whole, short := naiveShort(p, variables); short && strings.HasPrefix(name, "arn") {
			ok, known := n.compare(name, whole, value, variables, ctx)
			unsure, unknown = unsure || ok && known, unknown || !known
			continue
		}
		ok, known := n.compare(name, p, value, variables, ctx)
		hit = hit || ok && known
		unknown = unknown || !known
	}
	return hit, unknown, hit || !unsure
}

// naiveShort completes an ARN pattern that has fewer than six fields. Colons inside variables separate no fields.
func naiveShort(pattern string, variables bool) (whole string, short bool) {
	visible := pattern
	if variables {
		visible = naiveVariable.ReplaceAllString(pattern, "")
		if visible == "" && !strings.Contains("${*}${?}${$}", pattern) {
			return pattern, false // a variable alone is an ARN as a whole
		}
	}
	missing := 5 - strings.Count(visible, ":")
	if naiveStars.MatchString(pattern) || missing <= 0 {
		return pattern, false
	}
	return pattern + strings.Repeat(":*", missing), true
}

func naiveSound(name, value string) bool {
	switch {
	case strings.HasPrefix(name, "numeric"):
		return naiveNumber.MatchString(value) && len(value) <= 64
	case strings.HasPrefix(name, "date"):
		_, ok := naiveTime(value)
		return ok
	case name == "bool":
		return naiveBool.MatchString(value)
	case name == "binaryequals":
		_, err := base64.StdEncoding.Strict().DecodeString(value)
		return err == nil
	case name == "ipaddress":
		return net.ParseIP(value) != nil
	case strings.HasPrefix(name, "arn"):
		return strings.HasPrefix(value, "arn:") && strings.Count(value, ":") >= 5
	}
	return true
}

var (
	naiveNumber = regexp.MustCompile(`\A[+-]?[0-9]+(\.[0-9]+)?\z`)
	naiveBool   = regexp.MustCompile(`\A([tT][rR][uU][eE]|[fF][aA][lL][sS][eE])\z`)
	naiveStars  = regexp.MustCompile(`\A\*+\z`)
	naiveDigits = regexp.MustCompile(`\A[0-9]+\z`)
)

func (n *naive) compare(name, policy, value string, variables bool, ctx iampolicy.Context) (hit, known bool) {
	text, known := naiveExpand(policy, variables, false, ctx)
	switch {
	case name == "stringequals":
		return text == value, known
	case name == "stringequalsignorecase":
		return n.regexp("(?i)", `\`+strings.Join(strings.Split(text, ""), `\`)).MatchString(value) && len(text) == len(value), known
	case name == "stringlike":
		pattern, known := naiveExpand(policy, variables, true, ctx)
		return known && n.regexp("", pattern).MatchString(value), known
	case strings.HasPrefix(name, "arn"):
		return n.compareARN(policy, value, variables, ctx)
	case name == "bool":
		return asciiUpper(text) == asciiUpper(value), known && naiveBool.MatchString(text)
	case name == "binaryequals":
		a, _ := base64.StdEncoding.DecodeString(policy)
		b, _ := base64.StdEncoding.DecodeString(value)
		return string(a) == string(b), true
	case name == "ipaddress":
		return naiveInRange(policy, value), true
	case strings.HasPrefix(name, "numeric"):
		a, _ := new(big.Rat).SetString(value)
		b, _ := new(big.Rat).SetString(policy)
		return naiveRelation(strings.TrimPrefix(name, "numeric"), a.Cmp(b)), true
	}
	a, _ := naiveTime(value)
	b, _ := naiveTime(policy)
	return naiveRelation(strings.TrimPrefix(name, "date"), a.Compare(b)), true
}

func naiveRelation(name string, order int) bool {
	return map[string]bool{"equals": order == 0, "lessthan": order < 0, "lessthanequals": order <= 0,
		"greaterthan": order > 0, "greaterthanequals": order >= 0}[name]
}

// compareARN matches part by part, each as its own pattern.
func (n *naive) compareARN(policy, value string, variables bool, ctx iampolicy.Context) (hit, known bool) {
	if naiveStars.MatchString(policy) {
		return true, true
	}
	if variables && naiveVariable.FindString(policy) == policy && !strings.Contains("*?$", strings.Trim(policy, "${}")) {
		text, known := naiveExpand(policy, variables, false, ctx)
		return text == value, known
	}
	// The colons inside variables are not the author's: hide them while splitting.
	hidden := policy
	if variables {
		hidden = naiveVariable.ReplaceAllStringFunc(policy, func(m string) string { return strings.ReplaceAll(m, ":", "\x00") })
	}
	patterns := strings.SplitN(hidden, ":", 6)
	parts := strings.SplitN(value, ":", 6)
	if len(patterns) < 6 {
		return false, true
	}
	hit, known = true, true
	for i := range patterns {
		expanded, ok := naiveExpand(strings.ReplaceAll(patterns[i], "\x00", ":"), variables, true, ctx)
		known = known && ok
		hit = hit && ok && n.regexp("", expanded).MatchString(parts[i])
	}
	return hit, known
}

func naiveInRange(policy, value string) bool {
	if !strings.Contains(policy, "/") {
		return net.ParseIP(policy).Equal(net.ParseIP(value))
	}
	_, network, err := net.ParseCIDR(policy)
	return err == nil && network.Contains(net.ParseIP(value))
}

func naiveTime(s string) (time.Time, bool) {
	if naiveDigits.MatchString(s) && len(s) != 4 {
		n, ok := new(big.Int).SetString(s, 10)
		return time.Unix(n.Int64(), 0), ok && n.IsInt64()
	}
	for _, layout := range []string{"2006", "2006-01", "2006-01-02", "2006-01-02T15:04Z07:00", "2006-01-02T15:04Z07", "2006-01-02T15:04", "2006-01-02T15:04:05Z07:00",
		"2006-01-02T15:04:05Z07", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, strings.ToUpper(s)); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
