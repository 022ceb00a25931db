package credential_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

const (
	commit    = "codecommit.amazonaws.com"
	cassandra = "cassandra.amazonaws.com"
	bedrock   = "bedrock.amazonaws.com"
)

func (s *setup) createService(t testing.TB, user, service string, days *int) *iamapi.ServiceSpecificCredential {
	t.Helper()
	out, err := s.CreateServiceSpecificCredential(s.self, &iamapi.CreateServiceSpecificCredentialRequest{UserName: user, ServiceName: service, CredentialAgeDays: days})
	if err != nil {
		t.Fatal(err)
	}
	return out.ServiceSpecificCredential
}

// listService lists credentials by id, a page of one at a time.
func (s *setup) listService(t testing.TB, ctx context.Context, in iamapi.ListServiceSpecificCredentialsRequest) map[string]iamapi.ServiceSpecificCredentialMetadata {
	t.Helper()
	all := map[string]iamapi.ServiceSpecificCredentialMetadata{}
	in.MaxItems = ptr(1)
	for {
		out, err := s.ListServiceSpecificCredentials(ctx, &in)
		if err != nil || *out.IsTruncated != (out.Marker != nil) {
			t.Fatal(out, err)
		}
		for _, c := range out.ServiceSpecificCredentials {
			all[c.ServiceSpecificCredentialId] = c
		}
		if in.Marker = out.Marker; in.Marker == nil {
			return all
		}
	}
}

// hashed is the row of a credential; its hash must be of this secret and nothing in it may hold the secret.
func (s *setup) hashed(t testing.TB, id, secret string) record.ServiceCredential {
	t.Helper()
	row, err := record.ServiceCredentials.Get(t.Context(), s.DB, id)
	if err != nil {
		t.Fatal(err)
	}
	sum := s.Keys.MAC(record.ServiceCredentialHash, iamtest.Account, row.Doc.HashInput(secret))
	if !bytes.Equal(sum[:], row.Doc.Hash) {
		t.Error("the hash is of another secret")
	}
	moved := row.Doc
	moved.ID = "ACCAAAAAAAAAAAAAAAAAA"
	sum = s.Keys.MAC(record.ServiceCredentialHash, iamtest.Account, moved.HashInput(secret))
	if bytes.Equal(sum[:], row.Doc.Hash) {
		t.Error("the hash does not hold the row")
	}
	return row.Doc
}

func TestPasswordCredential(t *testing.T) {
	s := newSetup(t)
	c := s.createService(t, "Ann", "CodeCommit.amazonaws.com", nil)
	want := &iamapi.ServiceSpecificCredential{
		ServiceSpecificCredentialId: c.ServiceSpecificCredentialId, ServiceName: commit, UserName: "ann", Status: iamapi.StatusTypeActive,
		CreateDate: s.Clock.Now().Truncate(time.Second), ServiceUserName: ptr("ann-at-" + iamtest.Account), ServicePassword: c.ServicePassword,
	}
	if d := cmp.Diff(want, c); d != "" {
		t.Fatal(d)
	}
	if !regexp.MustCompile(`^ACCA[A-Z2-7]{17}$`).MatchString(c.ServiceSpecificCredentialId) || !regexp.MustCompile(`^[A-Za-z0-9+/]{59}=$`).MatchString(*c.ServicePassword) {
		t.Errorf("id %s, a password of %d characters", c.ServiceSpecificCredentialId, len(*c.ServicePassword))
	}
	s.hashed(t, c.ServiceSpecificCredentialId, *c.ServicePassword)
	second := s.createService(t, "ann", commit, nil)
	if *second.ServiceUserName != "ann+1-at-"+iamtest.Account || *second.ServicePassword == *c.ServicePassword {
		t.Errorf("second: %s", *second.ServiceUserName)
	}
	if other := s.createService(t, "ann", cassandra, nil); *other.ServiceUserName != *c.ServiceUserName { // logins are of one service
		t.Errorf("of another service: %s", *other.ServiceUserName)
	}
	_, err := s.CreateServiceSpecificCredential(s.self, &iamapi.CreateServiceSpecificCredentialRequest{UserName: "ann", ServiceName: commit})
	iamtest.Fails(t, err, iamapi.LimitExceededException, "Cannot exceed quota for ServiceSpecificCredentialsPerUser: 2")
}

func TestAPIKeys(t *testing.T) {
	s := newSetup(t)
	for service, prefix := range map[string]string{
		bedrock: "ABSK", "aws-external-anthropic.amazonaws.com": "AEAA", "cloudwatch.amazonaws.com": "APIAACWM", "logs.amazonaws.com": "ACWL",
	} {
		t.Run(service, func(t *testing.T) {
			c := s.createService(t, "ann", service, ptr(30))
			if c.ServiceUserName != nil || c.ServicePassword != nil || *c.ServiceCredentialAlias != "ann-at-"+iamtest.Account || c.ServiceName != service {
				t.Errorf("alias %s", *c.ServiceCredentialAlias)
			}
			if got := c.ExpirationDate.Sub(c.CreateDate); got != 30*24*time.Hour {
				t.Errorf("lives for %s", got)
			}
			token, ok := strings.CutPrefix(*c.ServiceCredentialSecret, prefix)
			plain, err := base64.StdEncoding.DecodeString(token)
			secret, right := strings.CutPrefix(string(plain), *c.ServiceCredentialAlias+":")
			if !ok || err != nil || !right || len(secret) != 60 {
				t.Fatalf("not %s and the alias with a secret: %v", prefix, err)
			}
			s.hashed(t, c.ServiceSpecificCredentialId, secret)
		})
	}
}

func TestUpdateResetAndExpiry(t *testing.T) {
	s := newSetup(t)
	c := s.createService(t, "ann", bedrock, ptr(1))
	id := c.ServiceSpecificCredentialId
	status := func() iamapi.StatusType {
		t.Helper()
		return s.listService(t, s.self, iamapi.ListServiceSpecificCredentialsRequest{})[id].Status
	}
	set := func(to iamapi.StatusType) error {
		_, err := s.UpdateServiceSpecificCredential(s.self, &iamapi.UpdateServiceSpecificCredentialRequest{ServiceSpecificCredentialId: id, Status: to})
		return err
	}
	if err := set(iamapi.StatusTypeInactive); err != nil || status() != iamapi.StatusTypeInactive {
		t.Fatal(status(), err)
	}
	before := s.hashedRow(t, id)
	out, err := s.ResetServiceSpecificCredential(s.self, &iamapi.ResetServiceSpecificCredentialRequest{ServiceSpecificCredentialId: id})
	if err != nil {
		t.Fatal(err)
	}
	fresh := out.ServiceSpecificCredential
	if *fresh.ServiceCredentialSecret == *c.ServiceCredentialSecret || bytes.Equal(before.Hash, s.hashedRow(t, id).Hash) {
		t.Error("the secret stays")
	}
	fresh.ServiceCredentialSecret, c.ServiceCredentialSecret = nil, nil
	c.Status = iamapi.StatusTypeInactive
	if d := cmp.Diff(c, fresh); d != "" {
		t.Errorf("all else stays: %s", d)
	}
	iamtest.Fails(t, set(iamapi.StatusTypeExpired), iamapi.InvalidInputException, "The status can be set to Active or Inactive.")

	if err := set(iamapi.StatusTypeActive); err != nil {
		t.Fatal(err)
	}
	s.Clock.Move(c.ExpirationDate.Sub(s.Clock.Now()) - time.Nanosecond)
	if got := status(); got != iamapi.StatusTypeActive {
		t.Errorf("just before its end: %s", got)
	}
	s.Clock.Move(time.Nanosecond)
	if got := status(); got != iamapi.StatusTypeExpired {
		t.Errorf("at its end: %s", got)
	}
	out, err = s.ResetServiceSpecificCredential(s.self, &iamapi.ResetServiceSpecificCredentialRequest{ServiceSpecificCredentialId: id})
	if err != nil || out.ServiceSpecificCredential.Status != iamapi.StatusTypeExpired {
		t.Errorf("a reset brings it back: %v, %v", out, err)
	}
	if _, err := s.DeleteServiceSpecificCredential(s.self, &iamapi.DeleteServiceSpecificCredentialRequest{ServiceSpecificCredentialId: id}); err != nil {
		t.Fatal(err)
	}
	if _, err := record.ServiceCredentials.Get(t.Context(), s.DB, id); !edge.Gone(err) {
		t.Errorf("after it was deleted: %v", err)
	}
}

func (s *setup) hashedRow(t testing.TB, id string) record.ServiceCredential {
	t.Helper()
	row, err := record.ServiceCredentials.Get(t.Context(), s.DB, id)
	if err != nil {
		t.Fatal(err)
	}
	return row.Doc
}

func TestListServiceCredentials(t *testing.T) {
	s := withBob(t, newSetup(t))
	a, b := s.createService(t, "ann", commit, nil), s.createService(t, "ann", bedrock, ptr(5))
	c := s.createService(t, "bob", commit, nil)
	root, all := iamtest.Root(iamtest.Account), ptr(true)
	got := s.listService(t, s.self, iamapi.ListServiceSpecificCredentialsRequest{})
	want := map[string]iamapi.ServiceSpecificCredentialMetadata{
		a.ServiceSpecificCredentialId: {
			ServiceSpecificCredentialId: a.ServiceSpecificCredentialId, ServiceName: commit, UserName: "ann", Status: iamapi.StatusTypeActive,
			CreateDate: a.CreateDate, ServiceUserName: a.ServiceUserName,
		},
		b.ServiceSpecificCredentialId: {
			ServiceSpecificCredentialId: b.ServiceSpecificCredentialId, ServiceName: bedrock, UserName: "ann", Status: iamapi.StatusTypeActive,
			CreateDate: b.CreateDate, ExpirationDate: b.ExpirationDate, ServiceCredentialAlias: b.ServiceCredentialAlias,
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for name, tt := range map[string]struct {
		ctx  context.Context
		in   iamapi.ListServiceSpecificCredentialsRequest
		want []*iamapi.ServiceSpecificCredential
	}{
		"own of one service":        {s.self, iamapi.ListServiceSpecificCredentialsRequest{ServiceName: ptr(strings.ToUpper(commit))}, []*iamapi.ServiceSpecificCredential{a}},
		"own, any service":          {s.self, iamapi.ListServiceSpecificCredentialsRequest{ServiceName: ptr("")}, []*iamapi.ServiceSpecificCredential{a, b}},
		"bob's":                     {root, iamapi.ListServiceSpecificCredentialsRequest{UserName: ptr("bob"), AllUsers: ptr(false)}, []*iamapi.ServiceSpecificCredential{c}},
		"all users":                 {root, iamapi.ListServiceSpecificCredentialsRequest{AllUsers: all}, []*iamapi.ServiceSpecificCredential{a, b, c}},
		"all users, one service":    {root, iamapi.ListServiceSpecificCredentialsRequest{AllUsers: all, ServiceName: ptr(commit)}, []*iamapi.ServiceSpecificCredential{a, c}},
		"all users, other service":  {root, iamapi.ListServiceSpecificCredentialsRequest{AllUsers: all, ServiceName: ptr(cassandra)}, nil},
		"all users, other account":  {iamtest.Root(iamtest.Other), iamapi.ListServiceSpecificCredentialsRequest{AllUsers: all}, nil},
		"own, service without keys": {s.self, iamapi.ListServiceSpecificCredentialsRequest{ServiceName: ptr(cassandra)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.listService(t, tt.ctx, tt.in)
			for _, c := range tt.want {
				if m, ok := got[c.ServiceSpecificCredentialId]; !ok || m.UserName != c.UserName {
					t.Errorf("%s of %s is listed: %v", c.ServiceName, c.UserName, ok)
				}
			}
			if len(got) != len(tt.want) {
				t.Errorf("%d are listed", len(got))
			}
		})
	}
	_, err := s.ListServiceSpecificCredentials(root, &iamapi.ListServiceSpecificCredentialsRequest{AllUsers: all, UserName: ptr("ann")})
	iamtest.Fails(t, err, edge.ValidationError, "UserName and AllUsers cannot be specified together.")
	out, err := s.ListServiceSpecificCredentials(root, &iamapi.ListServiceSpecificCredentialsRequest{AllUsers: all, MaxItems: ptr(1)})
	if err != nil || out.Marker == nil {
		t.Fatal(out, err)
	}
	_, err = s.ListServiceSpecificCredentials(s.self, &iamapi.ListServiceSpecificCredentialsRequest{Marker: out.Marker}) // of another list
	iamtest.Fails(t, err, edge.ValidationError, "Invalid Marker.")
}

func TestServiceCredentialRefusals(t *testing.T) {
	s := withBob(t, newSetup(t))
	id := s.createService(t, "ann", commit, nil).ServiceSpecificCredentialId
	root := iamtest.Root(iamtest.Account)
	for _, name := range []string{"lambda.amazonaws.com", "codecommit", "x"} {
		none := "No such service " + name + " is supported for Service Specific Credentials"
		_, err := s.CreateServiceSpecificCredential(root, &iamapi.CreateServiceSpecificCredentialRequest{UserName: "ann", ServiceName: name})
		iamtest.Fails(t, err, iamapi.NoSuchEntityException, none)
		_, err = s.ListServiceSpecificCredentials(s.self, &iamapi.ListServiceSpecificCredentialsRequest{ServiceName: &name})
		iamtest.Fails(t, err, iamapi.NoSuchEntityException, none)
	}
	for _, name := range []string{"a b", "ſ.amazonaws.com", commit + "\n", strings.Repeat("a", 129)} {
		_, err := s.CreateServiceSpecificCredential(root, &iamapi.CreateServiceSpecificCredentialRequest{UserName: "ann", ServiceName: name})
		iamtest.Fails(t, err, edge.ValidationError, "")
	}
	_, err := s.CreateServiceSpecificCredential(iamtest.Root(iamtest.Other), &iamapi.CreateServiceSpecificCredentialRequest{UserName: "ann", ServiceName: commit})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "The user with name ann cannot be found.")
	const must = "Must specify userName when calling with non-User credentials"
	for name, tt := range map[string]struct {
		ctx  context.Context
		user *string
		fail func(error)
	}{
		"bob's": {root, ptr("bob"), func(err error) {
			iamtest.Fails(t, err, iamapi.NoSuchEntityException, "No such credential "+id+" exists")
		}},
		"another account": {iamtest.Root(iamtest.Other), ptr("ann"), func(err error) {
			iamtest.Fails(t, err, iamapi.NoSuchEntityException, "The user with name ann cannot be found.")
		}},
		"the root": {root, nil, func(err error) { iamtest.Fails(t, err, edge.ValidationError, must) }},
		"a role":   {iamtest.As(iamtest.RolePrincipal(iamtest.Account), ""), nil, func(err error) { iamtest.Fails(t, err, edge.ValidationError, must) }},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.UpdateServiceSpecificCredential(tt.ctx, &iamapi.UpdateServiceSpecificCredentialRequest{UserName: tt.user, ServiceSpecificCredentialId: id, Status: iamapi.StatusTypeActive})
			tt.fail(err)
			_, err = s.ResetServiceSpecificCredential(tt.ctx, &iamapi.ResetServiceSpecificCredentialRequest{UserName: tt.user, ServiceSpecificCredentialId: id})
			tt.fail(err)
			_, err = s.DeleteServiceSpecificCredential(tt.ctx, &iamapi.DeleteServiceSpecificCredentialRequest{UserName: tt.user, ServiceSpecificCredentialId: id})
			tt.fail(err)
		})
	}
}

// TestRenamedUser holds a login to its credential, whoever has the user's name now.
func TestRenamedUser(t *testing.T) {
	s := withBob(t, newSetup(t))
	old := s.createService(t, "ann", commit, nil)
	rename := func(id, to string) {
		t.Helper()
		err := s.DB.Update(t.Context(), func(w store.Writer) error {
			row, err := record.Users.Get(t.Context(), w, id)
			if err != nil {
				return err
			}
			row.Doc.Name = to
			return record.Users.Update(t.Context(), w, &row)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	rename(userID, "carol")
	rename(bobID, "Ann")
	if c := s.createService(t, "ann", commit, nil); *c.ServiceUserName != "Ann+1-at-"+iamtest.Account || c.UserName != "Ann" {
		t.Errorf("the new Ann has %s", *c.ServiceUserName)
	}
	got := s.listService(t, s.self, iamapi.ListServiceSpecificCredentialsRequest{})[old.ServiceSpecificCredentialId]
	if got.UserName != "carol" || *got.ServiceUserName != "ann-at-"+iamtest.Account {
		t.Errorf("carol has %+v", got)
	}
	_, err := s.DeleteServiceSpecificCredential(iamtest.Root(iamtest.Account), &iamapi.DeleteServiceSpecificCredentialRequest{
		UserName: ptr("ann"), ServiceSpecificCredentialId: old.ServiceSpecificCredentialId,
	})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "")
}

func TestServiceQuotaHoldsInParallel(t *testing.T) {
	s := newSetup(t)
	var made atomic.Int32
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			_, err := s.CreateServiceSpecificCredential(s.self, &iamapi.CreateServiceSpecificCredentialRequest{UserName: "ann", ServiceName: bedrock})
			if err == nil {
				made.Add(1)
				return
			}
			iamtest.Fails(t, err, iamapi.LimitExceededException, "")
		})
	}
	wg.Wait()
	n, err := record.ServiceCredentials.Count(t.Context(), s.DB, "by_account", iamtest.Account)
	if err != nil || made.Load() != 2 || n != 2 {
		t.Errorf("%d made, %d there: %v", made.Load(), n, err)
	}
}

// TestAgeOfPasswords: only API keys have an age (https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceSpecificCredential.html).
func TestAgeOfPasswords(t *testing.T) {
	s := newSetup(t)
	for service, want := range map[string]bool{commit: false, cassandra: false, bedrock: true} {
		_, err := s.CreateServiceSpecificCredential(s.self, &iamapi.CreateServiceSpecificCredentialRequest{UserName: "ann", ServiceName: service, CredentialAgeDays: ptr(1)})
		if !want {
			iamtest.Fails(t, err, edge.ValidationError, "CredentialAgeDays is valid only for services that support API keys.")
		} else if err != nil {
			t.Errorf("%s: %v", service, err)
		}
	}
}
