package signin

import (
	"context"
	"encoding/base64"
	"math/big"
	"time"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/srp"
)

// maxSkew is how far a client's clock may be off: clients are known that print the hour of a twelve-hour clock, and clocks differ a little
// besides.
const maxSkew = 12*time.Hour + time.Minute

// beginSRP answers a client's first value with the server's.
func (s *Service) beginSRP(ctx context.Context, d account.Door, params map[string]string) (*answer, error) {
	name, clientValue := params["USERNAME"], params["SRP_A"]
	switch {
	case name == "":
		return nil, account.Missing("USERNAME")
	case clientValue == "":
		return nil, account.Missing("SRP_A")
	}
	if err := s.core.Group.CheckA(clientValue); err != nil {
		return nil, api.InvalidParameterException.New("SRP_A is not valid").Because(err)
	}
	if err := s.core.CheckSecretHash(ctx, d, params["SECRET_HASH"], name); err != nil {
		return nil, err
	}
	a, err := s.core.Find(ctx, d, name)
	if err != nil {
		return nil, err
	}
	v, err := s.core.Verifier(ctx, &a)
	if err != nil {
		return nil, err
	}
	server, err := s.core.Group.NewServer(s.core.Random, v)
	if err != nil {
		return nil, err
	}
	u := a.User()
	sealed, err := s.sealChallenge(d, &challenge{
		step: stepSRP, sub: u.Sub, name: name, a: clientValue, secret: server.Secret(), stamp: u.PasswordSet,
	})
	if err != nil {
		return nil, err
	}
	return &answer{name: api.ChallengeNameTypePasswordVerifier, parameters: map[string]string{
		"SALT": new(big.Int).SetBytes(v.Salt).Text(16), "SRP_B": server.B(), "SECRET_BLOCK": base64.StdEncoding.EncodeToString(sealed),
		"USER_ID_FOR_SRP": u.Username, "USERNAME": u.Username,
	}}, nil
}

// proof is what a client answers to PASSWORD_VERIFIER.
type proof struct {
	name, timestamp, secretHash string
	block, signature            []byte
}

func parseProof(params map[string]string) (proof, error) {
	p := proof{name: params["USERNAME"], timestamp: params["TIMESTAMP"], secretHash: params["SECRET_HASH"]}
	for _, required := range []string{"USERNAME", "PASSWORD_CLAIM_SECRET_BLOCK", "TIMESTAMP", "PASSWORD_CLAIM_SIGNATURE"} {
		if params[required] == "" {
			return p, account.Missing(required)
		}
	}
	var err error
	if p.block, err = base64.StdEncoding.DecodeString(params["PASSWORD_CLAIM_SECRET_BLOCK"]); err != nil {
		return p, account.Incorrect()
	}
	if p.signature, err = base64.StdEncoding.DecodeString(params["PASSWORD_CLAIM_SIGNATURE"]); err != nil {
		return p, account.Incorrect()
	}
	return p, nil
}

// finishSRP checks the proof that a client has the password. Nothing but the sealed block carries the first step; no Session is asked for.
func (s *Service) finishSRP(ctx context.Context, d account.Door, params map[string]string) (*answer, error) {
	p, err := parseProof(params)
	if err != nil {
		return nil, err
	}
	c, err := s.openChallenge(ctx, d, stepSRP, p.block)
	if err != nil {
		return nil, err
	}
	a, err := s.core.FindBySub(ctx, d, c.sub, c.name)
	if err != nil {
		return nil, err
	}
	u := a.User()
	if d.Pool.Canonical(p.name) != d.Pool.Canonical(c.name) && p.name != u.Username && !account.GoesBy(d.Pool, u, p.name) {
		return nil, account.Incorrect()
	}
	if err := s.core.CheckSecretHash(ctx, d, p.secretHash, p.name, u.Username); err != nil {
		return nil, err
	}
	if err := s.core.CheckLock(ctx, &a); err != nil {
		return nil, err
	}
	at, err := srp.ParseTimestamp(p.timestamp)
	if err != nil || at.Sub(s.core.Now()).Abs() > maxSkew {
		return nil, account.Incorrect()
	}
	right, err := s.proofFits(ctx, d, &a, c, &p)
	if err != nil {
		return nil, err
	}
	if !right {
		return nil, s.core.Fail(ctx, &a, answering(d, c))
	}
	return s.admit(ctx, d, &a, c)
}

// proofFits does the same arithmetic for everybody; nothing fits a ghost.
func (s *Service) proofFits(ctx context.Context, d account.Door, a *account.Account, c *challenge, p *proof) (bool, error) {
	v, err := s.core.Verifier(ctx, a)
	if err != nil {
		return false, err
	}
	server, err := s.core.Group.ResumeServer(c.secret, v)
	if err != nil {
		return false, err
	}
	u := a.User()
	err = server.Verify(c.a, account.SRPPool(d.Pool), u.Username, p.block, p.timestamp, p.signature)
	return err == nil && !a.Ghost && len(u.SealedVerifier) > 0 && u.PasswordSet.Equal(c.stamp), nil
}
