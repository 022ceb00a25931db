package provider

import (
	"context"
	"errors"
	"fmt"
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

func service(t testing.TB) (*Service, *iamtest.World) {
	t.Helper()
	w := iamtest.New(t)
	return New(Config{Store: w.DB, Keys: w.Keys, Now: w.Clock.Now, Random: w.Random, ReadMetadata: readMetadata}), w
}

// readMetadata takes "entity" or "entity until <date>".
func readMetadata(document []byte) (record.SAMLMetadata, error) {
	entity, until, dated := strings.Cut(string(document), " until ")
	if strings.HasPrefix(entity, "bad") {
		return record.SAMLMetadata{}, errors.New("not metadata")
	}
	m := record.SAMLMetadata{EntityID: entity, Certificates: []string{"c"}}
	if dated {
		var err error
		if m.ValidUntil, err = time.Parse(time.DateOnly, until); err != nil {
			return m, err
		}
	}
	return m, nil
}

func ptr[T any](v T) *T { return &v }

const issuer = "https://token.example.com/tenant"

var (
	oidcARN = record.ARN(iamtest.Account, "oidc-provider", "/", "token.example.com/tenant")
	samlARN = record.ARN(iamtest.Account, "saml-provider", "/", "corp")
)

func createOIDC(t *testing.T, s *Service, ctx context.Context) {
	t.Helper()
	out, err := s.CreateOpenIDConnectProvider(ctx, &iamapi.CreateOpenIDConnectProviderRequest{
		Url: issuer, ClientIDList: []string{"a", "b", "a"}, ThumbprintList: []string{strings.Repeat("aB", 20)}, Tags: []iamapi.Tag{{Key: "Team", Value: "blue"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := record.ARN(caller.PrincipalFrom(ctx).Account, "oidc-provider", "/", "token.example.com/tenant"); *out.OpenIDConnectProviderArn != want || len(out.Tags) != 1 {
		t.Errorf("%s", *out.OpenIDConnectProviderArn)
	}
}

func TestOIDCProvider(t *testing.T) {
	s, _ := service(t)
	ctx := iamtest.Root(iamtest.Account)
	createOIDC(t, s, ctx)
	get := func() *iamapi.GetOpenIDConnectProviderResponse {
		t.Helper()
		out, err := s.GetOpenIDConnectProvider(ctx, &iamapi.GetOpenIDConnectProviderRequest{OpenIDConnectProviderArn: oidcARN})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if got := get(); *got.Url != "token.example.com/tenant" || !cmp.Equal(got.ClientIDList, []string{"a", "b"}) || len(got.ThumbprintList) != 1 || got.Tags[0].Value != "blue" || got.CreateDate.Nanosecond() != 0 {
		t.Errorf("%+v", got)
	}
	for range 2 { // both are idempotent
		if _, err := s.AddClientIDToOpenIDConnectProvider(ctx, &iamapi.AddClientIDToOpenIDConnectProviderRequest{OpenIDConnectProviderArn: oidcARN, ClientID: "c"}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.RemoveClientIDFromOpenIDConnectProvider(ctx, &iamapi.RemoveClientIDFromOpenIDConnectProviderRequest{OpenIDConnectProviderArn: oidcARN, ClientID: "a"}); err != nil {
			t.Fatal(err)
		}
	}
	other := strings.Repeat("0", 40)
	if _, err := s.UpdateOpenIDConnectProviderThumbprint(ctx, &iamapi.UpdateOpenIDConnectProviderThumbprintRequest{OpenIDConnectProviderArn: oidcARN, ThumbprintList: []string{other}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.TagOpenIDConnectProvider(ctx, &iamapi.TagOpenIDConnectProviderRequest{OpenIDConnectProviderArn: oidcARN, Tags: []iamapi.Tag{{Key: "Cost", Value: "1"}, {Key: "cost", Value: "2"}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.UntagOpenIDConnectProvider(ctx, &iamapi.UntagOpenIDConnectProviderRequest{OpenIDConnectProviderArn: oidcARN, TagKeys: []string{"Team", "COST", "cost"}}); err != nil {
		t.Fatal(err)
	}
	if got := get(); !cmp.Equal(got.ClientIDList, []string{"b", "c"}) || got.ThumbprintList[0] != other || len(got.Tags) != 1 {
		t.Errorf("%+v", got)
	}
	tags, err := s.ListOpenIDConnectProviderTags(ctx, &iamapi.ListOpenIDConnectProviderTagsRequest{OpenIDConnectProviderArn: oidcARN})
	if err != nil || len(tags.Tags) != 1 || tags.Tags[0].Key != "Cost" {
		t.Errorf("%+v, %v", tags, err)
	}
	p, err := s.OIDCProvider(ctx, iamtest.Account, issuer)
	if err != nil || p.ARN() != oidcARN || p.Issuer() != issuer {
		t.Errorf("%+v, %v", p, err)
	}
	for _, other := range []string{issuer + "/", "http://token.example.com/tenant", "https://token.example.com", "https://Token.example.com/tenant", "token.example.com/tenant", ""} {
		if _, err := s.OIDCProvider(ctx, iamtest.Account, other); !errors.Is(err, caller.ErrUnknown) {
			t.Errorf("%q: %v", other, err)
		}
	}
	if _, err := s.OIDCProvider(ctx, iamtest.Other, issuer); !errors.Is(err, caller.ErrUnknown) {
		t.Errorf("of another account: %v", err)
	}
	if _, err := s.DeleteOpenIDConnectProvider(ctx, &iamapi.DeleteOpenIDConnectProviderRequest{OpenIDConnectProviderArn: oidcARN}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.OIDCProvider(ctx, iamtest.Account, issuer); !errors.Is(err, caller.ErrUnknown) {
		t.Errorf("after it was deleted: %v", err)
	}
	_, err = s.DeleteOpenIDConnectProvider(ctx, &iamapi.DeleteOpenIDConnectProviderRequest{OpenIDConnectProviderArn: oidcARN})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "OpenId connect Provider "+oidcARN+" cannot be found.")
	_, err = s.GetOpenIDConnectProvider(ctx, &iamapi.GetOpenIDConnectProviderRequest{OpenIDConnectProviderArn: oidcARN})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "OpenIDConnect Provider not found for arn "+oidcARN)
}

func TestOIDCRefusals(t *testing.T) {
	s, _ := service(t)
	ctx := iamtest.Root(iamtest.Account)
	createOIDC(t, s, ctx)
	_, err := s.CreateOpenIDConnectProvider(ctx, &iamapi.CreateOpenIDConnectProviderRequest{Url: issuer})
	iamtest.Fails(t, err, iamapi.EntityAlreadyExistsException, "Provider with url "+issuer+" already exists.")
	createOIDC(t, s, iamtest.Root(iamtest.Other)) // the same issuer in another account is another provider
	for _, url := range []string{
		"", "token.example.com", "http://token.example.com", "http://localhost:1", "https://", "https://a.example/?x=1", "https://a.example/#x", "https://u@a.example", "https://A.example",
		"https://a.example/*", "https://a.example//x", "HTTPS://a.example", "https://a.example/" + strings.Repeat("x", 255), "https://:1", "https://a.example/ü", "ftp://a.example",
	} {
		_, err := s.CreateOpenIDConnectProvider(ctx, &iamapi.CreateOpenIDConnectProviderRequest{Url: url})
		iamtest.Fails(t, err, edge.ValidationError, "Invalid Open ID Connect Provider URL")
	}
	prints := make([]string, 6)
	for i := range prints {
		prints[i] = strings.Repeat("0", 40)
	}
	_, err = s.CreateOpenIDConnectProvider(ctx, &iamapi.CreateOpenIDConnectProviderRequest{Url: "https://b.example", ThumbprintList: prints})
	iamtest.Fails(t, err, iamapi.InvalidInputException, "")
	_, err = s.UpdateOpenIDConnectProviderThumbprint(ctx, &iamapi.UpdateOpenIDConnectProviderThumbprintRequest{OpenIDConnectProviderArn: oidcARN, ThumbprintList: []string{strings.Repeat("x", 40)}})
	iamtest.Fails(t, err, iamapi.InvalidInputException, "")
	for i := range 98 {
		if _, err := s.AddClientIDToOpenIDConnectProvider(ctx, &iamapi.AddClientIDToOpenIDConnectProviderRequest{OpenIDConnectProviderArn: oidcARN, ClientID: fmt.Sprint("c", i)}); err != nil {
			t.Fatal(err)
		}
	}
	_, err = s.AddClientIDToOpenIDConnectProvider(ctx, &iamapi.AddClientIDToOpenIDConnectProviderRequest{OpenIDConnectProviderArn: oidcARN, ClientID: "more"})
	iamtest.Fails(t, err, iamapi.LimitExceededException, "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100")
	for arn, want := range map[string]string{
		"arn:aws:iam::" + iamtest.Other + ":oidc-provider/token.example.com/tenant": "NoSuchEntity",
		oidcARN + "/":                           "NoSuchEntity",
		samlARN:                                 "InvalidInput",
		"arn:aws:iam::" + iamtest.Account + ":": "InvalidInput",
	} {
		_, err := s.GetOpenIDConnectProvider(ctx, &iamapi.GetOpenIDConnectProviderRequest{OpenIDConnectProviderArn: arn})
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", arn, err)
		}
	}
}

func TestQuotaAndList(t *testing.T) {
	s, _ := service(t)
	ctx := iamtest.Root(iamtest.Account)
	for i := range mostOIDC {
		if _, err := s.CreateOpenIDConnectProvider(ctx, &iamapi.CreateOpenIDConnectProviderRequest{Url: fmt.Sprintf("https://p%d.example", i)}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.CreateOpenIDConnectProvider(ctx, &iamapi.CreateOpenIDConnectProviderRequest{Url: "https://more.example"})
	iamtest.Fails(t, err, iamapi.LimitExceededException, "Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100")
	if _, err := s.OIDCProvider(ctx, iamtest.Account, "https://more.example"); !errors.Is(err, caller.ErrUnknown) {
		t.Error("what was refused is there")
	}
	out, err := s.ListOpenIDConnectProviders(ctx, nil)
	if err != nil || len(out.OpenIDConnectProviderList) != mostOIDC {
		t.Errorf("%d providers, %v", len(out.OpenIDConnectProviderList), err)
	}
	none, err := s.ListOpenIDConnectProviders(iamtest.Root(iamtest.Other), nil)
	if err != nil || len(none.OpenIDConnectProviderList) != 0 {
		t.Errorf("another account sees %d, %v", len(none.OpenIDConnectProviderList), err)
	}
}

func TestLoopbackIssuer(t *testing.T) {
	s, _ := service(t)
	s.loopback = true
	ctx := iamtest.Root(iamtest.Account)
	for url, want := range map[string]bool{
		"http://localhost:8080/a": true, "http://127.0.0.1:1": true, "http://[::1]:1": false, "http://10.0.0.1": false, "http://localhost.example": false, "http://example.com": false,
	} {
		_, err := s.CreateOpenIDConnectProvider(ctx, &iamapi.CreateOpenIDConnectProviderRequest{Url: url})
		if (err == nil) != want {
			t.Errorf("%s: %v", url, err)
		}
	}
	if p, err := s.OIDCProvider(ctx, iamtest.Account, "http://127.0.0.1:1"); err != nil || p.Issuer() != "http://127.0.0.1:1" {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := s.OIDCProvider(ctx, iamtest.Account, "https://127.0.0.1:1"); !errors.Is(err, caller.ErrUnknown) {
		t.Errorf("by another scheme: %v", err)
	}
	_, err := s.CreateOpenIDConnectProvider(ctx, &iamapi.CreateOpenIDConnectProviderRequest{Url: "https://127.0.0.1:1"})
	iamtest.Fails(t, err, iamapi.EntityAlreadyExistsException, "")
}

func TestSAMLProvider(t *testing.T) {
	s, w := service(t)
	ctx := iamtest.Root(iamtest.Account)
	made, err := s.CreateSAMLProvider(ctx, &iamapi.CreateSAMLProviderRequest{Name: "corp", SAMLMetadataDocument: "idp", Tags: []iamapi.Tag{{Key: "Team", Value: "blue"}}})
	if err != nil || *made.SAMLProviderArn != samlARN || len(made.Tags) != 1 {
		t.Fatalf("%+v, %v", made, err)
	}
	get := func() *iamapi.GetSAMLProviderResponse {
		t.Helper()
		out, err := s.GetSAMLProvider(ctx, &iamapi.GetSAMLProviderRequest{SAMLProviderArn: samlARN})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	first := get()
	if *first.SAMLMetadataDocument != "idp" || len(*first.SAMLProviderUUID) != idLength || first.ValidUntil.Year() != iamtest.Start.Year()+100 || first.AssertionEncryptionMode != nil {
		t.Errorf("%+v", first)
	}
	w.Clock.Move(time.Hour)
	if _, err := s.UpdateSAMLProvider(ctx, &iamapi.UpdateSAMLProviderRequest{SAMLProviderArn: samlARN, SAMLMetadataDocument: ptr("new until 2030-01-02")}); err != nil {
		t.Fatal(err)
	}
	if got := get(); *got.SAMLMetadataDocument != "new until 2030-01-02" || got.ValidUntil.Year() != 2030 || *got.SAMLProviderUUID != *first.SAMLProviderUUID || !got.CreateDate.Equal(*first.CreateDate) {
		t.Errorf("%+v", got)
	}
	if p, err := s.SAMLProvider(ctx, samlARN); err != nil || p.Metadata.EntityID != "new" {
		t.Errorf("%+v, %v", p, err)
	}
	for _, arn := range []string{strings.ToUpper(samlARN), strings.Replace(samlARN, "corp", "Corp", 1), oidcARN, "", strings.Replace(samlARN, iamtest.Account, iamtest.Other, 1)} {
		if _, err := s.SAMLProvider(ctx, arn); !errors.Is(err, caller.ErrUnknown) {
			t.Errorf("%s: %v", arn, err)
		}
	}
	if _, err := s.TagSAMLProvider(ctx, &iamapi.TagSAMLProviderRequest{SAMLProviderArn: samlARN, Tags: []iamapi.Tag{{Key: "Cost", Value: "1"}, {Key: "cost", Value: "2"}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.UntagSAMLProvider(ctx, &iamapi.UntagSAMLProviderRequest{SAMLProviderArn: samlARN, TagKeys: []string{"Team", "COST", "cost"}}); err != nil {
		t.Fatal(err)
	}
	tags, err := s.ListSAMLProviderTags(ctx, &iamapi.ListSAMLProviderTagsRequest{SAMLProviderArn: samlARN})
	if err != nil || len(tags.Tags) != 1 || tags.Tags[0].Key != "Cost" {
		t.Errorf("%+v, %v", tags, err)
	}
	list, err := s.ListSAMLProviders(ctx, nil)
	if err != nil || len(list.SAMLProviderList) != 1 || *list.SAMLProviderList[0].Arn != samlARN {
		t.Errorf("%+v, %v", list, err)
	}
	if _, err := s.DeleteSAMLProvider(ctx, &iamapi.DeleteSAMLProviderRequest{SAMLProviderArn: samlARN}); err != nil {
		t.Fatal(err)
	}
	_, err = s.GetSAMLProvider(ctx, &iamapi.GetSAMLProviderRequest{SAMLProviderArn: samlARN})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "Manifest not found for arn "+samlARN)
	if n, err := record.SAMLDocuments.Count(ctx, w.DB, ""); err != nil || n != 0 {
		t.Errorf("%d documents are left, %v", n, err)
	}
}

// TestMetadataIsReadBeforehand: metadata may be long, and no other write waits while it is read.
func TestMetadataIsReadBeforehand(t *testing.T) {
	s, w := service(t)
	ctx := iamtest.Root(iamtest.Account)
	s.read = func(document []byte) (record.SAMLMetadata, error) {
		bounded, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		if err := w.DB.Update(bounded, func(store.Writer) error { return nil }); err != nil {
			return record.SAMLMetadata{}, err
		}
		return readMetadata(document)
	}
	if _, err := s.CreateSAMLProvider(ctx, &iamapi.CreateSAMLProviderRequest{Name: "corp", SAMLMetadataDocument: "idp"}); err != nil {
		t.Error(err)
	}
	if _, err := s.UpdateSAMLProvider(ctx, &iamapi.UpdateSAMLProviderRequest{SAMLProviderArn: samlARN, SAMLMetadataDocument: ptr("new")}); err != nil {
		t.Error(err)
	}
}

func TestSAMLRefusals(t *testing.T) {
	s, _ := service(t)
	ctx := iamtest.Root(iamtest.Account)
	create := func(edit func(*iamapi.CreateSAMLProviderRequest)) error {
		in := &iamapi.CreateSAMLProviderRequest{Name: "corp", SAMLMetadataDocument: "idp"}
		if edit != nil {
			edit(in)
		}
		_, err := s.CreateSAMLProvider(ctx, in)
		return err
	}
	if err := create(nil); err != nil {
		t.Fatal(err)
	}
	iamtest.Fails(t, create(nil), iamapi.EntityAlreadyExistsException, "SAMLProvider with name corp already exists.")
	iamtest.Fails(t, create(func(in *iamapi.CreateSAMLProviderRequest) { in.Name, in.SAMLMetadataDocument = "x", "bad" }), iamapi.InvalidInputException, "Could not parse metadata")
	iamtest.Fails(t, create(func(in *iamapi.CreateSAMLProviderRequest) { in.Name, in.AddPrivateKey = "x", ptr("key") }), iamapi.InvalidInputException, "")
	mode := iamapi.AssertionEncryptionModeType("Required")
	iamtest.Fails(t, create(func(in *iamapi.CreateSAMLProviderRequest) { in.Name, in.AssertionEncryptionMode = "x", &mode }), iamapi.InvalidInputException, "")
	update := func(edit func(*iamapi.UpdateSAMLProviderRequest)) error {
		in := &iamapi.UpdateSAMLProviderRequest{SAMLProviderArn: samlARN}
		edit(in)
		_, err := s.UpdateSAMLProvider(ctx, in)
		return err
	}
	for name, edit := range map[string]func(*iamapi.UpdateSAMLProviderRequest){
		"nothing":     func(*iamapi.UpdateSAMLProviderRequest) {},
		"metadata":    func(in *iamapi.UpdateSAMLProviderRequest) { in.SAMLMetadataDocument = ptr("bad") },
		"both keys":   func(in *iamapi.UpdateSAMLProviderRequest) { in.AddPrivateKey, in.RemovePrivateKey = ptr("a"), ptr("b") },
		"remove":      func(in *iamapi.UpdateSAMLProviderRequest) { in.RemovePrivateKey = ptr("b") },
		"encryption":  func(in *iamapi.UpdateSAMLProviderRequest) { in.AssertionEncryptionMode = &mode },
		"private key": func(in *iamapi.UpdateSAMLProviderRequest) { in.AddPrivateKey = ptr("a") },
	} {
		err := update(edit)
		if err == nil || !strings.HasPrefix(err.Error(), "InvalidInput") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if p, err := s.SAMLProvider(ctx, samlARN); err != nil || p.Metadata.EntityID != "idp" {
		t.Errorf("after the refusals: %+v, %v", p, err)
	}
	for i := range mostSAML - 1 {
		if err := create(func(in *iamapi.CreateSAMLProviderRequest) { in.Name = fmt.Sprint("p", i) }); err != nil {
			t.Fatal(err)
		}
	}
	iamtest.Fails(t, create(func(in *iamapi.CreateSAMLProviderRequest) { in.Name = "more" }), iamapi.LimitExceededException, "Cannot exceed quota for SAMLProvidersPerAccount: 100")
}

func TestAsks(t *testing.T) {
	s, _ := service(t)
	iamtest.CheckBindings(t, iamapi.Service(), s.Operations())
	ctx := iamtest.Root(iamtest.Account)
	createOIDC(t, s, ctx)
	got, err := s.askTagOIDC(ctx, &iamapi.TagOpenIDConnectProviderRequest{OpenIDConnectProviderArn: oidcARN, Tags: []iamapi.Tag{{Key: "Cost", Value: "1"}}})
	if err != nil {
		t.Fatal(err)
	}
	want := asks{{Resource: oidcARN, Context: iampolicy.MapContext{
		"aws:resourcetag/team": {"blue"}, "iam:resourcetag/team": {"blue"}, "aws:requesttag/cost": {"1"}, "aws:tagkeys": {"Cost"},
	}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	foreign := strings.Replace(oidcARN, iamtest.Account, iamtest.Other, 1)
	if got, err = s.askGetOIDC(ctx, &iamapi.GetOpenIDConnectProviderRequest{OpenIDConnectProviderArn: foreign}); err != nil || got[0].Resource != foreign || len(got[0].Context) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err = s.askCreateOIDC(ctx, &iamapi.CreateOpenIDConnectProviderRequest{Url: issuer}); err != nil || got[0].Resource != oidcARN {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err = s.askCreateSAML(ctx, &iamapi.CreateSAMLProviderRequest{Name: "corp"}); err != nil || got[0].Resource != samlARN {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestAskTagOnCreate: who may make providers and not tag them cannot make one with tags.
func TestAskTagOnCreate(t *testing.T) {
	s, _ := service(t)
	ctx := iamtest.Root(iamtest.Account)
	tags := []iamapi.Tag{{Key: "K", Value: "v"}}
	requested := iampolicy.MapContext{"aws:requesttag/k": {"v"}, "aws:tagkeys": {"K"}}
	oidc, err := s.askCreateOIDC(ctx, &iamapi.CreateOpenIDConnectProviderRequest{Url: issuer, Tags: tags})
	if err != nil {
		t.Fatal(err)
	}
	saml, err := s.askCreateSAML(ctx, &iamapi.CreateSAMLProviderRequest{Name: "corp", Tags: tags})
	if err != nil {
		t.Fatal(err)
	}
	want := asks{
		{Resource: oidcARN, Context: requested}, {Action: "iam:TagOpenIDConnectProvider", Resource: oidcARN, Context: requested},
		{Resource: samlARN, Context: requested}, {Action: "iam:TagSAMLProvider", Resource: samlARN, Context: requested},
	}
	if d := cmp.Diff(want, append(oidc, saml...)); d != "" {
		t.Error(d)
	}
}

// FuzzIssuerName: a name and its scheme give the URL back, and a policy can name the provider.
func FuzzIssuerName(f *testing.F) {
	for _, s := range []string{issuer, "http://localhost:1/x", "https://a.example/%2f", "https://a.example?x", "https://[::1]"} {
		f.Add(s)
	}
	s := &Service{loopback: true}
	f.Fuzz(func(t *testing.T, text string) {
		name, plain, ok := s.issuerName(text)
		if !ok {
			return
		}
		p := &record.OIDCProvider{Account: iamtest.Account, Name: name, Plain: plain}
		if p.Issuer() != text {
			t.Fatalf("%q is named %q, whose issuer is %q", text, name, p.Issuer())
		}
		account, kind, again, ok := record.SplitProviderARN(p.ARN())
		if !ok || account != p.Account || kind != "oidc-provider" || again != name {
			t.Fatalf("%s comes apart as %q %q %q", p.ARN(), account, kind, again)
		}
		policy := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":%q},"Action":"sts:AssumeRoleWithWebIdentity"}]}`, p.ARN())
		if _, err := iampolicy.Parse([]byte(policy), iampolicy.TrustPolicy); err != nil {
			t.Fatalf("%s: %v", policy, err)
		}
	})
}
