package login

import (
	"context"
	"fmt"
	"strings"

	"github.com/mayfly-id/mayfly/credentials"
)

// Steps answers the challenges of a sign-in by asking the person at the terminal.
func (c *World) Steps() credentials.Answerer { return &steps{c.Terminal} }

type steps struct{ terminal Terminal }

// questions gives the response that a challenge wants, and how to ask for it.
var questions = map[string]struct{ response, prompt string }{
	"SMS_MFA":            {"SMS_MFA_CODE", "Code sent to %s: "},
	"EMAIL_OTP":          {"EMAIL_OTP_CODE", "Code sent to %s: "},
	"SMS_OTP":            {"SMS_OTP_CODE", "Code sent to %s: "},
	"SOFTWARE_TOKEN_MFA": {"SOFTWARE_TOKEN_MFA_CODE", "Code of the authenticator: "},
}

// Answer implements credentials.Answerer.
func (s *steps) Answer(ctx context.Context, ch credentials.Challenge) (map[string]string, error) {
	if !s.terminal.Present() {
		return nil, &credentials.ChallengeError{Name: ch.Name}
	}
	if q, ok := questions[ch.Name]; ok {
		prompt := q.prompt
		if strings.Contains(prompt, "%s") {
			prompt = fmt.Sprintf(prompt, Printable(ch.Parameters["CODE_DELIVERY_DESTINATION"]))
		}
		code, err := s.terminal.Line(ctx, prompt)
		return map[string]string{q.response: strings.TrimSpace(code)}, err
	}
	switch ch.Name {
	case "NEW_PASSWORD_REQUIRED":
		return s.newPassword(ctx)
	case "SELECT_MFA_TYPE":
		choice, err := s.terminal.Line(ctx, "Second factor, one of "+Printable(ch.Parameters["MFAS_CAN_CHOOSE"])+": ")
		return map[string]string{"ANSWER": strings.TrimSpace(choice)}, err
	}
	return nil, &credentials.ChallengeError{Name: ch.Name}
}

func (s *steps) newPassword(ctx context.Context) (map[string]string, error) {
	first, err := s.terminal.Secret(ctx, "New password: ")
	if err != nil {
		return nil, err
	}
	again, err := s.terminal.Secret(ctx, "New password, again: ")
	if err == nil && first != again {
		err = Usage("the two passwords differ")
	}
	return map[string]string{"NEW_PASSWORD": first}, err
}
