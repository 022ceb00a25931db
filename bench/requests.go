package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/srp"
)

// bench is a server with what the measurements need on it.
type bench struct {
	*server
	t       *table
	length  time.Duration
	wants   func(string) bool
	p       primitives
	group   *srp.Group
	user    credentials // an IAM user that may do everything
	session credentials // temporary credentials of a role
	role    string
	id      string // id token of the API token
	access  string
	refresh string
}

// measureRequests drives a server over HTTP.
func measureRequests(t *table, binary, dir string, o options, p primitives, wants func(string) bool) error {
	s, err := start(binary, "--data", dir+"/requests", "--listen", "127.0.0.1:0")
	if err != nil {
		return err
	}
	b := &bench{server: s, t: t, length: time.Duration(o.seconds) * time.Second, wants: wants, p: p, group: srp.Cognito()}
	if err := b.prepareWorld(); err != nil {
		return err
	}
	t.title("Requests over keep-alive HTTP, signatures verified, one processor")
	t.row("", "%10s %14s %12s", "a second", "per CPU second", "CPU each")
	for _, f := range []func() error{b.stsRequests, b.webIdentity, b.poolRequests, b.signIns, b.secondFactors, b.measureImport, b.measureExistence} {
		if err := f(); err != nil {
			return err
		}
	}
	t.row("memory after the load", "%.1f MB", s.memory())
	return s.stop()
}

func (b *bench) prepareWorld() error {
	root := credentials{AccessKeyID: b.AccessKeyID, SecretAccessKey: b.SecretAccessKey}
	const allow = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + b.Account + `:root"},"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]}]}`
	var key struct {
		ID     string `xml:"CreateAccessKeyResult>AccessKey>AccessKeyId"`
		Secret string `xml:"CreateAccessKeyResult>AccessKey>SecretAccessKey"`
	}
	for _, c := range []struct {
		out  any
		form url.Values
	}{
		{nil, url.Values{"Action": {"CreateUser"}, "UserName": {"bench"}}},
		{nil, url.Values{"Action": {"PutUserPolicy"}, "UserName": {"bench"}, "PolicyName": {"all"}, "PolicyDocument": {allow}}},
		{nil, url.Values{"Action": {"CreateRole"}, "RoleName": {"bench"}, "AssumeRolePolicyDocument": {trust}}},
		{nil, url.Values{"Action": {"PutRolePolicy"}, "RoleName": {"bench"}, "PolicyName": {"all"}, "PolicyDocument": {allow}}},
		{&key, url.Values{"Action": {"CreateAccessKey"}, "UserName": {"bench"}}},
	} {
		c.form.Set("Version", "2010-05-08")
		if err := b.form(root, "iam", c.form, c.out); err != nil {
			return err
		}
	}
	b.user = credentials{AccessKeyID: key.ID, SecretAccessKey: key.Secret}
	b.role = "arn:aws:iam::" + b.Account + ":role/bench"
	var assumed struct {
		ID     string `xml:"AssumeRoleResult>Credentials>AccessKeyId"`
		Secret string `xml:"AssumeRoleResult>Credentials>SecretAccessKey"`
		Token  string `xml:"AssumeRoleResult>Credentials>SessionToken"`
	}
	if err := b.form(b.user, "sts", b.assume(0), &assumed); err != nil {
		return err
	}
	b.session = credentials{AccessKeyID: assumed.ID, SecretAccessKey: assumed.Secret, SessionToken: assumed.Token}
	return b.signInOnce()
}

func (b *bench) assume(n int) url.Values {
	return url.Values{"Action": {"AssumeRole"}, "Version": {"2011-06-15"}, "RoleArn": {b.role}, "RoleSessionName": {fmt.Sprintf("session-%d", n)}}
}

// assumeNarrowed is an AssumeRole with session tags, one of which is passed on, and a session policy.
func (b *bench) assumeNarrowed() url.Values {
	v := b.assume(0)
	v.Set("Policy", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::data/${aws:PrincipalTag/Team}/*"}]}`)
	v.Set("SourceIdentity", "alice")
	for n, tag := range [][2]string{{"Team", "blue"}, {"Project", "mayfly"}, {"CostCenter", "4711"}} {
		v.Set(fmt.Sprintf("Tags.member.%d.Key", n+1), tag[0])
		v.Set(fmt.Sprintf("Tags.member.%d.Value", n+1), tag[1])
	}
	v.Set("TransitiveTagKeys.member.1", "Team")
	return v
}

// form sends one query call and reads its XML.
func (b *bench) form(c credentials, service string, form url.Values, out any) error {
	conn, err := b.dial()
	if err != nil {
		return err
	}
	defer conn.c.Close()
	body, err := conn.do(b.prepare(c, service, "", form.Encode()))
	if err != nil || out == nil {
		return err
	}
	return xml.Unmarshal(body, out)
}

func (b *bench) signInOnce() error {
	conn, err := b.dial()
	if err != nil {
		return err
	}
	defer conn.c.Close()
	body, err := conn.do(b.passwordCall())
	if err != nil {
		return err
	}
	var out struct {
		AuthenticationResult struct{ IdToken, AccessToken, RefreshToken string }
	}
	if err := json.Unmarshal(body, &out); err != nil {
		return err
	}
	r := out.AuthenticationResult
	b.id, b.access, b.refresh = r.IdToken, r.AccessToken, r.RefreshToken
	return nil
}

// measure prints one row. goal is in requests a second; 0 prints none.
func (b *bench) measure(name string, connections int, goal int, next func(int, int, []byte) (call, error)) (result, error) {
	if !b.wants(name) {
		return result{}, nil
	}
	if _, err := b.load(connections, b.length/4, next); err != nil { // warm
		return result{}, fmt.Errorf("%s: %w", name, err)
	}
	r, err := b.load(connections, b.length, next)
	if err != nil {
		return result{}, fmt.Errorf("%s: %w", name, err)
	}
	note := ""
	if goal > 0 {
		note = fmt.Sprintf("   (goal %d)", goal)
	}
	b.t.row(name, "%10.0f %14.0f %9.1f µs%s", r.perSecond(), r.perCPUSecond(), micros(r.each()), note)
	return r, nil
}

func (b *bench) stsRequests() error {
	identity := url.Values{"Action": {"GetCallerIdentity"}, "Version": {"2011-06-15"}}.Encode()
	var assumes []call
	for n := range 64 {
		assumes = append(assumes, b.prepare(b.user, "sts", "", b.assume(n).Encode()))
	}
	tagged := b.prepare(b.user, "sts", "", b.assumeNarrowed().Encode())
	session := url.Values{"Action": {"GetSessionToken"}, "Version": {"2011-06-15"}}.Encode()
	for _, m := range []struct {
		name string
		goal int
		next func(int, int, []byte) (call, error)
	}{
		{"GetCallerIdentity, long-term key", 15000, same(b.prepare(b.user, "sts", "", identity))},
		{"GetCallerIdentity, session of a role", 15000, same(b.prepare(b.session, "sts", "", identity))},
		{"AssumeRole", 10000, same(assumes...)},
		{"AssumeRole, tags and session policy", 8000, same(tagged)},
		{"GetSessionToken", 0, same(b.prepare(b.user, "sts", "", session))},
	} {
		if _, err := b.measure(m.name, 16, m.goal, m.next); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) poolRequests() error {
	logins := fmt.Sprintf(`{"cognito-idp.%s.amazonaws.com/%s":%q}`, b.Region, b.UserPoolID, b.id)
	getID := b.prepare(credentials{}, "", "AWSCognitoIdentityService.GetId", fmt.Sprintf(`{"IdentityPoolId":%q,"Logins":%s}`, b.IdentityPoolID, logins))
	conn, err := b.dial()
	if err != nil {
		return err
	}
	defer conn.c.Close()
	body, err := conn.do(getID)
	if err != nil {
		return err
	}
	var identity struct{ IdentityId string }
	if err := json.Unmarshal(body, &identity); err != nil {
		return err
	}
	get := b.prepare(credentials{}, "", "AWSCognitoIdentityService.GetCredentialsForIdentity", fmt.Sprintf(`{"IdentityId":%q,"Logins":%s}`, identity.IdentityId, logins))
	user := b.prepare(credentials{}, "", "AWSCognitoIdentityProviderService.GetUser", fmt.Sprintf(`{"AccessToken":%q}`, b.access))
	for _, m := range []struct {
		name string
		goal int
		c    call
	}{{"GetId", 10000, getID}, {"GetCredentialsForIdentity", 10000, get}, {"GetUser", 8000, user}} {
		if _, err := b.measure(m.name, 16, m.goal, same(m.c)); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) passwordCall() call {
	return b.prepare(credentials{}, "", "AWSCognitoIdentityProviderService.InitiateAuth",
		fmt.Sprintf(`{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":%q,"AuthParameters":{"USERNAME":%q,"PASSWORD":%q}}`, b.ClientID, b.APIAccessKey, b.APISecretKey))
}

// signIns measures what signs tokens. Each is held against the primitives that it cannot avoid: in turns and on the server's processor, so that the
// machine's other work does not weigh on one side only.
func (b *bench) signIns() error {
	refresh := b.prepare(credentials{}, "", "AWSCognitoIdentityProviderService.InitiateAuth",
		fmt.Sprintf(`{"AuthFlow":"REFRESH_TOKEN_AUTH","ClientId":%q,"AuthParameters":{"REFRESH_TOKEN":%q}}`, b.ClientID, b.refresh))
	for _, m := range []struct {
		name, beside string
		halves       int64 // requests of one sign-in
		goal         float64
		floor        func()
		next         func(int, int, []byte) (call, error)
	}{
		{"sign-in by password", "2 RSA signatures + 1 verifier check", 1, 1.15, func() { b.p.sign(); b.p.sign(); b.p.check() }, same(b.passwordCall())},
		{"refresh", "2 RSA signatures", 1, 0, func() { b.p.sign(); b.p.sign() }, same(refresh)},
		{"four-step journey", "2 RSA signatures + 1 verifier check", journeySteps, 0, func() { b.p.sign(); b.p.sign(); b.p.check() }, b.journeys()},
		{"sign-in by SRP", "2 RSA signatures + SRP arithmetic", 2, 1.25, func() { b.p.sign(); b.p.sign(); b.p.first(); b.p.second() }, b.srp()},
	} {
		if !b.wants(m.name) {
			continue
		}
		if err := b.inTurns(m.name, m.beside, signInConnections, m.halves, m.goal, m.floor, m.next); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
	}
	return nil
}

// secondFactors measures a sign-in with a software token.
func (b *bench) secondFactors() error {
	const name = "sign-in by password and TOTP"
	if !b.wants(name) {
		return nil
	}
	w, err := b.newTOTPWorld()
	if err != nil {
		return err
	}
	return b.inTurns(name, "2 RSA signatures + 1 verifier check", signInConnections, 2, 0, func() { b.p.sign(); b.p.sign(); b.p.check() }, w.signIns())
}

// signInConnections is how many clients sign in at once.
const signInConnections = 16

// turns is how often server and primitives are measured in turn.
const turns = 15

func (b *bench) inTurns(name, beside string, connections int, halves int64, goal float64, floor func(), next func(int, int, []byte) (call, error)) error {
	var each, floors []time.Duration
	var ratios []float64
	for range turns {
		f := mean(serverCPU, b.length/turns/2, floor)
		r, err := b.load(connections, b.length/turns, next)
		if err != nil {
			return err
		}
		one := r.cpu * time.Duration(halves) / time.Duration(max(r.requests, 1))
		each, floors, ratios = append(each, one), append(floors, f), append(ratios, float64(one)/float64(f))
	}
	slices.Sort(each)
	slices.Sort(floors)
	slices.Sort(ratios)
	b.t.row(name, "%10s %14.0f %9.1f µs", "", float64(time.Second)/float64(each[turns/2]), micros(each[turns/2]))
	note := ""
	if goal > 0 {
		note = fmt.Sprintf("   (goal %.2f)", goal)
	}
	b.t.row("  beside "+beside, "%25s %9.1f µs, ratio %.2f%s", "", micros(floors[turns/2]), ratios[turns/2], note)
	return nil
}

// srp gives each connection the two halves of a sign-in in turn.
func (b *bench) srp() func(int, int, []byte) (call, error) {
	states := make([]*srpState, signInConnections)
	return func(n, i int, last []byte) (call, error) {
		if states[n] == nil || i == 0 {
			states[n] = &srpState{b: b}
		}
		return states[n].next(last)
	}
}

// srpState alternates the two halves of an SRP sign-in on one connection.
type srpState struct {
	b      *bench
	client *srp.Client
}

func (s *srpState) next(last []byte) (call, error) {
	if s.client == nil {
		c, err := s.b.group.NewClient(rand.Reader)
		if err != nil {
			return nil, err
		}
		s.client = c
		return s.b.prepare(credentials{}, "", "AWSCognitoIdentityProviderService.InitiateAuth",
			fmt.Sprintf(`{"AuthFlow":"USER_SRP_AUTH","ClientId":%q,"AuthParameters":{"USERNAME":%q,"SRP_A":%q}}`, s.b.ClientID, s.b.APIAccessKey, c.A())), nil
	}
	var out struct {
		ChallengeParameters struct {
			User   string `json:"USER_ID_FOR_SRP"`
			Salt   string `json:"SALT"`
			B      string `json:"SRP_B"`
			Secret string `json:"SECRET_BLOCK"`
		}
	}
	if err := json.Unmarshal(last, &out); err != nil {
		return nil, err
	}
	p := out.ChallengeParameters
	block, err := base64.StdEncoding.DecodeString(p.Secret)
	if err != nil {
		return nil, err
	}
	_, pool, _ := strings.Cut(s.b.UserPoolID, "_")
	ts, sig, err := s.client.Claim(pool, p.User, s.b.APISecretKey, p.Salt, p.B, block, time.Now())
	if err != nil {
		return nil, err
	}
	s.client = nil
	return s.b.prepare(credentials{}, "", "AWSCognitoIdentityProviderService.RespondToAuthChallenge", fmt.Sprintf(
		`{"ChallengeName":"PASSWORD_VERIFIER","ClientId":%q,"ChallengeResponses":{"TIMESTAMP":%q,"USERNAME":%q,"PASSWORD_CLAIM_SECRET_BLOCK":%q,"PASSWORD_CLAIM_SIGNATURE":%q}}`,
		s.b.ClientID, ts, p.User, p.Secret, base64.StdEncoding.EncodeToString(sig))), nil
}
