package advisor_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/advisor"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// rows reads all uses in the store by entity and service.
func rows(t testing.TB, db *store.DB) map[string]record.EntityUse {
	t.Helper()
	out := map[string]record.EntityUse{}
	for row, err := range record.EntityUses.All(t.Context(), db, store.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		out[row.Doc.EntityID+" "+row.Doc.Service] = row.Doc
	}
	return out
}

func TestTrackerWritesWhoExists(t *testing.T) {
	s := newSetup(t)
	s.tracker.Seen(t.Context(), &caller.Principal{}, "iam:GetUser", "r", s.Clock.Now())
	s.tracker.Seen(t.Context(), nil, "iam:GetUser", "r", s.Clock.Now())
	s.tracker.Seen(t.Context(), ann(), "GetUser", "r", s.Clock.Now())
	s.seen(ann(), "iam:GetUser", "us-east-1")
	s.seen(iamtest.UserPrincipal(iamtest.Account, "AIDAZZZZZZZZZZZZZZZZZ", prefix+"user/gone", "gone"), "iam:GetUser", "us-east-1")
	s.seen(iamtest.RootPrincipal(iamtest.Account), "sts:GetCallerIdentity", "us-east-1")
	federated := ann()
	federated.Kind = caller.FederatedUser
	s.seen(federated, "iam:ListUsers", "us-east-1")
	if err := s.tracker.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := rows(t, s.DB)
	for _, key := range []string{annID + " iam", iamtest.Account + " iam", iamtest.Account + " sts"} {
		if _, ok := got[key]; !ok {
			t.Errorf("%s is missing", key)
		}
		delete(got, key)
	}
	if len(got) > 0 {
		t.Errorf("also: %v", got)
	}
	mine := rows(t, s.DB)[annID+" iam"]
	if len(mine.Actions) != 2 || mine.Account != iamtest.Account || !mine.At.Equal(mine.Actions["ListUsers"].At) {
		t.Errorf("ann: %+v", mine)
	}
	if n, err := record.EntityUses.Count(t.Context(), s.DB, "by_account", iamtest.Account); err != nil || n != 3 {
		t.Errorf("%d rows of the account, %v", n, err)
	}
}

// TestTrackerKeepsTheNewest holds that uses in any order, on two nodes, written at any time, leave the newest of each.
func TestTrackerKeepsTheNewest(t *testing.T) {
	s := newSetup(t)
	begin := s.Clock.Now()
	rapid.Check(t, func(t *rapid.T) {
		nodes := []*advisor.Tracker{advisor.NewTracker(s.DB, s.Clock.Now, served), advisor.NewTracker(s.DB, s.Clock.Now, served)}
		begin = begin.Add(24 * time.Hour) // later than all before
		want, wantAction := time.Time{}, time.Time{}
		s.Clock.Move(24 * time.Hour)
		for range rapid.IntRange(1, 12).Draw(t, "uses") {
			node := rapid.SampledFrom(nodes).Draw(t, "node")
			at := begin.Add(time.Duration(rapid.IntRange(1, 1000).Draw(t, "seconds")) * time.Second)
			action := rapid.SampledFrom([]string{"GetUser", "Nonsense"}).Draw(t, "action")
			node.Seen(context.Background(), ann(), "iam:"+action, at.Format(time.RFC3339), at)
			if at.After(want) {
				want = at
			}
			if action == "GetUser" && at.After(wantAction) {
				wantAction = at
			}
			if rapid.Bool().Draw(t, "flush") {
				if err := node.Flush(context.Background()); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, n := range nodes {
			if err := n.Flush(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		uses, err := nodes[0].Uses(context.Background(), annID)
		got := uses["iam"]
		if err != nil || !got.At.Equal(want.Truncate(time.Second)) || got.Region != want.Format(time.RFC3339) {
			t.Fatalf("%+v, %v; want %s", got, err, want)
		}
		if !wantAction.IsZero() && !got.Actions["GetUser"].At.Equal(wantAction.Truncate(time.Second)) {
			t.Fatalf("action at %s, want %s", got.Actions["GetUser"].At, wantAction)
		}
	})
}

func TestTrackerKeepsWhatFailed(t *testing.T) {
	s := newSetup(t)
	at := s.seen(ann(), "iam:GetUser", "us-east-1")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.tracker.Flush(ended); err == nil {
		t.Fatal("flushed without a store")
	}
	later := s.seen(ann(), "iam:CreateUser", "eu-west-1")
	if err := s.tracker.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := rows(t, s.DB)[annID+" iam"]
	if !got.At.Truncate(time.Second).Equal(later) || got.Region != "eu-west-1" || !got.Actions["GetUser"].At.Truncate(time.Second).Equal(at) {
		t.Errorf("%+v", got)
	}
}

// TestTrackerIsBounded holds that a flood of entities does not fill memory, and that what was held when it came is written.
func TestTrackerIsBounded(t *testing.T) {
	s := newSetup(t)
	at := s.seen(ann(), "iam:GetUser", "us-east-1")
	for i := range 30_000 {
		s.tracker.Seen(t.Context(), ann(), fmt.Sprintf("s-%d:Do", i), "us-east-1", s.Clock.Now())
	}
	uses, err := s.tracker.Uses(t.Context(), annID)
	if err != nil || len(uses) > 20_000 || !uses["iam"].At.Equal(at) {
		t.Errorf("%d uses, %v", len(uses), err)
	}
}

func TestTrackerInParallel(t *testing.T) {
	s := newSetup(t)
	start := s.Clock.Now()
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for j := range 50 {
				s.tracker.Seen(t.Context(), ann(), "iam:GetUser", "us-east-1", start.Add(time.Duration(i*50+j)*time.Millisecond))
				if j%25 == 0 {
					if err := s.tracker.Flush(t.Context()); err != nil {
						t.Error(err)
					}
				}
				if _, err := s.tracker.Uses(t.Context(), annID); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if err := s.tracker.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := rows(t, s.DB)[annID+" iam"].At; !got.Equal(start.Add(399 * time.Millisecond)) {
		t.Errorf("last at %s", got)
	}
}

func TestRoleLastUsed(t *testing.T) {
	s := newSetup(t)
	if _, _, ok, err := s.tracker.RoleLastUsed(t.Context(), roleID); ok || err != nil {
		t.Errorf("used before it was, %v", err)
	}
	s.seen(role(), "iam:GetUser", "us-east-1")
	if err := s.tracker.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := s.seen(role(), "sts:GetCallerIdentity", "eu-west-1")
	at, region, ok, err := s.tracker.RoleLastUsed(t.Context(), roleID)
	if diff := cmp.Diff([]any{want, "eu-west-1", true, nil}, []any{at, region, ok, err}); diff != "" {
		t.Error(diff)
	}
	s.Clock.Move(record.UsePeriod + time.Second)
	if _, _, ok, err := s.tracker.RoleLastUsed(t.Context(), roleID); ok || err != nil {
		t.Errorf("used longer ago than is told, %v", err)
	}
}
