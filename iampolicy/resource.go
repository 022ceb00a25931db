package iampolicy

import (
	"slices"
	"strings"
)

// compileResource checks and compiles one value of Resource or NotResource. In matching, "*" spans "/" and ":" and case matters.
func (p *parser) compileResource(text, path string) template {
	if text != "*" {
		if rank, message := checkResource(text); message != "" {
			p.addReason(rank, path, message, "an ARN has six parts, arn:partition:service:region:account:resource")
		}
	}
	t, ok := parseTemplate(CompleteResource(text), p.variables, true)
	if !ok || !variablesInResourcePart(&t) {
		p.addReason(rankLegacy, path, msgLegacy, "a variable is malformed, stands before the last part of the ARN, or there are too many variables or wildcards")
	}
	return t
}

// CompleteResource adds what a value of Resource leaves out: anything ("Resource element": "arn:aws:sqs" is equivalent to "arn:aws:sqs:*:*:*").
func CompleteResource(text string) string {
	if text == "*" {
		return text
	}
	return text + strings.Repeat(":*", max(0, arnParts-1-strings.Count(text, ":")))
}

// checkResource finds what is wrong with an ARN pattern. A pattern may stop short, as in "arn:aws:ec2:*", but not leave its service open.
func checkResource(text string) (rank, string) {
	first, rest, cut := strings.Cut(text, ":")
	if !cut {
		return rankResourceFormat, "Resource " + text + ` must be in ARN format or "*".`
	}
	partition, rest, more := strings.Cut(rest, ":")
	if first != "arn" || !validPartition(partition) {
		return rankResourceFormat, `Partition "` + partition + `" is not valid for resource "` + spellARN(partition, rest) + `".`
	}
	service, rest, _ := strings.Cut(rest, ":")
	if !more || service == "" || strings.ContainsAny(service, "*?") {
		return rankResourceFormat, "Resource vendor must be fully qualified and cannot contain regexes."
	}
	if strings.Count(text, ":") < arnParts-1 {
		if strings.Contains(text, "::") {
			return rankLegacy, msgLegacy
		}
		return 0, ""
	}
	if service == "iam" {
		return rankResourceFormat, checkIAMResource(text, rest)
	}
	return 0, ""
}

// checkIAMResource finds what is wrong with an IAM resource; rest is its ARN from the region on.
func checkIAMResource(text, rest string) string {
	region, rest, _ := strings.Cut(rest, ":")
	_, path, _ := strings.Cut(rest, ":")
	switch {
	case region != "":
		return "IAM resource " + text + " cannot contain region information."
	case !validIAMPath(path):
		return `IAM resource path must either be "*" or start with ` + strings.Join(iamPaths(), ", ") + "."
	}
	return ""
}

// spellARN completes an ARN as IAM does in its message: what is missing is "*".
func spellARN(partition, rest string) string {
	parts := strings.SplitN(rest, ":", 4)
	if rest == "" {
		parts = nil
	}
	for len(parts) < 4 {
		parts = append(parts, "*")
	}
	return "arn:" + partition + ":" + strings.Join(parts, ":")
}

// validPartition accepts the partitions of AWS, by name or by pattern.
func validPartition(s string) bool {
	rest, ok := strings.CutPrefix(s, "aws")
	return s == "*" || ok && (rest == "" || rest[0] == '-' || rest[0] == '*') && only(rest, partitionByte)
}

func partitionByte(c byte) bool { return alnumByte(c) || c == '-' || c == '*' || c == '?' }

// iamPaths are the kinds of IAM resources, in the order of IAM's message.
func iamPaths() []string {
	return []string{"user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/", "policy/",
		"sms-mfa/", "saml-provider/", "oidc-provider/", "report/", "access-report/"}
}

// validIAMPath accepts a kind of IAM resource, a pattern or variable that begins before the kind ends, the root user, and the kinds that are
// younger than the message: "u2f/" and "delegation-request/".
func validIAMPath(path string) bool {
	kind, _, slash := strings.Cut(path, "/")
	return strings.ContainsAny(kind, "*?$") || path == "root" || slash && (kind == "u2f" || kind == "delegation-request" || slices.Contains(iamPaths(), kind+"/"))
}

// variablesInResourcePart reports whether all variables stand after the fifth colon: what a user is called must not choose a service,
// a region or an account ("Variables and tags", "Resource element").
func variablesInResourcePart(t *template) bool {
	colons := 0
	for _, u := range t.units {
		if u.kind == fromContext && colons < arnParts-1 {
			return false
		}
		colons += strings.Count(u.text, ":")
	}
	return true
}
