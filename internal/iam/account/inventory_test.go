package account

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
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
	own     = iamtest.Account
	foreign = iamtest.Other
	jane    = "AIDAAAAAAAAAAAAAAAAAA"
	admin   = "arn:aws:iam::aws:policy/AdministratorAccess"
)

// furnish fills the account with two users, a group, two roles and policies, and another account with one of each that counts.
func furnish(t testing.TB, h *house) {
	t.Helper()
	managed := record.ManagedByARN(admin)
	ref := managed.Ref()
	local := record.Policy{
		ID: "ANPAAAAAAAAAAAAAAAAAA", Account: own, Name: "local", Path: "/p/", Description: "mine", Created: at, Updated: at, Default: "v2", Last: 2,
		Versions: []record.Version{{ID: "v2", Document: `{"a": "b c"}`, Created: at}, {ID: "v1", Document: `{}`, Created: at}},
	}
	localRef := local.Ref()
	grants := record.Grants{
		Inline: []record.InlinePolicy{{Name: "in", Document: `{"x": 1}`}}, Attached: []record.PolicyRef{ref}, Boundary: &localRef,
	}
	put(t, h, record.Users,
		record.User{ID: jane, Account: own, Name: "jane", Path: "/a/", Created: at, Tags: map[string]string{"team": "blue"}, Groups: []string{"AGPAAAAAAAAAAAAAAAAAA", "AGPAGONE"}, Grants: grants},
		record.User{ID: "AIDABBBBBBBBBBBBBBBBB", Account: own, Name: "Adam,x", Path: "/", Created: at},
		record.User{ID: "AIDACCCCCCCCCCCCCCCCC", Account: foreign, Name: "zed", Path: "/", Created: at})
	put(t, h, record.Groups, record.Group{ID: "AGPAAAAAAAAAAAAAAAAAA", Account: own, Name: "devs", Path: "/", Created: at})
	put(t, h, record.Roles,
		record.Role{ID: "AROAAAAAAAAAAAAAAAAAA", Account: own, Name: "r1", Path: "/", Created: at, Trust: "{}", Grants: grants},
		record.Role{ID: "AROABBBBBBBBBBBBBBBBB", Account: own, Name: "r2", Path: "/", Created: at, Trust: "{}"},
		record.Role{ID: "AROACCCCCCCCCCCCCCCCC", Account: foreign, Name: "r3", Path: "/", Created: at, Trust: "{}"})
	put(t, h, record.Policies, local, record.Policy{ID: "ANPABBBBBBBBBBBBBBBBB", Account: foreign, Name: "theirs", Path: "/", Default: "v1", Versions: []record.Version{{ID: "v1"}}})
	put(t, h, record.Attachments,
		record.Attachment{Account: own, PolicyID: ref.ID, Usage: record.UsagePolicy, Kind: record.KindUser, EntityID: jane},
		record.Attachment{Account: own, PolicyID: ref.ID, Usage: record.UsagePolicy, Kind: record.KindRole, EntityID: "AROAAAAAAAAAAAAAAAAAA"},
		record.Attachment{Account: own, PolicyID: local.ID, Usage: record.UsageBoundary, Kind: record.KindUser, EntityID: jane},
		record.Attachment{Account: own, PolicyID: record.Managed()[0].ID, Usage: record.UsagePolicy, Kind: record.KindUser, EntityID: jane},
		record.Attachment{Account: foreign, PolicyID: record.Managed()[1].ID, Usage: record.UsagePolicy, Kind: record.KindUser, EntityID: "AIDACCCCCCCCCCCCCCCCC"})
}

// credentials gives jane and the root credentials of every kind.
func credentials(t testing.TB, h *house) {
	t.Helper()
	put(t, h, record.AccessKeys,
		record.AccessKey{ID: "AKIA2", Account: own, Owner: jane, Created: at.Add(time.Hour)},
		record.AccessKey{ID: "AKIA1", Account: own, Owner: jane, Active: true, Created: at},
		record.AccessKey{ID: "AKIA3", Account: own, Owner: own, Active: true, Created: at.Add(-time.Hour)})
	h.used["AKIA1"] = record.KeyUse{ID: "AKIA1", At: at.Add(2 * time.Hour), Service: "iam", Region: "eu-west-1"}
	put(t, h, record.LoginProfiles, record.LoginProfile{Account: own, Owner: jane, Created: at, Changed: at.Add(time.Minute)})
	put(t, h, record.PasswordPolicies, record.PasswordPolicy{Account: own, MaxAge: 90})
	put(t, h, record.MFADevices,
		record.MFADevice{ID: "m1", Account: own, Path: "/", Name: "m1", Owner: jane, Enabled: at},
		record.MFADevice{ID: "m2", Account: own, Path: "/", Name: "m2"})
	put(t, h, record.SigningCertificates,
		record.SigningCertificate{Account: own, ID: "C1", Owner: jane, Active: true, Uploaded: at},
		record.SigningCertificate{Account: own, ID: "C2", Owner: jane, Uploaded: at.Add(time.Hour)})
	put(t, h, record.InstanceProfiles, record.InstanceProfile{ID: "AIPA", Account: own, Name: "i", Path: "/"})
	put(t, h, record.ServerCertificates, record.ServerCertificate{ID: "ASCA", Account: own, Name: "c", Path: "/"})
	put(t, h, record.OIDCProviders, record.OIDCProvider{Account: own, Name: "idp.example.com"})
	put(t, h, record.SAMLProviders, record.SAMLProvider{ID: "s", Account: own, Name: "saml"})
}

func TestSummary(t *testing.T) {
	h := newHouse(t)
	get := func(ctx context.Context) summary {
		return must[*iamapi.GetAccountSummaryResponse](t)(h.GetAccountSummary(ctx, empty)).SummaryMap
	}
	used := func(m summary) summary { // without quotas
		maps.DeleteFunc(m, func(k iamapi.SummaryKeyType, _ int) bool { return strings.HasSuffix(string(k), "Quota") })
		return m
	}
	bare := summary{
		"Users": 0, "Groups": 0, "Roles": 0, "Policies": 0, "PolicyVersionsInUse": 0, "InstanceProfiles": 0, "ServerCertificates": 0, "Providers": 0,
		"MFADevices": 0, "MFADevicesInUse": 0, "AccountMFAEnabled": 0, "AccountPasswordPresent": 0, "AccountAccessKeysPresent": 0,
		"AccountSigningCertificatesPresent": 0, "GlobalEndpointTokenVersion": 1,
	}
	if diff := cmp.Diff(bare, used(get(root("")))); diff != "" {
		t.Errorf("an empty account (-want +got):\n%s", diff)
	}
	furnish(t, h)
	credentials(t, h)
	want := maps.Clone(bare)
	maps.Copy(want, summary{
		"Users": 2, "Groups": 1, "Roles": 2, "Policies": 1, "PolicyVersionsInUse": 2, "InstanceProfiles": 1, "ServerCertificates": 1, "Providers": 2,
		"MFADevices": 2, "MFADevicesInUse": 1, "AccountAccessKeysPresent": 1,
	})
	if diff := cmp.Diff(want, used(get(root("")))); diff != "" {
		t.Errorf("a furnished account (-want +got):\n%s", diff)
	}
	put(t, h, record.MFADevices, record.MFADevice{ID: "m3", Account: own, Path: "/", Name: "m3", Owner: own}, record.MFADevice{ID: "m4", Account: own, Path: "/", Name: "m4", Owner: own})
	put(t, h, record.LoginProfiles, record.LoginProfile{Account: own, Owner: own})
	put(t, h, record.SigningCertificates, record.SigningCertificate{Account: own, ID: "C3", Owner: own})
	put(t, h, record.AccessKeys, record.AccessKey{ID: "AKIA4", Account: own, Owner: own})
	if _, err := h.SetSecurityTokenServicePreferences(root(""), &iamapi.SetSecurityTokenServicePreferencesRequest{GlobalEndpointTokenVersion: "v2Token"}); err != nil {
		t.Fatal(err)
	}
	maps.Copy(want, summary{
		"MFADevices": 4, "MFADevicesInUse": 3, "AccountMFAEnabled": 1, "AccountPasswordPresent": 1, "AccountSigningCertificatesPresent": 1,
		"GlobalEndpointTokenVersion": 2,
	})
	full := get(root(""))
	if len(full) != 34 {
		t.Errorf("%d keys, but AWS has 34", len(full))
	}
	if diff := cmp.Diff(want, used(full)); diff != "" {
		t.Errorf("with what the root owns (-want +got):\n%s", diff)
	}
	theirs := maps.Clone(bare)
	maps.Copy(theirs, summary{"Users": 1, "Roles": 1, "Policies": 1, "PolicyVersionsInUse": 1})
	if diff := cmp.Diff(theirs, used(get(other("")))); diff != "" {
		t.Errorf("another account (-want +got):\n%s", diff)
	}
}

// TestSummaryOfVersions: versions are counted as they come and go.
func TestSummaryOfVersions(t *testing.T) {
	h := newHouse(t)
	ctx := root("")
	versions := func() int {
		return must[*iamapi.GetAccountSummaryResponse](t)(h.GetAccountSummary(ctx, empty)).SummaryMap["PolicyVersionsInUse"]
	}
	for n := range record.MostVersions {
		p := record.Policy{ID: fmt.Sprint("ANPA", n), Account: own, Name: fmt.Sprint("p", n), Path: "/", Versions: make([]record.Version, n+1)}
		put(t, h, record.Policies, p)
	}
	if n := versions(); n != 1+2+3+4+5 {
		t.Errorf("%d versions", n)
	}
	err := h.w.DB.Update(ctx, func(w store.Writer) error {
		row, err := record.FindPolicy(ctx, w, own, record.ARN(own, "policy", "/", "p0"))
		if err != nil {
			return err
		}
		row.Doc.Versions = make([]record.Version, 4)
		return record.Policies.Update(ctx, w, &row)
	})
	if n := versions(); err != nil || n != 4+2+3+4+5 {
		t.Errorf("%d versions after a change, %v", n, err)
	}
}

// listed gives what an answer lists, by name.
func listed(out *detailsOut) []string {
	all := []string{}
	for i := range out.UserDetailList {
		all = append(all, "user "+*out.UserDetailList[i].UserName)
	}
	for i := range out.GroupDetailList {
		all = append(all, "group "+*out.GroupDetailList[i].GroupName)
	}
	for i := range out.RoleDetailList {
		all = append(all, "role "+*out.RoleDetailList[i].RoleName)
	}
	for i := range out.Policies {
		all = append(all, "policy "+*out.Policies[i].PolicyName)
	}
	return all
}

func TestDetailsPages(t *testing.T) {
	h := newHouse(t)
	furnish(t, h)
	ctx := root("GetAccountAuthorizationDetails")
	aws := []*record.Policy{record.ManagedByARN(admin), record.Managed()[0]}
	slices.SortFunc(aws, func(a, b *record.Policy) int { return strings.Compare(a.ID, b.ID) })
	used := []string{"policy " + aws[0].Name, "policy " + aws[1].Name}
	everything := append([]string{"user Adam,x", "user jane", "group devs", "role r1", "role r2", "policy local"}, used...)
	for name, c := range map[string]struct {
		filter []iamapi.EntityType
		want   []string
	}{
		"all":             {nil, everything},
		"users":           {[]iamapi.EntityType{"User"}, everything[:2]},
		"groups":          {[]iamapi.EntityType{"Group"}, everything[2:3]},
		"roles":           {[]iamapi.EntityType{"Role"}, everything[3:5]},
		"local and users": {[]iamapi.EntityType{"LocalManagedPolicy", "User", "User"}, []string{"user Adam,x", "user jane", "policy local"}},
		"AWS":             {[]iamapi.EntityType{"AWSManagedPolicy"}, used},
	} {
		for _, most := range []int{1, 2, 3, 5, 1000} {
			in := &iamapi.GetAccountAuthorizationDetailsRequest{Filter: c.filter, MaxItems: &most}
			got := []string{}
			for range 20 {
				out := must[*detailsOut](t)(h.GetAccountAuthorizationDetails(ctx, in))
				page := listed(out)
				if len(page) > most {
					t.Errorf("%s: %d on a page of %d", name, len(page), most)
				}
				got = append(got, page...)
				if *out.IsTruncated != (out.Marker != nil) {
					t.Errorf("%s: truncated %v, marker %v", name, *out.IsTruncated, out.Marker)
				}
				if in.Marker = out.Marker; out.Marker == nil {
					break
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" || in.Marker != nil {
				t.Errorf("%s in pages of %d (-want +got):\n%s", name, most, diff)
			}
		}
	}
	if got := listed(must[*detailsOut](t)(h.GetAccountAuthorizationDetails(other("GetAccountAuthorizationDetails"), &iamapi.GetAccountAuthorizationDetailsRequest{}))); !cmp.Equal(got,
		[]string{"user zed", "role r3", "policy theirs", "policy " + record.Managed()[1].Name}) {
		t.Errorf("another account has %v", got)
	}
	h.gone["r1"] = true
	if got := listed(must[*detailsOut](t)(h.GetAccountAuthorizationDetails(ctx, &iamapi.GetAccountAuthorizationDetailsRequest{Filter: []iamapi.EntityType{"Role"}}))); !cmp.Equal(got, []string{"role r2"}) {
		t.Errorf("with a role that went: %v", got)
	}
	one := 1
	first := must[*detailsOut](t)(h.GetAccountAuthorizationDetails(ctx, &iamapi.GetAccountAuthorizationDetailsRequest{MaxItems: &one}))
	bad := "x"
	for name, in := range map[string]*iamapi.GetAccountAuthorizationDetailsRequest{
		"nonsense":       {Marker: &bad},
		"another filter": {Marker: first.Marker, Filter: []iamapi.EntityType{"User"}},
	} {
		if _, err := h.GetAccountAuthorizationDetails(ctx, in); err == nil {
			t.Errorf("a marker of %s is taken", name)
		} else {
			iamtest.Fails(t, err, edge.ValidationError, "Invalid Marker.")
		}
	}
}

func TestDetailsContent(t *testing.T) {
	h := newHouse(t)
	furnish(t, h)
	out := must[*detailsOut](t)(h.GetAccountAuthorizationDetails(root(""), &iamapi.GetAccountAuthorizationDetailsRequest{}))
	p := func(s string) *string { return &s }
	kind := iamapi.PermissionsBoundaryAttachmentTypePermissionsBoundaryPolicy
	limit := &iamapi.AttachedPermissionsBoundary{PermissionsBoundaryArn: p("arn:aws:iam::" + own + ":policy/p/local"), PermissionsBoundaryType: &kind}
	inside := []iamapi.PolicyDetail{{PolicyName: p("in"), PolicyDocument: p("%7B%22x%22%3A%201%7D")}}
	outside := []iamapi.AttachedPolicy{{PolicyArn: p(admin), PolicyName: p("AdministratorAccess")}}
	when := at
	user := iamapi.UserDetail{
		Arn: p("arn:aws:iam::" + own + ":user/a/jane"), Path: p("/a/"), UserName: p("jane"), UserId: p(jane), CreateDate: &when, GroupList: []string{"devs"},
		Tags: []iamapi.Tag{{Key: "team", Value: "blue"}}, UserPolicyList: inside, AttachedManagedPolicies: outside, PermissionsBoundary: limit,
	}
	if diff := cmp.Diff(user, out.UserDetailList[1]); diff != "" {
		t.Errorf("user (-want +got):\n%s", diff)
	}
	role := iamapi.RoleDetail{
		Arn: p("arn:aws:iam::" + own + ":role/r1"), Path: p("/"), RoleName: p("r1"), RoleId: p("AROAAAAAAAAAAAAAAAAAA"), CreateDate: &when,
		AssumeRolePolicyDocument: p("trust-of-r1"), RoleLastUsed: &iamapi.RoleLastUsed{Region: p("eu-west-1")},
		InstanceProfileList: []iamapi.InstanceProfile{{InstanceProfileName: "on-r1"}}, RolePolicyList: inside, AttachedManagedPolicies: outside, PermissionsBoundary: limit,
	}
	if diff := cmp.Diff(role, out.RoleDetailList[0]); diff != "" {
		t.Errorf("role (-want +got):\n%s", diff)
	}
	yes, no, none, one := true, false, 0, 1
	policy := iamapi.ManagedPolicyDetail{
		Arn: limit.PermissionsBoundaryArn, Path: p("/p/"), PolicyName: p("local"), PolicyId: p("ANPAAAAAAAAAAAAAAAAAA"), CreateDate: &when, UpdateDate: &when,
		Description: p("mine"), DefaultVersionId: p("v2"), IsAttachable: &yes, AttachmentCount: &none, PermissionsBoundaryUsageCount: &one,
		PolicyVersionList: []iamapi.PolicyVersion{
			{CreateDate: &when, Document: p("%7B%22a%22%3A%20%22b%20c%22%7D"), IsDefaultVersion: &yes, VersionId: p("v2")},
			{CreateDate: &when, Document: p("%7B%7D"), IsDefaultVersion: &no, VersionId: p("v1")},
		},
	}
	if diff := cmp.Diff(policy, out.Policies[0]); diff != "" {
		t.Errorf("policy (-want +got):\n%s", diff)
	}
	i := slices.IndexFunc(out.Policies, func(d iamapi.ManagedPolicyDetail) bool { return *d.Arn == admin })
	if *out.Policies[i].AttachmentCount != 2 || len(out.Policies[i].PolicyVersionList) != 1 {
		t.Errorf("AWS's policy is %+v", out.Policies[i])
	}
}
