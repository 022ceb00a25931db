package record

import (
	"context"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// Role is an IAM role. ID is AROA… and never reused.
type Role struct {
	ID          string            `json:"id"`
	Account     string            `json:"account"`
	Name        string            `json:"name"`
	Path        string            `json:"path"`
	Description string            `json:"description,omitempty"`
	Created     time.Time         `json:"created"`
	MaxSession  int               `json:"maxSession"` // seconds
	Tags        map[string]string `json:"tags,omitempty"`
	// Trust is the trust policy. Users and roles are in it by their unique ids, so that another one of the same name is not trusted.
	Trust string `json:"trust"`
	Grants
}

// ARN is the role's ARN.
func (r *Role) ARN() string { return ARN(r.Account, string(KindRole), r.Path, r.Name) }

// Paths of roles that AWS itself makes
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-friendly-names).
const (
	PathServiceLinked = "/aws-service-role/"
	PathReserved      = "/aws-reserved/"
)

// Linked reports whether the role is linked to a service, which alone says what the role may do.
func (r *Role) Linked() bool { return strings.HasPrefix(r.Path, PathServiceLinked) }

// LinkedService is the service that a service-linked role is linked to, such as ecs.amazonaws.com; empty for other roles.
func (r *Role) LinkedService() string {
	if !r.Linked() {
		return ""
	}
	return strings.TrimSuffix(strings.TrimPrefix(r.Path, PathServiceLinked), "/")
}

// Protected reports whether nobody in the account may change what the role is.
func (r *Role) Protected() bool { return r.Linked() || strings.HasPrefix(r.Path, PathReserved) }

// Roles is the table of roles. by_linked has those that are linked to a service: quotas do not count them.
var Roles = store.NewTable("iam_roles", store.Spec[Role]{
	Key:    []store.Column[Role]{column("id", func(r *Role) string { return r.ID })},
	Unique: byName(func(r *Role) string { return r.Account }, func(r *Role) string { return r.Name }),
	Indexes: []store.Index[Role]{{
		Name:    "by_linked",
		Columns: []store.Column[Role]{column("linked", func(r *Role) string { return r.Account })},
		Present: (*Role).Linked,
	}},
})

// FindRole finds a role by name, without regard to ASCII case. store.ErrNotFound when there is none.
func FindRole(ctx context.Context, r store.Reader, account, name string) (store.Row[Role], error) {
	return Roles.Find(ctx, r, "by_name", account, Fold(name))
}
