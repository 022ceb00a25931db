package advisor_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

func TestBindings(t *testing.T) {
	iamtest.CheckBindings(t, iamapi.Service(), newSetup(t).Operations())
}

func TestAsks(t *testing.T) {
	s := newSetup(t)
	report := &iamapi.GenerateOrganizationsAccessReportRequest{EntityPath: "o-a1b2c3d4e5/r-ab12", OrganizationsPolicyId: ptr("p-12345678")}
	for _, tt := range []struct {
		operation, resource string
		in                  any
		key, value          string
	}{
		{"GenerateServiceLastAccessedDetails", annARN, &iamapi.GenerateServiceLastAccessedDetailsRequest{Arn: annARN}, "iam:resourcetag/team", "x"},
		{"GenerateServiceLastAccessedDetails", readAll, &iamapi.GenerateServiceLastAccessedDetailsRequest{Arn: readAll}, "", ""},
		{"GenerateServiceLastAccessedDetails", prefix + "user/x/ann", &iamapi.GenerateServiceLastAccessedDetailsRequest{Arn: prefix + "user/x/ann"}, "iam:resourcetag/team", ""},
		{"ListPoliciesGrantingServiceAccess", readers, &iamapi.ListPoliciesGrantingServiceAccessRequest{Arn: readers}, "", ""},
		{"ListPoliciesGrantingServiceAccess", "arn:aws:iam::444455556666:user/ann", &iamapi.ListPoliciesGrantingServiceAccessRequest{Arn: "arn:aws:iam::444455556666:user/ann"}, "iam:resourcetag/team", ""},
		{"GetServiceLastAccessedDetails", "*", &iamapi.GetServiceLastAccessedDetailsRequest{}, "", ""},
		{"GenerateOrganizationsAccessReport", prefix + "access-report/o-a1b2c3d4e5/r-ab12", report, "iam:organizationspolicyid", "p-12345678"},
	} {
		for _, b := range s.Operations() {
			if b.Operation.Name != tt.operation {
				continue
			}
			asks, err := b.Asks(iamtest.As(ann(), tt.operation), iamapi.Service(), tt.in)
			if err != nil || len(asks) != 1 || asks[0].Resource != tt.resource {
				t.Errorf("%s asks for %+v, %v", tt.operation, asks, err)
			} else if got := value(asks[0].Context, tt.key); got != tt.value {
				t.Errorf("%s of %s: %s is %q", tt.operation, tt.resource, tt.key, got)
			}
		}
	}
}

func value(c iampolicy.MapContext, key string) string {
	if v := c[key]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func TestServiceLastAccessed(t *testing.T) {
	s := newSetup(t)
	s.seen(ann(), "iam:CreateUser", "us-east-1")
	at := s.seen(ann(), "iam:GetUser", "eu-west-1")
	s.seen(bob(), "iam:GetUser", "us-east-1")
	s.seen(ann(), "sts:GetCallerIdentity", "us-east-1") // not in reach of ann's policies
	got := s.details(t, s.root, annARN, false)
	want := []iamapi.ServiceLastAccessed{
		{
			ServiceName: "AWS Identity and Access Management", ServiceNamespace: "iam", LastAuthenticated: &at, LastAuthenticatedEntity: ptr(annARN),
			LastAuthenticatedRegion: ptr("eu-west-1"), TotalAuthenticatedEntities: ptr(1),
		},
		{ServiceName: "Amazon Simple Storage Service", ServiceNamespace: "s3", TotalAuthenticatedEntities: ptr(0)},
	}
	if diff := cmp.Diff(want, got.ServicesLastAccessed); diff != "" {
		t.Error(diff)
	}
	now := s.Clock.Now().UTC().Truncate(1e9)
	if got.JobStatus != iamapi.JobStatusTypeCompleted || got.Error != nil || *got.JobType != iamapi.AccessAdvisorUsageGranularityTypeServiceLevel ||
		!got.JobCreationDate.Equal(now) || !got.JobCompletionDate.Equal(now) || *got.IsTruncated {
		t.Errorf("job %+v", got)
	}
}

func TestActionLastAccessed(t *testing.T) {
	s := newSetup(t)
	at := s.seen(ann(), "iam:GetUser", "eu-west-1")
	s.seen(ann(), "iam:CreateUser", "eu-west-1")
	s.seen(ann(), "iam:Nonsense", "eu-west-1")
	got := s.details(t, s.root, annARN, true)
	want := []iamapi.TrackedActionLastAccessed{
		{ActionName: ptr("GetUser"), LastAccessedTime: &at, LastAccessedRegion: ptr("eu-west-1"), LastAccessedEntity: ptr(annARN)},
		{ActionName: ptr("ListUsers")},
	}
	if *got.JobType != iamapi.AccessAdvisorUsageGranularityTypeActionLevel {
		t.Errorf("job type %s", *got.JobType)
	}
	if diff := cmp.Diff(want, got.ServicesLastAccessed[0].TrackedActionsLastAccessed); diff != "" {
		t.Error(diff)
	}
	if got.ServicesLastAccessed[1].TrackedActionsLastAccessed != nil {
		t.Error("s3 has tracked actions")
	}
}

// TestEntitiesOfReports holds who counts for a group and for a policy: members and those it is attached to, not those it bounds.
func TestEntitiesOfReports(t *testing.T) {
	s := newSetup(t)
	annAt := s.seen(ann(), "iam:GetUser", "us-east-1")
	roleAt := s.seen(role(), "iam:GetUser", "us-east-1")
	bobAt := s.seen(bob(), "iam:GetUser", "us-east-1")
	info := func(id, arn, name, path string, kind iamapi.PolicyOwnerEntityType) iamapi.EntityInfo {
		return iamapi.EntityInfo{Arn: arn, Id: id, Name: name, Path: &path, Type: kind}
	}
	a := iamapi.EntityDetails{EntityInfo: info(annID, annARN, "ann", "/", "USER"), LastAuthenticated: &annAt}
	b := iamapi.EntityDetails{EntityInfo: info(bobID, bobARN, "bob", "/team/", "USER"), LastAuthenticated: &bobAt}
	r := iamapi.EntityDetails{EntityInfo: info(roleID, roleARN, "job", "/", "ROLE"), LastAuthenticated: &roleAt}
	never := func(e iamapi.EntityDetails) iamapi.EntityDetails { e.LastAuthenticated = nil; return e }
	for _, tt := range []struct {
		arn, service string
		want         []iamapi.EntityDetails
	}{
		{own, "iam", []iamapi.EntityDetails{b, r}},
		{own, "sts", []iamapi.EntityDetails{never(b), never(r)}},
		{readers, "iam", []iamapi.EntityDetails{b}},
		{roleARN, "iam", []iamapi.EntityDetails{r}},
		{readAll, "iam", []iamapi.EntityDetails{a}},
		{own, "s3", []iamapi.EntityDetails{}},
	} {
		in := &iamapi.GetServiceLastAccessedDetailsWithEntitiesRequest{JobId: s.generate(t, s.root, tt.arn, false), ServiceNamespace: tt.service, MaxItems: ptr(1)}
		got := []iamapi.EntityDetails{}
		for {
			out, err := s.GetServiceLastAccessedDetailsWithEntities(s.root, in)
			if err != nil || out.JobStatus != iamapi.JobStatusTypeCompleted || len(out.EntityDetailsList) > 1 {
				t.Fatalf("%s: %+v, %v", tt.arn, out, err)
			}
			got = append(got, out.EntityDetailsList...)
			if in.Marker = out.Marker; in.Marker == nil {
				break
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s, %s: %s", tt.arn, tt.service, diff)
		}
	}
	services := s.details(t, s.root, own, false).ServicesLastAccessed
	if len(services) != 2 || *services[0].TotalAuthenticatedEntities != 2 || *services[0].LastAuthenticatedEntity != bobARN {
		t.Errorf("policy: %+v", services)
	}
}

func TestReportsRefuse(t *testing.T) {
	s := newSetup(t)
	for arn, want := range map[string]struct {
		code    string
		message string
	}{
		"arn:aws:s3:::bucket-of-somebody":       {"InvalidInput", "ARN arn:aws:s3:::bucket-of-somebody is not valid."},
		prefix + "server-certificate/x":         {"InvalidInput", "ARN " + prefix + "server-certificate/x is not valid."},
		prefix + "user/none":                    {"NoSuchEntity", "ARN " + prefix + "user/none was not found."},
		prefix + "user/other/ann":               {"NoSuchEntity", "ARN " + prefix + "user/other/ann was not found."},
		"arn:aws:iam::444455556666:user/ann":    {"NoSuchEntity", "ARN arn:aws:iam::444455556666:user/ann was not found."},
		"arn:aws:iam::444455556666:policy/own":  {"NoSuchEntity", "Policy arn:aws:iam::444455556666:policy/own was not found."},
		"arn:aws:iam::aws:policy/NoSuchPolicy1": {"NoSuchEntity", "Policy arn:aws:iam::aws:policy/NoSuchPolicy1 was not found."},
	} {
		_, err := s.GenerateServiceLastAccessedDetails(s.root, &iamapi.GenerateServiceLastAccessedDetailsRequest{Arn: arn})
		_, err2 := s.ListPoliciesGrantingServiceAccess(s.root, &iamapi.ListPoliciesGrantingServiceAccessRequest{Arn: arn, ServiceNamespaces: []string{"iam"}})
		for _, err := range []error{err, err2} {
			if got := fmt.Sprint(err); got != want.code+": "+want.message {
				t.Errorf("%s: %s", arn, got)
			}
		}
	}
	_, err := s.ListPoliciesGrantingServiceAccess(s.root, &iamapi.ListPoliciesGrantingServiceAccessRequest{Arn: own, ServiceNamespaces: []string{"iam"}})
	iamtest.Fails(t, err, iamapi.InvalidInputException, "ARN "+own+" is not of a user, a group or a role.")
}

func TestJobsAreTheirOwners(t *testing.T) {
	s := newSetup(t)
	self := iamtest.As(ann(), "GetServiceLastAccessedDetails")
	id := s.generate(t, self, annARN, false)
	none := "Job " + id + " was not found."
	for name, p := range map[string]*caller.Principal{
		"another user": bob(), "the root": iamtest.RootPrincipal(iamtest.Account), "another account": iamtest.RootPrincipal(iamtest.Other),
	} {
		ctx := iamtest.As(p, "x")
		_, err := s.GetServiceLastAccessedDetails(ctx, &iamapi.GetServiceLastAccessedDetailsRequest{JobId: id})
		_, err2 := s.GetServiceLastAccessedDetailsWithEntities(ctx, &iamapi.GetServiceLastAccessedDetailsWithEntitiesRequest{JobId: id, ServiceNamespace: "iam"})
		_, err3 := s.GetOrganizationsAccessReport(ctx, &iamapi.GetOrganizationsAccessReportRequest{JobId: id})
		for _, err := range []error{err, err2, err3} {
			t.Run(name, func(t *testing.T) { iamtest.Fails(t, err, iamapi.NoSuchEntityException, none) })
		}
	}
	if _, err := s.GetServiceLastAccessedDetails(self, &iamapi.GetServiceLastAccessedDetailsRequest{JobId: id}); err != nil {
		t.Error(err)
	}
	s.Clock.Move(24 * 3600e9)
	_, err := s.GetServiceLastAccessedDetails(self, &iamapi.GetServiceLastAccessedDetailsRequest{JobId: id})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, none)
}

func TestDetailsPage(t *testing.T) {
	s := newSetup(t)
	id := s.generate(t, s.root, "arn:aws:iam::aws:policy/ReadOnlyAccess", false)
	var got []string
	in := &iamapi.GetServiceLastAccessedDetailsRequest{JobId: id, MaxItems: ptr(37)}
	for {
		out, err := s.GetServiceLastAccessedDetails(s.root, in)
		if err != nil || len(out.ServicesLastAccessed) > 37 || *out.IsTruncated != (out.Marker != nil) {
			t.Fatalf("%+v, %v", out, err)
		}
		for _, a := range out.ServicesLastAccessed {
			if a.ServiceName == "" || len(got) > 0 && got[len(got)-1] >= a.ServiceNamespace {
				t.Errorf("%q out of order, named %q", a.ServiceNamespace, a.ServiceName)
			}
			got = append(got, a.ServiceNamespace)
		}
		if in.Marker = out.Marker; in.Marker == nil {
			break
		}
	}
	if len(got) < 200 {
		t.Errorf("%d services", len(got))
	}
	other := s.generate(t, s.root, annARN, false)
	one, err := s.GetServiceLastAccessedDetails(s.root, &iamapi.GetServiceLastAccessedDetailsRequest{JobId: other, MaxItems: ptr(1)})
	if err != nil || one.Marker == nil {
		t.Fatalf("%+v, %v", one, err)
	}
	_, err = s.GetServiceLastAccessedDetails(s.root, &iamapi.GetServiceLastAccessedDetailsRequest{JobId: id, Marker: one.Marker})
	iamtest.Fails(t, err, edge.ValidationError, "Invalid Marker.")
}

func TestPoliciesGrantingServiceAccess(t *testing.T) {
	s := newSetup(t)
	attached := iamapi.PolicyGrantingServiceAccess{PolicyName: "own", PolicyType: "MANAGED", PolicyArn: ptr(own)}
	ours := iamapi.PolicyGrantingServiceAccess{PolicyName: "ours", PolicyType: "INLINE", EntityType: ptr(iamapi.PolicyOwnerEntityTypeGroup), EntityName: ptr("readers")}
	mine := iamapi.PolicyGrantingServiceAccess{PolicyName: "mine", PolicyType: "INLINE", EntityType: ptr(iamapi.PolicyOwnerEntityTypeUser), EntityName: ptr("ann")}
	managed := iamapi.PolicyGrantingServiceAccess{PolicyName: "IAMReadOnlyAccess", PolicyType: "MANAGED", PolicyArn: ptr(readAll)}
	type list = []iamapi.PolicyGrantingServiceAccess
	for arn, want := range map[string][]list{ // of iam, s3, sqs
		annARN: {{managed}, {mine}, {}}, bobARN: {{attached}, {ours}, {}}, readers: {{attached}, {ours}, {}}, roleARN: {{attached}, {}, {}},
	} {
		out, err := s.ListPoliciesGrantingServiceAccess(s.root, &iamapi.ListPoliciesGrantingServiceAccessRequest{
			Arn: arn, ServiceNamespaces: []string{"sqs", "iam", "s3", "iam"},
		})
		if err != nil || len(out.PoliciesGrantingServiceAccess) != 3 {
			t.Fatalf("%s: %+v, %v", arn, out, err)
		}
		for i, namespace := range []string{"iam", "s3", "sqs"} {
			e := out.PoliciesGrantingServiceAccess[i]
			if diff := cmp.Diff(want[i], e.Policies); diff != "" || *e.ServiceNamespace != namespace {
				t.Errorf("%s, %s: %s", arn, *e.ServiceNamespace, diff)
			}
		}
	}
	var many []string
	for i := range 150 {
		many = append(many, fmt.Sprintf("s-%03d", i))
	}
	in := &iamapi.ListPoliciesGrantingServiceAccessRequest{Arn: annARN, ServiceNamespaces: many}
	one, err := s.ListPoliciesGrantingServiceAccess(s.root, in)
	if err != nil || len(one.PoliciesGrantingServiceAccess) != 100 || !*one.IsTruncated {
		t.Fatalf("%v", err)
	}
	in.Marker = one.Marker
	two, err := s.ListPoliciesGrantingServiceAccess(s.root, in)
	if err != nil || len(two.PoliciesGrantingServiceAccess) != 50 || *two.PoliciesGrantingServiceAccess[0].ServiceNamespace != "s-100" || *two.IsTruncated {
		t.Errorf("second page %v", err)
	}
}

// TestDamagedPolicyIsNoReport holds that a policy which cannot be read fails the request: a report without it would be wrong.
func TestDamagedPolicyIsNoReport(t *testing.T) {
	s := newSetup(t)
	err := s.DB.Update(t.Context(), func(w store.Writer) error {
		row, err := record.Users.Get(t.Context(), w, annID)
		if err != nil {
			return err
		}
		row.Doc.Inline[0].Document = "{"
		return record.Users.Update(t.Context(), w, &row)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.GenerateServiceLastAccessedDetails(s.root, &iamapi.GenerateServiceLastAccessedDetailsRequest{Arn: annARN}); err == nil {
		t.Error("a report of a damaged policy")
	}
}

// TestReportsAreBounded fills an account with reports. Another account has its own, and a day later there is room again.
func TestReportsAreBounded(t *testing.T) {
	s := newSetup(t)
	err := s.DB.Update(t.Context(), func(w store.Writer) error {
		for i := range 9_999 {
			j := &record.AccessJob{ID: fmt.Sprint("job-", i), Account: iamtest.Account, Kind: record.JobEntity, Expires: s.Clock.Now().Add(24 * time.Hour)}
			if err := record.AccessJobs.Insert(t.Context(), w, j); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.generate(t, s.root, annARN, false)
	in := &iamapi.GenerateServiceLastAccessedDetailsRequest{Arn: annARN}
	_, err = s.GenerateServiceLastAccessedDetails(s.root, in)
	iamtest.Fails(t, err, iamapi.LimitExceededException, "Cannot exceed quota for ServiceLastAccessedReportsPerAccount: 10000")
	s.generate(t, iamtest.Root(iamtest.Other), readAll, false)
	s.Clock.Move(25 * time.Hour)
	s.generate(t, s.root, annARN, false)
}

// TestServicesAreBounded names more services than there are anywhere. Those of the deployment are in the report whatever else is.
func TestServicesAreBounded(t *testing.T) {
	s := newSetup(t)
	var actions []string
	for i := range 1500 {
		actions = append(actions, fmt.Sprintf(`"aaa%04d:x"`, i))
	}
	many := `{"Effect":"Allow","Action":["iam:*",` + strings.Join(actions, ",") + `],"Resource":"*"}`
	err := s.DB.Update(t.Context(), func(w store.Writer) error {
		row, err := record.Users.Get(t.Context(), w, annID)
		if err != nil {
			return err
		}
		row.Doc.Inline = append(row.Doc.Inline, inline("many", many))
		return record.Users.Update(t.Context(), w, &row)
	})
	if err != nil {
		t.Fatal(err)
	}
	j, err := record.AccessJobs.Get(t.Context(), s.DB, s.generate(t, s.root, annARN, false))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(j.Doc.Services); n < 1000 || n > 1010 || !slices.ContainsFunc(j.Doc.Services, func(a record.ServiceAccess) bool { return a.Namespace == "iam" }) {
		t.Errorf("%d services", n)
	}
}
