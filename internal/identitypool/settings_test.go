package identitypool

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/wire"
)

const (
	oidcARN = "arn:aws:iam::" + account + ":oidc-provider/login.example.com/a"
	samlARN = "arn:aws:iam::" + account + ":saml-provider/corp"
	oidcKey = "login.example.com/a"
	google  = "accounts.google.com"
	devName = "login.mycompany"
)

// everything sets all providers there are.
func everything(in *api.CreateIdentityPoolInput) {
	in.OpenIdConnectProviderARNs, in.SamlProviderARNs = []string{oidcARN, oidcARN}, []string{samlARN}
	in.SupportedLoginProviders = map[string]string{google: "g-client", "appleid.apple.com": "a-client"}
	in.DeveloperProviderName, in.AllowClassicFlow = ptr(devName), ptr(true)
	in.IdentityPoolTags = map[string]string{"team": "x"}
}

func TestEverySettingIsKept(t *testing.T) {
	h := newHouse(t)
	in := &api.CreateIdentityPoolInput{IdentityPoolName: "p", AllowUnauthenticatedIdentities: true}
	everything(in)
	made, err := h.CreateIdentityPool(h.ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	want := &api.IdentityPool{
		IdentityPoolId: made.IdentityPoolId, IdentityPoolName: "p", AllowUnauthenticatedIdentities: true, AllowClassicFlow: ptr(true),
		OpenIdConnectProviderARNs: []string{oidcARN}, SamlProviderARNs: []string{samlARN}, SupportedLoginProviders: in.SupportedLoginProviders,
		DeveloperProviderName: ptr(devName), IdentityPoolTags: in.IdentityPoolTags,
	}
	got, err := h.DescribeIdentityPool(h.ctx, &api.DescribeIdentityPoolInput{IdentityPoolId: made.IdentityPoolId})
	if d := cmp.Diff(want, got) + cmp.Diff(want, made); d != "" || err != nil {
		t.Error(d, err)
	}
	up, err := h.UpdateIdentityPool(h.ctx, &api.IdentityPool{IdentityPoolId: made.IdentityPoolId, IdentityPoolName: "q"})
	want = &api.IdentityPool{IdentityPoolId: made.IdentityPoolId, IdentityPoolName: "q", AllowClassicFlow: ptr(true), DeveloperProviderName: ptr(devName), IdentityPoolTags: in.IdentityPoolTags}
	if d := cmp.Diff(want, up); d != "" || err != nil {
		t.Error(d, err)
	}
	_, err = h.UpdateIdentityPool(h.ctx, &api.IdentityPool{IdentityPoolId: made.IdentityPoolId, IdentityPoolName: "q", DeveloperProviderName: ptr("other")})
	fails(t, "another developer provider", err, api.InvalidParameterException, "Developer provider name cannot be changed once it has been set.")
	_, err = h.UpdateIdentityPool(h.ctx, &api.IdentityPool{IdentityPoolId: made.IdentityPoolId, IdentityPoolName: "q", DeveloperProviderName: ptr("")})
	fails(t, "no developer provider", err, api.InvalidParameterException, "")
}

func TestRefusedSettings(t *testing.T) {
	h := newHouse(t)
	for name, c := range map[string]struct {
		edit func(*api.CreateIdentityPoolInput)
		want *wire.ErrorType
	}{
		"facebook": {func(in *api.CreateIdentityPoolInput) {
			in.SupportedLoginProviders = map[string]string{"graph.facebook.com": "1"}
		}, notImplemented},
		"amazon": {func(in *api.CreateIdentityPoolInput) {
			in.SupportedLoginProviders = map[string]string{"www.amazon.com": "1", google: "x"}
		}, notImplemented},
		"twitter": {func(in *api.CreateIdentityPoolInput) {
			in.SupportedLoginProviders = map[string]string{"api.twitter.com": "1;2"}
		}, notImplemented},
		"digits": {func(in *api.CreateIdentityPoolInput) {
			in.SupportedLoginProviders = map[string]string{"www.digits.com": "1;2"}
		}, notImplemented},
		"unheard of": {func(in *api.CreateIdentityPoolInput) {
			in.SupportedLoginProviders = map[string]string{"example.com": "1"}
		}, api.InvalidParameterException},
		"no ARN": {func(in *api.CreateIdentityPoolInput) {
			in.OpenIdConnectProviderARNs = []string{"accounts.google.com/long/enough"}
		}, api.InvalidParameterException},
		"SAML for OIDC": {func(in *api.CreateIdentityPoolInput) { in.OpenIdConnectProviderARNs = []string{samlARN} }, api.InvalidParameterException},
		"OIDC for SAML": {func(in *api.CreateIdentityPoolInput) { in.SamlProviderARNs = []string{oidcARN} }, api.InvalidParameterException},
		"another account": {func(in *api.CreateIdentityPoolInput) {
			in.SamlProviderARNs = []string{strings.Replace(samlARN, account, "999999999999", 1)}
		}, api.InvalidParameterException},
		"nameless provider": {func(in *api.CreateIdentityPoolInput) {
			in.SamlProviderARNs = []string{"arn:aws:iam::" + account + ":saml-provider/"}
		}, api.InvalidParameterException},
		"too many providers": {func(in *api.CreateIdentityPoolInput) {
			in.SamlProviderARNs = make([]string, maxProviders+1)
		}, api.LimitExceededException},
		"developer is Google":  {func(in *api.CreateIdentityPoolInput) { in.DeveloperProviderName = ptr(google) }, api.InvalidParameterException},
		"developer is ourself": {func(in *api.CreateIdentityPoolInput) { in.DeveloperProviderName = ptr(providerName) }, api.InvalidParameterException},
		"reserved tag":         {func(in *api.CreateIdentityPoolInput) { in.IdentityPoolTags = map[string]string{"AWS:x": "1"} }, api.InvalidParameterException},
		"provider without name": {func(in *api.CreateIdentityPoolInput) {
			in.CognitoIdentityProviders = []api.CognitoIdentityProvider{{ClientId: ptr("c")}}
		}, api.InvalidParameterException},
		"provider without client": {func(in *api.CreateIdentityPoolInput) {
			in.CognitoIdentityProviders = []api.CognitoIdentityProvider{{ProviderName: ptr(nameA)}}
		}, api.InvalidParameterException},
		"provider that is no user pool": {func(in *api.CreateIdentityPoolInput) {
			in.CognitoIdentityProviders = []api.CognitoIdentityProvider{{ProviderName: ptr("x"), ClientId: ptr("c")}}
		}, api.InvalidParameterException},
	} {
		in := &api.CreateIdentityPoolInput{IdentityPoolName: "p"}
		c.edit(in)
		_, err := h.CreateIdentityPool(h.ctx, in)
		fails(t, name, err, c.want, "")
	}
	developer := &api.CreateIdentityPoolInput{IdentityPoolName: "p", OpenIdConnectProviderARNs: []string{strings.TrimSuffix(oidcARN, "/a")}, DeveloperProviderName: ptr("login.example.com")}
	_, err := h.CreateIdentityPool(h.ctx, developer)
	fails(t, "a developer provider with the name of an issuer", err, api.InvalidParameterException, "")
}

func TestChosenID(t *testing.T) {
	h := newHouse(t)
	const id = "eu-west-1:0a1b2c3d-0000-4000-8000-00000000000f"
	create := func(id string) error {
		_, err := h.CreateIdentityPool(h.ctx, &api.CreateIdentityPoolInput{IdentityPoolName: "p", IdentityPoolTags: map[string]string{idTag: id}})
		return err
	}
	if err := create(id); err != nil {
		t.Fatal(err)
	}
	fails(t, "again", create(id), api.ResourceConflictException, "")
	for _, bad := range []string{"", id[:len(id)-1], id + "0", strings.ToUpper(id), "us-east-1" + id[9:], id[10:], strings.Replace(id, "-4000", "_4000", 1), strings.Replace(id, "0a", "0g", 1)} {
		fails(t, bad, create(bad), api.InvalidParameterException, "")
	}
	arn := poolARN(account, "eu-west-1", id)
	_, err := h.TagResource(h.ctx, &api.TagResourceInput{ResourceArn: arn, Tags: map[string]string{idTag: "x"}})
	fails(t, "another id", err, api.InvalidParameterException, "")
	_, err = h.UntagResource(h.ctx, &api.UntagResourceInput{ResourceArn: arn, TagKeys: []string{idTag}})
	fails(t, "no id", err, api.InvalidParameterException, "")
	_, err = h.UpdateIdentityPool(h.ctx, &api.IdentityPool{IdentityPoolId: id, IdentityPoolName: "p", IdentityPoolTags: map[string]string{}})
	fails(t, "an update without it", err, api.InvalidParameterException, "")
	if _, err := h.UpdateIdentityPool(h.ctx, &api.IdentityPool{IdentityPoolId: id, IdentityPoolName: "q"}); err != nil {
		t.Error(err)
	}
	if _, err := h.DeleteIdentityPool(h.ctx, &api.DeleteIdentityPoolInput{IdentityPoolId: id}); err != nil {
		t.Fatal(err)
	}
	if err := create(id); err != nil {
		t.Errorf("the id of a deleted pool: %v", err)
	}
}

func TestTags(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(true)
	arn := poolARN(account, "eu-west-1", pool)
	list := func() map[string]string {
		out, err := h.ListTagsForResource(h.ctx, &api.ListTagsForResourceInput{ResourceArn: arn})
		if err != nil {
			t.Fatal(err)
		}
		return out.Tags
	}
	if got := list(); got == nil || len(got) > 0 {
		t.Errorf("no tags are %v", got)
	}
	tag := func(arn string, tags map[string]string) error {
		_, err := h.TagResource(h.ctx, &api.TagResourceInput{ResourceArn: arn, Tags: tags})
		return err
	}
	if err := tag(arn, map[string]string{"a": "1", "b": ""}); err != nil {
		t.Fatal(err)
	}
	if err := tag(arn, map[string]string{"a": "2"}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]string{"a": "2", "b": ""}, list()); d != "" {
		t.Error(d)
	}
	if _, err := h.UntagResource(h.ctx, &api.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"a", "none"}}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]string{"b": ""}, list()); d != "" {
		t.Error(d)
	}
	many := map[string]string{}
	for i := range maxTags {
		many[strings.Repeat("k", i+1)] = ""
	}
	fails(t, "too many", tag(arn, many), api.InvalidParameterException, "")
	fails(t, "reserved", tag(arn, map[string]string{"aws:x": ""}), api.InvalidParameterException, "")
	fails(t, "no ARN", tag(pool, nil), api.InvalidParameterException, "")
	fails(t, "another account", tag(strings.Replace(arn, account, "999999999999", 1), nil), api.ResourceNotFoundException, "")
	fails(t, "another region", tag(strings.Replace(arn, "identity:eu-west-1", "identity:us-east-1", 1), nil), api.ResourceNotFoundException, "")
	fails(t, "no pool", tag(arn[:len(arn)-1], nil), api.ResourceNotFoundException, "")
	asks, err := h.askTag(h.ctx, &api.TagResourceInput{ResourceArn: arn, Tags: map[string]string{"New": "v"}})
	if err != nil || asks[0].Resource != arn || asks[0].Context["aws:resourcetag/b"] == nil || asks[0].Context["aws:requesttag/new"][0] != "v" || asks[0].Context["aws:tagkeys"][0] != "New" {
		t.Errorf("%+v, %v", asks, err)
	}
	if asks, err = h.askUntag(h.ctx, &api.UntagResourceInput{ResourceArn: "x", TagKeys: []string{"b"}}); err != nil || asks[0].Resource != "x" || asks[0].Context["aws:tagkeys"][0] != "b" {
		t.Errorf("%+v, %v", asks, err)
	}
	if asks, err = h.askListTags(h.ctx, &api.ListTagsForResourceInput{ResourceArn: arn}); err != nil || asks[0].Resource != arn {
		t.Errorf("%+v, %v", asks, err)
	}
}
