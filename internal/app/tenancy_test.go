package app

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/sigv4"
)

// canary stands in everything that the first account has and may describe. No answer to the second account may hold it.
const canary = "canary-of-the-first-account"

// neighbour is the account whose administrator looks at the first account's things.
const neighbour = "999988887777"

// estate is what the first account has: service and member of an input -> the id, name or ARN that is there.
type estate map[[2]string]string

// furnish makes one of everything that operations name, as far as the operations are there.
func (w *world) furnish() estate {
	w.t.Helper()
	account := w.run.Account
	e := estate{}
	tags := []any{map[string]any{"Key": "team", "Value": canary}}
	all := `{"Version":"2012-10-17","Statement":[{"Sid":"` + strings.ReplaceAll(canary, "-", "") + `","Effect":"Allow","Action":"iam:*","Resource":"*"}]}`
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + account + `"},"Action":"sts:AssumeRole"}]}`
	iam := func(op string, in map[string]any, more ...string) { w.furnishOne(e, "iam", op, in, more...) }
	iam("CreateUser", map[string]any{"UserName": "alicia", "Tags": tags})
	iam("CreateGroup", map[string]any{"GroupName": "painters"})
	iam("AddUserToGroup", map[string]any{"UserName": "alicia", "GroupName": "painters"})
	iam("CreateRole", map[string]any{"RoleName": "builder", "AssumeRolePolicyDocument": trust, "Description": canary}, "RoleArn", "Arn")
	iam("PutUserPolicy", map[string]any{"UserName": "alicia", "PolicyName": "inline", "PolicyDocument": all})
	iam("PutGroupPolicy", map[string]any{"GroupName": "painters", "PolicyName": "inline", "PolicyDocument": all})
	iam("PutRolePolicy", map[string]any{"RoleName": "builder", "PolicyName": "inline", "PolicyDocument": all})
	iam("CreatePolicy", map[string]any{"PolicyName": "guard", "PolicyDocument": all, "Description": canary}, "PolicyArn", "Arn")
	iam("CreatePolicyVersion", map[string]any{"PolicyArn": e[[2]string{"iam", "PolicyArn"}], "PolicyDocument": all})
	iam("AttachUserPolicy", map[string]any{"PolicyArn": e[[2]string{"iam", "PolicyArn"}], "UserName": "alicia"})
	iam("CreateAccessKey", map[string]any{"UserName": "alicia"}, "AccessKeyId", "AccessKeyId")
	iam("CreateOpenIDConnectProvider", map[string]any{"Url": "https://issuer.example.com", "ThumbprintList": []any{strings.Repeat("a", 40)}, "ClientIDList": []any{canary}},
		"OpenIDConnectProviderArn", "OpenIDConnectProviderArn")
	iam("CreateVirtualMFADevice", map[string]any{"VirtualMFADeviceName": "phone"}, "SerialNumber", "SerialNumber")
	iam("CreateInstanceProfile", map[string]any{"InstanceProfileName": "machine"})
	iam("CreateServiceSpecificCredential", map[string]any{"UserName": "alicia", "ServiceName": "codecommit.amazonaws.com"},
		"ServiceSpecificCredentialId", "ServiceSpecificCredentialId")
	iam("CreateLoginProfile", map[string]any{"UserName": "alicia", "Password": "Str0ng-Password-42"})
	key, certificate, public := selfSigned(w.t)
	iam("UploadServerCertificate", map[string]any{"ServerCertificateName": "frontdoor", "CertificateBody": certificate, "PrivateKey": key})
	iam("UploadSigningCertificate", map[string]any{"UserName": "alicia", "CertificateBody": certificate}, "CertificateId", "CertificateId")
	iam("UploadSSHPublicKey", map[string]any{"UserName": "alicia", "SSHPublicKeyBody": public}, "SSHPublicKeyId", "SSHPublicKeyId")
	iam("GenerateServiceLastAccessedDetails", map[string]any{"Arn": e[[2]string{"iam", "PolicyArn"}]}, "JobId", "JobId")
	for _, same := range [][3]string{
		{"iam", "PolicySourceArn", "RoleArn"}, {"iam", "Arn", "RoleArn"}, {"iam", "PermissionsBoundary", "PolicyArn"},
		{"sts", "RoleArn", "RoleArn"}, {"sts", "AccessKeyId", "AccessKeyId"},
	} {
		e[[2]string{same[0], same[1]}] = e[[2]string{"iam", same[2]}]
	}
	e[[2]string{"sts", "TargetPrincipal"}] = account
	w.samlProvider(e)
	w.furnishPools(e)
	w.furnishOrganization(e)
	return e
}

// furnishOrganization makes an organization with one of each thing.
func (w *world) furnishOrganization(e estate) {
	w.t.Helper()
	const service, scp = "organizations", "SERVICE_CONTROL_POLICY"
	at := func(member string) [2]string { return [2]string{service, member} }
	if w.op(service, "CreateOrganization").Binding == nil {
		return
	}
	w.furnishOne(e, service, "CreateOrganization", map[string]any{})
	e[at("RootId")] = textOf(w.t, w.send(w.op(service, "ListRoots"), w.root, map[string]any{}).body, "Id")
	w.furnishOne(e, service, "EnablePolicyType", map[string]any{"RootId": e[at("RootId")], "PolicyType": scp})
	w.furnishOne(e, service, "CreateOrganizationalUnit", map[string]any{"ParentId": e[at("RootId")], "Name": canary}, "OrganizationalUnitId", "Id")
	w.furnishOne(e, service, "CreatePolicy", map[string]any{
		"Name": canary, "Description": canary, "Type": scp, "Content": `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}`,
	}, "PolicyId", "Id")
	w.furnishOne(e, service, "CreateAccount", map[string]any{"AccountName": canary, "Email": "a@example.com"}, "AccountId", "AccountId")
	for member, like := range map[string]string{
		"ParentId": "OrganizationalUnitId", "SourceParentId": "RootId", "DestinationParentId": "OrganizationalUnitId", "ChildId": "AccountId",
		"TargetId": "AccountId", "ResourceId": "PolicyId",
	} {
		e[at(member)] = e[at(like)]
	}
}

// selfSigned makes a key with its certificate, in PEM, and as SSH has it.
func selfSigned(t *testing.T) (key, certificate, public string) {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "front.example.com"},
		NotBefore: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	shared, err := ssh.NewPublicKey(&private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	key = string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(private)}))
	return key, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(ssh.MarshalAuthorizedKey(shared))
}

// samlProvider puts a SAML provider into the store: no operation takes metadata without keys.
func (w *world) samlProvider(e estate) {
	p := &record.SAMLProvider{ID: "id", Account: w.run.Account, Name: "corporate", Created: w.now(), Metadata: record.SAMLMetadata{EntityID: canary}}
	d := &record.SAMLDocument{ID: p.ID, Text: canary}
	err := w.app.db.Update(w.t.Context(), func(x store.Writer) error {
		return errors.Join(record.SAMLProviders.Insert(w.t.Context(), x, p), record.SAMLDocuments.Insert(w.t.Context(), x, d))
	})
	if err != nil {
		w.t.Fatal(err)
	}
	e[[2]string{"iam", "SAMLProviderArn"}] = p.ARN()
}

// furnishPools makes what is in user pools and identity pools.
func (w *world) furnishPools(e estate) {
	w.t.Helper()
	pool, user := w.run.UserPoolID, w.run.APIAccessKey
	idp := func(op string, in map[string]any, more ...string) {
		in["UserPoolId"] = pool
		w.furnishOne(e, "cognitoidp", op, in, more...)
	}
	e[[2]string{"cognitoidp", "ClientId"}], e[[2]string{"cognitoidp", "Username"}] = w.run.ClientID, user
	e[[2]string{"cognitoidp", "ResourceArn"}] = "arn:aws:cognito-idp:us-east-1:" + w.run.Account + ":userpool/" + pool
	idp("CreateGroup", map[string]any{"GroupName": "readers", "Description": canary})
	idp("AdminAddUserToGroup", map[string]any{"GroupName": "readers", "Username": user})
	idp("CreateResourceServer", map[string]any{"Identifier": "service", "Name": canary})
	idp("CreateIdentityProvider", map[string]any{"ProviderName": "Elsewhere", "ProviderType": "OIDC", "ProviderDetails": map[string]any{
		"client_id": canary, "client_secret": "secret", "authorize_scopes": "openid", "oidc_issuer": "https://issuer.example.com", "attributes_request_method": "GET",
		"authorize_url": "https://issuer.example.com/a", "token_url": "https://issuer.example.com/t", "attributes_url": "https://issuer.example.com/u", "jwks_uri": "https://issuer.example.com/j",
	}})
	idp("CreateUserPoolDomain", map[string]any{"Domain": "first-tenant"})
	idp("CreateManagedLoginBranding", map[string]any{"ClientId": w.run.ClientID, "UseCognitoProvidedValues": true}, "ManagedLoginBrandingId", "ManagedLoginBrandingId")
	idp("UpdateUserPool", map[string]any{"AutoVerifiedAttributes": []any{"email"}})
	idp("CreateUserImportJob", map[string]any{"JobName": canary, "CloudWatchLogsRoleArn": "arn:aws:iam::" + w.run.Account + ":role/builder"}, "JobId", "JobId")

	_, id, _ := w.signIn()
	got := w.send(w.op("cognitoidentity", "GetId"), sigv4.Credentials{}, w.exchange(id))
	identity := textOf(w.t, got.body, "IdentityId")
	e[[2]string{"cognitoidentity", "IdentityPoolId"}], e[[2]string{"cognitoidentity", "IdentityId"}] = w.run.IdentityPoolID, identity
	e[[2]string{"cognitoidentity", "IdentityIdsToDelete"}] = identity
	e[[2]string{"cognitoidentity", "ResourceArn"}] = "arn:aws:cognito-identity:us-east-1:" + w.run.Account + ":identitypool/" + w.run.IdentityPoolID
}

// furnishOne performs an operation for the first account and notes the names in its input and one member of its answer. An operation that is not there
// makes nothing.
func (w *world) furnishOne(e estate, service, op string, in map[string]any, more ...string) {
	w.t.Helper()
	entry := w.op(service, op)
	if entry.Binding == nil {
		return
	}
	r := w.send(entry, w.root, in)
	if r.status != 200 {
		w.t.Fatalf("%s: %d %s", op, r.status, r.body)
	}
	for k, v := range in {
		if text, ok := v.(string); ok && slices.Contains(names(), k) {
			e[[2]string{service, k}] = text
		}
	}
	if len(more) == 2 {
		e[[2]string{service, more[0]}] = textOf(w.t, r.body, more[1])
	}
}

// names are the members that name something.
func names() []string {
	return []string{
		"UserName", "GroupName", "RoleName", "PolicyName", "InstanceProfileName", "ServerCertificateName", "UserPoolId", "Identifier", "ProviderName", "Domain", "PolicyArn",
	}
}

// textOf reads one text out of an answer.
func textOf(t *testing.T, body []byte, name string) string {
	t.Helper()
	m := regexp.MustCompile(`(?:<` + name + `>|"` + name + `":")([^<"]+)`).FindSubmatch(body)
	if m == nil {
		t.Fatalf("no %s in %s", name, body)
	}
	return string(m[1])
}

// twin gives a text of the same form that nothing has: its last four letters and digits are others.
func twin(text string) string {
	b := []byte(text)
	for i, left := len(b)-1, 4; i >= 0 && left > 0; i-- {
		if n := other(b[i]); n != b[i] {
			b[i] = n
			left--
		}
	}
	return string(b)
}

// other gives another character of the same sort, whether hexadecimal, base 32 or decimal.
func other(c byte) byte {
	for _, ring := range []string{"01", "234567", "89", "abcdef", "ghijklmnopqrstuvwxyz", "ABCDEF", "GHIJKLMNOPQRSTUVWXYZ"} {
		if i := strings.IndexByte(ring, c); i >= 0 {
			return ring[(i+1)%len(ring)]
		}
	}
	return c
}

// inputs gives an input of an operation that names the first account's things, and one that names nothing that is there. Neither is given when the
// operation names no such thing.
func (e estate) inputs(t *testing.T, entry *wire.Entry) (there, absent map[string]any) {
	t.Helper()
	base, err := sampler{entry.Service}.structure(entry.Operation.Input)
	if err != nil {
		t.Errorf("%s %s: %v", entry.Service.Name, entry.Operation.Name, err)
		return nil, nil
	}
	there, absent = maps.Clone(base), maps.Clone(base)
	found := false
	for _, m := range members(entry.Operation.Input) {
		v, ok := e[[2]string{entry.Service.Name, m.name}]
		if !ok {
			continue
		}
		found = true
		there[m.name], absent[m.name] = any(v), any(twin(v))
		if m.typ.Kind() == reflect.Slice {
			there[m.name], absent[m.name] = []any{v}, []any{twin(v)}
		}
	}
	if !found {
		return nil, nil
	}
	return there, absent
}

// anonymise replaces ids of the estate and their twins.
func (e estate) anonymise(text string) string {
	values := slices.Collect(maps.Values(e))
	slices.SortFunc(values, func(a, b string) int { return len(b) - len(a) })
	for _, v := range values {
		text = strings.NewReplacer(v, "<it>", twin(v), "<it>").Replace(text)
	}
	return text
}

// ownNames are operations that make something in the caller's own account under a name that another account may have as well, or tell what the caller's own
// account would be allowed, or tell of a key id what it spells. They succeed, for what is there as for what is not.
func ownNames() map[string]bool {
	return map[string]bool{
		"CreateUser": true, "CreateGroup": true, "CreateRole": true, "CreatePolicy": true, "CreateInstanceProfile": true, "CreateUserPool": true,
		"GetAccessKeyInfo":       true, // of any key id the account that it spells, as AWS does
		"DeleteIdentities":       true, // passes over what does not exist
		"DescribeUserPoolDomain": true, // of a domain that is not there the answer is empty
	}
}

// globalNames are operations that take a name which, as with AWS, is unique over all accounts: that it is taken has to be told.
func globalNames() map[string]bool {
	return map[string]bool{"CreateUserPoolDomain": true}
}

// readings performs every reading operation for the first account on its own things: what the second account must not change.
func (w *world) readings(e estate) map[string]string {
	w.t.Helper()
	requestID := regexp.MustCompile(`<RequestId>[^<]*</RequestId>`)
	out := map[string]string{}
	w.every(func(entry *wire.Entry) {
		name := entry.Operation.Name
		reads := strings.HasPrefix(name, "Get") || strings.HasPrefix(name, "List") || strings.HasPrefix(name, "Describe") || strings.HasPrefix(name, "AdminGet") ||
			strings.HasPrefix(name, "AdminList")
		if entry.Binding == nil || entry.Operation.Auth != wire.AuthSigV4 || !reads || entry.Service.Name == "sts" || name == "GetOpenIdTokenForDeveloperIdentity" {
			return
		}
		if there, _ := e.inputs(w.t, entry); there != nil {
			r := w.send(entry, w.root, there)
			out[name] = fmt.Sprint(r.status) + " " + string(requestID.ReplaceAll(canonical(r.body), nil))
		}
	})
	return out
}

// canonical sorts the members of a JSON answer.
func canonical(body []byte) []byte {
	var v any
	if json.Unmarshal(body, &v) != nil {
		return body
	}
	b, err := json.Marshal(v)
	if err != nil {
		return body
	}
	return b
}

// administrator gives the key of another account's root.
func (w *world) administrator(account string) sigv4.Credentials {
	w.t.Helper()
	id, err := caller.NewAccessKeyID(bytes.NewReader([]byte("0123456789")), "AKIA", account)
	if err != nil {
		w.t.Fatal(err)
	}
	secret := strings.Repeat("s", 40)
	if err := w.app.services.credential.EnsureRoot(w.t.Context(), account, id, caller.Secret(secret)); err != nil {
		w.t.Fatal(err)
	}
	return sigv4.Credentials{AccessKeyID: id, SecretAccessKey: secret}
}

// TestTenancy walks every bound operation as the administrator of a second account with the ids, names and ARNs of the first account's things. Nothing
// succeeds, nothing changes, and what is there cannot be told from what is not.
func TestTenancy(t *testing.T) {
	w := newWorld(t)
	e := w.furnish()
	before := w.readings(e)
	read := 0
	for _, answer := range before {
		if strings.HasPrefix(answer, "200 ") {
			read++
		}
	}
	if read < 60 {
		t.Errorf("the first account can read %d of its things: the walk would prove little\n%v", read, before)
	}
	strangers := []string{neighbour}
	if member := e[[2]string{"organizations", "AccountId"}]; member != "" {
		strangers = append(strangers, member) // to be in one organization opens nothing
	}
	for _, account := range strangers {
		if walked := w.walkAs(e, w.administrator(account)); walked < 240 {
			t.Errorf("only %d operations were walked", walked)
		}
	}
	after := w.readings(e)
	for name, was := range before {
		if after[name] != was {
			t.Errorf("%s was\n%s\nand is\n%s", name, was, after[name])
		}
	}
	if log := w.log.String(); strings.Contains(log, "request failed") {
		t.Errorf("the server failed:\n%s", log)
	}
}

// walkAs performs every operation that names the first account's things, and tells how many there are.
func (w *world) walkAs(e estate, stranger sigv4.Credentials) (walked int) {
	w.t.Helper()
	for _, making := range []bool{false, true} { // what it makes under the same names is found afterwards, and so made last
		w.every(func(entry *wire.Entry) {
			if entry.Binding == nil || entry.Operation.Auth != wire.AuthSigV4 || ownNames()[entry.Operation.Name] != making {
				return
			}
			there, absent := e.inputs(w.t, entry)
			if there == nil {
				return
			}
			walked++
			w.expectSame(e, entry, w.send(entry, stranger, absent), w.send(entry, stranger, there))
		})
	}
	return walked
}

// expectSame holds the answer about a thing of another account against the one about a thing that is not there.
func (w *world) expectSame(e estate, entry *wire.Entry, none, foreign reply) {
	w.t.Helper()
	name := entry.Service.Name + " " + entry.Operation.Name
	if bytes.Contains(foreign.body, []byte(canary)) {
		w.t.Errorf("%s tells what another account has: %s", name, foreign.body)
	}
	if foreign.status < 400 && !ownNames()[entry.Operation.Name] {
		w.t.Errorf("%s succeeds with what another account has: %s", name, foreign.body)
	}
	if globalNames()[entry.Operation.Name] {
		return
	}
	if foreign.status != none.status || foreign.code != none.code || e.anonymise(foreign.message) != e.anonymise(none.message) {
		w.t.Errorf("%s: of another account's thing the answer is %d %s %q, of none %d %s %q", name, foreign.status, foreign.code, foreign.message,
			none.status, none.code, none.message)
	}
}
