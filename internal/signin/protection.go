package signin

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Actions of assessments.
const (
	actBlock      = "BLOCK"
	actConfigured = "MFA_IF_CONFIGURED"
	actRequired   = "MFA_REQUIRED"
)

// protected tells whether anything is asked or recorded. For pools without threat protection it costs nothing.
func (s *Service) protected(p *progress) bool { return s.protection != nil && p.Pool.Watched() }

func (p *progress) attempt() directory.Attempt {
	a := directory.Attempt{
		Pool: p.Pool, ClientID: p.Client.ID, Kind: "SignIn", IP: p.visit.ip, Encoded: p.visit.encoded, UserAgent: p.visit.userAgent,
		Custom: p.proven&customFlow != 0,
	}
	if !p.who.Ghost {
		a.User = p.who.User()
	}
	if p.proven&byDevice != 0 {
		a.DeviceKey = p.device
	}
	return a
}

// verdict is what threat protection thinks of an attempt.
type verdict struct {
	directory.Assessment
	asked bool
}

// assess asks threat protection before the first factor counts. password is empty where it is not at hand.
func (s *Service) assess(ctx context.Context, p *progress, password string) (v verdict, err error) {
	if !s.protected(p) {
		return v, nil
	}
	a := p.attempt()
	a.Password = password
	v.asked = true
	v.Assessment, err = s.protection.Assess(ctx, a)
	return v, err
}

// weigh does what the verdict on an attempt says, once it is known whether the first factor was right: whether an attempt is blocked for what it comes
// from must not tell whether its password was right, nor whose it is.
func (s *Service) weigh(ctx context.Context, p *progress, v verdict, right bool) error {
	if !v.asked {
		return nil
	}
	outcome := directory.AuthEvent{Attempt: p.attempt(), Assessment: v.Assessment, Response: "Fail", RequestID: caller.RequestFrom(ctx).ID}
	outcome.Challenges = []directory.Challenge{{Name: "Password", Response: response(right)}}
	blocked := v.Action == actBlock && (!v.Compromised || right)
	switch {
	case right && !blocked:
		outcome.Response = "InProgress"
		if err := s.protection.Save(ctx, &outcome); err != nil {
			return err
		}
		p.event = outcome.ID
	default:
		s.keep(ctx, p, func(ctx context.Context) error { return s.protection.Save(ctx, &outcome) })
	}
	switch {
	case !blocked:
	case v.Compromised:
		return api.PasswordResetRequiredException.New("Password reset required for user due to security reasons")
	case p.Client.PreventExistence:
		return account.Incorrect()
	default:
		return api.NotAuthorizedException.New("Unable to login because of security reasons.")
	}
	switch v.Action {
	case actConfigured:
		p.proven |= riskAsks
	case actRequired:
		p.proven |= riskDemands
	}
	return nil
}

func response(right bool) string {
	if right {
		return "Success"
	}
	return "Failure"
}

// keep records after the answer where the client hides who exists: of ghosts nothing is kept.
func (s *Service) keep(ctx context.Context, p *progress, do func(context.Context) error) {
	var err error
	if p.Client.PreventExistence {
		err = s.aside.Do(ctx, do)
	} else {
		err = do(ctx)
	}
	if err != nil {
		s.report(err)
	}
}

// ended completes the event of a sign-in. The sign-in is decided by then: what goes wrong here is reported.
func (s *Service) ended(ctx context.Context, p *progress, outcome string, more ...directory.Challenge) {
	if p.event == "" || !s.protected(p) {
		return
	}
	e := &directory.AuthEvent{Attempt: p.attempt(), ID: p.event, Response: outcome, Challenges: more, RequestID: caller.RequestFrom(ctx).ID}
	err := s.core.Store.Update(ctx, func(w store.Writer) error { return s.protection.Complete(ctx, w, e) })
	if err != nil {
		s.report(err)
		return
	}
	s.protection.Tell(ctx, e)
}

func (s *Service) passed(ctx context.Context, p *progress) {
	if p.proven&(secondFactor|byDevice) != 0 {
		s.ended(ctx, p, "Pass", directory.Challenge{Name: "Mfa", Response: "Success"})
		return
	}
	s.ended(ctx, p, "Pass")
}

// refused completes the event of a sign-in that ends here, and gives the error back.
func (s *Service) refused(ctx context.Context, p *progress, err error) error {
	s.ended(ctx, p, "Fail")
	return s.unlessLocked(ctx, p, err)
}

// unlessLocked gives an error that only the owner of a proof may learn. Who was locked out meanwhile, by guesses that came at the same time, learns nothing
// but that: the right one among them must not be known by its error.
func (s *Service) unlessLocked(ctx context.Context, p *progress, err error) error {
	if p.proven&firstFactors != 0 && !p.who.Ghost {
		if changed := account.StillUnchanged(ctx, s.core.Store, p.who.User(), s.core.Now()); changed != nil {
			return changed
		}
	}
	return err
}
