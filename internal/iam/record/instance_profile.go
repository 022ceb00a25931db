package record

import (
	"context"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// InstanceProfile is what machines get a role through. ID is AIPA… and never reused.
type InstanceProfile struct {
	ID      string            `json:"id"`
	Account string            `json:"account"`
	Name    string            `json:"name"`
	Path    string            `json:"path"`
	Created time.Time         `json:"created"`
	Tags    map[string]string `json:"tags,omitempty"`
	RoleID  string            `json:"roleId,omitempty"` // the one role in it
}

// KindInstanceProfile is how ARNs name instance profiles.
const KindInstanceProfile Kind = "instance-profile"

// PrefixInstanceProfile begins the ids of instance profiles.
const PrefixInstanceProfile = "AIPA"

// ARN is the profile's ARN.
func (p *InstanceProfile) ARN() string {
	return ARN(p.Account, string(KindInstanceProfile), p.Path, p.Name)
}

// InstanceProfiles is the table of instance profiles; by_role has those with a role.
var InstanceProfiles = store.NewTable("iam_instance_profiles", store.Spec[InstanceProfile]{
	Key:    []store.Column[InstanceProfile]{column("id", func(p *InstanceProfile) string { return p.ID })},
	Unique: byName(func(p *InstanceProfile) string { return p.Account }, func(p *InstanceProfile) string { return p.Name }),
	Indexes: []store.Index[InstanceProfile]{{
		Name:    "by_role",
		Columns: []store.Column[InstanceProfile]{column("role", func(p *InstanceProfile) string { return p.RoleID })},
		Present: func(p *InstanceProfile) bool { return p.RoleID != "" },
	}},
})

// FindInstanceProfile finds an instance profile by name, without regard to ASCII case. store.ErrNotFound when there is none.
func FindInstanceProfile(ctx context.Context, r store.Reader, account, name string) (store.Row[InstanceProfile], error) {
	return InstanceProfiles.Find(ctx, r, "by_name", account, Fold(name))
}
