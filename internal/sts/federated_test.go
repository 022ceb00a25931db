package sts

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
)

const (
	issuer  = "https://idp.example.com/Tenant"
	oidcARN = "arn:aws:iam::" + account + ":oidc-provider/idp.example.com/Tenant"
	samlARN = "arn:aws:iam::" + account + ":saml-provider/corp"
)

// outside is the world of identity providers: one of each kind, whose tokens are the words that it knows.
type outside struct {
	identity  WebIdentity
	assertion Assertion
	cognito   CognitoToken
	err       error // of verifying
	lookup    error
	record    error
	until     time.Time
	decisions []string
}

func (o *outside) OIDCProvider(_ context.Context, of, iss string) (OIDCProvider, error) {
	if o.lookup != nil {
		return OIDCProvider{}, o.lookup
	}
	if of != account || iss != issuer {
		return OIDCProvider{}, caller.ErrUnknown
	}
	return OIDCProvider{ARN: oidcARN, Name: "idp.example.com/Tenant", Issuer: issuer, ClientIDs: []string{"client", "second"}}, nil
}

func (o *outside) SAMLProvider(_ context.Context, arn string) (SAMLProvider, error) {
	if o.lookup != nil {
		return SAMLProvider{}, o.lookup
	}
	if arn != samlARN && arn != strings.Replace(samlARN, account, "999999999999", 1) {
		return SAMLProvider{}, caller.ErrUnknown
	}
	return SAMLProvider{ARN: arn, Account: arn[len("arn:aws:iam::"):][:12], Name: "corp", EntityID: "https://corp", ValidUntil: o.until}, nil
}

func (o *outside) ReadToken(token string) (Token, error) {
	iss, ok := strings.CutPrefix(token, "from ")
	if !ok {
		return nil, &Refused{"Invalid", "not a token"}
	}
	return readToken{o, iss}, nil
}

type readToken struct {
	o      *outside
	issuer string
}

func (t readToken) Issuer() string { return t.issuer }

func (t readToken) Verify(context.Context, OIDCProvider) (WebIdentity, error) {
	return t.o.identity, t.o.err
}

func (o *outside) VerifySAML(context.Context, SAMLProvider, string) (Assertion, error) {
	return o.assertion, o.err
}

func (o *outside) OpenIDIssuer() string { return "https://here/identity" }

func (o *outside) VerifyOpenIDToken(context.Context, string) (CognitoToken, error) {
	return o.cognito, o.err
}

func (o *outside) Record(_ context.Context, p *caller.Principal, ask *caller.Ask, allowed bool, _ string) error {
	o.decisions = append(o.decisions, fmt.Sprint(p.Kind, " ", p.UserID, " ", ask.Action, " ", ask.Resource, " ", allowed))
	return o.record
}

func federatedHouse(t *testing.T, statement string) (*house, *outside) {
	t.Helper()
	h := newHouse()
	o := &outside{
		identity: WebIdentity{Subject: "user-1", Audience: []string{"client"}, Claims: map[string]any{}},
		assertion: Assertion{
			Issuer: "https://corp", Subject: "alice", Format: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", Recipient: "https://signin.aws.amazon.com/saml",
			Attributes: map[string][]string{roleAttribute: {"x,y", samlARN + ", " + roleARN}, nameAttribute: {"alice"}, "urn:oid:1.3.6.1.4.1.5923.1.1.1.1": {"staff", "member"}},
		},
		cognito: CognitoToken{IdentityID: "eu-west-1:id", PoolID: "eu-west-1:pool", AMR: []string{"authenticated", "graph.example"}},
		until:   now.Add(time.Hour),
	}
	h.Federation = Federation{Providers: o, Verifier: o, Cognito: o, Decisions: o}
	p, err := iampolicy.Parse([]byte(`{"Version":"2012-10-17","Statement":[`+statement+`]}`), iampolicy.TrustPolicy)
	if err != nil {
		t.Fatal(err)
	}
	h.role.Trust = p
	return h, o
}

// allow is a statement of a trust policy.
func allow(provider, actions, condition string) string {
	s := `{"Effect":"Allow","Principal":{"Federated":"` + provider + `"},"Action":[` + actions + `]`
	if condition != "" {
		s += `,"Condition":` + condition
	}
	return s + `}`
}

const (
	webAction, samlAction = `"sts:AssumeRoleWithWebIdentity"`, `"sts:AssumeRoleWithSAML"`
	everyAction           = webAction + `,` + samlAction + `,"sts:TagSession","sts:SetSourceIdentity"`
)

func web(edit func(*stsapi.AssumeRoleWithWebIdentityRequest)) *stsapi.AssumeRoleWithWebIdentityRequest {
	in := &stsapi.AssumeRoleWithWebIdentityRequest{RoleArn: roleARN, RoleSessionName: "s-1", WebIdentityToken: "from " + issuer}
	if edit != nil {
		edit(in)
	}
	return in
}

// unsigned is the context of a request that nobody signed.
func unsigned() context.Context { return as(&caller.Principal{Kind: caller.Anonymous}) }

func TestWebIdentity(t *testing.T) {
	h, o := federatedHouse(t, allow(oidcARN, webAction+`,"sts:TagSession","sts:SetSourceIdentity"`, `{"StringEquals":{"idp.example.com/Tenant:aud":"client","idp.example.com/Tenant:sub":"user-1","aws:RequestTag/Team":"blue"}}`))
	o.identity.Claims = map[string]any{
		"amr":       []any{"pwd", "otp"},
		tagClaim:    map[string]any{"principal_tags": map[string]any{"Team": []any{"blue"}}, "transitive_tag_keys": []any{"team"}},
		sourceClaim: "alice",
	}
	out, err := h.AssumeRoleWithWebIdentity(unsigned(), web(nil))
	if err != nil {
		t.Fatal(err)
	}
	if *out.SubjectFromWebIdentityToken != "user-1" || *out.Provider != oidcARN || *out.Audience != "client" || *out.SourceIdentity != "alice" || *out.PackedPolicySize != 1 ||
		out.AssumedRoleUser.Arn != "arn:aws:sts::"+account+":assumed-role/reader/s-1" || out.Credentials.SecretAccessKey != "s" {
		t.Errorf("%+v", out)
	}
	want := &caller.Principal{
		Kind: caller.AssumedRole, Account: account, UniqueID: h.role.UniqueID, Name: "reader", EntityARN: roleARN,
		Session: &caller.Session{
			Name: "s-1", IssuedAt: now, RootIssuedAt: now, Expires: now.Add(time.Hour), SourceIdentity: "alice", Provider: oidcARN,
			Tags: map[string]string{"Team": "blue"}, TransitiveTags: []string{"Team"},
			FederatedContext: map[string][]string{"idp.example.com/tenant:aud": {"client"}, "idp.example.com/tenant:sub": {"user-1"}, "idp.example.com/tenant:amr": {"pwd", "otp"}},
		},
	}
	if d := cmp.Diff(want, h.minted); d != "" {
		t.Error(d)
	}
	who := "WebIdentityUser " + oidcARN + ":client:user-1 sts:"
	if d := cmp.Diff([]string{who + "AssumeRoleWithWebIdentity " + roleARN + " true", who + "TagSession " + roleARN + " true", who + "SetSourceIdentity " + roleARN + " true"}, o.decisions); d != "" {
		t.Error(d)
	}
}

func TestWebIdentityTrust(t *testing.T) {
	const tagged = `,"sts:TagSession"`
	for _, c := range []struct {
		name      string
		statement string
		edit      func(*outside)
		allowed   bool
	}{
		{"named", allow(oidcARN, webAction, ""), nil, true},
		{"another provider", allow(oidcARN+"x", webAction, ""), nil, false},
		{"another account's", allow(strings.Replace(oidcARN, account, "999999999999", 1), webAction, ""), nil, false},
		{"by its host", allow("idp.example.com/Tenant", webAction, ""), nil, false},
		{"another action", allow(oidcARN, samlAction, ""), nil, false},
		{"everyone of AWS", `{"Effect":"Allow","Principal":{"AWS":"*"},"Action":` + webAction + `}`, nil, false},
		{"subject", allow(oidcARN, webAction, `{"StringEquals":{"idp.example.com/Tenant:sub":"user-2"}}`), nil, false},
		{"subject in another case", allow(oidcARN, webAction, `{"StringEquals":{"idp.example.com/Tenant:sub":"User-1"}}`), nil, false},
		{"key in another case", allow(oidcARN, webAction, `{"StringEquals":{"IDP.example.com/tenant:SUB":"user-1"}}`), nil, true},
		{"audience", allow(oidcARN, webAction, `{"StringEquals":{"idp.example.com/Tenant:aud":"second"}}`), nil, false},
		{"audience that nobody registered", allow(oidcARN, webAction, `{"StringEquals":{"idp.example.com/Tenant:aud":"x"}}`), func(o *outside) { o.identity.Audience = []string{"client", "x"} }, false},
		{"one of its audiences", allow(oidcARN, webAction, `{"ForAnyValue:StringEquals":{"idp.example.com/Tenant:aud":"second"}}`), func(o *outside) { o.identity.Audience = []string{"client", "second"} }, true},
		{"authorized party", allow(oidcARN, webAction, `{"StringEquals":{"idp.example.com/Tenant:aud":"client","idp.example.com/Tenant:azp":"client","idp.example.com/Tenant:oaud":"x"}}`), func(o *outside) { o.identity.Audience, o.identity.AuthorizedParty = []string{"x"}, "client" }, true},
		{"provider key", allow(oidcARN, webAction, `{"StringEquals":{"aws:FederatedProvider":"`+oidcARN+`","sts:RoleSessionName":"s-1"}}`), nil, true},
		{"tag of the role", allow(oidcARN, webAction, `{"StringEquals":{"aws:ResourceTag/Team":"blue"}}`), nil, true},
		{"denied", allow(oidcARN, webAction, "") + `,{"Effect":"Deny","Principal":{"Federated":"` + oidcARN + `"},"Action":` + webAction + `}`, nil, false},
		{"tags that are not allowed", allow(oidcARN, webAction, ""), func(o *outside) { o.identity.Claims[flatTagClaim+"Team"] = []any{"x"} }, false},
		{"flat tags", allow(oidcARN, webAction+tagged, ""), func(o *outside) { o.identity.Claims[flatTagClaim+"Team"] = []any{"x"} }, true},
		{"source identity that is not allowed", allow(oidcARN, webAction+tagged, ""), func(o *outside) { o.identity.Claims[sourceClaim] = "alice" }, false},
		{"a claim is no request", allow(oidcARN, webAction, `{"StringEquals":{"aws:UserAgent":"x"}}`), func(o *outside) { o.identity.Claims["aws:useragent"] = "x" }, false},
	} {
		h, o := federatedHouse(t, c.statement)
		if c.edit != nil {
			c.edit(o)
		}
		_, err := h.AssumeRoleWithWebIdentity(unsigned(), web(nil))
		if c.allowed {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		fails(t, c.name, err, "AccessDenied", "")
		if h.minted != nil || len(o.decisions) == 0 || !strings.HasSuffix(o.decisions[len(o.decisions)-1], " false") {
			t.Errorf("%s: minted %v, recorded %v", c.name, h.minted, o.decisions)
		}
	}
}

func TestWebIdentityRefusals(t *testing.T) {
	for _, c := range []struct {
		name          string
		in            func(*stsapi.AssumeRoleWithWebIdentityRequest)
		edit          func(*house, *outside)
		code, message string
	}{
		{"not a token", func(in *stsapi.AssumeRoleWithWebIdentityRequest) { in.WebIdentityToken = "x" }, nil, "InvalidIdentityToken", "not a token"},
		{"unknown issuer", func(in *stsapi.AssumeRoleWithWebIdentityRequest) { in.WebIdentityToken = "from https://x" }, nil, "InvalidIdentityToken", "No OpenIDConnect provider found in your account for https://x"},
		{"role of another account", func(in *stsapi.AssumeRoleWithWebIdentityRequest) {
			in.RoleArn = "arn:aws:iam::999999999999:role/app/reader"
		}, nil, "InvalidIdentityToken", ""},
		{"no role", func(in *stsapi.AssumeRoleWithWebIdentityRequest) { in.RoleArn += "x" }, nil, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"},
		{"not a role", func(in *stsapi.AssumeRoleWithWebIdentityRequest) { in.RoleArn = "arn:aws:iam::" + account + ":user/x" }, nil, "ValidationError", "Request ARN is invalid"},
		{"provider id", func(in *stsapi.AssumeRoleWithWebIdentityRequest) { in.ProviderId = ptr("graph.facebook.com") }, nil, "InvalidParameterValue", ""},
		{"too long", func(in *stsapi.AssumeRoleWithWebIdentityRequest) { in.DurationSeconds = ptr(7201) }, nil, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."},
		{"session policy", func(in *stsapi.AssumeRoleWithWebIdentityRequest) { in.Policy = ptr("x") }, nil, "MalformedPolicyDocument", ""},
		{"invalid", nil, func(_ *house, o *outside) { o.err = &Refused{"Invalid", "m"} }, "InvalidIdentityToken", "m"},
		{"audience", nil, func(_ *house, o *outside) { o.err = &Refused{"Audience", "m"} }, "InvalidIdentityToken", "m"},
		{"expired", nil, func(_ *house, o *outside) { o.err = &Refused{"Expired", "m"} }, "ExpiredTokenException", "m"},
		{"unreachable", nil, func(_ *house, o *outside) { o.err = fmt.Errorf("wrapped: %w", &Refused{"Unreachable", "m"}) }, "IDPCommunicationError", "m"},
		{"unregistered audience", nil, func(_ *house, o *outside) { o.identity.Audience = []string{"x"} }, "InvalidIdentityToken", "Incorrect token audience"},
		{"long subject", nil, func(_ *house, o *outside) { o.identity.Subject = strings.Repeat("x", 256) }, "InvalidIdentityToken", ""},
		{"reserved tag", nil, func(_ *house, o *outside) { o.identity.Claims[flatTagClaim+"AWS:x"] = "y" }, "InvalidIdentityToken", ""},
		{"tag with two values", nil, func(_ *house, o *outside) { o.identity.Claims[flatTagClaim+"x"] = []any{"y", "z"} }, "InvalidIdentityToken", ""},
		{"tag with a number", nil, func(_ *house, o *outside) { o.identity.Claims[flatTagClaim+"x"] = 1.0 }, "InvalidIdentityToken", ""},
		{"tag twice", nil, func(_ *house, o *outside) {
			o.identity.Claims[flatTagClaim+"x"], o.identity.Claims[flatTagClaim+"X"] = "y", "y"
		}, "InvalidIdentityToken", ""},
		{"tags are a list", nil, func(_ *house, o *outside) { o.identity.Claims[tagClaim] = []any{} }, "InvalidIdentityToken", ""},
		{"tags in a list", nil, func(_ *house, o *outside) { o.identity.Claims[tagClaim] = map[string]any{"principal_tags": "x"} }, "InvalidIdentityToken", ""},
		{"transitive keys that are no list", nil, func(_ *house, o *outside) {
			o.identity.Claims[tagClaim] = map[string]any{"principal_tags": map[string]any{"a": "1"}, "transitive_tag_keys": map[string]any{"a": true}}
		}, "InvalidIdentityToken", "The session tags of the token are malformed."},
		{"flat transitive keys that are no list", nil, func(_ *house, o *outside) { o.identity.Claims[flatPassClaim] = []any{1.0} }, "InvalidIdentityToken", "The session tags of the token are malformed."},
		{"transitive key without a tag", nil, func(_ *house, o *outside) { o.identity.Claims[flatPassClaim] = []any{"x"} }, "InvalidIdentityToken", ""},
		{"source identity", nil, func(_ *house, o *outside) { o.identity.Claims[sourceClaim] = "aws:x" }, "InvalidIdentityToken", ""},
		{"source identity is a number", nil, func(_ *house, o *outside) { o.identity.Claims[sourceClaim] = 1.0 }, "InvalidIdentityToken", ""},
	} {
		h, o := federatedHouse(t, allow(oidcARN, everyAction, ""))
		if c.edit != nil {
			c.edit(h, o)
		}
		_, err := h.AssumeRoleWithWebIdentity(unsigned(), web(c.in))
		fails(t, c.name, err, c.code, c.message)
		if h.minted != nil {
			t.Errorf("%s: minted all the same", c.name)
		}
	}
}

// TestFederationFailures: whatever fails while finding out is a no.
func TestFederationFailures(t *testing.T) {
	broken := errors.New("broken")
	for name, edit := range map[string]func(*house, *outside){
		"provider": func(_ *house, o *outside) { o.lookup = broken },
		"verify":   func(_ *house, o *outside) { o.err = broken },
		"role":     func(h *house, _ *outside) { h.err = broken },
		"record":   func(_ *house, o *outside) { o.record = broken },
	} {
		h, o := federatedHouse(t, allow(oidcARN, everyAction, "")+","+allow(samlARN, everyAction, ""))
		edit(h, o)
		if _, err := h.AssumeRoleWithWebIdentity(unsigned(), web(nil)); !errors.Is(err, broken) || h.minted != nil {
			t.Errorf("%s, web identity: %v", name, err)
		}
		if _, err := h.AssumeRoleWithSAML(unsigned(), saml(nil)); !errors.Is(err, broken) || h.minted != nil {
			t.Errorf("%s, SAML: %v", name, err)
		}
	}
}

func TestCognitoIdentity(t *testing.T) {
	condition := `{"StringEquals":{"cognito-identity.amazonaws.com:aud":"eu-west-1:pool"},"ForAnyValue:StringLike":{"cognito-identity.amazonaws.com:amr":"authenticated"}}`
	h, o := federatedHouse(t, allow(cognitoProvider, webAction+`,"sts:TagSession"`, condition))
	o.cognito.Tags = map[string]string{"plan": "gold"}
	in := web(func(in *stsapi.AssumeRoleWithWebIdentityRequest) { in.WebIdentityToken = "from https://here/identity" })
	out, err := h.AssumeRoleWithWebIdentity(unsigned(), in)
	if err != nil {
		t.Fatal(err)
	}
	if *out.Provider != cognitoProvider || *out.SubjectFromWebIdentityToken != "eu-west-1:id" || *out.Audience != "eu-west-1:pool" {
		t.Errorf("%+v", out)
	}
	s := h.minted.Session
	want := map[string][]string{cognitoProvider + ":aud": {"eu-west-1:pool"}, cognitoProvider + ":sub": {"eu-west-1:id"}, cognitoProvider + ":amr": {"authenticated", "graph.example"}}
	if s.Provider != cognitoProvider || s.Tags["plan"] != "gold" || !cmp.Equal(s.FederatedContext, want) {
		t.Errorf("%+v", s)
	}
	h.minted, o.cognito.AMR = nil, []string{"unauthenticated"}
	_, err = h.AssumeRoleWithWebIdentity(unsigned(), in)
	fails(t, "guest", err, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
	o.err = &Refused{"Expired", "Token expired"}
	_, err = h.AssumeRoleWithWebIdentity(unsigned(), in)
	fails(t, "expired", err, "ExpiredTokenException", "Token expired")
	if h.minted != nil {
		t.Error("minted all the same")
	}
}

func saml(edit func(*stsapi.AssumeRoleWithSAMLRequest)) *stsapi.AssumeRoleWithSAMLRequest {
	in := &stsapi.AssumeRoleWithSAMLRequest{RoleArn: roleARN, PrincipalArn: samlARN, SAMLAssertion: "PHg+"}
	if edit != nil {
		edit(in)
	}
	return in
}

func TestSAML(t *testing.T) {
	condition := `{"StringEquals":{"SAML:aud":"https://signin.aws.amazon.com/saml","SAML:iss":"https://corp","SAML:sub":"alice","SAML:sub_type":"persistent","SAML:doc":"` + account + `/corp"},` +
		`"ForAnyValue:StringEquals":{"SAML:eduPersonAffiliation":"staff"},"Null":{"aws:FederatedProvider":"true"}}`
	h, o := federatedHouse(t, allow(samlARN, samlAction+`,"sts:TagSession","sts:SetSourceIdentity"`, condition))
	o.assertion.SessionNotOnOrAfter = now.Add(20*time.Minute + time.Millisecond)
	o.assertion.Attributes[tagAttribute+"Team"] = []string{"blue"}
	o.assertion.Attributes[transitiveAttribute] = []string{"TEAM"}
	o.assertion.Attributes[sourceAttribute] = []string{"al"}
	out, err := h.AssumeRoleWithSAML(unsigned(), saml(nil))
	if err != nil {
		t.Fatal(err)
	}
	// base64(sha1("https://corp123456789012/corp")), computed with openssl
	const qualifier = "ktSq0VkJaFECjqBTM+oIFYpC/H4="
	if *out.Subject != "alice" || *out.SubjectType != "persistent" || *out.Issuer != "https://corp" || *out.Audience != o.assertion.Recipient || *out.NameQualifier != qualifier || *out.SourceIdentity != "al" {
		t.Errorf("%+v %s", out, *out.NameQualifier)
	}
	want := &caller.Session{
		Name: "alice", IssuedAt: now, RootIssuedAt: now, Expires: now.Add(20 * time.Minute), SourceIdentity: "al", Provider: samlARN,
		Tags: map[string]string{"Team": "blue"}, TransitiveTags: []string{"Team"},
		FederatedContext: map[string][]string{"saml:namequalifier": {qualifier}, "saml:sub": {"alice"}, "saml:sub_type": {"persistent"}},
	}
	if d := cmp.Diff(want, h.minted.Session); d != "" {
		t.Error(d)
	}
	if len(o.decisions) != 3 || o.decisions[0] != "SAMLUser "+qualifier+":alice sts:AssumeRoleWithSAML "+roleARN+" true" {
		t.Error(o.decisions)
	}
}

func TestSAMLRefusals(t *testing.T) {
	set := func(name string, values ...string) func(*outside) {
		return func(o *outside) { o.assertion.Attributes[name] = values }
	}
	const must = "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}"
	const source = `Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"`
	for _, c := range []struct {
		name          string
		in            func(*stsapi.AssumeRoleWithSAMLRequest)
		edit          func(*outside)
		code, message string
	}{
		{"unknown provider", func(in *stsapi.AssumeRoleWithSAMLRequest) { in.PrincipalArn += "x" }, nil, "InvalidIdentityToken", noProvider},
		{"provider of another account", func(in *stsapi.AssumeRoleWithSAMLRequest) {
			in.PrincipalArn = strings.Replace(samlARN, account, "999999999999", 1)
		}, nil, "InvalidIdentityToken", noProvider},
		{"expired metadata", nil, func(o *outside) { o.until = now }, "InvalidIdentityToken", ""},
		{"not a role", func(in *stsapi.AssumeRoleWithSAMLRequest) { in.RoleArn = samlARN }, nil, "ValidationError", ""},
		{"role that is not listed", nil, set(roleAttribute, samlARN+","+roleARN+"x", roleARN, ","), "AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML"},
		{"no roles", nil, set(roleAttribute), "AccessDenied", ""},
		{"no name", nil, set(nameAttribute), "InvalidIdentityToken", "RoleSessionName is required in AuthnResponse"},
		{"two names", nil, set(nameAttribute, "aa", "bb"), "InvalidIdentityToken", ""},
		{"bad name", nil, set(nameAttribute, "a b"), "InvalidIdentityToken", must},
		{"short name", nil, set(nameAttribute, "a"), "InvalidIdentityToken", must},
		{"name with a line end", nil, set(nameAttribute, "ab\n"), "InvalidIdentityToken", must},
		{"source", nil, set(sourceAttribute, "AWS:x"), "InvalidIdentityToken", source},
		{"empty source", nil, set(sourceAttribute, ""), "InvalidIdentityToken", source},
		{"two sources", nil, set(sourceAttribute, "aa", "bb"), "InvalidIdentityToken", source},
		{"tag with two values", nil, set(tagAttribute+"x", "a", "b"), "InvalidIdentityToken", ""},
		{"tag without a key", nil, set(tagAttribute, "a"), "InvalidIdentityToken", ""},
		{"transitive", nil, set(transitiveAttribute, "x"), "InvalidIdentityToken", ""},
		{"rejected", nil, func(o *outside) { o.err = &Refused{"Rejected", "m"} }, "IDPRejectedClaim", "m"},
		{"expired", nil, func(o *outside) { o.err = &Refused{"Expired", "m"} }, "ExpiredTokenException", "m"},
		{"too long", func(in *stsapi.AssumeRoleWithSAMLRequest) { in.DurationSeconds = ptr(43200) }, nil, "ValidationError", ""},
	} {
		h, o := federatedHouse(t, allow(samlARN, everyAction, ""))
		if c.edit != nil {
			c.edit(o)
		}
		_, err := h.AssumeRoleWithSAML(unsigned(), saml(c.in))
		fails(t, c.name, err, c.code, c.message)
		if h.minted != nil {
			t.Errorf("%s: minted all the same", c.name)
		}
	}
	h, _ := federatedHouse(t, allow(oidcARN, everyAction, ""))
	_, err := h.AssumeRoleWithSAML(unsigned(), saml(nil))
	fails(t, "role that trusts somebody else", err, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML")
}

// TestLongWordsOfProviders: what a session keeps of a provider's words is bounded, whichever of them is long, so that the session can be opened.
func TestLongWordsOfProviders(t *testing.T) {
	for name, edit := range map[string]func(o *outside, long string){
		"methods": func(o *outside, long string) { o.identity.Claims["amr"] = []any{long} },
		"other audiences": func(o *outside, long string) {
			o.identity.Audience, o.identity.AuthorizedParty = []string{long}, "client"
		},
	} {
		for length, ok := range map[int]bool{mostCarried / 2: true, mostCarried: false} {
			h, o := federatedHouse(t, allow(oidcARN, everyAction, ""))
			edit(o, strings.Repeat("x", length))
			_, err := h.AssumeRoleWithWebIdentity(unsigned(), web(nil))
			if ok && err != nil {
				t.Errorf("%s of %d: %v", name, length, err)
			}
			if !ok {
				fails(t, name, err, "InvalidIdentityToken", "")
			}
			if (h.minted != nil) != ok {
				t.Errorf("%s of %d: minted %v", name, length, h.minted)
			}
		}
	}
	h, o := federatedHouse(t, allow(samlARN, everyAction, ""))
	o.assertion.Subject = strings.Repeat("x", mostCarried)
	_, err := h.AssumeRoleWithSAML(unsigned(), &stsapi.AssumeRoleWithSAMLRequest{RoleArn: roleARN, PrincipalArn: samlARN, SAMLAssertion: "x"})
	fails(t, "a SAML subject", err, "InvalidIdentityToken", "")
}
