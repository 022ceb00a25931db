package hosted

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

const testCertificate = "arn:aws:acm:us-east-1:111122223333:certificate/a1b2c3d4-5678-90ab-cdef-example11111"

func (h *house) addDomain(name, certificate string, version *int) error {
	in := &api.CreateUserPoolDomainRequest{UserPoolId: testPool, Domain: name, ManagedLoginVersion: version}
	if certificate != "" {
		in.CustomDomainConfig = &api.CustomDomainConfigType{CertificateArn: certificate}
	}
	return second(h.CreateUserPoolDomain(h.ctx, in))
}

func TestDomainNames(t *testing.T) {
	h := newHouse(t)
	const character = `The domain name contains an invalid character. Domain names can only contain lower-case letters, numbers, and hyphens. Please enter a different name that follows this format: ^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?$`
	const arn = "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a valid certificate chain."
	for name, c := range map[string]struct{ domain, certificate, message string }{
		"upper case":           {"People", "", character},
		"hyphen at the end":    {"people-", "", character},
		"dots without config":  {"auth.example.com", "", character},
		"long":                 {strings.Repeat("a", 64), "", character},
		"aws":                  {"my-aws", "", "Domain cannot contain reserved word: aws"},
		"amazon":               {"amazonia", "", "Domain cannot contain reserved word: amazon"},
		"cognito":              {"newcognito", "", "Domain cannot contain reserved word: cognito"},
		"custom without dots":  {"auth", testCertificate, "Custom domain is not a valid subdomain."},
		"custom at the top":    {"example.com", testCertificate, "Custom domain is not a valid subdomain."},
		"custom address":       {"10.0.0.1", testCertificate, "Custom domain is not a valid subdomain."},
		"custom empty label":   {"auth..com", testCertificate, "Custom domain is not a valid subdomain."},
		"custom with a port":   {"auth.example.com:80", testCertificate, "Custom domain is not a valid subdomain."},
		"certificate of IAM":   {"auth.example.com", "arn:aws:iam::111122223333:server-certificate/a", arn},
		"certificate nearby":   {"auth.example.com", strings.Replace(testCertificate, "us-east-1", "eu-west-1", 1), arn},
		"certificate no ARN":   {"auth.example.com", "certificate/1", arn},
		"certificate and role": {"auth.example.com", "arn:aws:acm:us-east-1:111122223333:role/a", arn},
	} {
		t.Run(name, func(t *testing.T) {
			wantError(t, h.addDomain(c.domain, c.certificate, nil), api.InvalidParameterException, c.message)
		})
	}
	wantError(t, h.addDomain("people", "", new(3)), api.InvalidParameterException, "ManagedLoginVersion must be 1 or 2.")
}

func TestDomains(t *testing.T) {
	h := newHouse(t)
	describe := func(name string) *api.DomainDescriptionType {
		t.Helper()
		return must[*api.DescribeUserPoolDomainResponse](t)(h.DescribeUserPoolDomain(h.ctx, &api.DescribeUserPoolDomainRequest{Domain: name})).DomainDescription
	}
	if err := h.addDomain("people", "", nil); err != nil {
		t.Fatal(err)
	}
	want := &api.DomainDescriptionType{
		AWSAccountId: new(testAccount), CloudFrontDistribution: new("id.example.org"), Domain: new("people"), ManagedLoginVersion: new(1),
		Status: new(api.DomainStatusTypeActive), UserPoolId: new(testPool), Version: new("20261121090000"),
	}
	if diff := cmp.Diff(want, describe("people")); diff != "" {
		t.Error(diff)
	}
	wantError(t, h.addDomain("others", "", nil), api.InvalidParameterException, "User pool already has a domain configured.")
	out := must[*api.CreateUserPoolDomainResponse](t)(h.CreateUserPoolDomain(h.ctx, &api.CreateUserPoolDomainRequest{
		UserPoolId: testPool, Domain: "auth.example.com", CustomDomainConfig: &api.CustomDomainConfigType{CertificateArn: testCertificate}, ManagedLoginVersion: new(2),
	}))
	if diff := cmp.Diff(&api.CreateUserPoolDomainResponse{CloudFrontDomain: new("id.example.org"), ManagedLoginVersion: new(2)}, out); diff != "" {
		t.Error(diff)
	}
	h.addPool(t, "eu-west-1_bbbbbbbbb", func(p *directory.Pool) { p.Tier = "LITE" })
	taken := &api.CreateUserPoolDomainRequest{UserPoolId: "eu-west-1_bbbbbbbbb", Domain: "people"}
	wantError(t, second(h.CreateUserPoolDomain(h.ctx, taken)), api.InvalidParameterException, "Domain already associated with another user pool.")
	taken.Domain, taken.ManagedLoginVersion = "lite", new(2)
	wantError(t, second(h.CreateUserPoolDomain(h.ctx, taken)), api.FeatureUnavailableInTierException, "")

	update := &api.UpdateUserPoolDomainRequest{UserPoolId: testPool, Domain: "people", ManagedLoginVersion: new(2)}
	must[*api.UpdateUserPoolDomainResponse](t)(h.UpdateUserPoolDomain(h.ctx, update))
	if got := describe("people"); *got.ManagedLoginVersion != 2 {
		t.Errorf("version is %d", *got.ManagedLoginVersion)
	}
	update.CustomDomainConfig = &api.CustomDomainConfigType{CertificateArn: testCertificate}
	wantError(t, second(h.UpdateUserPoolDomain(h.ctx, update)), api.InvalidParameterException, "CustomDomainConfig cannot be given for a prefix domain.")
	update.Domain, update.ManagedLoginVersion, update.CustomDomainConfig.CertificateArn = "auth.example.com", nil, testCertificate+"2"
	must[*api.UpdateUserPoolDomainResponse](t)(h.UpdateUserPoolDomain(h.ctx, update))
	if got := describe("auth.example.com"); *got.ManagedLoginVersion != 2 || got.CustomDomainConfig.CertificateArn != testCertificate+"2" {
		t.Errorf("domain is %+v", got)
	}
	// Those who may not know see what those see who ask for nothing.
	hidden := must[*api.DescribeUserPoolDomainResponse](t)(h.DescribeUserPoolDomain(as(t.Context(), "999999999999", testRegion), &api.DescribeUserPoolDomainRequest{Domain: "people"}))
	nothing := must[*api.DescribeUserPoolDomainResponse](t)(h.DescribeUserPoolDomain(h.ctx, &api.DescribeUserPoolDomainRequest{Domain: "nothing"}))
	if diff := cmp.Diff(nothing, hidden); diff != "" || *nothing.DomainDescription != (api.DomainDescriptionType{}) {
		t.Errorf("a hidden domain shows: %s", diff)
	}
	del := &api.DeleteUserPoolDomainRequest{UserPoolId: "eu-west-1_bbbbbbbbb", Domain: "people"}
	wantError(t, second(h.DeleteUserPoolDomain(h.ctx, del)), api.InvalidParameterException, "No such domain or user pool exists.")
	del.UserPoolId = testPool
	must[*api.DeleteUserPoolDomainResponse](t)(h.DeleteUserPoolDomain(h.ctx, del))
	if err := h.addDomain("people", "", nil); err != nil {
		t.Errorf("the name is not free: %v", err)
	}
}

// TestOneDomain races for the one prefix of a pool: one gets it.
func TestOneDomain(t *testing.T) {
	h := newHouse(t)
	var wg sync.WaitGroup
	var made atomic.Int32
	for i := range 100 {
		wg.Go(func() {
			if h.addDomain("people-"+string(rune('a'+i%26))+string(rune('a'+i/26)), "", nil) == nil {
				made.Add(1)
			}
		})
	}
	wg.Wait()
	if made.Load() != 1 {
		t.Errorf("%d domains were made", made.Load())
	}
}

func TestResourceServers(t *testing.T) {
	h := newHouse(t)
	in := &api.CreateResourceServerRequest{UserPoolId: testPool, Identifier: "https://api.example", Name: "API", Scopes: []api.ResourceServerScopeType{
		{ScopeName: "read", ScopeDescription: "Reads"}, {ScopeName: "write", ScopeDescription: "Writes"},
	}}
	want := &api.ResourceServerType{Identifier: &in.Identifier, Name: &in.Name, UserPoolId: new(testPool), Scopes: in.Scopes}
	made := must[*api.CreateResourceServerResponse](t)(h.CreateResourceServer(h.ctx, in))
	if diff := cmp.Diff(want, &made.ResourceServer); diff != "" {
		t.Error(diff)
	}
	wantError(t, second(h.CreateResourceServer(h.ctx, in)), api.InvalidParameterException, "https://api.example already exists in user pool "+testPool+".")
	twice := &api.UpdateResourceServerRequest{UserPoolId: testPool, Identifier: in.Identifier, Name: "x", Scopes: append(in.Scopes, in.Scopes[0])}
	wantError(t, second(h.UpdateResourceServer(h.ctx, twice)), api.InvalidParameterException, "Scope read is given more than once.")
	must[*api.UpdateResourceServerResponse](t)(h.UpdateResourceServer(h.ctx, &api.UpdateResourceServerRequest{UserPoolId: testPool, Identifier: in.Identifier, Name: "B"}))
	got := must[*api.DescribeResourceServerResponse](t)(h.DescribeResourceServer(h.ctx, &api.DescribeResourceServerRequest{UserPoolId: testPool, Identifier: in.Identifier}))
	if *got.ResourceServer.Name != "B" || len(got.ResourceServer.Scopes) != 0 {
		t.Errorf("resource server is %+v", got.ResourceServer)
	}
	for _, name := range []string{"a", "b"} {
		must[*api.CreateResourceServerResponse](t)(h.CreateResourceServer(h.ctx, &api.CreateResourceServerRequest{UserPoolId: testPool, Identifier: name, Name: name}))
	}
	var names []string
	list := api.ListResourceServersRequest{UserPoolId: testPool, MaxResults: new(2)}
	for {
		out := must[*api.ListResourceServersResponse](t)(h.ListResourceServers(h.ctx, &list))
		for _, r := range out.ResourceServers {
			names = append(names, *r.Identifier)
		}
		if list.NextToken = out.NextToken; list.NextToken == nil {
			break
		}
	}
	if diff := cmp.Diff([]string{"a", "b", "https://api.example"}, names); diff != "" {
		t.Error(diff)
	}
	// A token of one listing is none of another.
	out := must[*api.ListResourceServersResponse](t)(h.ListResourceServers(h.ctx, &api.ListResourceServersRequest{UserPoolId: testPool, MaxResults: new(1)}))
	wantError(t, second(h.ListIdentityProviders(h.ctx, &api.ListIdentityProvidersRequest{UserPoolId: testPool, NextToken: out.NextToken})), api.InvalidParameterException, "Invalid pagination token.")
	del := &api.DeleteResourceServerRequest{UserPoolId: testPool, Identifier: "a"}
	if err := second(h.DeleteResourceServer(h.ctx, del)); err != nil {
		t.Fatal(err)
	}
	wantError(t, second(h.DeleteResourceServer(h.ctx, del)), api.ResourceNotFoundException, "Resource server a does not exist.")
}

func TestCleanup(t *testing.T) {
	h := newHouse(t)
	h.addGoogle(t)
	h.addUser(t, "ann")
	if err := h.link("ann", "Google", "", "g1"); err != nil {
		t.Fatal(err)
	}
	if err := h.addDomain("people", "", nil); err != nil {
		t.Fatal(err)
	}
	must[*api.GetSigningCertificateResponse](t)(h.GetSigningCertificate(h.ctx, &api.GetSigningCertificateRequest{UserPoolId: testPool}))
	must[*api.CreateResourceServerResponse](t)(h.CreateResourceServer(h.ctx, &api.CreateResourceServerRequest{UserPoolId: testPool, Identifier: "a", Name: "a"}))
	h.do(t, func(w store.Writer) error { return Cleanup(h.ctx, w, testPool) })
	for name, count := range map[string]func() (int64, error){
		"providers":    func() (int64, error) { return directory.Providers.Count(h.ctx, h.Store, "") },
		"links":        func() (int64, error) { return directory.UserLinks.Count(h.ctx, h.Store, "") },
		"domains":      func() (int64, error) { return directory.Domains.Count(h.ctx, h.Store, "") },
		"servers":      func() (int64, error) { return directory.ResourceServers.Count(h.ctx, h.Store, "") },
		"certificates": func() (int64, error) { return certificates.Count(h.ctx, h.Store, "") },
	} {
		if n, err := count(); n != 0 || err != nil {
			t.Errorf("%d %s are left (%v)", n, name, err)
		}
	}
}
