package record

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// Policy is a managed policy. ID is ANPA… and never reused.
type Policy struct {
	ID          string            `json:"id"`
	Account     string            `json:"account"` // "aws" for the policies that AWS manages
	Name        string            `json:"name"`
	Path        string            `json:"path"`
	Description string            `json:"description,omitempty"`
	Created     time.Time         `json:"created"`
	Updated     time.Time         `json:"updated"` // when its versions or its default last changed
	Tags        map[string]string `json:"tags,omitempty"`
	Default     string            `json:"default"`  // id of the version in force
	Last        int               `json:"last"`     // number of the newest version ever made; numbers are not reused
	Versions    []Version         `json:"versions"` // newest first
}

// Version is one version of a managed policy.
type Version struct {
	ID       string    `json:"id"` // v1, v2, …
	Document string    `json:"document"`
	Created  time.Time `json:"created"`
}

// ARN is the policy's ARN.
func (p *Policy) ARN() string { return ARN(p.Account, "policy", p.Path, p.Name) }

// Ref points to the policy.
func (p *Policy) Ref() PolicyRef { return PolicyRef{ID: p.ID, ARN: p.ARN()} }

// Version gives the place of a version, or -1.
func (p *Policy) Version(id string) int {
	for i := range p.Versions {
		if p.Versions[i].ID == id {
			return i
		}
	}
	return -1
}

// DefaultDocument is the document in force. It is empty, which is no policy at all, only if the row is damaged.
func (p *Policy) DefaultDocument() string {
	if i := p.Version(p.Default); i >= 0 {
		return p.Versions[i].Document
	}
	return ""
}

// MostVersions is how many versions a managed policy can have
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
const MostVersions = 5

// Policies is the table of managed policies. by_versions is there to count versions (CountPolicyVersions).
var Policies = store.NewTable("iam_policies", store.Spec[Policy]{
	Key:    []store.Column[Policy]{column("id", func(p *Policy) string { return p.ID })},
	Unique: byName(policyAccount.Value, func(p *Policy) string { return p.Name }),
	Indexes: []store.Index[Policy]{{Name: "by_versions", Columns: []store.Column[Policy]{
		policyAccount, column("versions", func(p *Policy) string { return strconv.Itoa(len(p.Versions)) }),
	}}},
})

var policyAccount = column("account", func(p *Policy) string { return p.Account })

// CountPolicyVersions counts the versions of an account's own managed policies. It reads no policy: their documents are long.
func CountPolicyVersions(ctx context.Context, r store.Reader, account string) (int64, error) {
	var all int64
	for n := 1; n <= MostVersions; n++ {
		policies, err := Policies.Count(ctx, r, "by_versions", account, strconv.Itoa(n))
		if err != nil {
			return 0, err
		}
		all += int64(n) * policies
	}
	return all, nil
}

// FindPolicy finds a managed policy by its ARN, as the account sees it: its own, or one that AWS manages. store.ErrNotFound when there
// is none. Only an own one's row has a version.
func FindPolicy(ctx context.Context, r store.Reader, account, arn string) (store.Row[Policy], error) {
	if p := ManagedByARN(arn); p != nil {
		return store.Row[Policy]{Doc: *p}, nil
	}
	of, kind, name, ok := SplitARN(arn)
	if !ok || kind != "policy" || of != account {
		return store.Row[Policy]{}, store.ErrNotFound
	}
	row, err := Policies.Find(ctx, r, "by_name", account, Fold(name))
	if err == nil && row.Doc.ARN() != arn {
		err = store.ErrNotFound
	}
	return row, err
}

// FindPolicyCached is FindPolicy from memory when it can. The row is shared and must not be changed.
func FindPolicyCached(ctx context.Context, db *store.DB, account, arn string) (*store.Row[Policy], error) {
	if p := ManagedByARN(arn); p != nil {
		return &store.Row[Policy]{Doc: *p}, nil
	}
	of, kind, name, ok := SplitARN(arn)
	if !ok || kind != "policy" || of != account {
		return nil, store.ErrNotFound
	}
	row, err := Policies.FindCached(ctx, db, "by_name", account, Fold(name))
	if err == nil && row.Doc.ARN() != arn {
		return nil, store.ErrNotFound
	}
	return row, err
}

// Usage is what an entity uses a managed policy for.
type Usage string

// The usages.
const (
	UsagePolicy   Usage = "policy"
	UsageBoundary Usage = "boundary"
)

// Attachment says that an entity uses a managed policy. The entity's row says so too; this is the way back.
type Attachment struct {
	Account  string `json:"account"`
	PolicyID string `json:"policyId"`
	Kind     Kind   `json:"kind"`
	EntityID string `json:"entityId"`
	Usage    Usage  `json:"usage"`
}

// Attachments is the table of attachments. The account leads, because AWS's policies are in every account.
var Attachments = store.NewTable("iam_attachments", store.Spec[Attachment]{
	Key: []store.Column[Attachment]{
		column("account", func(a *Attachment) string { return a.Account }),
		column("policy_id", func(a *Attachment) string { return a.PolicyID }),
		column("usage", func(a *Attachment) string { return string(a.Usage) }),
		column("kind", func(a *Attachment) string { return string(a.Kind) }),
		column("entity_id", func(a *Attachment) string { return a.EntityID }),
	},
	Uncached: true,
})

// Attach notes that an entity uses a policy.
func Attach(ctx context.Context, w store.Writer, a Attachment) error {
	return Attachments.Upsert(ctx, w, &a)
}

// Detach notes that an entity no longer uses a policy.
func Detach(ctx context.Context, w store.Writer, a Attachment) error {
	err := Attachments.Delete(ctx, w, a.Account, a.PolicyID, string(a.Usage), string(a.Kind), a.EntityID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}
