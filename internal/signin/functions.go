package signin

import (
	"context"
	"encoding/hex"
	"errors"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/hook"
	"github.com/mayfly-id/mayfly/internal/store"
)

// maxResults is how many challenges one custom authentication may have. Functions that never come to an end must not grow state without one.
const maxResults = 50

// byFunctions begins CUSTOM_AUTH: functions of the pool say what comes next, make challenges and judge answers
// (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-challenge.html).
func (s *Service) byFunctions(ctx context.Context, r *request) (*answer, error) {
	if !hooked(r.Pool, hook.DefineAuthChallenge) {
		return nil, api.InvalidParameterException.New("Custom auth lambda trigger is not configured for the user pool.")
	}
	a := ""
	if r.params["CHALLENGE_NAME"] == "SRP_A" {
		a = r.params["SRP_A"]
		if err := s.checkA(a); err != nil {
			return nil, err
		}
	}
	p, err := s.enter(ctx, r, "")
	if err != nil {
		return nil, err
	}
	if err := s.core.CheckLock(ctx, p.who); err != nil {
		return nil, err
	}
	if err := s.preAuthentication(ctx, p, r.metadata); err != nil {
		return nil, err
	}
	var id [16]byte
	if err := s.core.Draw(id[:]); err != nil {
		return nil, err
	}
	p.proven |= customFlow
	p.custom = hex.EncodeToString(id[:])
	p.state = &custom{ID: p.custom, A: a, Results: []hook.ChallengeResult{}}
	if a != "" {
		p.noted("SRP_A", true, "")
	}
	return s.define(ctx, p)
}

// noted adds a challenge to those that functions see; without custom authentication it is nothing.
func (p *progress) noted(name string, result bool, metadata string) {
	if p.state != nil {
		p.state.Results = append(p.state.Results, hook.ChallengeResult{Name: name, Result: result, Metadata: metadata})
	}
}

// loadCustom reads the state of a custom authentication.
func (s *Service) loadCustom(ctx context.Context, p *progress) error {
	if p.custom == "" {
		return nil
	}
	row, err := customs.Get(ctx, s.core.Store, p.custom)
	if errors.Is(err, store.ErrNotFound) {
		return invalidSession()
	}
	p.state = &row.Doc
	return err
}

// keepCustom writes the state, where there is one, in the transaction of the next challenge.
func (s *Service) keepCustom(p *progress) func(context.Context, store.Writer) error {
	if p.state == nil {
		return func(context.Context, store.Writer) error { return nil }
	}
	p.state.Expires = s.core.Now().Add(challengeLife(p.Door) + 2*clockSlack)
	return func(ctx context.Context, w store.Writer) error { return customs.Upsert(ctx, w, p.state) }
}

// define asks what comes next. For somebody who does not exist the functions decide as for anybody, but there are never tokens.
func (s *Service) define(ctx context.Context, p *progress) (*answer, error) {
	if len(p.state.Results) > maxResults {
		return nil, s.failed(ctx, p)
	}
	request := hook.DefineRequest{UserAttributes: p.attributes(), Session: p.state.Results, ClientMetadata: p.metadata, UserNotFound: p.who.Ghost}
	var decided hook.DefineResponse
	if _, err := s.trigger(ctx, p, hook.DefineAuthChallenge, request, &decided); err != nil {
		return nil, err
	}
	switch {
	case decided.FailAuthentication, decided.IssueTokens && p.who.Ghost:
		return nil, s.failed(ctx, p)
	case decided.IssueTokens:
		return s.issueByFunctions(ctx, p)
	case decided.ChallengeName == "CUSTOM_CHALLENGE":
		return s.create(ctx, p)
	case decided.ChallengeName == "PASSWORD_VERIFIER" && p.state.A != "" && p.proven&byPassword == 0:
		return s.beginSRP(ctx, p, p.state.A)
	}
	return nil, api.InvalidLambdaResponseException.New("Invalid lambda function output : DefineAuthChallenge names no challenge that can follow")
}

// issueByFunctions gives tokens to whom the functions let in. Where no password was asked for, the state of the user is looked at here for the first time.
func (s *Service) issueByFunctions(ctx context.Context, p *progress) (*answer, error) {
	if p.event == "" {
		v, err := s.assess(ctx, p, "")
		if err != nil {
			return nil, err
		}
		if err := s.weigh(ctx, p, v, true); err != nil {
			return nil, err
		}
		if p.proven&riskDemands != 0 && p.proven&secondFactor == 0 {
			return nil, s.refused(ctx, p, tooRisky())
		}
	}
	if err := mayEnter(p.who.User()); err != nil {
		return nil, s.refused(ctx, p, err)
	}
	device, err := s.deviceOf(ctx, p)
	if err != nil {
		return nil, err
	}
	return s.admit(ctx, p, device)
}

// failed ends a custom authentication.
func (s *Service) failed(ctx context.Context, p *progress) error {
	if p.from != nil {
		if err := s.settle(ctx, p, nil); err != nil {
			return err
		}
	}
	return s.refused(ctx, p, account.Incorrect())
}

// create asks for a challenge, and gives it to the client. What only the verifying function may see stays here.
func (s *Service) create(ctx context.Context, p *progress) (*answer, error) {
	if !hooked(p.Pool, hook.CreateAuthChallenge) {
		return nil, api.InvalidParameterException.New("Custom auth lambda trigger is not configured for the user pool.")
	}
	request := hook.CreateRequest{
		UserAttributes: p.attributes(), ChallengeName: "CUSTOM_CHALLENGE", Session: p.state.Results, ClientMetadata: p.metadata, UserNotFound: p.who.Ghost,
	}
	var made hook.CreateResponse
	if _, err := s.trigger(ctx, p, hook.CreateAuthChallenge, request, &made); err != nil {
		return nil, err
	}
	p.state.Private, p.state.Metadata = made.PrivateChallengeParameters, made.ChallengeMetadata
	sealed, err := s.ask(ctx, p, &challenge{step: stepCustom}, nil)
	if err != nil {
		return nil, err
	}
	parameters := account.Merged(nil, made.PublicChallengeParameters)
	if parameters["USERNAME"] == "" {
		parameters["USERNAME"] = p.who.User().Username
	}
	return &answer{name: api.ChallengeNameTypeCustomChallenge, session: sessionText(p.Door, sealed), parameters: parameters}, nil
}

// takeCustom answers CUSTOM_CHALLENGE. The challenge is used up before the function judges the answer: of answers that come at once, one is judged.
func (s *Service) takeCustom(ctx context.Context, r *request) (*answer, error) {
	text, ok := r.params["ANSWER"]
	if !ok {
		return nil, missingAnswer()
	}
	if !hooked(r.Pool, hook.VerifyAuthChallengeResponse) {
		return nil, api.InvalidParameterException.New("Custom auth lambda trigger is not configured for the user pool.")
	}
	p, _, err := s.resume(ctx, r, stepCustom)
	if err != nil {
		return nil, err
	}
	if p.state == nil {
		return nil, invalidSession()
	}
	if err := s.settle(ctx, p, nil); err != nil {
		return nil, err
	}
	request := hook.VerifyRequest{
		UserAttributes: p.attributes(), PrivateChallengeParameters: p.state.Private, ChallengeAnswer: text,
		ClientMetadata: p.metadata, UserNotFound: p.who.Ghost,
	}
	if request.PrivateChallengeParameters == nil {
		request.PrivateChallengeParameters = map[string]string{}
	}
	var judged hook.VerifyResponse
	if _, err := s.trigger(ctx, p, hook.VerifyAuthChallengeResponse, request, &judged); err != nil {
		return nil, err
	}
	p.noted("CUSTOM_CHALLENGE", judged.AnswerCorrect, p.state.Metadata)
	return s.define(ctx, p)
}
