package advisor_test

import (
	"context"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/advisor"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

const (
	annID   = "AIDAAAAAAAAAAAAAAAAAA"
	bobID   = "AIDABBBBBBBBBBBBBBBBB"
	roleID  = "AROARRRRRRRRRRRRRRRRR"
	groupID = "AGPAGGGGGGGGGGGGGGGGG"
	ownID   = "ANPAPPPPPPPPPPPPPPPPP"
	prefix  = "arn:aws:iam::" + iamtest.Account + ":"
	annARN  = prefix + "user/ann"
	bobARN  = prefix + "user/team/bob"
	roleARN = prefix + "role/job"
	readers = prefix + "group/readers"
	own     = prefix + "policy/own"
	readAll = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
)

var served = []advisor.Deployed{
	{Namespace: "iam", Actions: []string{"GetUser", "CreateUser", "ListUsers"}},
	{Namespace: "sts", Actions: []string{"AssumeRole", "GetCallerIdentity"}},
	{Namespace: "organizations"},
}

type setup struct {
	*advisor.Service
	*iamtest.World
	tracker *advisor.Tracker
	root    context.Context
	orgs    *scopes
}

// scopes answers for one management account.
type scopes struct{ of map[string]*advisor.Scope }

func (s *scopes) AccessScope(_ context.Context, account, path, policyID string) (*advisor.Scope, error) {
	if c := s.of[account+" "+path+" "+policyID]; c != nil {
		return c, nil
	}
	return nil, caller.ErrUnknown
}

func inline(name, statement string) record.InlinePolicy {
	return record.InlinePolicy{Name: name, Document: document(statement)}
}

func document(statement string) string {
	return `{"Version":"2012-10-17","Statement":[` + statement + `]}`
}

const (
	allowS3  = `{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}`
	allowIAM = `{"Effect":"Allow","Action":["iam:Get*","sts:*"],"Resource":"*"}`
)

// newSetup has ann with an inline policy and the AWS policy, bob in the group readers, and a role; the policy own is attached to the group
// and to the role.
func newSetup(t testing.TB) *setup {
	t.Helper()
	w := iamtest.New(t)
	tracker := advisor.NewTracker(w.DB, w.Clock.Now, served)
	s := &setup{World: w, tracker: tracker, root: iamtest.Root(iamtest.Account), orgs: &scopes{of: map[string]*advisor.Scope{}}}
	s.Service = advisor.New(advisor.Config{
		Store: w.DB, Keys: w.Keys, Now: w.Clock.Now, Random: w.Random, Tracker: tracker, Organizations: s.orgs, Services: served,
	})
	ref := record.PolicyRef{ID: ownID, ARN: own}
	managed := record.ManagedByARN(readAll).Ref()
	err := w.DB.Update(t.Context(), func(x store.Writer) error {
		return first(
			record.Users.Insert(t.Context(), x, &record.User{
				ID: annID, Account: iamtest.Account, Name: "ann", Path: "/", Tags: map[string]string{"Team": "x"},
				Grants: record.Grants{Inline: []record.InlinePolicy{inline("mine", allowS3)}, Attached: []record.PolicyRef{managed}, Boundary: &ref},
			}),
			record.Users.Insert(t.Context(), x, &record.User{ID: bobID, Account: iamtest.Account, Name: "bob", Path: "/team/", Groups: []string{groupID}}),
			record.Roles.Insert(t.Context(), x, &record.Role{
				ID: roleID, Account: iamtest.Account, Name: "job", Path: "/", Grants: record.Grants{Attached: []record.PolicyRef{ref}},
			}),
			record.Groups.Insert(t.Context(), x, &record.Group{
				ID: groupID, Account: iamtest.Account, Name: "readers", Path: "/",
				Grants: record.Grants{Inline: []record.InlinePolicy{inline("ours", allowS3)}, Attached: []record.PolicyRef{ref}},
			}),
			record.Memberships.Insert(t.Context(), x, &record.Membership{GroupID: groupID, UserID: bobID}),
			record.Policies.Insert(t.Context(), x, &record.Policy{
				ID: ownID, Account: iamtest.Account, Name: "own", Path: "/", Default: "v1",
				Versions: []record.Version{{ID: "v1", Document: document(allowIAM)}},
			}),
			record.Attach(t.Context(), x, record.Attachment{Account: iamtest.Account, PolicyID: ownID, Kind: record.KindGroup, EntityID: groupID, Usage: record.UsagePolicy}),
			record.Attach(t.Context(), x, record.Attachment{Account: iamtest.Account, PolicyID: ownID, Kind: record.KindRole, EntityID: roleID, Usage: record.UsagePolicy}),
			record.Attach(t.Context(), x, record.Attachment{Account: iamtest.Account, PolicyID: ownID, Kind: record.KindUser, EntityID: annID, Usage: record.UsageBoundary}),
			record.Attach(t.Context(), x, record.Attachment{Account: iamtest.Account, PolicyID: managed.ID, Kind: record.KindUser, EntityID: annID, Usage: record.UsagePolicy}),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func ann() *caller.Principal { return iamtest.UserPrincipal(iamtest.Account, annID, annARN, "ann") }
func bob() *caller.Principal { return iamtest.UserPrincipal(iamtest.Account, bobID, bobARN, "bob") }
func role() *caller.Principal {
	p := iamtest.RolePrincipal(iamtest.Account)
	p.UniqueID = roleID
	return p
}

// seen notes a use and gives its time in whole seconds; the clock goes on by a minute.
func (s *setup) seen(p *caller.Principal, action, region string) time.Time {
	s.Clock.Move(time.Minute)
	at := s.Clock.Now()
	s.tracker.Seen(context.Background(), p, action, region, at)
	return at.UTC().Truncate(time.Second)
}

func (s *setup) generate(t testing.TB, ctx context.Context, arn string, actions bool) string {
	t.Helper()
	in := &iamapi.GenerateServiceLastAccessedDetailsRequest{Arn: arn}
	if actions {
		in.Granularity = ptr(iamapi.AccessAdvisorUsageGranularityTypeActionLevel)
	}
	out, err := s.GenerateServiceLastAccessedDetails(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	return *out.JobId
}

func (s *setup) details(t testing.TB, ctx context.Context, arn string, actions bool) *iamapi.GetServiceLastAccessedDetailsResponse {
	t.Helper()
	out, err := s.GetServiceLastAccessedDetails(ctx, &iamapi.GetServiceLastAccessedDetailsRequest{JobId: s.generate(t, ctx, arn, actions)})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func parse(t testing.TB, statement string) *iampolicy.Policy {
	t.Helper()
	p, err := iampolicy.Parse([]byte(document(statement)), iampolicy.IdentityPolicy)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func ptr[T any](v T) *T { return &v }
