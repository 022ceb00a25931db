package lint

import (
	"strings"

	"github.com/mayfly-id/mayfly/iampolicy"
)

// arnValue is the type of keys that hold ARNs, which texts can be compared with as well.
const arnValue iampolicy.ValueType = "arn"

// keyInfo is what is known of a condition key.
type keyInfo struct {
	kind  iampolicy.ValueType
	multi bool // a request may have several values
}

// globalKey gives what is known of a key of the vendor aws, in lower case
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).
func globalKey(key string) (keyInfo, bool) {
	switch key {
	case "aws:userid", "aws:username", "aws:principalaccount", "aws:principalorgid", "aws:principaltype", "aws:requestedregion", "aws:useragent", "aws:referer",
		"aws:resourceaccount", "aws:resourceorgid", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceidentity", "aws:sourcevpc", "aws:sourcevpce",
		"aws:federatedprovider", "aws:ec2instancesourcevpc", "aws:principalservicename", "aws:calledviafirst", "aws:calledvialast", "aws:vpceaccount", "aws:vpceorgid":
		return keyInfo{kind: iampolicy.StringValue}, true
	case "aws:principalorgpaths", "aws:resourceorgpaths", "aws:sourceorgpaths", "aws:tagkeys", "aws:calledvia", "aws:principalservicenameslist", "aws:vpceorgpaths":
		return keyInfo{kind: iampolicy.StringValue, multi: true}, true
	case "aws:principalarn", "aws:sourcearn", "aws:sourcevpcarn", "aws:chatbotsourcearn":
		return keyInfo{kind: arnValue}, true
	case "aws:multifactorauthpresent", "aws:securetransport", "aws:viaawsservice", "aws:principalisawsservice", "aws:assumedroot":
		return keyInfo{kind: iampolicy.BooleanValue}, true
	case "aws:currenttime", "aws:epochtime", "aws:tokenissuetime":
		return keyInfo{kind: iampolicy.DateValue}, true
	case "aws:multifactorauthage":
		return keyInfo{kind: iampolicy.NumericValue}, true
	case "aws:sourceip", "aws:vpcsourceip", "aws:ec2instancesourceprivateipv4":
		return keyInfo{kind: iampolicy.AddressValue}, true
	}
	for _, prefix := range []string{"aws:principaltag/", "aws:requesttag/", "aws:resourcetag/"} {
		if tag, ok := strings.CutPrefix(key, prefix); ok && tag != "" {
			return keyInfo{kind: iampolicy.StringValue}, true
		}
	}
	return keyInfo{}, false
}

// operator is the name of a condition operator, taken apart.
type operator struct {
	set      string // "forallvalues", "foranyvalue" or empty
	name     string // in lower case, without set, Not and IfExists
	negated  bool
	ifExists bool
}

func operatorOf(s string) operator {
	var o operator
	s = lower(s)
	if set, rest, ok := strings.Cut(s, ":"); ok {
		o.set, s = set, rest
	}
	o.name, o.ifExists = strings.CutSuffix(s, "ifexists")
	o.negated = strings.Contains(o.name, "not")
	o.name = strings.Replace(o.name, "not", "", 1)
	return o
}

// demands reports whether the operator holds only if the request has the key, with a value that is listed.
func (o operator) demands() bool {
	return !o.negated && !o.ifExists && o.set != "forallvalues" && o.name != "null"
}

// kind is the type of values that the operator compares.
func (o operator) kind() iampolicy.ValueType {
	switch {
	case strings.HasPrefix(o.name, "numeric"):
		return iampolicy.NumericValue
	case strings.HasPrefix(o.name, "date"):
		return iampolicy.DateValue
	case strings.HasPrefix(o.name, "arn"):
		return arnValue
	case o.name == "bool":
		return iampolicy.BooleanValue
	case o.name == "ipaddress":
		return iampolicy.AddressValue
	case o.name == "binaryequals":
		return iampolicy.BinaryValue
	}
	return iampolicy.StringValue
}

// fits reports whether the operator can compare values of the key; loosely says that it compares them as texts, which has pitfalls.
func (o operator) fits(key string, k keyInfo) (ok, loosely bool) {
	kind := o.kind()
	switch {
	case o.name == "null" || kind == k.kind || key == "aws:epochtime" && kind == iampolicy.NumericValue:
		return true, false
	case kind == iampolicy.StringValue:
		return true, k.kind != arnValue
	}
	return false, false
}
