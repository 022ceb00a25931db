package lint

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/iampolicy"
)

func (l *linter) conditions(e *iampolicy.Element, at string) {
	if e.HasCondition && len(e.Conditions) == 0 {
		l.add(Suggestion, "EMPTY_OBJECT_CONDITION", at+".Condition", "the condition is empty and always holds")
	}
	for i := range e.Conditions {
		c := &e.Conditions[i]
		path := at + ".Condition." + c.Operator
		if c.Key == "" {
			l.add(Suggestion, "EMPTY_OBJECT_CONDITION", path, "the operator has no keys and always holds")
			continue
		}
		path += "." + c.Key
		if len(c.Values) == 0 {
			l.add(Warning, "EMPTY_ARRAY_CONDITION", path, "there is no value that a request could have")
		}
		o := operatorOf(c.Operator)
		l.key(c, o, path)
		l.values(c, o, path)
		l.secondFactor(e, c, o, path)
		l.forAllValues(e, c, o, path)
	}
}

// key holds the operator to what is known of the key.
func (l *linter) key(c *iampolicy.ConditionElement, o operator, path string) {
	key := lower(c.Key)
	if !strings.HasPrefix(key, "aws:") {
		return
	}
	k, known := globalKey(key)
	if !known {
		l.add(Error, "INVALID_GLOBAL_CONDITION_KEY", path, "there is no global condition key %s, so no request has it", c.Key)
		return
	}
	ok, loosely := o.fits(key, k)
	switch {
	case !ok:
		l.add(Error, "TYPE_MISMATCH", path, "%s compares values of type %s, and %s is of type %s", c.Operator, o.kind(), c.Key, k.kind)
	case loosely:
		l.add(Warning, "TYPE_MISMATCH", path, "%s compares %s as a text: an operator for values of type %s also knows their other spellings", c.Operator, c.Key, k.kind)
	}
	switch {
	case k.multi && o.set == "" && o.name != "null":
		l.add(Error, "MISSING_QUALIFIER", path, "%s may have several values: say ForAllValues or ForAnyValue", c.Key)
	case !k.multi && o.set == "forallvalues":
		l.add(Warning, "FORALLVALUES_WITH_SINGLE_VALUED_KEY", path, "%s has one value, and ForAllValues also holds where it has none: leave ForAllValues out", c.Key)
	}
}

// values looks at what the key is compared with.
func (l *linter) values(c *iampolicy.ConditionElement, o operator, path string) {
	for _, v := range c.Values {
		l.variables(v, path)
		if o.kind() == iampolicy.StringValue && !strings.HasSuffix(o.name, "like") && o.name != "null" && strings.ContainsAny(withoutVariables(v), "*?") {
			l.add(Warning, "WILDCARD_WITHOUT_LIKE_OPERATOR", path, "%s takes the wildcard in %q for itself: wildcards need StringLike", c.Operator, v)
		}
		if strings.HasPrefix(o.name, "arn") && strings.Trim(withoutVariables(v), "*") != "" && strings.Count(withoutVariables(v), ":") < 5 {
			l.add(Warning, "SHORT_ARN_PATTERN", path, "%q has fewer than six parts: in an Allow it matches nothing, in a Deny the missing ones are anything", v)
		}
		if o.kind() == iampolicy.AddressValue {
			l.address(c, v, path)
		}
	}
}

// withoutVariables cuts ${…} out: ${*} is a star that is meant as one.
func withoutVariables(s string) string {
	for {
		start := strings.Index(s, "${")
		if start < 0 {
			return s
		}
		end := strings.IndexByte(s[start:], '}')
		if end < 0 {
			return s
		}
		s = s[:start] + s[start+end+1:]
	}
}

func (l *linter) address(c *iampolicy.ConditionElement, v, path string) {
	text := v
	if !strings.Contains(text, "/") {
		addr, err := netip.ParseAddr(text)
		if err != nil {
			return
		}
		text = netip.PrefixFrom(addr, addr.BitLen()).String()
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return
	}
	if p.Masked() != p {
		l.add(Suggestion, "IMPROVE_IP_RANGE", path, "bits of %s beyond its prefix do not count: write %s", v, p.Masked())
	}
	if lower(c.Key) == "aws:sourceip" && p.Addr().IsPrivate() {
		l.add(Warning, "PRIVATE_IP_ADDRESS", path, "%s is private: requests from outside have a public address, and through an endpoint of a network aws:VpcSourceIp", v)
	}
}

// secondFactor finds conditions on the second factor that miss the callers who have no such key at all: those with long-term keys.
func (l *linter) secondFactor(e *iampolicy.Element, c *iampolicy.ConditionElement, o operator, path string) {
	if lower(c.Key) != "aws:multifactorauthpresent" || o.name != "bool" || len(c.Values) != 1 {
		return
	}
	wanted := lower(c.Values[0])
	switch {
	case e.Effect == "Deny" && wanted == "false" && !o.ifExists:
		l.add(Warning, "MFA_DENY_WITHOUT_IF_EXISTS", path, "long-term keys carry no such key and are not denied: say BoolIfExists")
	case e.Effect == "Allow" && wanted == "true" && o.ifExists:
		l.add(Warning, "MFA_ALLOW_WITH_IF_EXISTS", path, "long-term keys carry no such key and are allowed without a second factor: say Bool")
	}
}

// forAllValues finds an Allow that holds for requests without any value.
func (l *linter) forAllValues(e *iampolicy.Element, c *iampolicy.ConditionElement, o operator, path string) {
	if o.set != "forallvalues" || e.Effect != "Allow" {
		return
	}
	key := lower(c.Key)
	if k, known := globalKey(key); known && !k.multi {
		return // said already
	}
	checked := slices.ContainsFunc(e.Conditions, func(other iampolicy.ConditionElement) bool {
		p := operatorOf(other.Operator)
		return lower(other.Key) == key && (p.demands() || p.name == "null" && slices.Equal(lowerAll(other.Values), []string{"false"}))
	})
	if !checked {
		l.add(Warning, "FORALLVALUES_WITHOUT_NULL_CHECK", path, `ForAllValues also holds for a request without %s: add "Null": {"%s": "false"}`, c.Key, c.Key)
	}
}
