package iampolicy

import "strings"

// compileAction checks and compiles one value of Action or NotAction: "*", or a vendor, a colon and a name with wildcards.
func (p *parser) compileAction(text, path string) template {
	vendor, name, prefaced := strings.Cut(text, ":")
	switch {
	case text == "*":
	case !prefaced:
		p.addReason(rankActionFormat, path, msgVendor, "an action is written <service>:<action>")
	case strings.Contains(name, ":"):
		p.add(rankActionFormat, path, "Actions/Condition can contain only one colon.")
	case vendor == "" || vendor != "*" && !only(vendor, vendorByte):
		p.add(rankActionFormat, path, "Vendor "+vendor+" is not valid")
	case name == "" || !only(name, actionByte):
		p.addReason(rankActionFormat, path, msgLegacy, "the name of the action is missing or has characters that none has")
	}
	if p.grammar == TrustPolicy && !trustAction(lower(text)) {
		p.add(rankActions, path, "AssumeRole policy may only specify STS AssumeRole actions.")
	}
	t, ok := parseTemplate(lower(text), false, true)
	if !ok {
		p.addReason(rankActionFormat, path, msgLegacy, "the action has too many wildcards")
	}
	return t
}

func vendorByte(c byte) bool { return alnumByte(c) || c == '-' || c == '.' }

func actionByte(c byte) bool { return '!' <= c && c <= '~' }

// trustAction reports whether a trust policy may speak of an action: those by which a role is assumed, and what may accompany them.
func trustAction(name string) bool {
	switch name {
	case "sts:tagsession", "sts:setsourceidentity", "sts:setcontext":
		return true
	}
	return strings.HasPrefix(name, "sts:assumerole")
}
