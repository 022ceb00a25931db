package advisor_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/advisor"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/wire"
)

const (
	tree  = "o-a1b2c3d4e5/r-ab12"
	under = tree + "/ou-ab12-12345678/" + iamtest.Other
)

func (s *setup) organizationReport(t testing.TB, path, policyID string, in iamapi.GetOrganizationsAccessReportRequest) *iamapi.GetOrganizationsAccessReportResponse {
	t.Helper()
	ask := &iamapi.GenerateOrganizationsAccessReportRequest{EntityPath: path}
	if policyID != "" {
		ask.OrganizationsPolicyId = &policyID
	}
	job, err := s.GenerateOrganizationsAccessReport(s.root, ask)
	if err != nil {
		t.Fatal(err)
	}
	in.JobId = *job.JobId
	out, err := s.GetOrganizationsAccessReport(s.root, &in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestOrganizationsAccessReport(t *testing.T) {
	s := newSetup(t)
	all := parse(t, `{"Effect":"Allow","Action":"*","Resource":"*"}`)
	deny := parse(t, `{"Effect":"Deny","Action":"sts:*","Resource":"*"},{"Effect":"Allow","Action":["s3:*","sts:*","iam:*"],"Resource":"*"}`)
	third := tree + "/777788889999"
	s.orgs.of[iamtest.Account+" "+tree+" "] = &advisor.Scope{
		Accounts: []advisor.ScopeAccount{{ID: iamtest.Other, Path: under}, {ID: "777788889999", Path: third}},
		Levels:   [][]*iampolicy.Policy{{all}},
	}
	s.orgs.of[iamtest.Account+" "+under+" "] = &advisor.Scope{
		Accounts: []advisor.ScopeAccount{{ID: iamtest.Other, Path: under}}, Levels: [][]*iampolicy.Policy{{all}, {deny, all}},
	}
	s.orgs.of[iamtest.Account+" "+under+" p-12345678"] = &advisor.Scope{
		Accounts: []advisor.ScopeAccount{{ID: iamtest.Other, Path: under}}, Levels: [][]*iampolicy.Policy{{deny}},
	}
	s.seen(iamtest.RootPrincipal(iamtest.Other), "iam:GetUser", "us-east-1")
	at := s.seen(iamtest.RootPrincipal("777788889999"), "iam:GetUser", "eu-west-1")
	s.seen(ann(), "iam:GetUser", "us-east-1") // the management account is not under the root
	got := s.organizationReport(t, tree, "", iamapi.GetOrganizationsAccessReportRequest{})
	want := []iamapi.AccessDetail{
		{
			ServiceName: "AWS Identity and Access Management", ServiceNamespace: "iam", EntityPath: &third, LastAuthenticatedTime: &at,
			Region: ptr("eu-west-1"), TotalAuthenticatedEntities: ptr(2),
		},
		{ServiceName: "AWS Organizations", ServiceNamespace: "organizations", TotalAuthenticatedEntities: ptr(0)},
		{ServiceName: "AWS Security Token Service", ServiceNamespace: "sts", TotalAuthenticatedEntities: ptr(0)},
	}
	if diff := cmp.Diff(want, got.AccessDetails); diff != "" {
		t.Error(diff)
	}
	if got.JobStatus != iamapi.JobStatusTypeCompleted || *got.NumberOfServicesAccessible != 3 || *got.NumberOfServicesNotAccessed != 2 {
		t.Errorf("%+v", got)
	}
	for key, want := range map[string]string{"": "iam organizations s3", "p-12345678": "iam s3"} {
		var names []string
		for _, a := range s.organizationReport(t, under, key, iamapi.GetOrganizationsAccessReportRequest{}).AccessDetails {
			names = append(names, a.ServiceNamespace)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("policy %q allows %s, want %s", key, got, want)
		}
	}
}

func TestOrganizationsAccessReportOrders(t *testing.T) {
	s := newSetup(t)
	s.orgs.of[iamtest.Account+" "+tree+" "] = &advisor.Scope{Accounts: []advisor.ScopeAccount{{ID: iamtest.Other, Path: under}}}
	s.seen(iamtest.RootPrincipal(iamtest.Other), "sts:GetCallerIdentity", "us-east-1")
	s.seen(iamtest.RootPrincipal(iamtest.Other), "iam:GetUser", "us-east-1")
	job, err := s.GenerateOrganizationsAccessReport(s.root, &iamapi.GenerateOrganizationsAccessReportRequest{EntityPath: tree})
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[iamapi.SortKeyType]string{
		"":                                  "iam organizations sts",
		"SERVICE_NAMESPACE_ASCENDING":       "iam organizations sts",
		"SERVICE_NAMESPACE_DESCENDING":      "sts organizations iam",
		"LAST_AUTHENTICATED_TIME_ASCENDING": "sts iam organizations",
		iamapi.SortKeyTypeLastAuthenticatedTimeDescending: "iam sts organizations",
	} {
		in := &iamapi.GetOrganizationsAccessReportRequest{JobId: *job.JobId, MaxItems: ptr(1)}
		if key != "" {
			in.SortKey = &key
		}
		var names []string
		for {
			out, err := s.GetOrganizationsAccessReport(s.root, in)
			if err != nil || len(out.AccessDetails) != 1 || *out.NumberOfServicesAccessible != 3 {
				t.Fatalf("%s: %+v, %v", key, out, err)
			}
			names = append(names, out.AccessDetails[0].ServiceNamespace)
			if in.Marker = out.Marker; in.Marker == nil {
				break
			}
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: %s, want %s", key, got, want)
		}
	}
}

func TestOrganizationsAccessReportOfNothing(t *testing.T) {
	s := newSetup(t)
	for _, orgs := range []advisor.Organizations{s.orgs, nil} {
		s.Organizations = orgs
		got := s.organizationReport(t, tree, "", iamapi.GetOrganizationsAccessReportRequest{})
		if got.JobStatus != iamapi.JobStatusTypeFailed || got.ErrorDetails == nil || got.ErrorDetails.Code != "NoSuchEntity" || got.AccessDetails != nil ||
			got.NumberOfServicesAccessible != nil {
			t.Errorf("%+v", got)
		}
	}
	_, err := s.GetOrganizationsAccessReport(s.root, &iamapi.GetOrganizationsAccessReportRequest{JobId: s.generate(t, s.root, annARN, false)})
	if e, ok := wire.AsError(err); !ok || e.Type != iamapi.NoSuchEntityException {
		t.Errorf("an entity's report: %v", err)
	}
}

// TestOrganizationsReportsAreLimited lets many ask at once: the account gets as many reports as it can have, and more when they expire.
func TestOrganizationsReportsAreLimited(t *testing.T) {
	s := newSetup(t)
	in := &iamapi.GenerateOrganizationsAccessReportRequest{EntityPath: tree}
	var made, refused atomic.Int32
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() {
			for range 12 {
				_, err := s.GenerateOrganizationsAccessReport(s.root, in)
				if e, ok := wire.AsError(err); ok && e.Type == iamapi.ReportGenerationLimitExceededException {
					refused.Add(1)
				} else if err == nil {
					made.Add(1)
				} else {
					t.Error(errors.Unwrap(err), err)
				}
			}
		})
	}
	group.Wait()
	if made.Load() != 100 || refused.Load() != 20 {
		t.Errorf("%d made, %d refused", made.Load(), refused.Load())
	}
	if _, err := s.GenerateOrganizationsAccessReport(iamtest.Root(iamtest.Other), in); err != nil {
		t.Errorf("another account: %v", err)
	}
	s.Clock.Move(24*time.Hour + time.Second)
	if _, err := s.GenerateOrganizationsAccessReport(s.root, in); err != nil {
		t.Errorf("after a day: %v", err)
	}
}
