package servicelinked_test

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/iam/servicelinked"
	"github.com/mayfly-id/mayfly/internal/store"
)

// usage is what a test says that uses roles, by the role's name.
type usage map[string][]record.ServiceRoleUsage

var errUnknown = errors.New("not known")

func (u usage) ServiceRoleUsage(_ context.Context, _ store.Reader, account, service, role string) ([]record.ServiceRoleUsage, error) {
	if account != iamtest.Account || !strings.HasSuffix(service, ".amazonaws.com") {
		return nil, errUnknown
	}
	return u[role], nil
}

func setup(t testing.TB, u servicelinked.Usage) (*servicelinked.Service, *iamtest.World, context.Context) {
	t.Helper()
	w := iamtest.New(t)
	s := servicelinked.New(servicelinked.Config{Store: w.DB, Usage: u, Now: w.Clock.Now, Random: w.Random})
	return s, w, iamtest.Root(iamtest.Account)
}

func ptr[T any](v T) *T { return &v }

func create(s *servicelinked.Service, ctx context.Context, service string, suffix *string) (*iamapi.Role, error) {
	out, err := s.CreateServiceLinkedRole(ctx, &iamapi.CreateServiceLinkedRoleRequest{AWSServiceName: service, CustomSuffix: suffix, Description: ptr("d")})
	if err != nil {
		return nil, err
	}
	return out.Role, nil
}

func remove(s *servicelinked.Service, ctx context.Context, name string) (string, error) {
	out, err := s.DeleteServiceLinkedRole(ctx, &iamapi.DeleteServiceLinkedRoleRequest{RoleName: name})
	if err != nil {
		return "", err
	}
	return out.DeletionTaskId, nil
}

func status(s *servicelinked.Service, ctx context.Context, id string) (*iamapi.GetServiceLinkedRoleDeletionStatusResponse, error) {
	return s.GetServiceLinkedRoleDeletionStatus(ctx, &iamapi.GetServiceLinkedRoleDeletionStatusRequest{DeletionTaskId: id})
}

func TestBindings(t *testing.T) {
	s, _, _ := setup(t, usage{})
	iamtest.CheckBindings(t, iamapi.Service(), s.Operations())
}

func TestCreate(t *testing.T) {
	s, w, ctx := setup(t, usage{})
	r, err := create(s, ctx, "ecs.amazonaws.com", nil)
	if err != nil {
		t.Fatal(err)
	}
	want := &iamapi.Role{
		Arn: "arn:aws:iam::111122223333:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS", CreateDate: w.Clock.Now().Truncate(1e9),
		Path: "/aws-service-role/ecs.amazonaws.com/", RoleName: "AWSServiceRoleForECS", RoleId: r.RoleId,
		AssumeRolePolicyDocument: r.AssumeRolePolicyDocument,
	}
	if d := cmp.Diff(want, r); d != "" || !record.IsEntityID(r.RoleId) {
		t.Errorf("made (-want +got):\n%s", d)
	}
	document, err := url.PathUnescape(*r.AssumeRolePolicyDocument)
	if err != nil || !strings.Contains(document, `"Principal":{"Service":"ecs.amazonaws.com"}`) {
		t.Errorf("trust policy is %s", document)
	}
	if _, err := iampolicy.Parse([]byte(document), iampolicy.TrustPolicy); err != nil {
		t.Errorf("trust policy: %v", err)
	}
	row, err := record.FindRole(ctx, w.DB, iamtest.Account, "awsserviceroleforecs")
	if err != nil || !row.Doc.Protected() || row.Doc.LinkedService() != "ecs.amazonaws.com" || row.Doc.MaxSession != 3600 || row.Doc.Description != "d" {
		t.Errorf("kept as %+v, %v", row.Doc, err)
	}
}

func TestCreateRefusals(t *testing.T) {
	s, _, ctx := setup(t, usage{})
	if _, err := create(s, ctx, "autoscaling.amazonaws.com", nil); err != nil {
		t.Fatal(err)
	}
	if r, err := create(s, ctx, "autoscaling.amazonaws.com", ptr("x")); err != nil || r.RoleName != "AWSServiceRoleForAutoScaling_x" {
		t.Fatalf("with a suffix: %+v, %v", r, err)
	}
	for name, tt := range map[string]struct {
		service string
		suffix  *string
		want    string
	}{
		"taken":             {"autoscaling.amazonaws.com", nil, "Service role name AWSServiceRoleForAutoScaling has been taken in this account, please try a different suffix."},
		"taken with suffix": {"autoscaling.amazonaws.com", ptr("X"), "Service role name AWSServiceRoleForAutoScaling_X has been taken in this account, please try a different suffix."},
		"no suffixes":       {"es.amazonaws.com", ptr("x"), "Custom suffix is not allowed for es.amazonaws.com"},
		"too long":          {"autoscaling.amazonaws.com", ptr(strings.Repeat("x", 36)), "The role name AWSServiceRoleForAutoScaling_" + strings.Repeat("x", 36) + " is longer than 64 characters."},
		"no such service":   {"nothing.amazonaws.com", nil, "Service-linked roles are not supported for the service nothing.amazonaws.com."},
		"case counts":       {"ECS.amazonaws.com", nil, "Service-linked roles are not supported for the service ECS.amazonaws.com."},
		"no principal":      {"ecs", nil, "Service-linked roles are not supported for the service ecs."},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := create(s, ctx, tt.service, tt.suffix)
			iamtest.Fails(t, err, iamapi.InvalidInputException, tt.want)
		})
	}
	if _, err := create(s, iamtest.Root(iamtest.Other), "autoscaling.amazonaws.com", nil); err != nil {
		t.Errorf("in another account: %v", err)
	}
}

func TestDelete(t *testing.T) {
	s, w, ctx := setup(t, usage{})
	if _, err := create(s, ctx, "sso.amazonaws.com", nil); err != nil {
		t.Fatal(err)
	}
	id, err := remove(s, ctx, "awsServiceRoleForSSO")
	if err != nil || !strings.HasPrefix(id, "task/aws-service-role/sso.amazonaws.com/AWSServiceRoleForSSO/") {
		t.Fatalf("task %q, %v", id, err)
	}
	if got, err := status(s, ctx, id); err != nil || got.Status != iamapi.DeletionTaskStatusTypeSucceeded || got.Reason != nil {
		t.Errorf("status is %+v, %v", got, err)
	}
	if _, err := record.FindRole(ctx, w.DB, iamtest.Account, "AWSServiceRoleForSSO"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the role is still there: %v", err)
	}
	_, err = status(s, iamtest.Root(iamtest.Other), id)
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "")
	w.Clock.Move(8 * 24 * time.Hour)
	_, err = status(s, ctx, id)
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "")
	for _, bad := range []string{"x", "task/aws-service-role/a/b", "task/aws-service-role/a/b/c/d", "task/aws-service-role//b/c", "task/aws-service-role/a//c", "task/aws-service-role/a/b/"} {
		_, err := status(s, ctx, bad)
		iamtest.Fails(t, err, iamapi.InvalidInputException, "The deletion task id "+bad+" is not valid.")
	}
}

func TestDeleteRefusals(t *testing.T) {
	s, w, ctx := setup(t, usage{})
	_, err := remove(s, ctx, "none")
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "The role with name none cannot be found.")
	plain := record.Role{ID: "AROAAAAAAAAAAAAAAAAAA", Account: iamtest.Account, Name: "plain", Path: "/"}
	if err := w.DB.Update(ctx, func(x store.Writer) error { return record.Roles.Insert(ctx, x, &plain) }); err != nil {
		t.Fatal(err)
	}
	_, err = remove(s, ctx, "plain")
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "The service-linked role with name plain cannot be found.")
	other := iamtest.Root(iamtest.Other)
	if _, err := create(s, other, "rds.amazonaws.com", nil); err != nil {
		t.Fatal(err)
	}
	_, err = remove(s, ctx, "AWSServiceRoleForRDS")
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "The role with name AWSServiceRoleForRDS cannot be found.")
	if _, err := remove(s, other, "AWSServiceRoleForRDS"); !errors.Is(err, errUnknown) { // an error while deciding is a no
		t.Errorf("deleted although its use is not known: %v", err)
	}
	if _, err := record.FindRole(ctx, w.DB, iamtest.Other, "AWSServiceRoleForRDS"); err != nil {
		t.Errorf("the role is gone: %v", err)
	}
}

func TestDeleteInUse(t *testing.T) {
	in := []record.ServiceRoleUsage{{Region: "eu-west-1", Resources: []string{"arn:aws:rds:eu-west-1:111122223333:db:x"}}}
	u := usage{"AWSServiceRoleForRDS": in}
	s, w, ctx := setup(t, u)
	if _, err := create(s, ctx, "rds.amazonaws.com", nil); err != nil {
		t.Fatal(err)
	}
	id, err := remove(s, ctx, "AWSServiceRoleForRDS")
	if err != nil {
		t.Fatal(err)
	}
	got, err := status(s, ctx, id)
	want := []iamapi.RoleUsageType{{Region: &in[0].Region, Resources: in[0].Resources}}
	if err != nil || got.Status != iamapi.DeletionTaskStatusTypeFailed || got.Reason == nil || cmp.Diff(want, got.Reason.RoleUsageList) != "" || *got.Reason.Reason == "" {
		t.Errorf("status is %+v, %v", got, err)
	}
	if _, err := record.FindRole(ctx, w.DB, iamtest.Account, "AWSServiceRoleForRDS"); err != nil {
		t.Errorf("the role is gone: %v", err)
	}
	delete(u, "AWSServiceRoleForRDS")
	again, err := remove(s, ctx, "AWSServiceRoleForRDS")
	if err != nil || again == id {
		t.Fatalf("task %s, %v", again, err)
	}
	if got, err := status(s, ctx, again); err != nil || got.Status != iamapi.DeletionTaskStatusTypeSucceeded {
		t.Errorf("status is %+v, %v", got, err)
	}
}

func TestOneOfManyDeletes(t *testing.T) {
	s, _, ctx := setup(t, usage{})
	if _, err := create(s, ctx, "spot.amazonaws.com", nil); err != nil {
		t.Fatal(err)
	}
	var won atomic.Int32
	var wait sync.WaitGroup
	for range 100 {
		wait.Go(func() {
			if _, err := remove(s, ctx, "AWSServiceRoleForEC2Spot"); err == nil {
				won.Add(1)
			}
		})
	}
	wait.Wait()
	if won.Load() != 1 {
		t.Errorf("%d deleted it", won.Load())
	}
}

func TestAsks(t *testing.T) {
	s, _, ctx := setup(t, usage{})
	if _, err := create(s, ctx, "ecs.amazonaws.com", nil); err != nil {
		t.Fatal(err)
	}
	const arn = "arn:aws:iam::111122223333:role"
	named := func(service string) iampolicy.MapContext {
		return iampolicy.MapContext{"iam:awsservicename": {service}}
	}
	for name, tt := range map[string]struct {
		operation string
		in        any
		want      caller.Ask
	}{
		"a new one":       {"CreateServiceLinkedRole", &iamapi.CreateServiceLinkedRoleRequest{AWSServiceName: "autoscaling.amazonaws.com", CustomSuffix: ptr("x")}, caller.Ask{Resource: arn + "/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling_x", Context: named("autoscaling.amazonaws.com")}},
		"no such service": {"CreateServiceLinkedRole", &iamapi.CreateServiceLinkedRoleRequest{AWSServiceName: "x"}, caller.Ask{Resource: arn + "/aws-service-role/x/", Context: named("x")}},
		"one":             {"DeleteServiceLinkedRole", &iamapi.DeleteServiceLinkedRoleRequest{RoleName: "awsserviceroleforecs"}, caller.Ask{Resource: arn + "/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS", Context: named("ecs.amazonaws.com")}},
		"none":            {"DeleteServiceLinkedRole", &iamapi.DeleteServiceLinkedRoleRequest{RoleName: "no"}, caller.Ask{Resource: arn + "/no", Context: iampolicy.MapContext{}}},
		"a task":          {"GetServiceLinkedRoleDeletionStatus", &iamapi.GetServiceLinkedRoleDeletionStatusRequest{DeletionTaskId: "task/aws-service-role/a.b/R/1"}, caller.Ask{Resource: arn + "/aws-service-role/a.b/R", Context: named("a.b")}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, b := range s.Operations() {
				if b.Operation.Name == tt.operation {
					tt.want.Action = "iam:" + tt.operation
					got, err := b.Asks(ctx, iamapi.Service(), tt.in)
					if d := cmp.Diff([]caller.Ask{tt.want}, got); d != "" || err != nil {
						t.Errorf("error %v, (-want +got):\n%s", err, d)
					}
					return
				}
			}
			t.Errorf("%s is not bound", tt.operation)
		})
	}
}

// TestQuota: suffixes do not make any number of roles.
func TestQuota(t *testing.T) {
	s, w, ctx := setup(t, usage{})
	err := w.DB.Update(ctx, func(x store.Writer) error {
		for i := range 999 {
			n := strconv.Itoa(i)
			if err := record.Roles.Insert(ctx, x, &record.Role{ID: "AROA" + n, Account: iamtest.Account, Name: n, Path: "/aws-service-role/x.amazonaws.com/"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := create(s, ctx, "autoscaling.amazonaws.com", ptr("a")); err != nil {
		t.Fatal(err)
	}
	_, err = create(s, ctx, "autoscaling.amazonaws.com", ptr("b"))
	iamtest.Fails(t, err, iamapi.LimitExceededException, "Cannot exceed quota for ServiceLinkedRolesPerAccount: 1000")
	if _, err := create(s, iamtest.Root(iamtest.Other), "autoscaling.amazonaws.com", ptr("b")); err != nil {
		t.Errorf("of another account: %v", err)
	}
}
