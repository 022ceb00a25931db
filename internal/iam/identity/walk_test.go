package identity_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/identity"
	"github.com/mayfly-id/mayfly/internal/iam/instance"
	"github.com/mayfly-id/mayfly/internal/iam/policy"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// TestWalk walks at random over making, deleting, renaming, attaching and detaching, beside a model in a few maps. Every answer is the
// model's, and after every step the tables hold what the model holds: no attachment, membership or profile is left of what is gone.
func TestWalk(t *testing.T) {
	w := iamtest.New(t)
	ids := identity.New(identity.Config{Store: w.DB, Keys: w.Keys, Now: w.Clock.Now, Random: w.Random})
	b := building{
		db: w.DB, ids: ids,
		policies: policy.New(policy.Config{Store: w.DB, Keys: w.Keys, Now: w.Clock.Now, Random: w.Random}),
		profiles: instance.New(instance.Config{Store: w.DB, Keys: w.Keys, Roles: ids, Now: w.Clock.Now, Random: w.Random}),
	}
	walks := 0
	rapid.Check(t, func(t *rapid.T) {
		walks++
		m := newModel(b, fmt.Sprintf("%012d", walks)) // an account of its own
		m.furnish(t)
		actions := m.actions()
		actions[""] = m.check
		t.Repeat(actions)
	})
}

// building is the services that the walk goes through.
type building struct {
	db       *store.DB
	ids      *identity.Service
	policies *policy.Service
	profiles *instance.Service
}

// thing is an entity of the model: what it has, by what it is called at AWS.
type thing struct {
	attached map[string]bool // names of policies
	inline   map[string]bool
	boundary string
	groups   map[*thing]bool // of a user
	role     *thing          // of a profile
}

func newThing() *thing {
	return &thing{attached: map[string]bool{}, inline: map[string]bool{}, groups: map[*thing]bool{}}
}

// model is an account as it ought to be.
type model struct {
	building
	account                                  string
	ctx                                      context.Context
	users, groups, roles, policies, profiles map[string]*thing
}

func newModel(b building, account string) *model {
	return &model{
		building: b, account: account, ctx: iamtest.Root(account),
		users: map[string]*thing{}, groups: map[string]*thing{}, roles: map[string]*thing{}, policies: map[string]*thing{}, profiles: map[string]*thing{},
	}
}

// furnish begins with something of each kind, so that the walk goes deep in few steps.
func (m *model) furnish(t *rapid.T) {
	for _, n := range []string{"a", "b"} {
		_, err := m.ids.CreateUser(m.ctx, &iamapi.CreateUserRequest{UserName: n})
		m.create(t, m.users, n, err)
		_, err = m.ids.CreateGroup(m.ctx, &iamapi.CreateGroupRequest{GroupName: n})
		m.create(t, m.groups, n, err)
		_, err = m.ids.CreateRole(m.ctx, &iamapi.CreateRoleRequest{RoleName: n, AssumeRolePolicyDocument: trust("*")})
		m.create(t, m.roles, n, err)
		_, err = m.building.policies.CreatePolicy(m.ctx, &iamapi.CreatePolicyRequest{PolicyName: n, PolicyDocument: anything})
		m.create(t, m.policies, n, err)
	}
}

// Names are few, so that they meet. They are the same for all kinds.
func name(t *rapid.T) string { return rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "name") }

func (m *model) arn(policy string) string { return "arn:aws:iam::" + m.account + ":policy/" + policy }

// answer holds the code of an error against the one that the model expects; none is "".
func answer(t *rapid.T, err error, want string) {
	t.Helper()
	got := ""
	if e, ok := wire.AsError(err); ok {
		got = e.Type.Code
	} else if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Fatalf("answer is %q (%v), want %q", got, err, want)
	}
}

const (
	none     = "NoSuchEntity"
	exists   = "EntityAlreadyExists"
	conflict = "DeleteConflict"
	limit    = "LimitExceeded"
)

// first gives the first reason that holds; none is "".
func first(reasons ...any) string {
	for i := 0; i < len(reasons); i += 2 {
		if reasons[i].(bool) {
			return reasons[i+1].(string)
		}
	}
	return ""
}

func (m *model) actions() map[string]func(*rapid.T) {
	all := m.lives()
	maps.Copy(all, m.moves())
	maps.Copy(all, m.grants())
	return all
}

// check compares all tables with the model.
func (m *model) check(t *rapid.T) {
	t.Helper()
	for kind, want := range map[record.Kind]map[string]*thing{record.KindUser: m.users, record.KindGroup: m.groups, record.KindRole: m.roles} {
		if got := m.names(t, kind); !slices.Equal(got, slices.Sorted(maps.Keys(want))) {
			t.Fatalf("%ss are %v", kind, got)
		}
	}
	m.checkUses(t)
	m.checkMembers(t)
}

func (m *model) names(t *rapid.T, kind record.Kind) (out []string) {
	var err error
	q := store.Query{Index: "by_name", Prefix: []string{m.account}, Limit: 100}
	switch kind {
	case record.KindUser:
		var page store.Page[record.User]
		page, err = record.Users.List(m.ctx, m.db, q)
		for _, r := range page.Rows {
			out = append(out, r.Doc.Name)
		}
	case record.KindGroup:
		var page store.Page[record.Group]
		page, err = record.Groups.List(m.ctx, m.db, q)
		for _, r := range page.Rows {
			out = append(out, r.Doc.Name)
		}
	case record.KindRole:
		var page store.Page[record.Role]
		page, err = record.Roles.List(m.ctx, m.db, q)
		for _, r := range page.Rows {
			out = append(out, r.Doc.Name)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// checkUses counts who uses each policy, as AWS shows it and as the table of attachments has it.
func (m *model) checkUses(t *rapid.T) {
	t.Helper()
	total := 0
	for p := range m.policies {
		attached, bounds := 0, 0
		for _, kind := range []map[string]*thing{m.users, m.groups, m.roles} {
			for _, e := range kind {
				if e.attached[p] {
					attached++
				}
				if e.boundary == p {
					bounds++
				}
			}
		}
		total += attached + bounds
		out, err := m.building.policies.GetPolicy(m.ctx, &iamapi.GetPolicyRequest{PolicyArn: m.arn(p)})
		if err != nil {
			t.Fatal(err)
		}
		if *out.Policy.AttachmentCount != attached || *out.Policy.PermissionsBoundaryUsageCount != bounds {
			t.Fatalf("policy %s: %d and %d uses, want %d and %d", p, *out.Policy.AttachmentCount, *out.Policy.PermissionsBoundaryUsageCount, attached, bounds)
		}
	}
	if n, err := record.Attachments.Count(m.ctx, m.db, "", m.account); err != nil || int(n) != total {
		t.Fatalf("%d attachments, %v, want %d", n, err, total)
	}
}

// checkMembers compares who is in which group and which role is in which profile.
func (m *model) checkMembers(t *rapid.T) {
	t.Helper()
	for name, g := range m.groups {
		out, err := m.ids.GetGroup(m.ctx, &iamapi.GetGroupRequest{GroupName: name})
		if err != nil {
			t.Fatal(err)
		}
		var got, want []string
		for _, u := range out.Users {
			got = append(got, u.UserName)
		}
		for user, u := range m.users {
			if u.groups[g] {
				want = append(want, user)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("group %s has %v, want %v", name, got, want)
		}
		if n, err := record.Memberships.Count(m.ctx, m.db, "", out.Group.GroupId); err != nil || int(n) != len(want) {
			t.Fatalf("group %s has %d rows, %v", name, n, err)
		}
	}
	for name, p := range m.profiles {
		out, err := m.building.profiles.GetInstanceProfile(m.ctx, &iamapi.GetInstanceProfileRequest{InstanceProfileName: name})
		if err != nil {
			t.Fatal(err)
		}
		roles := out.InstanceProfile.Roles
		if (p.role == nil) != (len(roles) == 0) || (p.role != nil && m.roles[roles[0].RoleName] != p.role) {
			t.Fatalf("profile %s has %+v", name, roles)
		}
	}
}
