package simulate

import (
	"strings"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/iam/record"
)

// arnParts is the number of parts of an ARN: arn:partition:service:region:account:resource.
const arnParts = 6

// checkActions holds names of actions to <service>:<action>, without wildcards
// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html).
func checkActions(names []string) error {
	for _, name := range names {
		service, action, ok := strings.Cut(name, ":")
		if !ok || !plain(service, "-.") || !plain(action, "") {
			return invalid("Invalid action name: %s", name)
		}
	}
	return nil
}

// plain reports whether s has letters, digits and what more holds, and nothing else.
func plain(s, more string) bool {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte(more, c) >= 0) {
			return false
		}
	}
	return s != ""
}

// resourcesOf gives the resources of a simulation: all of them where none is named.
func resourcesOf(arns []string) ([]string, error) {
	if len(arns) == 0 {
		return []string{"*"}, nil
	}
	for _, arn := range arns {
		parts := strings.SplitN(arn, ":", arnParts)
		if arn != "*" && (len(parts) != arnParts || parts[0] != "arn" || parts[1] == "" || parts[2] == "" || parts[5] == "") {
			return nil, invalid("ResourceNames are not in a valid ARN format: %s.", arn)
		}
	}
	return arns, nil
}

// ownerOf reads ResourceOwner, the ARN of an account.
func ownerOf(owner *string) (string, error) {
	if owner == nil {
		return "", nil
	}
	rest, ok := strings.CutPrefix(*owner, "arn:aws:iam::")
	id, isRoot := strings.CutSuffix(rest, ":root")
	if !ok || !isRoot || !isAccount(id) {
		return "", invalid("'%s' is not a valid as a Resource Owner.", *owner)
	}
	return id, nil
}

func isAccount(s string) bool { return len(s) == 12 && strings.Trim(s, "0123456789") == "" }

// accountOf gives the account whose resource it is: the one in its ARN, else the owner given, else the caller's. Without a resource policy and
// an owner the question is only what the caller's own policies say, wherever the resource is.
func (sim *simulation) accountOf(resource string) string {
	if !sim.onResource && sim.owner == "" {
		return sim.principal.Account
	}
	if parts := strings.SplitN(resource, ":", arnParts); len(parts) == arnParts && isAccount(parts[4]) {
		return parts[4]
	}
	if sim.owner != "" {
		return sim.owner
	}
	return sim.principal.Account
}

// trusts reports whether a simulated request is about a role's trust policy.
func trusts(action, resource string) bool {
	_, kind, _, ok := record.SplitARN(resource)
	return ok && kind == string(record.KindRole) && strings.HasPrefix(record.Fold(action), "sts:")
}

// resourcePolicy reads the resource policy for one request: the policy of a role is its trust policy, which has its own grammar and rules.
func (sim *simulation) resourcePolicy(trust bool) (*iampolicy.Named, error) {
	g, kept := iampolicy.ResourcePolicy, &sim.ordinary
	if trust {
		g, kept = iampolicy.TrustPolicy, &sim.trust
	}
	if *kept == nil {
		p, err := iampolicy.Parse([]byte(sim.document), g)
		if err != nil {
			return nil, malformed(resourcePolicyID, err)
		}
		*kept = &iampolicy.Named{ID: resourcePolicyID, Policy: p}
	}
	return *kept, nil
}

const resourcePolicyID = "ResourcePolicy"
