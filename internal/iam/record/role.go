package record

import (
	"context"
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

// Roles is the table of roles.
var Roles = store.NewTable("iam_roles", store.Spec[Role]{
	Key:    []store.Column[Role]{column("id", func(r *Role) string { return r.ID })},
	Unique: byName(func(r *Role) string { return r.Account }, func(r *Role) string { return r.Name }),
})

// FindRole finds a role by name, without regard to ASCII case. store.ErrNotFound when there is none.
func FindRole(ctx context.Context, r store.Reader, account, name string) (store.Row[Role], error) {
	return Roles.Find(ctx, r, "by_name", account, Fold(name))
}
