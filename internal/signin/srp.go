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

// bySRP begins USER_SRP_AUTH.
func (s *Service) bySRP(ctx context.Context, r *request) (*answer, error) {
	switch {
	case r.params["USERNAME"] == "":
		return nil, account.Missing("USERNAME")
	case r.params["SRP_A"] == "":
		return nil, account.Missing("SRP_A")
	}
	if err := s.checkA(r.params["SRP_A"]); err != nil {
		return nil, err
	}
	p, err := s.enter(ctx, r, "")
	if err != nil {
		return nil, err
	}
	if err := s.preAuthentication(ctx, p, r.metadata); err != nil {
		return nil, err
	}
	return s.beginSRP(ctx, p, r.params["SRP_A"])
}

// checkA refuses a client's public value with which a proof would be no proof.
func (s *Service) checkA(a string) error {
	if a == "" {
		return account.Missing("SRP_A")
	}
	if err := s.core.Group.CheckA(a); err != nil {
		return api.InvalidParameterException.New("SRP_A is not valid").Because(err)
	}
	return nil
}

// beginSRP answers a client's first value with the server's.
func (s *Service) beginSRP(ctx context.Context, p *progress, clientValue string) (*answer, error) {
	if err := s.checkA(clientValue); err != nil {
		return nil, err
	}
	v, err := s.core.Verifier(ctx, p.who)
	if err != nil {
		return nil, err
	}
	server, err := s.core.Group.NewServer(s.core.Random, v)
	if err != nil {
		return nil, err
	}
	sealed, err := s.ask(ctx, p, &challenge{step: stepSRP, a: clientValue, secret: server.Secret()}, nil)
	if err != nil {
		return nil, err
	}
	name := p.who.User().Username
	return &answer{name: api.ChallengeNameTypePasswordVerifier, parameters: map[string]string{
		"SALT": new(big.Int).SetBytes(v.Salt).Text(16), "SRP_B": server.B(), "SECRET_BLOCK": base64.StdEncoding.EncodeToString(sealed),
		"USER_ID_FOR_SRP": name, "USERNAME": name,
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
func (s *Service) finishSRP(ctx context.Context, r *request) (*answer, error) {
	proof, err := parseProof(r.params)
	if err != nil {
		return nil, err
	}
	c, err := s.openChallenge(ctx, r.Door, proof.block, stepSRP)
	if err != nil {
		return nil, err
	}
	a, err := s.core.FindBySub(ctx, r.Door, c.sub, c.name)
	if err != nil {
		return nil, err
	}
	p := s.after(r, &a, c)
	if err := s.loadCustom(ctx, p); err != nil {
		return nil, err
	}
	if err := s.admissible(ctx, p, &proof); err != nil {
		return nil, err
	}
	v, err := s.assess(ctx, p, "")
	if err != nil {
		return nil, err
	}
	right, err := s.proofFits(ctx, p, c, &proof)
	if err != nil {
		return nil, err
	}
	if err := s.weigh(ctx, p, v, right); err != nil {
		return nil, err
	}
	if !right {
		return nil, s.core.Fail(ctx, &a, answering(r.Door, c))
	}
	p.proven |= byPassword
	p.noted("PASSWORD_VERIFIER", true, "")
	return s.next(ctx, p)
}

// admissible refuses a proof that is about somebody else or another time, and whoever has to wait.
func (s *Service) admissible(ctx context.Context, p *progress, proof *proof) error {
	u := p.who.User()
	if p.Pool.Canonical(proof.name) != p.Pool.Canonical(p.name) && proof.name != u.Username && !account.GoesBy(p.Pool, u, proof.name) {
		return account.Incorrect()
	}
	if err := s.core.CheckSecretHash(ctx, p.Door, proof.secretHash, proof.name, u.Username); err != nil {
		return err
	}
	if err := s.core.CheckLock(ctx, p.who); err != nil {
		return err
	}
	at, err := srp.ParseTimestamp(proof.timestamp)
	if err != nil || at.Sub(s.core.Now()).Abs() > maxSkew {
		return account.Incorrect()
	}
	return nil
}

// proofFits does the same arithmetic for everybody; nothing fits a ghost.
func (s *Service) proofFits(ctx context.Context, p *progress, c *challenge, given *proof) (bool, error) {
	a := p.who
	v, err := s.core.Verifier(ctx, a)
	if err != nil {
		return false, err
	}
	server, err := s.core.Group.ResumeServer(c.secret, v)
	if err != nil {
		return false, err
	}
	u := a.User()
	err = server.Verify(c.a, account.SRPPool(p.Pool), u.Username, given.block, given.timestamp, given.signature)
	return err == nil && !a.Ghost && len(u.SealedVerifier) > 0 && u.PasswordSet.Equal(c.stamp), nil
}
