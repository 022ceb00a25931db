package credential_test

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/credential"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

const userID = "AIDAAAAAAAAAAAAAAAAAA"

type setup struct {
	*credential.Service
	*iamtest.World
	uses *credential.Tracker
	self context.Context // the user ann
}

func newSetup(t testing.TB) *setup {
	t.Helper()
	w := iamtest.New(t)
	uses := credential.NewTracker(w.DB)
	u := record.User{ID: userID, Account: iamtest.Account, Name: "ann", Path: "/"}
	if err := w.DB.Update(t.Context(), func(x store.Writer) error { return record.Users.Insert(t.Context(), x, &u) }); err != nil {
		t.Fatal(err)
	}
	return &setup{
		Service: credential.New(credential.Config{Store: w.DB, Keys: w.Keys, Now: w.Clock.Now, Random: w.Random, Uses: uses}), World: w, uses: uses,
		self: iamtest.As(iamtest.UserPrincipal(iamtest.Account, userID, u.ARN(), "ann"), "ListAccessKeys"),
	}
}

func (s *setup) create(t testing.TB, ctx context.Context, name *string) iamapi.AccessKey {
	t.Helper()
	out, err := s.CreateAccessKey(ctx, &iamapi.CreateAccessKeyRequest{UserName: name})
	if err != nil {
		t.Fatal(err)
	}
	return out.AccessKey
}

func ptr[T any](v T) *T { return &v }

func TestBindings(t *testing.T) {
	iamtest.CheckBindings(t, iamapi.Service(), newSetup(t).Operations())
}

func TestCreateAccessKey(t *testing.T) {
	s := newSetup(t)
	k := s.create(t, s.self, nil)
	if !regexp.MustCompile(`^AKIA[A-Z2-7]{16}$`).MatchString(k.AccessKeyId) || !regexp.MustCompile(`^[A-Za-z0-9+/]{40}$`).MatchString(k.SecretAccessKey) {
		t.Errorf("key %s", k.AccessKeyId)
	}
	if k.UserName != "ann" || k.Status != iamapi.StatusTypeActive {
		t.Errorf("key of %s is %s", k.UserName, k.Status)
	}
	row, err := record.AccessKeys.Get(t.Context(), s.DB, k.AccessKeyId)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(row.Doc.Sealed, []byte(k.SecretAccessKey[:8])) {
		t.Error("the secret is stored in the clear")
	}
	plain, err := s.Keys.Open(t.Context(), seal.AccessKeySecret, iamtest.Account, row.Doc.Sealed, row.Doc.SecretAAD())
	if err != nil || string(plain) != k.SecretAccessKey {
		t.Errorf("the stored secret does not open: %v", err)
	}
	moved := row.Doc
	moved.Owner = "AIDABBBBBBBBBBBBBBBBB"
	if _, err := s.Keys.Open(t.Context(), seal.AccessKeySecret, iamtest.Account, moved.Sealed, moved.SecretAAD()); err == nil {
		t.Error("a key that was moved to another owner opens")
	}
}

func TestTwoKeysAUser(t *testing.T) {
	s := newSetup(t)
	root := iamtest.Root(iamtest.Account)
	s.create(t, s.self, nil)
	s.create(t, root, ptr("Ann"))
	_, err := s.CreateAccessKey(root, &iamapi.CreateAccessKeyRequest{UserName: ptr("ann")})
	iamtest.Fails(t, err, iamapi.LimitExceededException, "Cannot exceed quota for AccessKeysPerUser: 2")
	if k := s.create(t, root, nil); k.UserName != "" { // the root's own
		t.Errorf("root key of %q", k.UserName)
	}
}

func TestWhoseKeys(t *testing.T) {
	s := newSetup(t)
	k := s.create(t, s.self, nil)
	role := iamtest.As(iamtest.RolePrincipal(iamtest.Account), "CreateAccessKey")
	_, err := s.CreateAccessKey(role, &iamapi.CreateAccessKeyRequest{})
	iamtest.Fails(t, err, edge.ValidationError, "Must specify userName when calling with non-User credentials")
	_, err = s.CreateAccessKey(iamtest.Root(iamtest.Other), &iamapi.CreateAccessKeyRequest{UserName: ptr("ann")})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "The user with name ann cannot be found.")
	none := "The Access Key with id " + k.AccessKeyId + " cannot be found."
	_, err = s.DeleteAccessKey(iamtest.Root(iamtest.Account), &iamapi.DeleteAccessKeyRequest{AccessKeyId: k.AccessKeyId}) // not the root's
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, none)
	_, err = s.UpdateAccessKey(iamtest.Root(iamtest.Other), &iamapi.UpdateAccessKeyRequest{AccessKeyId: k.AccessKeyId, Status: iamapi.StatusTypeInactive})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, none)
	_, err = s.GetAccessKeyLastUsed(iamtest.Root(iamtest.Other), &iamapi.GetAccessKeyLastUsedRequest{AccessKeyId: k.AccessKeyId})
	iamtest.Fails(t, err, edge.AccessDenied, "User: arn:aws:iam::"+iamtest.Other+":root is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key "+k.AccessKeyId)
}

func TestUpdateListAndDelete(t *testing.T) {
	s := newSetup(t)
	a, b := s.create(t, s.self, nil), s.create(t, s.self, nil)
	if _, err := s.UpdateAccessKey(s.self, &iamapi.UpdateAccessKeyRequest{AccessKeyId: a.AccessKeyId, Status: iamapi.StatusTypeInactive}); err != nil {
		t.Fatal(err)
	}
	_, err := s.UpdateAccessKey(s.self, &iamapi.UpdateAccessKeyRequest{AccessKeyId: a.AccessKeyId, Status: iamapi.StatusTypeExpired})
	iamtest.Fails(t, err, iamapi.InvalidInputException, "The status can be set to Active or Inactive.")
	got := map[string]iamapi.StatusType{}
	in := &iamapi.ListAccessKeysRequest{MaxItems: ptr(1)}
	for {
		out, err := s.ListAccessKeys(s.self, in)
		if err != nil || len(out.AccessKeyMetadata) != 1 {
			t.Fatal(out, err)
		}
		got[*out.AccessKeyMetadata[0].AccessKeyId] = *out.AccessKeyMetadata[0].Status
		if in.Marker = out.Marker; in.Marker == nil {
			break
		}
	}
	if d := cmp.Diff(map[string]iamapi.StatusType{a.AccessKeyId: "Inactive", b.AccessKeyId: "Active"}, got); d != "" {
		t.Error(d)
	}
	if _, err := s.DeleteAccessKey(s.self, &iamapi.DeleteAccessKeyRequest{AccessKeyId: a.AccessKeyId}); err != nil {
		t.Fatal(err)
	}
	if _, err := record.AccessKeys.Get(t.Context(), s.DB, a.AccessKeyId); !edge.Gone(err) {
		t.Errorf("the deleted key gives %v", err)
	}
}

func TestLastUsed(t *testing.T) {
	s := newSetup(t)
	k := s.create(t, s.self, nil).AccessKeyId
	last := func() *iamapi.AccessKeyLastUsed {
		t.Helper()
		out, err := s.GetAccessKeyLastUsed(s.self, &iamapi.GetAccessKeyLastUsedRequest{AccessKeyId: k})
		if err != nil || *out.UserName != "ann" {
			t.Fatal(out, err)
		}
		return out.AccessKeyLastUsed
	}
	if d := cmp.Diff(&iamapi.AccessKeyLastUsed{Region: "N/A", ServiceName: "N/A"}, last()); d != "" {
		t.Error(d)
	}
	at := s.Clock.Now()
	s.uses.Used(t.Context(), k, "sts", "eu-west-1", at)
	s.uses.Used(t.Context(), k, "iam", "us-east-1", at.Add(-time.Minute)) // late, and so forgotten
	want := &iamapi.AccessKeyLastUsed{LastUsedDate: ptr(at.Truncate(time.Second)), Region: "eu-west-1", ServiceName: "sts"}
	if d := cmp.Diff(want, last()); d != "" {
		t.Error("before it is written: ", d)
	}
	if _, err := record.KeyUses.Get(t.Context(), s.DB, k); !edge.Gone(err) {
		t.Errorf("a use was written at once: %v", err)
	}
	if err := s.uses.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, last()); d != "" {
		t.Error("after it is written: ", d)
	}
	second := credential.NewTracker(s.DB) // another node
	second.Used(t.Context(), k, "iam", "us-east-1", at.Add(-time.Hour))
	if err := second.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, last()); d != "" {
		t.Error("after another node wrote an older use: ", d)
	}
}

func TestFlushForgetsDeletedKeys(t *testing.T) {
	s := newSetup(t)
	k := s.create(t, s.self, nil).AccessKeyId
	s.uses.Used(t.Context(), k, "sts", "eu-west-1", s.Clock.Now())
	if _, err := s.DeleteAccessKey(s.self, &iamapi.DeleteAccessKeyRequest{AccessKeyId: k}); err != nil {
		t.Fatal(err)
	}
	if err := s.uses.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := record.KeyUses.Get(t.Context(), s.DB, k); !edge.Gone(err) {
		t.Errorf("the use of a deleted key gives %v", err)
	}
}

func TestEnsureRoot(t *testing.T) {
	s := newSetup(t)
	const id = "AKIAROOTROOTROOTROOT"
	open := func() (string, record.AccessKey, int64) {
		t.Helper()
		row, err := record.AccessKeys.Get(t.Context(), s.DB, id)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := s.Keys.Open(t.Context(), seal.AccessKeySecret, iamtest.Account, row.Doc.Sealed, row.Doc.SecretAAD())
		if err != nil {
			t.Fatal(err)
		}
		return string(plain), row.Doc, row.Version
	}
	for _, tt := range []struct {
		secret  string
		version int64
	}{{"one", 1}, {"one", 1}, {"two", 2}} {
		if err := s.EnsureRoot(t.Context(), iamtest.Account, id, caller.Secret(tt.secret)); err != nil {
			t.Fatal(err)
		}
		if got, k, version := open(); got != tt.secret || version != tt.version || !k.Active || k.Owner != iamtest.Account {
			t.Errorf("%s: version %d", tt.secret, version)
		}
	}
	if _, err := s.UpdateAccessKey(iamtest.Root(iamtest.Account), &iamapi.UpdateAccessKeyRequest{AccessKeyId: id, Status: iamapi.StatusTypeInactive}); err != nil {
		t.Fatal(err)
	}
	if err := s.EnsureRoot(t.Context(), iamtest.Account, id, "two"); err != nil {
		t.Fatal(err)
	}
	if _, k, _ := open(); !k.Active {
		t.Error("the root key stays inactive")
	}
	users := s.create(t, s.self, nil).AccessKeyId
	err := s.EnsureRoot(t.Context(), iamtest.Account, users, "stolen")
	if err == nil || strings.Contains(err.Error(), "stolen") {
		t.Errorf("a user's key became the root's: %v", err)
	}
}

func BenchmarkUsed(b *testing.B) {
	s := newSetup(b)
	at := s.Clock.Now()
	b.ReportAllocs()
	for b.Loop() {
		s.uses.Used(b.Context(), "AKIAROOTROOTROOTROOT", "sts", "eu-west-1", at)
	}
}

func TestQuotaHoldsInParallel(t *testing.T) {
	s := newSetup(t)
	var made atomic.Int32
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if _, err := s.CreateAccessKey(s.self, &iamapi.CreateAccessKeyRequest{}); err == nil {
				made.Add(1)
			}
		})
	}
	wg.Wait()
	if made.Load() != 2 {
		t.Errorf("%d keys were made", made.Load())
	}
}
