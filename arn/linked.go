package arn

import "strings"

// IsServiceLinkedRole reports whether text names a role that is linked to a service: its path, which begins the resource, is
// /aws-service-role/ (IAM User Guide, "IAM identifiers"). Paths of users and roles may hold colons, so a part of the text would prove nothing.
func IsServiceLinkedRole(text string) bool {
	p, ok := split(text)
	return ok && p[0] == "arn" && p[2] == "iam" && strings.HasPrefix(p[5], "role/aws-service-role/")
}
