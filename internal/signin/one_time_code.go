package signin

import (
	"context"
	"crypto/subtle"
	"errors"
	"time"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// Bounds of one-time codes. A code ends with its session. Wrong answers count for the session, and as wrong passwords do for the user, so that beginning
// again gives no more guesses.
const (
	firstDigits = 8 // of codes that stand in for a password
	mfaDigits   = 6
	maxSent     = 20 // codes for one user in a sendWindow
	sendWindow  = time.Hour
)

// errand is a code that is to be sent.
type errand struct {
	step      step
	name      api.ChallengeNameType
	attribute string
	address   string
}

// first tells whether the code is asked for before anything is proven.
func (e *errand) first() bool { return e.step == stepEmail || e.step == stepSMS }

// askCode stores a code and sends it. To somebody who does not exist nothing is sent, and where the client hides who does, what leaves the server leaves
// after the answer.
func (s *Service) askCode(ctx context.Context, p *progress, e *errand) (*answer, error) {
	count := mfaDigits
	if e.first() {
		count = firstDigits
	}
	digits, err := s.core.Digits(count)
	if err != nil {
		return nil, err
	}
	c := &challenge{step: e.step}
	sealed, err := s.ask(ctx, p, c, func(ctx context.Context, w store.Writer) error {
		if err := s.countSending(ctx, w, p); err != nil {
			return err
		}
		hash := s.core.Keys.MAC(seal.Code, p.Pool.ID, passcodeInput(c, digits))
		return passcodes.Insert(ctx, w, &passcode{ID: c.key(), Hash: hash[:], Address: e.address, Expires: c.forgotten(p.Door)})
	})
	if err != nil {
		return nil, err
	}
	m := directory.Message{
		Pool: p.Pool, ClientID: p.Client.ID, User: p.who.User(), Name: p.name, Kind: "Authentication",
		Medium: account.Medium(e.attribute), Destination: e.address, Code: digits, Metadata: p.metadata,
	}
	if err := s.send(ctx, p, e, m); err != nil {
		return nil, err
	}
	parameters := map[string]string{
		"CODE_DELIVERY_DELIVERY_MEDIUM": m.Medium, "CODE_DELIVERY_DESTINATION": account.Masked(e.attribute, e.address),
	}
	if !e.first() {
		parameters["USER_ID_FOR_SRP"] = p.who.User().Username
	}
	return &answer{name: e.name, session: sessionText(p.Door, sealed), parameters: parameters}, nil
}

func passcodeInput(c *challenge, digits string) []byte {
	return []byte("sign-in\x00" + c.key() + "\x00" + digits)
}

func (s *Service) countSending(ctx context.Context, w store.Writer, p *progress) error {
	u, now := p.who.User(), s.core.Now()
	row, err := sendings.Get(ctx, w, p.Pool.ID, u.Sub)
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && !now.Before(row.Doc.Since.Add(sendWindow)):
		return sendings.Upsert(ctx, w, &sending{PoolID: p.Pool.ID, Sub: u.Sub, Sent: 1, Since: now})
	case err != nil:
		return err
	case row.Doc.Sent >= maxSent:
		return api.TooManyRequestsException.New("Too many codes were requested for the user, please try after some time.")
	}
	row.Doc.Sent++
	return sendings.Update(ctx, w, &row)
}

// send hands a code over; to a ghost none, which waits for its turn as every message does: how busy the server is must not tell who exists.
func (s *Service) send(ctx context.Context, p *progress, e *errand, m directory.Message) error {
	deliver := func(ctx context.Context) error { return s.core.Deliver(ctx, m) }
	if p.who.Ghost {
		deliver = func(context.Context) error { return nil }
	}
	switch {
	case !e.first() || !p.Client.PreventExistence:
		return deliver(ctx)
	case s.outside != nil && s.outside(p.Pool, m.Medium):
		return s.aside.Do(ctx, deliver)
	}
	if err := deliver(ctx); err != nil {
		s.report(err)
	}
	return nil
}

// takeCode answers a challenge that a code answers; parameters are the names under which it may come.
func (s *Service) takeCode(ctx context.Context, r *request, parameter string, steps ...step) (*answer, error) {
	code := r.params[parameter]
	if code == "" {
		return nil, account.Missing(parameter)
	}
	p, c, err := s.resume(ctx, r, steps...)
	if err != nil {
		return nil, err
	}
	var v verdict
	first := c.step == stepEmail || c.step == stepSMS
	if first {
		if v, err = s.assess(ctx, p, ""); err != nil {
			return nil, err
		}
	}
	err = s.redeem(ctx, p, c, code)
	if first {
		if risk := s.weigh(ctx, p, v, err == nil); risk != nil {
			return nil, risk
		}
	}
	if err != nil {
		return nil, err
	}
	switch c.step {
	case stepEmail:
		p.proven |= byEmail
		return s.next(ctx, p)
	case stepSMS:
		p.proven |= bySMS
		return s.next(ctx, p)
	case stepSMSMFA:
		return s.passedFactor(ctx, p, smsMFA)
	case stepTOTP:
		return s.passedFactor(ctx, p, totpMFA)
	}
	return s.passedFactor(ctx, p, emailMFA)
}

// redeem holds a code against its challenge, in a transaction of its own that commits whether it is right or wrong. A right one uses the challenge up; a
// wrong one leaves it, until there were too many. However many answers come at once, so many count as would one after the other.
func (s *Service) redeem(ctx context.Context, p *progress, c *challenge, code string) error {
	now := s.core.Now()
	var refused error
	exhausted := false
	var user store.Row[directory.User]
	err := s.core.Store.Update(ctx, func(w store.Writer) error {
		refused, exhausted = nil, false
		kept, err := s.attempts(ctx, w, p, c)
		if err != nil {
			return err
		}
		var right bool
		if user, right, err = s.rightCode(ctx, w, p, c, kept, code); err != nil {
			return err
		}
		if right {
			return s.useUp(ctx, w, p, c, &user, kept.Address)
		}
		kept.Attempts++
		refused, exhausted = mismatch(c), kept.Attempts >= account.MaxAttempts
		if exhausted {
			if err := consume(ctx, w, p.Door, c); err != nil {
				return err
			}
		}
		if err := passcodes.Upsert(ctx, w, kept); err != nil {
			return err
		}
		return account.CountFailure(ctx, w, p.who, now)
	})
	if err != nil {
		return account.WriteError(err)
	}
	if exhausted {
		s.ended(ctx, p, "Fail", directory.Challenge{Name: "Mfa", Response: "Failure"})
	}
	if refused != nil {
		return refused
	}
	p.who.Row, p.from = user, nil
	return nil
}

// attempts reads how often the challenge was answered. One that is used up is refused.
func (s *Service) attempts(ctx context.Context, w store.Writer, p *progress, c *challenge) (*passcode, error) {
	if _, err := consumed.Get(ctx, w, c.key()); err == nil {
		return nil, usedSession()
	} else if !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	row, err := passcodes.Get(ctx, w, c.key())
	switch {
	case errors.Is(err, store.ErrNotFound) && c.step == stepTOTP:
		return &passcode{ID: c.key(), Expires: c.forgotten(p.Door)}, nil
	case errors.Is(err, store.ErrNotFound):
		return nil, invalidSession()
	}
	return &row.Doc, err
}

// rightCode reads the user as they are now, and tells whether the code is right. Nothing is right for ghosts.
func (s *Service) rightCode(ctx context.Context, w store.Writer, p *progress, c *challenge, kept *passcode, code string) (user store.Row[directory.User], right bool, err error) {
	same := 0
	for _, mac := range s.core.Keys.MACs(seal.Code, p.Pool.ID, passcodeInput(c, code)) {
		same |= subtle.ConstantTimeCompare(mac[:], kept.Hash)
	}
	if p.who.Ghost {
		return user, false, nil
	}
	user, err = directory.Users.Get(ctx, w, p.Pool.ID, p.who.User().Sub)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return user, false, invalidSession()
	case err != nil:
		return user, false, err
	case s.core.Now().Before(user.Doc.LockedUntil):
		return user, false, account.LockedOut()
	case !user.Doc.PasswordSet.Equal(c.stamp):
		return user, false, invalidSession()
	case c.step == stepTOTP:
		right, err = s.factors.VerifyTOTP(ctx, w, &user, code)
		return user, right, err
	}
	return user, same == 1, nil
}

// useUp writes what follows from a right code: the challenge is answered, and an address that a code of the second factor went to is verified.
func (s *Service) useUp(ctx context.Context, w store.Writer, p *progress, c *challenge, user *store.Row[directory.User], address string) error {
	if err := consume(ctx, w, p.Door, c); err != nil {
		return err
	}
	u := &user.Doc
	switch {
	case c.step == stepTOTP:
		return directory.Users.Update(ctx, w, user)
	case c.step == stepEmailSetup:
		if u.Attributes["email"] != "" {
			return invalidSession()
		}
		u.Attributes = account.Merged(u.Attributes, map[string]string{"email": address, "email_verified": "true"})
		u.MFA.Email, u.Modified = true, s.core.Now()
		return directory.UpdateUser(ctx, w, p.Pool, user)
	case c.step == stepSMSMFA:
		return s.verified(ctx, w, p, user, "phone_number", address)
	case c.step == stepEmailMFA:
		return s.verified(ctx, w, p, user, "email", address)
	}
	return nil
}

// verified notes that a user has an address. One that is the alias of somebody else by now stays as it was.
func (s *Service) verified(ctx context.Context, w store.Writer, p *progress, user *store.Row[directory.User], attribute, address string) error {
	u := &user.Doc
	if u.Attributes[attribute] != address || u.Attributes[attribute+"_verified"] == "true" {
		return nil
	}
	before := *user
	u.Attributes = account.Merged(u.Attributes, map[string]string{attribute + "_verified": "true"})
	u.Modified = s.core.Now()
	err := directory.UpdateUser(ctx, w, p.Pool, user)
	var taken *directory.TakenError
	if errors.As(err, &taken) {
		*user = before
		return nil
	}
	return err
}

// mismatch is the error for a wrong code.
func mismatch(c *challenge) error {
	if c.step == stepTOTP {
		return api.CodeMismatchException.New("Invalid code received for user")
	}
	return api.CodeMismatchException.New("Invalid code or auth state for the user.")
}
