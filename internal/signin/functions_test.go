package signin

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/hook"
	"github.com/mayfly-id/mayfly/internal/wire"
)

type object = map[string]any

func byFunctions(c *directory.Client) { c.Flows = []string{"ALLOW_CUSTOM_AUTH"} }

func withFunctions(p *directory.Pool) {
	p.Triggers.DefineAuthChallenge, p.Triggers.CreateAuthChallenge, p.Triggers.VerifyAuthChallengeResponse = "arn:define", "arn:create", "arn:verify"
}

// riddles are functions that let in who answers "seven" at the third try at the latest, after the password where the client proves one.
func (h *house) riddles() {
	h.hooks.answers[hook.DefineAuthChallenge] = func(r map[string]any) (any, error) {
		session := r["session"].([]any)
		if len(session) == 0 {
			return object{"challengeName": "CUSTOM_CHALLENGE"}, nil
		}
		last := session[len(session)-1].(object)
		switch {
		case last["challengeName"] == "SRP_A":
			return object{"challengeName": "PASSWORD_VERIFIER"}, nil
		case last["challengeName"] != "CUSTOM_CHALLENGE":
			return object{"challengeName": "CUSTOM_CHALLENGE"}, nil
		case last["challengeResult"] == true:
			return object{"issueTokens": true}, nil
		case len(session) >= 3:
			return object{"failAuthentication": true}, nil
		}
		return object{"challengeName": "CUSTOM_CHALLENGE"}, nil
	}
	h.hooks.answers[hook.CreateAuthChallenge] = func(map[string]any) (any, error) {
		return object{
			"publicChallengeParameters": object{"question": "3+4"}, "privateChallengeParameters": object{"answer": "seven"}, "challengeMetadata": "SUM",
		}, nil
	}
	h.hooks.answers[hook.VerifyAuthChallengeResponse] = func(r map[string]any) (any, error) {
		return object{"answerCorrect": r["challengeAnswer"] == r["privateChallengeParameters"].(object)["answer"]}, nil
	}
}

func (h *house) custom(name string, more map[string]string) (*api.InitiateAuthResponse, error) {
	params := map[string]string{"USERNAME": name}
	for k, v := range more {
		params[k] = v
	}
	return h.InitiateAuth(h.ctx, &api.InitiateAuthRequest{
		ClientId: clientID, AuthFlow: api.AuthFlowTypeCustomAuth, AuthParameters: params, ClientMetadata: map[string]string{"from": "initiate"},
	})
}

func (h *house) riddle(name string, session *string, answer string) (*api.RespondToAuthChallengeResponse, error) {
	return h.RespondToAuthChallenge(h.ctx, &api.RespondToAuthChallengeRequest{
		ClientId: clientID, ChallengeName: api.ChallengeNameTypeCustomChallenge, Session: session,
		ChallengeResponses: map[string]string{"USERNAME": name, "ANSWER": answer}, ClientMetadata: map[string]string{"from": "respond"},
	})
}

func TestCustomAuthentication(t *testing.T) {
	h := open(t, setting{client: byFunctions, pool: withFunctions})
	h.riddles()
	out, err := h.custom("ada", nil)
	must(t, err)
	asks(t, out.ChallengeName, api.ChallengeNameTypeCustomChallenge)
	if d := cmp.Diff(map[string]string{"question": "3+4", "USERNAME": "ada"}, out.ChallengeParameters); d != "" {
		t.Error(d)
	}
	next, err := h.riddle("ada", out.Session, "eight")
	must(t, err)
	asks(t, next.ChallengeName, api.ChallengeNameTypeCustomChallenge)
	if n := hundred(t, func(int) error { _, err := h.riddle("ada", next.Session, "seven"); return err }); n != 1 {
		t.Errorf("%d answers got tokens", n)
	}
	judged := h.hooks.of(hook.VerifyAuthChallengeResponse)
	if len(judged) != 2 {
		t.Errorf("%d answers were judged, want 2: of answers at once, one is", len(judged))
	}
	if m := judged[0]["clientMetadata"]; m.(object)["from"] != "respond" {
		t.Error(m)
	}
	defined := h.hooks.of(hook.DefineAuthChallenge)
	want := []any{
		object{"challengeName": "CUSTOM_CHALLENGE", "challengeResult": false, "challengeMetadata": "SUM"},
		object{"challengeName": "CUSTOM_CHALLENGE", "challengeResult": true, "challengeMetadata": "SUM"},
	}
	if d := cmp.Diff(want, defined[len(defined)-1]["session"]); d != "" {
		t.Error(d)
	}
	if defined[0]["clientMetadata"] != nil || defined[0]["userAttributes"].(object)["sub"] != userID {
		t.Error(defined[0])
	}
}

func TestCustomAuthenticationEnds(t *testing.T) {
	h := open(t, setting{client: byFunctions, pool: withFunctions})
	h.riddles()
	out, err := h.custom("ada", nil)
	must(t, err)
	session := out.Session
	for range 2 {
		next, err := h.riddle("ada", session, "wrong")
		must(t, err)
		session = next.Session
	}
	_, err = h.riddle("ada", session, "wrong")
	fails(t, err, api.NotAuthorizedException, notRight)
	_, err = h.riddle("ada", session, "seven")
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user, session can only be used once.")
}

func TestCustomAuthenticationBehindAPassword(t *testing.T) {
	pool := func(p *directory.Pool) { withFunctions(p); mfa("OPTIONAL")(p) }
	h := open(t, setting{client: byFunctions, pool: pool})
	app := h.withTOTP(t)
	h.riddles()
	c, err := h.core.Group.NewClient(h.core.Random)
	must(t, err)
	begin := func() *exchange {
		out, err := h.custom("ada", map[string]string{"CHALLENGE_NAME": "SRP_A", "SRP_A": c.A()})
		must(t, err)
		asks(t, out.ChallengeName, api.ChallengeNameTypePasswordVerifier)
		return &exchange{h, c, "ada", out.ChallengeParameters, nil}
	}
	_, err = h.finish(begin().answer(t, "wrong"))
	fails(t, err, api.NotAuthorizedException, notRight)
	second, err := h.finish(begin().answer(t, password))
	must(t, err)
	asks(t, second.ChallengeName, api.ChallengeNameTypeSoftwareTokenMfa)
	third, err := h.reply(api.ChallengeNameTypeSoftwareTokenMfa, second.Session, map[string]string{"SOFTWARE_TOKEN_MFA_CODE": app.code()})
	must(t, err)
	asks(t, third.ChallengeName, api.ChallengeNameTypeCustomChallenge)
	done, err := h.riddle("ada", third.Session, "seven")
	must(t, err)
	if done.AuthenticationResult == nil {
		t.Error("asked for ", *done.ChallengeName)
	}
	var names []any
	defined := h.hooks.of(hook.DefineAuthChallenge)
	for _, r := range defined[len(defined)-1]["session"].([]any) {
		names = append(names, r.(object)["challengeName"])
	}
	if d := cmp.Diff([]any{"SRP_A", "PASSWORD_VERIFIER", "SOFTWARE_TOKEN_MFA", "CUSTOM_CHALLENGE"}, names); d != "" {
		t.Error(d)
	}
}

func TestFunctionsThatMakeNoSense(t *testing.T) {
	for name, c := range map[string]struct {
		define  any
		want    *wire.ErrorType
		message string
	}{
		"nothing":                {object{}, api.InvalidLambdaResponseException, ""},
		"password without SRP":   {object{"challengeName": "PASSWORD_VERIFIER"}, api.InvalidLambdaResponseException, ""},
		"fails and lets in":      {object{"issueTokens": true, "failAuthentication": true}, api.NotAuthorizedException, notRight},
		"another factor":         {object{"challengeName": "SMS_MFA"}, api.InvalidLambdaResponseException, ""},
		"everybody is let in":    {object{"issueTokens": true}, nil, ""},
		"a challenge of its own": {object{"challengeName": "CUSTOM_CHALLENGE"}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, setting{client: byFunctions, pool: withFunctions})
			h.hooks.answers[hook.DefineAuthChallenge] = func(map[string]any) (any, error) { return c.define, nil }
			_, err := h.custom("ada", nil)
			if c.want == nil {
				must(t, err)
				return
			}
			fails(t, err, c.want, c.message)
		})
	}
	h := open(t, setting{client: byFunctions})
	_, err := h.custom("ada", nil)
	fails(t, err, api.InvalidParameterException, "Custom auth lambda trigger is not configured for the user pool.")
}

// Functions decide about ghosts as about anybody, but there are no tokens for them; nor for users who may not enter.
func TestWhomFunctionsCannotLetIn(t *testing.T) {
	h := open(t, setting{client: func(c *directory.Client) { byFunctions(c); hidden(c) }, pool: withFunctions})
	h.riddles()
	out, err := h.custom("eve", nil)
	must(t, err)
	_, err = h.riddle("eve", out.Session, "seven")
	fails(t, err, api.NotAuthorizedException, notRight)
	if r := h.hooks.of(hook.CreateAuthChallenge)[0]; r["userNotFound"] != true || len(r["userAttributes"].(object)) != 0 {
		t.Error(r)
	}
	if name := h.hooks.calls[0].Username; name != "eve" {
		t.Error("the function is told of ", name)
	}
	h.changeUser(t, func(u *directory.User) { u.Enabled = false })
	out, err = h.custom("ada", nil)
	must(t, err)
	_, err = h.riddle("ada", out.Session, "seven")
	fails(t, err, api.NotAuthorizedException, "User is disabled.")
}

func TestBeforeAndAfterSigningIn(t *testing.T) {
	h := open(t, setting{pool: func(p *directory.Pool) {
		p.Triggers.PreAuthentication, p.Triggers.PostAuthentication = "arn:pre", "arn:post"
		p.Devices = &directory.DeviceConfig{}
	}})
	in := &api.InitiateAuthRequest{
		ClientId: clientID, AuthFlow: api.AuthFlowTypeUserPasswordAuth, AuthParameters: map[string]string{"USERNAME": "ada", "PASSWORD": password},
		ClientMetadata: map[string]string{"k": "v"},
	}
	_, err := h.InitiateAuth(h.ctx, in)
	must(t, err)
	pre, post := h.hooks.of(hook.PreAuthentication), h.hooks.of(hook.PostAuthentication)
	if len(pre) != 1 || pre[0]["validationData"].(object)["k"] != "v" || pre[0]["userNotFound"] != nil {
		t.Error(pre)
	}
	if len(post) != 1 || post[0]["newDeviceUsed"] != true || post[0]["clientMetadata"] != nil {
		t.Error(post)
	}
	in.AuthParameters["PASSWORD"] = "wrong"
	_, err = h.InitiateAuth(h.ctx, in)
	fails(t, err, api.NotAuthorizedException, notRight)
	if len(h.hooks.of(hook.PreAuthentication)) != 2 || len(h.hooks.of(hook.PostAuthentication)) != 1 {
		t.Error("functions were asked in the wrong cases")
	}
	refusal := api.UserLambdaValidationException.New("PostAuthentication failed with error no.")
	h.hooks.answers[hook.PostAuthentication] = func(map[string]any) (any, error) { return nil, refusal }
	_, err = h.byName("ada", password)
	fails(t, err, api.UserLambdaValidationException, refusal.Message)
	h.hooks.answers[hook.PreAuthentication] = func(map[string]any) (any, error) { return nil, refusal }
	_, err = h.begin("ada", nil)
	fails(t, err, api.UserLambdaValidationException, refusal.Message)
}

// After a right proof a function is told once, however many answers come at once.
func TestOneSignInIsToldOnce(t *testing.T) {
	h := open(t, setting{pool: func(p *directory.Pool) { p.Triggers.PostAuthentication = "arn:post" }})
	x, err := h.begin("ada", nil)
	must(t, err)
	params := x.answer(t, password)
	if n := hundred(t, func(int) error { _, err := h.finish(params); return err }); n != 1 {
		t.Errorf("%d answers got tokens", n)
	}
	if n := len(h.hooks.of(hook.PostAuthentication)); n != 1 {
		t.Errorf("told %d times", n)
	}
}

func TestAPoolWithFunctionsOnAServerWithoutThem(t *testing.T) {
	h := open(t, setting{pool: func(p *directory.Pool) { p.Triggers.PreAuthentication = "arn:pre" }})
	h.Service.triggers = nil
	_, err := h.byName("ada", password)
	fails(t, err, api.UnexpectedLambdaException, "")
}

func migrating(p *directory.Pool) { p.Triggers.UserMigration = "arn:migrate" }

func TestMigration(t *testing.T) {
	for name, c := range map[string]struct {
		answer  any
		err     error
		hidden  bool
		want    *wire.ErrorType // nil: signed in
		message string
	}{
		"confirmed":   {answer: object{"userAttributes": object{"email": "eve@example.org", "email_verified": "true"}, "finalUserStatus": "CONFIRMED"}},
		"to be reset": {answer: object{"userAttributes": object{"email": "eve@example.org"}}, want: api.PasswordResetRequiredException},
		"nobody":      {answer: object{}, want: api.UserNotFoundException, message: "User does not exist."},
		"refused":     {err: api.UserLambdaValidationException.New("no"), want: api.UserNotFoundException, message: "Exception migrating user in app client client"},
		"hidden":      {err: api.UserLambdaValidationException.New("no"), hidden: true, want: api.NotAuthorizedException, message: notRight},
		"nonsense":    {answer: object{"userAttributes": object{"email": "eve"}, "finalUserStatus": "CONFIRMED"}, want: api.UserNotFoundException},
		"other state": {answer: object{"userAttributes": object{"email": "eve@example.org"}, "finalUserStatus": "ARCHIVED"}, want: api.UserNotFoundException},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, setting{pool: migrating, client: func(d *directory.Client) { d.PreventExistence = c.hidden }})
			h.hooks.answers[hook.MigrationAuthentication] = func(map[string]any) (any, error) { return c.answer, c.err }
			out, err := h.byName("eve", "Imported-Horse-9")
			if c.want != nil {
				fails(t, err, c.want, c.message)
				return
			}
			must(t, err)
			if claims := h.claimsOf(t, out.AuthenticationResult.IdToken); claims["cognito:username"] != "eve" || claims["email_verified"] != true {
				t.Error(claims)
			}
			if r := h.hooks.of(hook.MigrationAuthentication)[0]; r["password"] != "Imported-Horse-9" {
				t.Error("the function gets another password")
			}
			_, err = h.byName("eve", "wrong")
			fails(t, err, api.NotAuthorizedException, notRight)
			if n := len(h.hooks.of(hook.MigrationAuthentication)); n != 1 {
				t.Errorf("asked %d times", n)
			}
		})
	}
}

// Of many first sign-ins at once one makes the user; none makes a second one.
func TestParallelMigrations(t *testing.T) {
	h := open(t, setting{pool: migrating})
	h.hooks.answers[hook.MigrationAuthentication] = func(map[string]any) (any, error) {
		return object{"userAttributes": object{"email": "eve@example.org"}, "finalUserStatus": "CONFIRMED"}, nil
	}
	if hundred(t, func(int) error { _, err := h.byName("eve", "Imported-Horse-9"); return err }) == 0 {
		t.Error("nobody got in")
	}
	row, err := directory.FindUser(h.ctx, h.core.Store, &h.pool, "eve")
	must(t, err)
	fits, err := h.core.PasswordFits(h.ctx, account.Door{Pool: &h.pool, Client: &h.client}, &account.Account{Row: row}, "Imported-Horse-9")
	must(t, err)
	if !fits {
		t.Error("the password does not fit")
	}
}
