package protection

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

type challenge = directory.Challenge

// Decisions and actions, as RiskDecisionType and AccountTakeoverEventActionType spell them.
const (
	noRisk          = "NoRisk"
	accountTakeover = "AccountTakeover"
	blocked         = "Block"

	actBlock = "BLOCK"
	actNone  = "NO_ACTION"
)

// remembered is how many events of each kind an assessment reads.
const remembered = 50

// enforced and audit are the modes in which threat protection is on.
const (
	enforced = "ENFORCED"
	audit    = "AUDIT"
)

// mode is how an attempt is treated; empty: not at all. Custom authentication has a mode of its own, below that of the pool
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdvancedSecurityAdditionalFlowsType.html).
func mode(p *directory.Pool, custom bool) string {
	m := p.AddOns.SecurityMode
	if custom && p.Watched() {
		m = p.AddOns.CustomAuthMode
	}
	if m != enforced && m != audit {
		return ""
	}
	return m
}

// Assess judges an attempt before it is let through. A pool without threat protection gets the zero value, at no cost. An error means that nothing may
// be let through.
//
// Addresses that are always blocked come first, then those that are always allowed, which nothing else is asked of; then the password, and for sign-ins
// of a user the user's history.
func (s *Service) Assess(ctx context.Context, a directory.Attempt) (directory.Assessment, error) {
	m := mode(a.Pool, a.Custom)
	if m == "" {
		return directory.Assessment{}, nil
	}
	c, err := s.riskConfig(ctx, a.Pool.ID, a.ClientID)
	if err != nil {
		return directory.Assessment{}, err
	}
	out, err := s.weigh(ctx, c, &a)
	if err != nil {
		return directory.Assessment{}, err
	}
	if m != enforced {
		out.Action, out.Notify = actNone, false
	}
	switch {
	case out.Action == actBlock:
		out.Decision = blocked
	case out.Decision == blocked: // only found, in the mode that never acts
		out.Decision = accountTakeover
	}
	return out, nil
}

func (s *Service) weigh(ctx context.Context, c *riskConfig, a *directory.Attempt) (directory.Assessment, error) {
	out := directory.Assessment{Decision: noRisk, Action: actNone}
	if e := c.Exceptions; e != nil {
		if len(e.Blocked) > 0 && (!a.IP.IsValid() || within(a.IP, e.Blocked)) {
			out.Decision, out.Level, out.Action = blocked, "High", actBlock
			return out, nil
		}
		if within(a.IP, e.Skipped) {
			return out, nil
		}
	}
	known, act, err := s.compromised(c, filterOf(a.Kind), a.Password)
	if err != nil {
		return out, err
	}
	out.Compromised = known
	if act {
		out.Action = actBlock
		return out, nil
	}
	if a.User == nil || a.Kind != "SignIn" {
		return out, nil
	}
	if out.Level, err = s.level(ctx, a); err != nil || out.Level == "" {
		return out, err
	}
	out.Decision = accountTakeover
	if r := c.response(out.Level); r != nil {
		out.Action, out.Notify = r.Action, r.Notify
	}
	return out, nil
}

// level reads the history of a user, and weighs an attempt against it.
func (s *Service) level(ctx context.Context, a *directory.Attempt) (string, error) {
	passed, err := s.newest(ctx, byPass, a.User)
	if err != nil {
		return "", err
	}
	failed, err := s.newest(ctx, byOther, a.User)
	if err != nil {
		return "", err
	}
	t := traitsOf(a)
	return level(score(&t, passed, failed, s.Now())), nil
}

func (s *Service) newest(ctx context.Context, index string, u *directory.User) ([]event, error) {
	page, err := events.List(ctx, s.Store, store.Query{Index: index, Prefix: []string{u.PoolID, u.Sub}, Limit: remembered, Descending: true})
	out := make([]event, len(page.Rows))
	for i := range page.Rows {
		out[i] = page.Rows[i].Doc
	}
	return out, err
}

// Refuses tells whether a pool does not take a password because others know it. action is SIGN_IN, SIGN_UP or PASSWORD_CHANGE, as EventFilter spells
// them. It is for where no more than the password is at hand; Assess asks the same.
func (s *Service) Refuses(ctx context.Context, p *directory.Pool, clientID, action, password string) (bool, error) {
	if mode(p, false) != enforced {
		return false, nil
	}
	c, err := s.riskConfig(ctx, p.ID, clientID)
	if err != nil {
		return true, err
	}
	_, refused, err := s.compromised(c, action, password)
	return refused || err != nil, err
}

// compromised tells whether others know a password, and whether the attempt is to be blocked for it. Events that the configuration leaves out are not
// looked at (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-compromised-credentials.html).
func (s *Service) compromised(c *riskConfig, filter, password string) (known, act bool, err error) {
	if password == "" || filter == "" {
		return false, false, nil
	}
	if k := c.Compromised; k != nil && len(k.Filter) > 0 && !slices.Contains(k.Filter, filter) {
		return false, false, nil
	}
	if known, err = s.Passwords.Contains(password); err != nil {
		return false, false, fmt.Errorf("protection: list of passwords: %w", err)
	}
	return known, known && c.Compromised != nil && c.Compromised.Action == actBlock, nil
}

// filterOf gives the event filter under which a kind of attempt falls; empty: none.
func filterOf(kind string) string {
	switch kind {
	case "SignIn":
		return "SIGN_IN"
	case "SignUp":
		return "SIGN_UP"
	case "PasswordChange", "ForgotPassword":
		return "PASSWORD_CHANGE"
	}
	return ""
}

// riskConfig gives the configuration in force for a client: its own, else the pool's, else one that does nothing.
func (s *Service) riskConfig(ctx context.Context, poolID, clientID string) (*riskConfig, error) {
	for _, id := range []string{clientID, wholePool} {
		row, err := riskConfigs.GetCached(ctx, s.Store, poolID, id)
		if err == nil {
			return &row.Doc, nil
		}
		if !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
	}
	return &riskConfig{PoolID: poolID}, nil
}

// response is the configured response to a level; nil: none.
func (c *riskConfig) response(level string) *response {
	if c.Takeover == nil {
		return nil
	}
	switch level {
	case "Low":
		return c.Takeover.Low
	case "Medium":
		return c.Takeover.Medium
	}
	return c.Takeover.High
}

// within tells whether an address is in one of the ranges.
func within(ip netip.Addr, ranges []string) bool {
	return slices.ContainsFunc(ranges, func(text string) bool {
		p, err := parseRange(text)
		return err == nil && p.Contains(ip.Unmap().WithZone(""))
	})
}
