package userpool

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"testing"

	"github.com/mayfly-id/mayfly/internal/pooledge"

	"github.com/google/go-cmp/cmp"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// TestCreateUserPoolDefaults holds the answer against what AWS answers to a request with a name and nothing else.
func TestCreateUserPoolDefaults(t *testing.T) {
	h := newHouse(t)
	out := must[*api.CreateUserPoolResponse](t)(h.CreateUserPool(h.ctx, &api.CreateUserPoolRequest{PoolName: "people"}))
	got := out.UserPool
	if !regexp.MustCompile(`^eu-west-1_[A-Za-z0-9]{9}$`).MatchString(*got.Id) {
		t.Errorf("id is %s", *got.Id)
	}
	if h.created[*got.Id] != "RS256" {
		t.Errorf("keys are for %q, want RS256", h.created[*got.Id])
	}
	if n := len(got.SchemaAttributes); n != 20 || *got.SchemaAttributes[0].Name != "sub" || *got.SchemaAttributes[19].Name != "updated_at" {
		t.Errorf("schema has %d attributes", n)
	}
	again := must[*api.DescribeUserPoolResponse](t)(h.DescribeUserPool(h.ctx, &api.DescribeUserPoolRequest{UserPoolId: *got.Id}))
	if diff := cmp.Diff(got, again.UserPool); diff != "" {
		t.Errorf("DescribeUserPool differs (-create +describe):\n%s", diff)
	}
	got.SchemaAttributes = nil
	stamp := h.now.Truncate(1e6)
	want := &api.UserPoolType{
		Id: got.Id, Name: new("people"), Arn: new("arn:aws:cognito-idp:eu-west-1:111122223333:userpool/" + *got.Id),
		CreationDate: &stamp, LastModifiedDate: &stamp, LambdaConfig: &api.LambdaConfigType{},
		Policies: &api.UserPoolPolicyType{
			PasswordPolicy: &api.PasswordPolicyType{
				MinimumLength: new(8), RequireLowercase: new(true), RequireUppercase: new(true), RequireNumbers: new(true),
				RequireSymbols: new(true), TemporaryPasswordValidityDays: new(7),
			},
			SignInPolicy: &api.SignInPolicyType{AllowedFirstAuthFactors: []api.AuthFactorType{"PASSWORD"}},
		},
		DeletionProtection: new(api.DeletionProtectionTypeInactive), MfaConfiguration: new(api.UserPoolMfaTypeOff),
		EstimatedNumberOfUsers: new(0), UserPoolTags: map[string]string{}, UserPoolTier: new(api.UserPoolTierTypeEssentials),
		EmailConfiguration:          &api.EmailConfigurationType{EmailSendingAccount: new(api.EmailSendingAccountType("COGNITO_DEFAULT"))},
		VerificationMessageTemplate: &api.VerificationMessageTemplateType{DefaultEmailOption: new(api.DefaultEmailOptionTypeConfirmWithCode)},
		AdminCreateUserConfig:       &api.AdminCreateUserConfigType{AllowAdminCreateUserOnly: new(false), UnusedAccountValidityDays: new(7)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pool differs (-want +got):\n%s", diff)
	}
}

func TestCreateUserPoolRefusals(t *testing.T) {
	h := newHouse(t)
	type request = api.CreateUserPoolRequest
	template := func(v api.VerificationMessageTemplateType) *api.VerificationMessageTemplateType { return &v }
	recovery := func(o ...api.RecoveryOptionType) *api.AccountRecoverySettingType {
		return &api.AccountRecoverySettingType{RecoveryMechanisms: o}
	}
	schema := func(a api.SchemaAttributeType) []api.SchemaAttributeType { return []api.SchemaAttributeType{a} }
	for name, c := range map[string]struct {
		in   request
		want *wire.ErrorType
	}{
		"MFA without a factor": {request{MfaConfiguration: new(api.UserPoolMfaTypeOptional)}, api.InvalidParameterException},
		"two texts":            {request{EmailVerificationMessage: new("a {####}"), VerificationMessageTemplate: template(api.VerificationMessageTemplateType{EmailMessage: new("b {####}")})}, api.InvalidParameterException},
		"both name options":    {request{UsernameAttributes: []api.UsernameAttributeType{"email"}, AliasAttributes: []api.AliasAttributeType{"phone_number"}}, api.InvalidParameterException},
		"algorithm":            {request{UserPoolTags: map[string]string{algorithmTag: "none"}}, api.InvalidParameterException},
		"reserved tag":         {request{UserPoolTags: map[string]string{"AWS:x": ""}}, api.InvalidParameterException},
		"same priority":        {request{AccountRecoverySetting: recovery(api.RecoveryOptionType{Name: "verified_email", Priority: 1}, api.RecoveryOptionType{Name: "verified_phone_number", Priority: 1})}, api.InvalidParameterException},
		"admin only and":       {request{AccountRecoverySetting: recovery(api.RecoveryOptionType{Name: "admin_only", Priority: 1}, api.RecoveryOptionType{Name: "verified_email", Priority: 2})}, api.InvalidParameterException},
		"same recovery":        {request{AccountRecoverySetting: recovery(api.RecoveryOptionType{Name: "verified_email", Priority: 1}, api.RecoveryOptionType{Name: "verified_email", Priority: 2})}, api.InvalidParameterException},
		"days contradict": {request{Policies: &api.UserPoolPolicyType{PasswordPolicy: &api.PasswordPolicyType{TemporaryPasswordValidityDays: new(3)}},
			AdminCreateUserConfig: &api.AdminCreateUserConfigType{UnusedAccountValidityDays: new(4)}}, api.InvalidParameterException},
		"required custom":   {request{Schema: schema(api.SchemaAttributeType{Name: new("tenant"), Required: new(true)})}, api.InvalidParameterException},
		"colon":             {request{Schema: schema(api.SchemaAttributeType{Name: new("custom:tenant")})}, api.InvalidParameterException},
		"nameless":          {request{Schema: schema(api.SchemaAttributeType{})}, api.InvalidParameterException},
		"type of standard":  {request{Schema: schema(api.SchemaAttributeType{Name: new("email"), AttributeDataType: new(api.AttributeDataTypeNumber)})}, api.InvalidParameterException},
		"developer's email": {request{Schema: schema(api.SchemaAttributeType{Name: new("email"), DeveloperOnlyAttribute: new(true)})}, api.InvalidParameterException},
		"mutable sub":       {request{Schema: schema(api.SchemaAttributeType{Name: new("sub"), Mutable: new(true)})}, api.InvalidParameterException},
		"bound is no number": {request{Schema: schema(api.SchemaAttributeType{Name: new("a"),
			StringAttributeConstraints: &api.StringAttributeConstraintsType{MinLength: new("x")}})}, api.InvalidParameterException},
		"bounds crossed": {request{Schema: schema(api.SchemaAttributeType{Name: new("a"),
			StringAttributeConstraints: &api.StringAttributeConstraintsType{MinLength: new("9"), MaxLength: new("8")}})}, api.InvalidParameterException},
		"too long": {request{Schema: schema(api.SchemaAttributeType{Name: new("a"),
			StringAttributeConstraints: &api.StringAttributeConstraintsType{MaxLength: new("2049")}})}, api.InvalidParameterException},
	} {
		t.Run(name, func(t *testing.T) {
			c.in.PoolName = "people"
			_, err := h.CreateUserPool(h.ctx, &c.in)
			wantError(t, err, c.want, "")
		})
	}
	if out := must[*api.ListUserPoolsResponse](t)(h.ListUserPools(h.ctx, &api.ListUserPoolsRequest{MaxResults: 60})); len(out.UserPools) != 0 {
		t.Errorf("refused requests left %d pools", len(out.UserPools))
	}
}

func TestCreateUserPoolIsOneTransaction(t *testing.T) {
	h := newHouse(t)
	h.fail = errors.New("no keys")
	if _, err := h.CreateUserPool(h.ctx, &api.CreateUserPoolRequest{PoolName: "people"}); !errors.Is(err, h.fail) {
		t.Fatalf("error is %v", err)
	}
	page := must[store.Page[directory.Pool]](t)(directory.Pools.List(h.ctx, h.Store, store.Query{}))
	if len(page.Rows) != 0 {
		t.Error("the pool is there without keys")
	}
}

func TestSigningAlgorithmIsChosenOnce(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, api.CreateUserPoolRequest{UserPoolTags: map[string]string{algorithmTag: "ES256", "team": "a"}})
	if p.SigningAlg != "ES256" || h.created[p.ID] != "ES256" {
		t.Fatalf("algorithm is %s, keys are %s", p.SigningAlg, h.created[p.ID])
	}
	other := h.newTestPool(t, api.CreateUserPoolRequest{})
	for name, err := range map[string]error{
		"changed by tag":    second(h.TagResource(h.ctx, &api.TagResourceRequest{ResourceArn: pooledge.ARN(p), Tags: map[string]string{algorithmTag: "RS256"}})),
		"untagged":          second(h.UntagResource(h.ctx, &api.UntagResourceRequest{ResourceArn: pooledge.ARN(p), TagKeys: []string{algorithmTag}})),
		"changed by update": second(h.UpdateUserPool(h.ctx, &api.UpdateUserPoolRequest{UserPoolId: p.ID, UserPoolTags: map[string]string{}})),
		"added later":       second(h.TagResource(h.ctx, &api.TagResourceRequest{ResourceArn: pooledge.ARN(other), Tags: map[string]string{algorithmTag: "RS256"}})),
	} {
		t.Run(name, func(t *testing.T) { wantError(t, err, api.InvalidParameterException, "") })
	}
	must[*api.TagResourceResponse](t)(h.TagResource(h.ctx, &api.TagResourceRequest{ResourceArn: pooledge.ARN(p), Tags: map[string]string{"team": "b", "x": ""}}))
	must[*api.UntagResourceResponse](t)(h.UntagResource(h.ctx, &api.UntagResourceRequest{ResourceArn: pooledge.ARN(p), TagKeys: []string{"x"}}))
	got := must[*api.ListTagsForResourceResponse](t)(h.ListTagsForResource(h.ctx, &api.ListTagsForResourceRequest{ResourceArn: pooledge.ARN(p)}))
	if diff := cmp.Diff(map[string]string{algorithmTag: "ES256", "team": "b"}, got.Tags); diff != "" {
		t.Error(diff)
	}
}

func second[T any](_ T, err error) error { return err }

func TestTagsNeedTheExactARN(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, api.CreateUserPoolRequest{})
	for resource, want := range map[string]*wire.ErrorType{
		"arn:aws:cognito-idp:eu-west-1:999999999999:userpool/" + p.ID:       api.ResourceNotFoundException,
		"arn:aws:cognito-idp:us-east-1:111122223333:userpool/" + p.ID:       api.ResourceNotFoundException,
		"arn:aws:cognito-idp:eu-west-1:111122223333:userpool/" + p.ID + "x": api.ResourceNotFoundException,
		"arn:aws:cognito-idp:eu-west-1:111122223333:identitypool/" + p.ID:   api.InvalidParameterException,
		"arn:aws:iam:eu-west-1:111122223333:userpool/" + p.ID:               api.InvalidParameterException,
		"userpool/" + p.ID: api.InvalidParameterException,
	} {
		_, err := h.ListTagsForResource(h.ctx, &api.ListTagsForResourceRequest{ResourceArn: resource})
		wantError(t, err, want, "")
	}
}

// TestUpdateUserPoolReplaces shows AWS's rule: what an update leaves out goes back to its default.
func TestUpdateUserPoolReplaces(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, api.CreateUserPoolRequest{
		Policies:                 &api.UserPoolPolicyType{PasswordPolicy: &api.PasswordPolicyType{MinimumLength: new(60)}},
		EmailVerificationSubject: new("hello"), DeletionProtection: new(api.DeletionProtectionTypeActive),
		AdminCreateUserConfig: &api.AdminCreateUserConfigType{AllowAdminCreateUserOnly: new(true), InviteMessageTemplate: &api.MessageTemplateType{EmailSubject: new("come")}},
		AccountRecoverySetting: &api.AccountRecoverySettingType{RecoveryMechanisms: []api.RecoveryOptionType{
			{Name: "verified_phone_number", Priority: 2}, {Name: "verified_email", Priority: 1}}},
		UserPoolTags: map[string]string{"a": "b"},
		Schema:       []api.SchemaAttributeType{{Name: new("tenant"), Mutable: new(false), DeveloperOnlyAttribute: new(true)}},
	})
	if p.Password.MinLength != 60 || p.Password.Upper || p.Verification.Subject != "hello" || !p.DeletionProtection || !p.AdminCreateOnly ||
		p.Invite.Subject != "come" || !slices.Equal(p.RecoveryOrder, []string{"verified_email", "verified_phone_number"}) {
		t.Fatalf("settings were not kept: %+v", p)
	}
	_, err := h.DeleteUserPool(h.ctx, &api.DeleteUserPoolRequest{UserPoolId: p.ID})
	wantError(t, err, api.InvalidParameterException, "The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.")

	before := *p
	must[*api.UpdateUserPoolResponse](t)(h.UpdateUserPool(h.ctx, &api.UpdateUserPoolRequest{UserPoolId: p.ID, PoolName: new("humans")}))
	got := *must[*directory.Pool](t)(h.edge.Pool(h.ctx, p.ID))
	want := before
	want.Name, want.Password, want.Verification, want.Invite = "humans", directory.DefaultPasswordPolicy(), directory.MessageTemplate{}, directory.MessageTemplate{}
	want.DeletionProtection, want.AdminCreateOnly, want.RecoveryOrder = false, false, nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pool differs (-want +got):\n%s", diff)
	}
	if _, ok := got.Attribute("dev:custom:tenant"); !ok {
		t.Error("the schema is gone")
	}
}

func TestDeleteUserPool(t *testing.T) {
	h := newHouse(t)
	p, other := h.newTestPool(t, api.CreateUserPoolRequest{}), h.newTestPool(t, api.CreateUserPoolRequest{})
	kept := h.newTestUser(t, other, "kept")
	var cleaned []string
	h.Cleanup = []Cleanup{func(_ context.Context, _ store.Writer, poolID string) error {
		cleaned = append(cleaned, poolID)
		return nil
	}}
	err := h.Store.Update(h.ctx, func(w store.Writer) error {
		for i := range deleteBatch*2 + 5 {
			sub := fmt.Sprintf("sub-%04d", i)
			if err := directory.InsertUser(h.ctx, w, p, &directory.User{PoolID: p.ID, Sub: sub, Username: "u" + sub}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	must[*api.CreateUserPoolClientResponse](t)(h.CreateUserPoolClient(h.ctx, &api.CreateUserPoolClientRequest{UserPoolId: p.ID, ClientName: "a"}))
	err = h.Store.Update(h.ctx, func(w store.Writer) error {
		return errors.Join(
			directory.Groups.Insert(h.ctx, w, &directory.Group{PoolID: p.ID, Name: "g"}),
			directory.Members.Insert(h.ctx, w, &directory.Member{PoolID: p.ID, Group: "g", Sub: "sub-0001"}),
			directory.Devices.Insert(h.ctx, w, &directory.Device{PoolID: p.ID, Sub: "sub-0001", Key: "d"}),
			directory.Passkeys.Insert(h.ctx, w, &directory.Passkey{PoolID: p.ID, Sub: "sub-0001", ID: []byte("k")}),
			directory.Providers.Insert(h.ctx, w, &directory.Provider{PoolID: p.ID, Name: "Google"}),
			directory.ProviderIDs.Insert(h.ctx, w, &directory.ProviderID{PoolID: p.ID, ID: "g.example", Name: "Google"}),
			directory.UserLinks.Insert(h.ctx, w, &directory.UserLink{PoolID: p.ID, Provider: "Google", Value: "1", Sub: "gone"}),
			directory.ResourceServers.Insert(h.ctx, w, &directory.ResourceServer{PoolID: p.ID, Identifier: "api"}),
			directory.RetiredClients.Insert(h.ctx, w, &directory.RetiredClient{PoolID: p.ID, ID: "old"}),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
	must[*wire.Empty](t)(h.DeleteUserPool(h.ctx, &api.DeleteUserPoolRequest{UserPoolId: p.ID}))

	_, err = h.DescribeUserPool(h.ctx, &api.DescribeUserPoolRequest{UserPoolId: p.ID})
	wantError(t, err, api.ResourceNotFoundException, "")
	if !slices.Equal(cleaned, []string{p.ID}) {
		t.Errorf("cleaned up after %v", cleaned)
	}
	if len(h.revoked) != deleteBatch*2+5 || h.created[p.ID] != "" || h.created[other.ID] == "" {
		t.Errorf("%d users were revoked, keys left: %v", len(h.revoked), h.created)
	}
	for name, n := range map[string]int64{
		"users":   must[int64](t)(directory.Users.Count(h.ctx, h.Store, "", p.ID)),
		"clients": must[int64](t)(directory.Clients.Count(h.ctx, h.Store, "by_pool", p.ID)),
		"groups":  must[int64](t)(directory.Groups.Count(h.ctx, h.Store, "", p.ID)),
		"members": must[int64](t)(directory.Members.Count(h.ctx, h.Store, "", p.ID)),
		"devices": must[int64](t)(directory.Devices.Count(h.ctx, h.Store, "", p.ID)), "passkeys": must[int64](t)(directory.Passkeys.Count(h.ctx, h.Store, "", p.ID)),
		"providers":        must[int64](t)(directory.Providers.Count(h.ctx, h.Store, "", p.ID)),
		"provider ids":     must[int64](t)(directory.ProviderIDs.Count(h.ctx, h.Store, "", p.ID)),
		"links":            must[int64](t)(directory.UserLinks.Count(h.ctx, h.Store, "", p.ID)),
		"resource servers": must[int64](t)(directory.ResourceServers.Count(h.ctx, h.Store, "", p.ID)),
		"retired clients":  must[int64](t)(directory.RetiredClients.Count(h.ctx, h.Store, "by_pool", p.ID)),
	} {
		if n != 0 {
			t.Errorf("%d %s are left", n, name)
		}
	}
	if _, err := directory.Users.Get(h.ctx, h.Store, other.ID, kept.Sub); err != nil {
		t.Errorf("a user of the other pool: %v", err)
	}
}

func TestListUserPools(t *testing.T) {
	h := newHouse(t)
	var want []string
	for i := range 5 {
		want = append(want, h.newTestPool(t, api.CreateUserPoolRequest{PoolName: fmt.Sprint("p", i)}).ID)
	}
	abroad := as(t.Context(), testAccount, "us-east-1")
	must[*api.CreateUserPoolResponse](t)(h.CreateUserPool(abroad, &api.CreateUserPoolRequest{PoolName: "abroad"}))
	slices.Sort(want)
	var got []string
	var token *string
	for {
		out := must[*api.ListUserPoolsResponse](t)(h.ListUserPools(h.ctx, &api.ListUserPoolsRequest{MaxResults: 2, NextToken: token}))
		for _, p := range out.UserPools {
			got = append(got, *p.Id)
		}
		if token = out.NextToken; token == nil {
			break
		}
		for _, ctx := range []context.Context{as(t.Context(), "999999999999", testRegion), abroad} {
			_, err := h.ListUserPools(ctx, &api.ListUserPoolsRequest{MaxResults: 2, NextToken: token})
			wantError(t, err, api.InvalidParameterException, "Invalid pagination token.")
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{"x", "!", "AAAA"} {
		_, err := h.ListUserPools(h.ctx, &api.ListUserPoolsRequest{MaxResults: 2, NextToken: &bad})
		wantError(t, err, api.InvalidParameterException, "")
	}
}

func TestCreateAsks(t *testing.T) {
	h := newHouse(t)
	for _, b := range h.Operations() {
		if b.Operation.Name != "CreateUserPool" {
			continue
		}
		got := must[[]caller.Ask](t)(b.Asks(h.ctx, api.Service(), &api.CreateUserPoolRequest{UserPoolTags: map[string]string{"Team": "a"}}))
		if len(got) != 1 || got[0].Action != "cognito-idp:CreateUserPool" || got[0].Resource != "*" ||
			!slices.Equal(got[0].Context["aws:requesttag/team"], []string{"a"}) || !slices.Equal(got[0].Context["aws:tagkeys"], []string{"Team"}) {
			t.Errorf("asks are %+v", got)
		}
	}
	p := h.newTestPool(t, api.CreateUserPoolRequest{UserPoolTags: map[string]string{"Team": "a"}})
	ask := must[[]caller.Ask](t)(h.edge.Ask(h.ctx, p.ID, nil))[0]
	if ask.Resource != pooledge.ARN(p) || !slices.Equal(ask.Context["aws:resourcetag/team"], []string{"a"}) {
		t.Errorf("ask is %+v", ask)
	}
}

func TestAddCustomAttributes(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, api.CreateUserPoolRequest{})
	add := func(a ...api.SchemaAttributeType) error {
		return second(h.AddCustomAttributes(h.ctx, &api.AddCustomAttributesRequest{UserPoolId: p.ID, CustomAttributes: a}))
	}
	if err := add(api.SchemaAttributeType{Name: new("tenant"), AttributeDataType: new(api.AttributeDataTypeString)}); err != nil {
		t.Fatal(err)
	}
	wantError(t, add(api.SchemaAttributeType{Name: new("tenant")}), api.InvalidParameterException, "custom:tenant: Existing attribute already has name custom:tenant.")
	var many []api.SchemaAttributeType
	for i := range 25 {
		many = append(many, api.SchemaAttributeType{Name: new(fmt.Sprint("a", i))})
	}
	if err := add(many...); err != nil {
		t.Fatal(err)
	}
	for i := range many {
		many[i].Name = new(fmt.Sprint("b", i))
	}
	wantError(t, add(many...), api.InvalidParameterException, "")
	view := must[*api.DescribeUserPoolResponse](t)(h.DescribeUserPool(h.ctx, &api.DescribeUserPoolRequest{UserPoolId: p.ID})).UserPool
	if n := len(view.SchemaAttributes); n != 20+26 || *view.SchemaAttributes[20].Name != "custom:tenant" {
		t.Errorf("schema has %d attributes", n)
	}
}

func TestTemporaryPasswordDays(t *testing.T) {
	h := newHouse(t)
	for name, c := range map[string]struct {
		policy, older *int
		want          int
	}{
		"neither": {nil, nil, 7}, "policy": {new(3), nil, 3}, "older": {nil, new(4), 4}, "both": {new(5), new(5), 5},
		"zero is no value": {new(0), new(0), 7}, "older beside zero": {new(0), new(4), 4},
	} {
		t.Run(name, func(t *testing.T) {
			p := h.newTestPool(t, api.CreateUserPoolRequest{
				Policies:              &api.UserPoolPolicyType{PasswordPolicy: &api.PasswordPolicyType{TemporaryPasswordValidityDays: c.policy}},
				AdminCreateUserConfig: &api.AdminCreateUserConfigType{UnusedAccountValidityDays: c.older},
			})
			if got := p.Password.TemporaryValidityDays; got != c.want {
				t.Errorf("temporary passwords live %d days, want %d", got, c.want)
			}
		})
	}
}

// TestVerificationTexts shows that a text may stand in either of its two places and is shown in both.
func TestVerificationTexts(t *testing.T) {
	h := newHouse(t)
	for name, in := range map[string]api.CreateUserPoolRequest{
		"members": {EmailVerificationSubject: new("s"), EmailVerificationMessage: new("e {####}"), SmsVerificationMessage: new("m {####}")},
		"template": {VerificationMessageTemplate: &api.VerificationMessageTemplateType{
			EmailSubject: new("s"), EmailMessage: new("e {####}"), SmsMessage: new("m {####}")}},
	} {
		t.Run(name, func(t *testing.T) {
			p := h.newTestPool(t, in)
			want := directory.MessageTemplate{Subject: "s", Email: "e {####}", SMS: "m {####}"}
			if diff := cmp.Diff(want, p.Verification); diff != "" {
				t.Error(diff)
			}
			v := poolView(p, 0, nil)
			if *v.EmailVerificationSubject != "s" || *v.VerificationMessageTemplate.EmailMessage != "e {####}" || *v.SmsVerificationMessage != "m {####}" {
				t.Errorf("pool shows %+v", v.VerificationMessageTemplate)
			}
		})
	}
}

// TestUserCountIsAnEstimate shows that the number of a large pool stands for a minute, and that of a small one is counted.
func TestUserCountIsAnEstimate(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, api.CreateUserPoolRequest{})
	shown := func() int {
		return *must[*api.DescribeUserPoolResponse](t)(h.DescribeUserPool(h.ctx, &api.DescribeUserPoolRequest{UserPoolId: p.ID})).UserPool.EstimatedNumberOfUsers
	}
	h.newTestUser(t, p, "ann")
	h.newTestUser(t, p, "bob")
	if n := shown(); n != 2 {
		t.Errorf("%d users, want 2", n)
	}
	h.counts.put(p.ID, userCount{users: countAbove + 1, at: h.now})
	h.now = h.now.Add(countFor - 1)
	if n := shown(); n != countAbove+1 {
		t.Errorf("%d users, want the number of a minute ago", n)
	}
	h.now = h.now.Add(1)
	if n := shown(); n != 2 {
		t.Errorf("%d users, want 2", n)
	}
	for i := range countPools + 5 {
		h.counts.put(fmt.Sprint(i), userCount{})
	}
	if n := len(h.counts.all); n > countPools {
		t.Errorf("the numbers of %d pools are remembered", n)
	}
}
