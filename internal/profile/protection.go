package profile

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
)

// Protection is the threat protection of pools that have it
// (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-threat-protection.html).
type Protection interface {
	// Refuses tells whether a password that somebody chooses is known to others, and the pool does not take such ones. action is SIGN_UP or
	// PASSWORD_CHANGE, as EventFilter spells them.
	Refuses(ctx context.Context, p *directory.Pool, clientID, action, password string) (bool, error)
	// Record keeps what a user did, in a transaction of its own.
	Record(ctx context.Context, e Event) error
}

// Event is one thing that a user did, as AdminListUserAuthEvents shows it. It holds no secret.
type Event struct {
	Pool     *directory.Pool
	ClientID string
	User     *directory.User
	Type     string // SignUp, ResendCode, ForgotPassword or PasswordChange
	Response string // Pass, Fail or InProgress
	IP       string // as a client that may do so states it in UserContextData; empty: that of the connection
	Device   string // EncodedData of UserContextData; empty: not stated
}

// protected tells whether anything is asked or recorded for a pool. For all others it costs nothing.
func (s *Service) protected(p *directory.Pool) bool {
	return s.Protection != nil && (p.AddOns.SecurityMode == "AUDIT" || p.AddOns.SecurityMode == "ENFORCED")
}

// judge refuses a new password that the pool's threat protection knows to be compromised.
func (s *Service) judge(ctx context.Context, d account.Door, action, password string) error {
	if !s.protected(d.Pool) {
		return nil
	}
	refused, err := s.Protection.Refuses(ctx, d.Pool, d.Client.ID, action, password)
	if err == nil && refused {
		err = api.InvalidPasswordException.New("Provided password cannot be used for security reasons.")
	}
	return err
}

// record keeps an event. The operation is done by then, or refused already: what goes wrong here is reported. Where the client hides who exists it is kept
// after the answer, because a ghost does nothing that is kept.
func (s *Service) record(ctx context.Context, d account.Door, u *directory.User, kind, response string, from *api.UserContextDataType) {
	if !s.protected(d.Pool) {
		return
	}
	e := Event{Pool: d.Pool, ClientID: d.Client.ID, User: u, Type: kind, Response: response}
	if from != nil {
		e.Device = account.Text(from.EncodedData)
	}
	if ip := d.StatedIP(from); ip.IsValid() {
		e.IP = ip.String()
	}
	keep := func(ctx context.Context) error { return s.Protection.Record(ctx, e) }
	var err error
	if d.Client.PreventExistence {
		err = s.aside.Do(ctx, keep)
	} else {
		err = keep(ctx)
	}
	if err != nil {
		s.Report(err)
	}
}

// outcome is the response of an event that ended so.
func outcome(err error) string {
	if err != nil {
		return "Fail"
	}
	return "Pass"
}
