package credentials

import (
	"context"
	"encoding/base64"
	"errors"

	"github.com/mayfly-id/mayfly/srp"
)

// srpSteps answers the challenge of SRP, and hands others on.
type srpSteps struct {
	login  *SRP
	pool   string // the pool's id after the underscore
	client *srp.Client
	done   bool
}

var errSRP = errors.New("credentials: the server's half of SRP cannot be right")

// Answer implements Answerer. A server that asks for the proof twice does not get it: each has a secret of its own.
func (s *srpSteps) Answer(ctx context.Context, c Challenge) (map[string]string, error) {
	if c.Name != "PASSWORD_VERIFIER" {
		if s.login.Steps == nil {
			return nil, &ChallengeError{c.Name}
		}
		return s.login.Steps.Answer(ctx, c)
	}
	if s.done {
		return nil, errSRP
	}
	s.done = true
	block, err := base64.StdEncoding.DecodeString(c.Parameters["SECRET_BLOCK"])
	if err != nil {
		return nil, errSRP
	}
	at, signature, err := s.client.Claim(s.pool, c.Parameters["USER_ID_FOR_SRP"], string(s.login.Password), c.Parameters["SALT"], c.Parameters["SRP_B"], block, s.login.Pool.Client.Time())
	if err != nil {
		return nil, errSRP
	}
	return map[string]string{
		"TIMESTAMP": at, "PASSWORD_CLAIM_SECRET_BLOCK": c.Parameters["SECRET_BLOCK"], "PASSWORD_CLAIM_SIGNATURE": base64.StdEncoding.EncodeToString(signature),
	}, nil
}
