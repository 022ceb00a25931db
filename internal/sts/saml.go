package sts

import (
	"context"
	"crypto/sha1" //nolint:gosec // AWS's definition of saml:namequalifier; nothing relies on it being hard to collide
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// The attributes that AWS reads (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html).
const (
	attributes          = "https://aws.amazon.com/SAML/Attributes/"
	roleAttribute       = attributes + "Role"
	nameAttribute       = attributes + "RoleSessionName"
	sourceAttribute     = attributes + "SourceIdentity"
	tagAttribute        = attributes + "PrincipalTag:"
	transitiveAttribute = attributes + "TransitiveTagKeys"
)

// noProvider is AWS's text for a provider that is not registered.
const noProvider = "Specified provider doesn't exist"

// AssumeRoleWithSAML gives temporary credentials of a role to whoever has an assertion of a SAML provider that the role's account has registered, if
// the assertion names the role and the role's trust policy allows it.
func (s *Service) AssumeRoleWithSAML(ctx context.Context, in *stsapi.AssumeRoleWithSAMLRequest) (*stsapi.AssumeRoleWithSAMLResponse, error) {
	p, err := s.samlProvider(ctx, in)
	if err != nil {
		return nil, err
	}
	a, err := s.Federation.Verifier.VerifySAML(ctx, p, in.SAMLAssertion)
	if err != nil {
		return nil, answer(err)
	}
	f := &federated{
		action: "sts:AssumeRoleWithSAML", kind: samlUser, policyAs: iampolicy.SAMLUser, provider: p.ARN, roleARN: in.RoleArn, seconds: in.DurationSeconds,
		ends: a.SessionNotOnOrAfter, policy: in.Policy, policyARNs: in.PolicyArns, carried: []string{"saml:namequalifier", "saml:sub", "saml:sub_type"},
	}
	if err := f.readAttributes(a.Attributes); err != nil {
		return nil, err
	}
	qualifier := nameQualifier(&p, a.Issuer)
	f.userID, f.keys = qualifier+":"+a.Subject, samlKeys(&p, &a, qualifier)
	if !listsRole(a.Attributes[roleAttribute], in.RoleArn, p.ARN) {
		return nil, accessDenied.New("Not authorized to perform %s", f.action)
	}
	out, err := s.assume(ctx, f)
	if err != nil {
		return nil, err
	}
	return &stsapi.AssumeRoleWithSAMLResponse{
		Credentials: out.credentials, AssumedRoleUser: out.user, PackedPolicySize: out.packed, SourceIdentity: out.source,
		Audience: &a.Recipient, Issuer: &a.Issuer, NameQualifier: &qualifier, Subject: &a.Subject, SubjectType: optional(subjectType(a.Format)),
	}, nil
}

// samlProvider finds the provider, which has to be one of the role's account, and whose metadata has to be in force.
func (s *Service) samlProvider(ctx context.Context, in *stsapi.AssumeRoleWithSAMLRequest) (SAMLProvider, error) {
	account, err := roleAccount(in.RoleArn)
	if err != nil {
		return SAMLProvider{}, err
	}
	p, err := s.Federation.Providers.SAMLProvider(ctx, in.PrincipalArn)
	if errors.Is(err, caller.ErrUnknown) {
		return SAMLProvider{}, invalidToken(noProvider)
	}
	if err != nil {
		return SAMLProvider{}, err
	}
	if p.Account != account {
		return SAMLProvider{}, invalidToken(noProvider)
	}
	if !caller.RequestFrom(ctx).Time.Before(p.ValidUntil) {
		return SAMLProvider{}, invalidToken("The metadata of the specified provider has expired")
	}
	return p, nil
}

// readAttributes reads what the provider sets of the session.
func (f *federated) readAttributes(all map[string][]string) error {
	names := all[nameAttribute]
	if len(names) != 1 {
		return invalidToken("RoleSessionName is required in AuthnResponse")
	}
	if f.session = names[0]; !nameForm.MatchString(f.session) {
		return invalidToken("RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}")
	}
	if list, ok := all[sourceAttribute]; ok {
		if len(list) != 1 || list[0] == "" {
			return checkSource("-")
		}
		f.source = list[0]
	}
	f.tags, f.transitive = map[string]string{}, slices.Clone(all[transitiveAttribute])
	for name, values := range all {
		key, ok := strings.CutPrefix(name, tagAttribute)
		if !ok {
			continue
		}
		if len(values) != 1 {
			return invalidToken("A session tag has one value.")
		}
		f.tags[key] = values[0]
	}
	if err := checkSource(f.source); err != nil {
		return err
	}
	return checkTags(f.tags, f.transitive)
}

// listsRole tells whether the assertion names the role together with the provider, in either order.
func listsRole(values []string, role, provider string) bool {
	return slices.ContainsFunc(values, func(v string) bool {
		a, b, ok := strings.Cut(v, ",")
		a, b = strings.TrimSpace(a), strings.TrimSpace(b)
		return ok && (a == role && b == provider || a == provider && b == role)
	})
}

// nameQualifier is the hash that tells apart users of one name whom different providers of accounts name
// (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html).
func nameQualifier(p *SAMLProvider, issuer string) string {
	sum := sha1.Sum([]byte(issuer + p.Account + "/" + p.Name)) //nolint:gosec // see the import
	return base64.StdEncoding.EncodeToString(sum[:])
}

// subjectType is the format of a NameID without SAML 2.0's prefix.
func subjectType(format string) string {
	return strings.TrimPrefix(format, "urn:oasis:names:tc:SAML:2.0:nameid-format:")
}

// samlKeys gives the condition keys of the provider
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-saml).
func samlKeys(p *SAMLProvider, a *Assertion, qualifier string) map[string][]string {
	c := map[string][]string{
		"saml:aud": {a.Recipient}, "saml:iss": {a.Issuer}, "saml:sub": {a.Subject}, "saml:namequalifier": {qualifier}, "saml:doc": {p.Account + "/" + p.Name},
	}
	if t := subjectType(a.Format); t != "" {
		c["saml:sub_type"] = []string{t}
	}
	for name, key := range attributeKeys() {
		if values := a.Attributes[name]; len(values) > 0 {
			c["saml:"+key] = append(c["saml:"+key], values...)
		}
	}
	return c
}

// attributeKeys gives the condition keys of the attributes that AWS knows: those of eduPerson and eduOrg, of Active Directory and of X.500.
func attributeKeys() map[string]string {
	const person, org = "urn:oid:1.3.6.1.4.1.5923.1.1.1.", "urn:oid:1.3.6.1.4.1.5923.1.2.1."
	const claims = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
	return map[string]string{
		person + "1": "edupersonaffiliation", person + "2": "edupersonnickname", person + "3": "edupersonorgdn", person + "4": "edupersonorgunitdn",
		person + "5": "edupersonprimaryaffiliation", person + "6": "edupersonprincipalname", person + "7": "edupersonentitlement",
		person + "8": "edupersonprimaryorgunitdn", person + "9": "edupersonscopedaffiliation", person + "10": "edupersontargetedid",
		person + "11": "edupersonassurance",
		org + "2":     "eduorghomepageuri", org + "3": "eduorgidentityauthnpolicyuri", org + "4": "eduorglegalname", org + "5": "eduorgsuperioruri",
		org + "6": "eduorgwhitepagesuri", "urn:oid:2.5.4.3": "cn",
		claims + "name": "name", "http://schemas.xmlsoap.org/claims/CommonName": "commonname", claims + "givenname": "givenname", claims + "surname": "surname",
		claims + "emailaddress": "mail", "http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid": "primarygroupsid",
		"2.5.4.3": "commonname", "2.5.4.4": "surname", "2.4.5.42": "givenname", "2.5.4.45": "x500uniqueidentifier",
		"0.9.2342.19200300100.1.1": "uid", "0.9.2342.19200300100.1.3": "mail", "0.9.2342.19200300100.1.45": "organizationstatus",
	}
}
