package clients

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestCLIWebIdentity is how clusters and build services get keys: a token in a file, a role in the configuration or in the environment, and no key.
func TestCLIWebIdentity(t *testing.T) {
	t.Parallel()
	awsCLI(t)
	i := newIssuer(t)
	f := startBeside(t)
	c := newCLI(t, f)
	admin := c.as(f.root())
	provider := admin.run("iam", "create-open-id-connect-provider", "--url", i.URL, "--client-id-list", "sts.amazonaws.com", "--thumbprint-list", strings.Repeat("0", 40)).text("OpenIDConnectProviderArn")
	admin.run("iam", "get-open-id-connect-provider", "--open-id-connect-provider-arn", provider).want("sts.amazonaws.com", "ClientIDList", "*")
	arn := role(t, f.sdk(t, f.root()), "deploy", i.trust(f.Account, "repo:octo/app:*"), allow(`"iam:ListUsers"`, "*"))
	const subject = "repo:octo/app:ref:refs/heads/main"
	token := c.file("token", i.token(t, subject, time.Minute))
	other := c.file("other", i.token(t, "repo:eve/app:ref:refs/heads/main", time.Minute))
	old := c.file("old", i.token(t, subject, -time.Minute))

	p := c.profiles(
		"[profile job]", "role_arn = "+arn, "web_identity_token_file = "+token, "role_session_name = run-42",
		"[profile other]", "role_arn = "+arn, "web_identity_token_file = "+other,
		"[profile old]", "role_arn = "+arn, "web_identity_token_file = "+old,
	)
	session := "arn:aws:sts::" + f.Account + ":assumed-role/deploy/"
	p.run("sts", "get-caller-identity", "--profile", "job").want(session+"run-42", "Arn")
	p.refused("AccessDenied", "iam:ListRoles", "iam", "list-roles", "--profile", "job")
	p.refused("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", "sts", "get-caller-identity", "--profile", "other")
	p.refused("ExpiredTokenException", "", "sts", "get-caller-identity", "--profile", "old")
	pod := *p
	pod.env = append(append([]string{}, p.env...), "AWS_ROLE_ARN="+arn, "AWS_WEB_IDENTITY_TOKEN_FILE="+token, "AWS_ROLE_SESSION_NAME=pod")
	pod.run("sts", "get-caller-identity").want(session+"pod", "Arn")

	good := i.token(t, subject, time.Minute)
	ask := []string{"sts", "assume-role-with-web-identity", "--role-arn", arn, "--role-session-name", "by-hand", "--web-identity-token"}
	out := c.run(append(ask, good)...)
	checkExpiry(t, out, time.Hour)
	out.want(subject, "SubjectFromWebIdentityToken")
	out.want("sts.amazonaws.com", "Audience")
	out.want(provider, "Provider")
	c.refused("InvalidIdentityToken", "", append(ask, tamper(good))...)
	c.refused("InvalidIdentityToken", "", append(ask, newIssuer(t).token(t, subject, time.Minute))...)
	admin.run("iam", "delete-open-id-connect-provider", "--open-id-connect-provider-arn", provider)
	c.refused("InvalidIdentityToken", "", append(ask, good)...)
}

// TestCLISAML opens a role with the response of a company's identity provider, and with none that was altered, wrapped or shown before.
func TestCLISAML(t *testing.T) {
	t.Parallel()
	awsCLI(t)
	f := start(t)
	c := newCLI(t, f)
	admin := c.as(f.root())
	idp := newIdentityProvider(t)
	provider := admin.run("iam", "create-saml-provider", "--name", "corp", "--saml-metadata-document", "file://"+c.file("metadata.xml", idp.metadata())).text("SAMLProviderArn")
	admin.run("iam", "get-saml-provider", "--saml-provider-arn", provider).text("ValidUntil")
	arn := role(t, f.sdk(t, f.root()), "staff", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"`+provider+`"},`+
		`"Action":["sts:AssumeRoleWithSAML","sts:TagSession"],"Condition":{"StringEquals":{"SAML:aud":"`+signinPage+`","aws:RequestTag/team":"blue"}}}]}`, allow(`"iam:ListUsers"`, "*"))
	n := 0
	say := func(edit func(*statement)) *statement {
		n++
		s := &statement{id: fmt.Sprintf("_a%d", n), name: "ada", session: "ada@example.com", roles: arn + "," + provider, team: "blue"}
		if edit != nil {
			edit(s)
		}
		return s
	}
	ask := func(text string) []string {
		path := c.file("response", base64.StdEncoding.EncodeToString([]byte(text)))
		return []string{"sts", "assume-role-with-saml", "--role-arn", arn, "--principal-arn", provider, "--saml-assertion", "file://" + path}
	}
	good := response(idp.signed(t, say(nil)))
	out := c.run(ask(good)...)
	checkExpiry(t, out, time.Hour)
	out.want("ada", "Subject")
	out.want("persistent", "SubjectType")
	out.want(idpEntity, "Issuer")
	out.want(signinPage, "Audience")
	out.text("NameQualifier")
	ada := c.as(out.session())
	ada.run("sts", "get-caller-identity").want("arn:aws:sts::"+f.Account+":assumed-role/staff/ada@example.com", "Arn")
	ada.refused("AccessDenied", "iam:ListRoles", "iam", "list-roles")
	c.refused("InvalidIdentityToken", "", ask(good)...) // a second time

	a := idp.signed(t, say(nil))
	forged := say(func(s *statement) { s.name = "mallory" }).assertion()
	for name, text := range map[string]string{
		"altered":                   response(strings.Replace(a, ">ada<", ">mallory<", 1)),
		"unsigned":                  response(forged),
		"another provider's":        response(newIdentityProvider(t).signed(t, say(nil))),
		"beside the signed one":     response(forged + a),
		"around the signed one":     response(strings.Replace(forged, afterIssuer, afterIssuer+"<saml:Advice>"+a+"</saml:Advice>", 1)),
		"with its signature":        response(strings.Replace(forged, afterIssuer, afterIssuer+idp.signature(t, "_other", a), 1)),
		"of the signed one's id":    response(strings.Replace(forged, ` ID="_a`, ` ID="_a0`, 1) + a),
		"a document type":           `<!DOCTYPE x [<!ENTITY who "ada">]>` + response(a),
		"two that are signed":       response(a + idp.signed(t, say(nil))),
		"the signed one in a place": response(`<samlp:Extensions>` + a + `</samlp:Extensions>` + forged),
	} {
		t.Log(name)
		c.refused("InvalidIdentityToken", "", ask(text)...)
	}
	c.refused("AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML", ask(response(idp.signed(t, say(func(s *statement) { s.roles = arn + "x," + provider }))))...)
	c.refused("AccessDenied", "", ask(response(idp.signed(t, say(func(s *statement) { s.team = "red" }))))...)
	c.run(ask(response(a))...) // what was altered is good itself

	admin.run("iam", "delete-saml-provider", "--saml-provider-arn", provider)
	c.refused("InvalidIdentityToken", "Specified provider doesn't exist", ask(response(idp.signed(t, say(nil))))...)
}
