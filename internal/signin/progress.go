package signin

import (
	"context"
	"errors"
	"net/netip"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// request is what a client sent, to begin a sign-in or to go on with it.
type request struct {
	account.Door
	params   map[string]string
	metadata map[string]string
	session  *string
	visit    visit
}

// visit is where a request comes from.
type visit struct {
	ip        netip.Addr
	encoded   string
	userAgent string
}

// visitOf takes the address from the connection, or from a client that may state it.
func visitOf(ctx context.Context, d account.Door, from *api.UserContextDataType) visit {
	r := caller.RequestFrom(ctx)
	v := visit{ip: r.SourceIP, userAgent: r.UserAgent}
	if ip := d.StatedIP(from); ip.IsValid() {
		v.ip = ip
	}
	if from != nil {
		v.encoded = account.Text(from.EncodedData)
	}
	return v
}

// adminVisit takes what an administrator's server says of the user that it acts for.
func adminVisit(ctx context.Context, from *api.ContextDataType) visit {
	if from == nil {
		r := caller.RequestFrom(ctx)
		return visit{ip: r.SourceIP, userAgent: r.UserAgent}
	}
	v := visit{encoded: account.Text(from.EncodedData)}
	if ip, err := netip.ParseAddr(from.IpAddress); err == nil {
		v.ip = ip
	}
	for _, h := range from.HttpHeaders {
		if caller.Fold(account.Text(h.HeaderName)) == "user-agent" {
			v.userAgent = account.Text(h.HeaderValue)
		}
	}
	return v
}

func (v visit) address() string {
	if !v.ip.IsValid() {
		return ""
	}
	return v.ip.String()
}

// progress is a sign-in while one request goes on with it.
type progress struct {
	account.Door
	trail
	who      *account.Account
	name     string            // as it was typed
	from     *challenge        // answered by this request, to be used up with what follows; nil: used up already, or none
	metadata map[string]string // for functions that are called after the first step
	visit    visit
	state    *custom // of a custom authentication; nil: none
}

// after is the progress of who answers a challenge.
func (s *Service) after(r *request, a *account.Account, c *challenge) *progress {
	p := &progress{Door: r.Door, trail: c.trail, who: a, name: c.name, from: c, metadata: r.metadata, visit: r.visit}
	if key := r.params["DEVICE_KEY"]; key != "" && c.proven&byDevice == 0 {
		p.device = key
	}
	return p
}

// resume opens the session of a challenge and finds whose it is. Whatever does not fit is an invalid session.
func (s *Service) resume(ctx context.Context, r *request, steps ...step) (*progress, *challenge, error) {
	name := r.params["USERNAME"]
	switch {
	case name == "":
		return nil, nil, account.Missing("USERNAME")
	case r.session == nil:
		return nil, nil, account.Missing("Session")
	}
	c, err := s.openSession(ctx, r.Door, *r.session, steps...)
	if err != nil {
		return nil, nil, err
	}
	a, err := s.core.FindBySub(ctx, r.Door, c.sub, c.name)
	if errors.Is(err, api.UserNotFoundException) {
		return nil, nil, invalidSession()
	}
	if err != nil {
		return nil, nil, err
	}
	u := a.User()
	same := account.GoesBy(r.Pool, u, name) || r.Pool.Canonical(name) == r.Pool.Canonical(c.name)
	if !same || u.Sub != c.sub || !u.PasswordSet.Equal(c.stamp) {
		return nil, nil, invalidSession()
	}
	if err := s.core.CheckSecretHash(ctx, r.Door, r.params["SECRET_HASH"], name, u.Username); err != nil {
		return nil, nil, err
	}
	if err := s.core.CheckLock(ctx, &a); err != nil {
		return nil, nil, err
	}
	p := s.after(r, &a, c)
	return p, c, s.loadCustom(ctx, p)
}

// ask seals the next challenge of a sign-in. In one transaction it uses up the one that was answered, keeps the state of a custom authentication, and does
// what also does; nil: nothing. Where there is none of these nothing is written.
func (s *Service) ask(ctx context.Context, p *progress, c *challenge, also func(ctx context.Context, w store.Writer) error) (sealed []byte, err error) {
	u := p.who.User()
	c.sub, c.name, c.trail, c.stamp = u.Sub, p.name, p.trail, u.PasswordSet
	if sealed, err = s.sealChallenge(p.Door, c); err != nil {
		return nil, err
	}
	if p.from == nil && also == nil && p.state == nil && p.proven&firstFactors == 0 {
		return sealed, nil
	}
	keep := s.keepCustom(p)
	return sealed, s.settle(ctx, p, func(ctx context.Context, w store.Writer) error {
		if also != nil {
			if err := also(ctx, w); err != nil {
				return err
			}
		}
		return keep(ctx, w)
	})
}

// settle uses up the challenge that was answered, in one transaction with what also writes. What a user has proven counts only while they are who they
// were.
func (s *Service) settle(ctx context.Context, p *progress, also func(ctx context.Context, w store.Writer) error) error {
	now := s.core.Now()
	err := s.core.Store.Update(ctx, func(w store.Writer) error {
		if err := consume(ctx, w, p.Door, p.from); err != nil {
			return err
		}
		if !p.who.Ghost && p.proven&firstFactors != 0 {
			if err := account.StillUnchanged(ctx, w, p.who.User(), now); err != nil {
				return err
			}
		}
		if also == nil {
			return nil
		}
		return also(ctx, w)
	})
	if err == nil {
		p.from = nil
	}
	return err
}

// mayEnter refuses users who may not sign in whatever they prove. Only who has proven themselves is told.
func mayEnter(u *directory.User) error {
	if !u.Enabled {
		return account.UserDisabled()
	}
	switch u.Status {
	case directory.Confirmed, directory.ForceChangePassword:
		return nil
	case directory.Unconfirmed:
		return api.UserNotConfirmedException.New("User is not confirmed.")
	case directory.ResetRequired:
		return api.PasswordResetRequiredException.New("Password reset required for the user")
	}
	return account.Incorrect()
}
