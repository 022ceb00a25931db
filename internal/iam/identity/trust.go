package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// mostTrust is the quota of a trust policy in characters without white space
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
const mostTrust = 2048

// storeTrust gives the stored form of a trust policy: accounts as their root's ARN, users and roles as their unique ids. Whom the policy
// names must exist.
func storeTrust(ctx context.Context, r store.Reader, document string) (string, error) {
	p, err := edge.Parse(document, iampolicy.TrustPolicy)
	if err != nil {
		return "", err
	}
	if iampolicy.Size([]byte(document)) > mostTrust {
		return "", edge.Quota("ACLSizePerRole", mostTrust)
	}
	return rewrite(p, document, func(v string) (string, error) {
		id, err := principalID(ctx, r, v)
		if errors.Is(err, store.ErrNotFound) {
			err = iamapi.MalformedPolicyDocumentException.New(`Invalid principal in policy: "AWS":"%s"`, v)
		}
		return id, err
	})
}

// showTrust translates a stored trust policy back. Whoever has been deleted since is shown by their bare unique id, as AWS does, and so is who has a
// path now that no policy can name.
func showTrust(ctx context.Context, r store.Reader, stored string) (string, error) {
	if !strings.Contains(stored, record.PrefixUser) && !strings.Contains(stored, record.PrefixRole) {
		return stored, nil
	}
	p, err := iampolicy.Parse([]byte(stored), iampolicy.TrustPolicy)
	if err != nil {
		return "", fmt.Errorf("iam: stored trust policy: %w", err)
	}
	return rewrite(p, stored, func(v string) (string, error) {
		if !record.IsEntityID(v) {
			return v, nil
		}
		arn, err := entityARN(ctx, r, v)
		if errors.Is(err, store.ErrNotFound) || err == nil && !iampolicy.IsPrincipal(arn) {
			return v, nil
		}
		return arn, err
	})
}

// rewrite translates the AWS principals of a policy. When none changes, the document stays as it was written.
func rewrite(p *iampolicy.Policy, document string, translate func(string) (string, error)) (string, error) {
	changed := false
	out, err := p.RewritePrincipals(func(ref iampolicy.PrincipalRef) (string, error) {
		if ref.Kind != "AWS" {
			return ref.Value, nil
		}
		v, err := translate(ref.Value)
		changed = changed || v != ref.Value
		return v, err
	})
	if err != nil {
		return "", edge.Malformed(err)
	}
	if !changed {
		return document, nil
	}
	return out.String(), nil
}

// principalID resolves one principal of a trust policy. store.ErrNotFound stands for one that cannot be trusted.
func principalID(ctx context.Context, r store.Reader, v string) (string, error) {
	if isAccount(v) {
		return record.RootARN(v), nil
	}
	if record.IsEntityID(v) {
		_, err := entityARN(ctx, r, v)
		return v, err
	}
	if rest, ok := strings.CutPrefix(v, "arn:aws:sts::"); ok { // sessions have no ids of their own
		account, what, _ := strings.Cut(rest, ":")
		if isAccount(account) && (strings.HasPrefix(what, "assumed-role/") || strings.HasPrefix(what, "federated-user/")) {
			return v, nil
		}
		return "", store.ErrNotFound
	}
	if rest, ok := strings.CutPrefix(v, "arn:aws:iam::"); ok {
		if account, what, _ := strings.Cut(rest, ":"); isAccount(account) && what == "root" {
			return v, nil
		}
	}
	return namedID(ctx, r, v)
}

// namedID finds the id of the user or role with this ARN.
func namedID(ctx context.Context, r store.Reader, arn string) (string, error) {
	account, kind, name, ok := record.SplitARN(arn)
	if !ok {
		return "", store.ErrNotFound
	}
	var id, found string
	switch record.Kind(kind) {
	case record.KindUser:
		row, err := record.FindUser(ctx, r, account, name)
		if err != nil {
			return "", err
		}
		id, found = row.Doc.ID, row.Doc.ARN()
	case record.KindRole:
		row, err := record.FindRole(ctx, r, account, name)
		if err != nil {
			return "", err
		}
		id, found = row.Doc.ID, row.Doc.ARN()
	}
	if found != arn { // ARNs are case-sensitive, and the path is part of them
		return "", store.ErrNotFound
	}
	return id, nil
}

// entityARN gives the ARN that a user or role has now.
func entityARN(ctx context.Context, r store.Reader, id string) (string, error) {
	if strings.HasPrefix(id, record.PrefixUser) {
		row, err := record.Users.Get(ctx, r, id)
		return row.Doc.ARN(), err
	}
	row, err := record.Roles.Get(ctx, r, id)
	return row.Doc.ARN(), err
}

func isAccount(s string) bool {
	if len(s) != 12 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
