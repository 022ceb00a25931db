package sts

import (
	"math"
	"strconv"
	"strings"

	"github.com/mayfly-id/mayfly/internal/caller"
)

// Claims of some providers are condition keys of the trust policy beside "aud", "sub" and "amr"
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif,
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html). They decide about assuming the role and are not
// carried into its session. A key is the provider's name, a colon and the name that stands here, so that no provider can set another's.

// longestClaim bounds what a claim may say, in bytes. What is longer is left out, and so a condition on it does not hold.
const longestClaim = 2048

// claimKey is a claim that is a condition key: name is the key after the colon; path leads to the claim through objects. Claims are texts, and
// where number is set whole numbers too.
type claimKey struct {
	name   string
	path   []string
	number bool
}

// plain are claims at the top of the token, whose keys are called as they are.
func plain(names ...string) []claimKey {
	out := make([]claimKey, len(names))
	for i, n := range names {
		out[i] = claimKey{name: n, path: []string{n}}
	}
	return out
}

// nested is a claim within objects; its key has slashes between the names, as AWS's google/organization_number has.
func nested(path ...string) claimKey { return claimKey{name: strings.Join(path, "/"), path: path} }

// claimKeys lists the claims of a provider that are condition keys. provider is host and path of the issuer.
func claimKeys(provider string, claims map[string]any) []claimKey {
	host, path, _ := strings.Cut(provider, "/")
	var keys []claimKey
	switch {
	case github(host, path):
		keys = plain("actor", "actor_id", "enterprise_id", "environment", "job_workflow_ref", "ref", "repository", "repository_id", "repository_owner_id", "workflow")
	case host == "gitlab.com":
		keys = plain("namespace_id", "pipeline_source", "project_id", "ref_protected", "runner_environment", "user_access_level", "user_email", "user_id", "user_login")
	case host == "agent.buildkite.com", below(host, "agent", ".buildkite.dev"), below(host, "agent", ".buildkite.site"):
		keys = plain("build_branch", "cluster_id", "cluster_name", "organization_id", "organization_slug", "pipeline_id", "pipeline_slug")
	case host == "oidc.circleci.com" && strings.HasPrefix(path, "org/"):
		keys = plain("oidc.circleci.com/project-id")
	case host == "accounts.google.com":
		organization := nested("google", "organization_number")
		organization.number = true
		keys = []claimKey{organization}
	case strings.HasPrefix(host, "idcs-") && strings.HasSuffix(host, ".identity.oraclecloud.com"):
		keys = plain("rpst_id")
	}
	if _, ok := claims[kubernetesClaim].(map[string]any); ok {
		keys = append(keys, kubernetes()...)
	}
	return keys
}

// github tells the issuers of GitHub Actions: github.com itself with an optional path of an enterprise, enterprises on ghe.com, and servers of GitHub
// Enterprise, whose issuer has this path on whatever host they run
// (https://docs.github.com/en/actions/reference/security/oidc, https://docs.github.com/en/enterprise-server/admin/managing-github-actions-for-your-enterprise).
func github(host, path string) bool {
	switch {
	case host == "token.actions.githubusercontent.com", below(host, "token.actions", ".ghe.com"):
		return true
	case host == "github.com":
		return strings.HasPrefix(path, "enterprises/")
	}
	return path == "_services/token"
}

// below tells hosts that have one label between what they begin and end with, such as token.actions.corp.ghe.com.
func below(host, prefix, suffix string) bool {
	label, ok := strings.CutPrefix(host, prefix+".")
	if !ok {
		return false
	}
	label, ok = strings.CutSuffix(label, suffix)
	return ok && label != "" && !strings.Contains(label, ".")
}

// kubernetesClaim is the claim by which a service account's token is known, whatever its issuer is called
// (https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-tokens).
const kubernetesClaim = "kubernetes.io"

// kubernetes lists what a service account's token says of the account, and of the pod and the node that it is bound to.
func kubernetes() []claimKey {
	keys := []claimKey{nested(kubernetesClaim, "namespace")}
	for _, of := range []string{"serviceaccount", "pod", "node"} {
		keys = append(keys, nested(kubernetesClaim, of, "name"), nested(kubernetesClaim, of, "uid"))
	}
	return keys
}

// claimed gives the condition keys that a token's claims make for a provider, in lower case.
func claimed(provider string, claims map[string]any) map[string][]string {
	out := map[string][]string{}
	prefix := caller.Fold(provider)
	for _, k := range claimKeys(provider, claims) {
		if value, ok := k.value(claims); ok {
			out[prefix+":"+caller.Fold(k.name)] = []string{value}
		}
	}
	return out
}

// value reads the claim; ok is false when the token does not have it, or not as it should be.
func (k *claimKey) value(claims map[string]any) (value string, ok bool) {
	for _, name := range k.path[:len(k.path)-1] {
		claims, _ = claims[name].(map[string]any)
	}
	switch v := claims[k.path[len(k.path)-1]].(type) {
	case string:
		return v, v != "" && len(v) <= longestClaim
	case float64:
		return strconv.FormatInt(int64(v), 10), k.number && v == math.Trunc(v) && math.Abs(v) <= exactNumber
	}
	return "", false
}

// exactNumber is the largest number up to which JSON's numbers, as they are read, are exact.
const exactNumber = 1 << 53
