package signin

import (
	"encoding/base64"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/srp"
)

func TestOperationsAreNamedAsTheirMethods(t *testing.T) {
	seen := map[string]bool{}
	for _, b := range new(Service).Operations() {
		if b.Method != b.Operation.Name || seen[b.Method] {
			t.Errorf("%s is bound to %s", b.Operation.Name, b.Method)
		}
		seen[b.Method] = true
	}
}

func TestAdministratorsAskForThePool(t *testing.T) {
	h := open(t, setting{pool: func(p *directory.Pool) { p.Tags = map[string]string{"Team": "red"} }})
	want := "arn:aws:cognito-idp:us-east-1:000000000000:userpool/" + poolID
	for _, b := range h.Operations() {
		if b.Operation.Auth != wire.AuthSigV4 {
			continue
		}
		var in any
		switch b.Operation.Name {
		case "AdminInitiateAuth":
			in = &api.AdminInitiateAuthRequest{UserPoolId: poolID}
		case "AdminRespondToAuthChallenge":
			in = &api.AdminRespondToAuthChallengeRequest{UserPoolId: poolID}
		case "AdminUserGlobalSignOut":
			in = &api.AdminUserGlobalSignOutRequest{UserPoolId: poolID}
		default:
			t.Fatal(b.Operation.Name, " is not in this test")
		}
		asks, err := b.Asks(h.ctx, api.Service(), in)
		must(t, err)
		if len(asks) != 1 || asks[0].Resource != want || asks[0].Action != "cognito-idp:"+b.Operation.Name || asks[0].Exempt {
			t.Errorf("%s asks %+v", b.Operation.Name, asks)
		}
		if team, ok := asks[0].Context.Lookup("aws:resourcetag/team"); !ok || team[0] != "red" {
			t.Errorf("%s asks without the tags of the pool", b.Operation.Name)
		}
	}
	elsewhere := caller.WithRequest(h.ctx, &caller.Request{Region: "eu-west-1"})
	_, err := h.AdminUserGlobalSignOut(elsewhere, &api.AdminUserGlobalSignOutRequest{UserPoolId: poolID, Username: "ada"})
	fails(t, err, api.ResourceNotFoundException, "")
}

func TestFlowsAndClients(t *testing.T) {
	h := open(t, setting{client: func(c *directory.Client) { c.Flows = nil }})
	for flow, want := range map[api.AuthFlowType]string{
		api.AuthFlowTypeUserSrpAuth:           "USER_SRP_AUTH is not enabled for the client.",
		api.AuthFlowTypeUserPasswordAuth:      "USER_PASSWORD_AUTH flow not enabled for this client",
		api.AuthFlowTypeCustomAuth:            "CUSTOM_AUTH is not enabled for the client.",
		api.AuthFlowTypeUserAuth:              "USER_AUTH flow not enabled for this client",
		api.AuthFlowTypeRefreshTokenAuth:      "REFRESH_TOKEN_AUTH flow not enabled for this client",
		api.AuthFlowTypeAdminUserPasswordAuth: "Initiate Auth method not supported.",
		api.AuthFlowTypeAdminNoSrpAuth:        "Initiate Auth method not supported.",
	} {
		_, err := h.InitiateAuth(h.ctx, &api.InitiateAuthRequest{ClientId: clientID, AuthFlow: flow})
		fails(t, err, api.InvalidParameterException, want)
	}
	_, err := h.InitiateAuth(h.ctx, &api.InitiateAuthRequest{ClientId: "none", AuthFlow: api.AuthFlowTypeUserSrpAuth})
	fails(t, err, api.ResourceNotFoundException, "User pool client none does not exist.")
	admin := &api.AdminInitiateAuthRequest{UserPoolId: poolID, ClientId: clientID, AuthFlow: api.AuthFlowTypeAdminUserPasswordAuth}
	_, err = h.AdminInitiateAuth(h.ctx, admin)
	fails(t, err, api.InvalidParameterException, "Auth flow not enabled for this client")
}

func TestAdministrators(t *testing.T) {
	h := open(t, setting{})
	in := &api.AdminInitiateAuthRequest{
		UserPoolId: poolID, ClientId: clientID, AuthFlow: api.AuthFlowTypeAdminNoSrpAuth,
		AuthParameters: map[string]string{"USERNAME": "ada", "PASSWORD": password},
	}
	out, err := h.AdminInitiateAuth(h.ctx, in)
	must(t, err)
	if out.AuthenticationResult == nil {
		t.Error("no tokens")
	}
	stranger := caller.WithPrincipal(t.Context(), &caller.Principal{Kind: caller.Root, Account: "999999999999"})
	_, err = h.AdminInitiateAuth(stranger, in)
	fails(t, err, api.ResourceNotFoundException, "User pool "+poolID+" does not exist.")
	_, err = h.AdminUserGlobalSignOut(stranger, &api.AdminUserGlobalSignOutRequest{UserPoolId: poolID, Username: "ada"})
	fails(t, err, api.ResourceNotFoundException, "User pool "+poolID+" does not exist.")

	foreign := h.client
	foreign.ID, foreign.PoolID = "foreign", "us-east-1_BBBBBBBBB"
	must(t, h.insertClient(&foreign))
	neighbour := h.pool
	neighbour.ID = foreign.PoolID
	must(t, h.core.Store.Update(h.ctx, func(w store.Writer) error { return directory.Pools.Insert(h.ctx, w, &neighbour) }))
	in.ClientId = "foreign"
	_, err = h.AdminInitiateAuth(h.ctx, in)
	fails(t, err, api.ResourceNotFoundException, "User pool client foreign does not exist.")

	_, err = h.AdminUserGlobalSignOut(h.ctx, &api.AdminUserGlobalSignOutRequest{UserPoolId: poolID, Username: "eve"})
	fails(t, err, api.UserNotFoundException, "User does not exist.")
	_, err = h.AdminUserGlobalSignOut(h.ctx, &api.AdminUserGlobalSignOutRequest{UserPoolId: poolID, Username: "ada"})
	must(t, err)
	_, err = h.tokens.VerifyAccess(h.ctx, directory.Token(*out.AuthenticationResult.AccessToken))
	fails(t, account.AccessError(err), api.NotAuthorizedException, "Access Token has been revoked")
}

// Only the right password tells what state a user is in.
func TestStates(t *testing.T) {
	for name, c := range map[string]struct {
		user    func(*directory.User)
		want    *wire.ErrorType
		message string
	}{
		"disabled":      {func(u *directory.User) { u.Enabled = false }, api.NotAuthorizedException, "User is disabled."},
		"not confirmed": {func(u *directory.User) { u.Status = directory.Unconfirmed }, api.UserNotConfirmedException, "User is not confirmed."},
		"to be reset":   {func(u *directory.User) { u.Status = directory.ResetRequired }, api.PasswordResetRequiredException, "Password reset required for the user"},
		"temporary password over": {func(u *directory.User) {
			u.Status, u.TemporaryUntil = directory.ForceChangePassword, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		}, api.NotAuthorizedException, "Temporary password has expired and must be reset by an administrator."},
		"unknown state": {func(u *directory.User) { u.Status = "ELSE" }, api.NotAuthorizedException, notRight},
		"no password":   {func(u *directory.User) { u.SealedVerifier = nil }, api.NotAuthorizedException, notRight},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, setting{user: c.user})
			_, err := h.byName("ada", password)
			fails(t, err, c.want, c.message)
			_, err = h.byName("ada", "wrong")
			fails(t, err, api.NotAuthorizedException, notRight)
		})
	}
}

func TestLockout(t *testing.T) {
	for name, c := range map[string]struct {
		who    string
		client func(*directory.Client)
	}{"user": {"ada", nil}, "ghost": {"eve", hidden}} {
		t.Run(name, func(t *testing.T) {
			h := open(t, setting{client: c.client})
			for range account.FreeFailures {
				_, err := h.byName(c.who, "wrong")
				fails(t, err, api.NotAuthorizedException, notRight)
			}
			for _, wait := range []time.Duration{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900} {
				h.clock.move(wait*time.Second - time.Millisecond)
				_, err := h.byName(c.who, password)
				fails(t, err, api.NotAuthorizedException, "Password attempts exceeded")
				h.clock.move(time.Millisecond)
				_, err = h.byName(c.who, "wrong")
				fails(t, err, api.NotAuthorizedException, notRight)
			}
		})
	}
}

func TestTheRightPasswordEndsARowOfFailures(t *testing.T) {
	h := open(t, setting{})
	for range account.FreeFailures - 1 {
		_, err := h.byName("ada", "wrong")
		fails(t, err, api.NotAuthorizedException, notRight)
	}
	row, err := directory.Users.Get(h.ctx, h.core.Store, poolID, userID)
	must(t, err)
	h.in(t)
	after, err := directory.Users.Get(h.ctx, h.core.Store, poolID, userID)
	must(t, err)
	if row.Doc.Failures != account.FreeFailures-1 || after.Doc.Failures != 0 {
		t.Error("failures: ", row.Doc.Failures, after.Doc.Failures)
	}
	h.in(t)
	last, err := directory.Users.Get(h.ctx, h.core.Store, poolID, userID)
	must(t, err)
	if last.Version != after.Version {
		t.Error("an ordinary sign-in writes the user")
	}
}

// A user who was locked by parallel guesses between proof and admission does not get in.
func TestParallelGuessesLockTheRightOneOut(t *testing.T) {
	h := open(t, setting{})
	u := h.user(t)
	for range account.FreeFailures {
		_, err := h.byName("ada", "wrong")
		fails(t, err, api.NotAuthorizedException, notRight)
	}
	err := h.core.Store.Update(h.ctx, func(w store.Writer) error { return account.ConfirmUnchanged(h.ctx, w, &u, h.clock.now()) })
	fails(t, err, api.NotAuthorizedException, "Password attempts exceeded")
}

// Nor does one who was given another password or another state in between.
func TestAdmissionNeedsTheUserOfTheProof(t *testing.T) {
	for name, change := range map[string]func(*directory.User){
		"password": func(u *directory.User) { u.PasswordSet = u.PasswordSet.Add(time.Second) },
		"state":    func(u *directory.User) { u.Status = directory.ResetRequired },
	} {
		h := open(t, setting{})
		u := h.user(t)
		h.changeUser(t, change)
		err := h.core.Store.Update(h.ctx, func(w store.Writer) error { return account.ConfirmUnchanged(h.ctx, w, &u, h.clock.now()) })
		if e, ok := wire.AsError(err); !ok || e.Message != notRight {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func temporary(u *directory.User) {
	u.Status, u.TemporaryUntil = directory.ForceChangePassword, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
}

func (h *house) newPassword(session *string, params map[string]string) (*api.RespondToAuthChallengeResponse, error) {
	return h.RespondToAuthChallenge(h.ctx, &api.RespondToAuthChallengeRequest{
		ClientId: clientID, ChallengeName: api.ChallengeNameTypeNewPasswordRequired, ChallengeResponses: params, Session: session,
	})
}

func TestNewPasswordRequired(t *testing.T) {
	h := open(t, setting{user: temporary, pool: func(p *directory.Pool) {
		p.Schema = []directory.Attribute{{Name: "given_name", Type: directory.StringType, Mutable: true, Required: true}}
	}})
	x, err := h.begin("ada", nil)
	must(t, err)
	out, err := h.finish(x.answer(t, password))
	must(t, err)
	want := map[string]string{
		"USER_ID_FOR_SRP": "ada", "requiredAttributes": `["userAttributes.given_name"]`,
		"userAttributes": `{"email":"ada@example.org","email_verified":"true"}`,
	}
	if d := cmp.Diff(want, out.ChallengeParameters); d != "" || *out.ChallengeName != api.ChallengeNameTypeNewPasswordRequired || out.AuthenticationResult != nil {
		t.Error(d, out)
	}
	good := func() map[string]string {
		return map[string]string{"USERNAME": "ada", "NEW_PASSWORD": "Another-Horse-8", "userAttributes.given_name": "Ada"}
	}
	for name, c := range map[string]struct {
		change  func(map[string]string)
		want    *wire.ErrorType
		message string
	}{
		"another user":       {func(p map[string]string) { p["USERNAME"] = "bob" }, api.NotAuthorizedException, "Invalid session for the user."},
		"no password":        {func(p map[string]string) { delete(p, "NEW_PASSWORD") }, api.InvalidParameterException, "Missing required parameter NEW_PASSWORD"},
		"weak password":      {func(p map[string]string) { p["NEW_PASSWORD"] = "short" }, api.InvalidPasswordException, "Password did not conform with policy: Password not long enough"},
		"missing attribute":  {func(p map[string]string) { delete(p, "userAttributes.given_name") }, api.InvalidParameterException, "Invalid attributes given, given_name is missing"},
		"provided attribute": {func(p map[string]string) { p["userAttributes.email"] = "x@example.org" }, api.InvalidParameterException, "Cannot modify an already provided email"},
		"own attribute":      {func(p map[string]string) { p["userAttributes.phone_number_verified"] = "true" }, api.NotAuthorizedException, "A client attempted to write unauthorized attribute"},
	} {
		params := good()
		c.change(params)
		_, err := h.newPassword(out.Session, params)
		if e, ok := wire.AsError(err); !ok || e.Type != c.want || e.Message != c.message {
			t.Errorf("%s: %v", name, err)
		}
	}
	done, err := h.newPassword(out.Session, good())
	must(t, err)
	if c := h.claimsOf(t, done.AuthenticationResult.IdToken); c["given_name"] != "Ada" {
		t.Error("claims are ", c)
	}
	if u := h.user(t); u.Status != directory.Confirmed || !u.TemporaryUntil.IsZero() {
		t.Error("user is ", u.Status)
	}
	_, err = h.newPassword(out.Session, good())
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user.")
	_, err = h.byName("ada", password)
	fails(t, err, api.NotAuthorizedException, notRight)
	_, err = h.byName("ada", "Another-Horse-8")
	must(t, err)
}

func TestSessionsAreBoundToTheirStep(t *testing.T) {
	h := open(t, setting{user: temporary})
	x, err := h.begin("ada", nil)
	must(t, err)
	raw, err := base64.StdEncoding.DecodeString(x.challenge["SECRET_BLOCK"])
	must(t, err)
	_, err = h.openChallenge(h.ctx, account.Door{Pool: &h.pool, Client: &h.client}, raw, stepNewPassword)
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user.")
	block := sessionText(account.Door{Pool: &h.pool, Client: &h.client}, raw)
	_, err = h.newPassword(&block, map[string]string{"USERNAME": "ada", "NEW_PASSWORD": "Another-Horse-8"})
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user.")
	_, err = h.newPassword(nil, map[string]string{"USERNAME": "ada", "NEW_PASSWORD": "Another-Horse-8"})
	fails(t, err, api.InvalidParameterException, "Missing required parameter Session")
}

func TestANewTemporaryPasswordEndsTheSession(t *testing.T) {
	h := open(t, setting{user: temporary})
	out, err := h.byName("ada", password)
	must(t, err)
	h.clock.move(time.Second)
	h.changeUser(t, func(u *directory.User) { u.PasswordSet = h.clock.now() })
	_, err = h.newPassword(out.Session, map[string]string{"USERNAME": "ada", "NEW_PASSWORD": "Another-Horse-8"})
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user.")
}

func (h *house) refreshBy(token, hash string) (*api.AuthenticationResultType, error) {
	out, err := h.InitiateAuth(h.ctx, &api.InitiateAuthRequest{
		ClientId: clientID, AuthFlow: api.AuthFlowTypeRefreshTokenAuth, AuthParameters: map[string]string{"REFRESH_TOKEN": token, "SECRET_HASH": hash},
	})
	if err != nil {
		return nil, err
	}
	return out.AuthenticationResult, nil
}

func TestRefresh(t *testing.T) {
	h := open(t, setting{})
	token := *h.in(t).RefreshToken
	got, err := h.refreshBy(token, "")
	must(t, err)
	if got.RefreshToken != nil || got.AccessToken == nil || got.IdToken == nil {
		t.Errorf("%+v", got)
	}
	_, err = h.refreshBy("garbage", "")
	fails(t, err, api.NotAuthorizedException, "Invalid Refresh Token")
	h.changeUser(t, func(u *directory.User) { u.Enabled = false })
	_, err = h.refreshBy(token, "")
	fails(t, err, api.NotAuthorizedException, "User is disabled.")
	h.changeUser(t, func(u *directory.User) { u.Enabled = true })
	_, err = h.RevokeToken(h.ctx, &api.RevokeTokenRequest{ClientId: clientID, Token: token})
	must(t, err)
	_, err = h.refreshBy(token, "")
	fails(t, err, api.NotAuthorizedException, "Refresh Token has been revoked")
	_, err = h.tokens.VerifyAccess(h.ctx, directory.Token(*got.AccessToken))
	fails(t, account.AccessError(err), api.NotAuthorizedException, "Access Token has been revoked")
	h.clock.move(31 * 24 * time.Hour)
	_, err = h.refreshBy(token, "")
	fails(t, err, api.NotAuthorizedException, "Refresh Token has expired")
	_, err = h.RevokeToken(h.ctx, &api.RevokeTokenRequest{ClientId: clientID, Token: *got.AccessToken})
	fails(t, err, api.UnsupportedTokenTypeException, "")
}

func TestRefreshOfAClientWithASecret(t *testing.T) {
	const secret = "a client secret"
	h := open(t, setting{secret: secret})
	_, err := h.InitiateAuth(h.ctx, &api.InitiateAuthRequest{ClientId: clientID, AuthFlow: api.AuthFlowTypeUserPasswordAuth, AuthParameters: map[string]string{
		"USERNAME": "ada@example.org", "PASSWORD": password, "SECRET_HASH": srp.SecretHash(secret, "ada@example.org", clientID),
	}})
	fails(t, err, api.UserNotFoundException, "") // e-mail is no alias in this pool
	out, err := h.InitiateAuth(h.ctx, &api.InitiateAuthRequest{ClientId: clientID, AuthFlow: api.AuthFlowTypeUserPasswordAuth, AuthParameters: map[string]string{
		"USERNAME": "ADA", "PASSWORD": password, "SECRET_HASH": srp.SecretHash(secret, "ADA", clientID),
	}})
	must(t, err)
	token := *out.AuthenticationResult.RefreshToken
	for name, good := range map[string]bool{"ada": true, userID: true, "bob": false} {
		if _, err := h.refreshBy(token, srp.SecretHash(secret, name, clientID)); (err == nil) != good {
			t.Errorf("hash over %s: %v", name, err)
		}
	}
	_, err = h.refreshBy(token, "")
	fails(t, err, api.NotAuthorizedException, "")
	wrong, right := "wrong", secret
	for given, good := range map[*string]bool{nil: false, &wrong: false, &right: true} {
		if _, err := h.GetTokensFromRefreshToken(h.ctx, &api.GetTokensFromRefreshTokenRequest{ClientId: clientID, ClientSecret: given, RefreshToken: token}); (err == nil) != good {
			t.Errorf("secret %v: %v", given, err)
		}
	}
	_, err = h.RevokeToken(h.ctx, &api.RevokeTokenRequest{ClientId: clientID, ClientSecret: &wrong, Token: token})
	fails(t, err, api.UnauthorizedException, "")
}

func TestRotatingClient(t *testing.T) {
	h := open(t, setting{client: func(c *directory.Client) { c.Rotation = true }})
	first := *h.in(t).RefreshToken
	out, err := h.GetTokensFromRefreshToken(h.ctx, &api.GetTokensFromRefreshTokenRequest{ClientId: clientID, RefreshToken: first})
	must(t, err)
	second := out.AuthenticationResult.RefreshToken
	if second == nil || *second == first {
		t.Fatal("no successor")
	}
	_, err = h.GetTokensFromRefreshToken(h.ctx, &api.GetTokensFromRefreshTokenRequest{ClientId: clientID, RefreshToken: first})
	fails(t, err, api.RefreshTokenReuseException, "")
	_, err = h.GetTokensFromRefreshToken(h.ctx, &api.GetTokensFromRefreshTokenRequest{ClientId: clientID, RefreshToken: *second})
	fails(t, err, api.NotAuthorizedException, "Refresh Token has been revoked")
}

func TestOpaqueErrorsStayOpaque(t *testing.T) {
	broken := errors.New("the disk is on fire")
	for _, translate := range []func(error) error{account.AccessError, refreshError, account.WriteError} {
		if err := translate(broken); !errors.Is(err, broken) {
			t.Error(err)
		}
		if _, ok := wire.AsError(translate(broken)); ok {
			t.Error("a failure of the server is told to the caller")
		}
	}
}
