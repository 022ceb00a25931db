package protection

import (
	"context"
	"errors"
	netmail "net/mail"
	"net/netip"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/arn"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/pooledge"
	"github.com/mayfly-id/mayfly/internal/store"
)

// SetRiskConfiguration replaces the configuration of a pool, or of one client. Without any part, the pool's goes back to doing nothing and the client's
// to the pool's (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SetRiskConfiguration.html).
func (s *Service) SetRiskConfiguration(ctx context.Context, in *api.SetRiskConfigurationRequest) (*api.SetRiskConfigurationResponse, error) {
	c, err := newRiskConfig(in)
	if err != nil {
		return nil, err
	}
	c.Modified = s.now()
	err = s.edge.Update(ctx, in.UserPoolId, func(w store.Writer, p *directory.Pool) error {
		if err := s.onClient(ctx, w, p, in.ClientId); err != nil {
			return err
		}
		if c.Compromised == nil && c.Takeover == nil && c.Exceptions == nil {
			_, err := riskConfigs.DeleteAll(ctx, w, "", c.PoolID, c.ClientID)
			return err
		}
		return riskConfigs.Upsert(ctx, w, c)
	})
	if err != nil {
		return nil, err
	}
	return &api.SetRiskConfigurationResponse{RiskConfiguration: *c.view()}, nil
}

// DescribeRiskConfiguration shows the configuration of a pool, or a client's own.
func (s *Service) DescribeRiskConfiguration(ctx context.Context, in *api.DescribeRiskConfigurationRequest) (*api.DescribeRiskConfigurationResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	if err := s.onClient(ctx, s.Store, p, in.ClientId); err != nil {
		return nil, err
	}
	c := &riskConfig{PoolID: p.ID, ClientID: clientKey(in.ClientId)}
	row, err := riskConfigs.Get(ctx, s.Store, c.PoolID, c.ClientID)
	if err == nil {
		c = &row.Doc
	} else if !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	return &api.DescribeRiskConfigurationResponse{RiskConfiguration: *c.view()}, nil
}

// onClient refuses pools without threat protection, and clients that are not the pool's.
func (s *Service) onClient(ctx context.Context, r store.Reader, p *directory.Pool, clientID *string) error {
	if !p.Watched() {
		return notEnabled(p.ID)
	}
	if clientID == nil {
		return nil
	}
	_, err := s.edge.Client(ctx, r, p.ID, *clientID)
	return err
}

func clientKey(id *string) string {
	if id == nil {
		return wholePool
	}
	return *id
}

// newRiskConfig checks a configuration and gives its record.
func newRiskConfig(in *api.SetRiskConfigurationRequest) (*riskConfig, error) {
	c := &riskConfig{PoolID: in.UserPoolId, ClientID: clientKey(in.ClientId)}
	if k := in.CompromisedCredentialsRiskConfiguration; k != nil {
		c.Compromised = &compromisedConfig{Action: string(k.Actions.EventAction)}
		for _, f := range k.EventFilter {
			if !slices.Contains(c.Compromised.Filter, string(f)) {
				c.Compromised.Filter = append(c.Compromised.Filter, string(f))
			}
		}
	}
	if e := in.RiskExceptionConfiguration; e != nil && len(e.BlockedIPRangeList)+len(e.SkippedIPRangeList) > 0 {
		c.Exceptions = &exceptions{Blocked: e.BlockedIPRangeList, Skipped: e.SkippedIPRangeList}
		for _, text := range slices.Concat(e.BlockedIPRangeList, e.SkippedIPRangeList) {
			if _, err := parseRange(text); err != nil {
				return nil, api.InvalidParameterException.New("Invalid IP range: it must be in CIDR notation.")
			}
		}
	}
	if t := in.AccountTakeoverRiskConfiguration; t != nil {
		c.Takeover = &takeoverConfig{Low: newResponse(t.Actions.LowAction), Medium: newResponse(t.Actions.MediumAction), High: newResponse(t.Actions.HighAction)}
		if t.NotifyConfiguration != nil {
			var err error
			if c.Takeover.Notify, err = newNotify(t.NotifyConfiguration); err != nil {
				return nil, err
			}
		}
		if c.Takeover.Notify == nil && c.Takeover.notifies() {
			return nil, api.InvalidParameterException.New("NotifyConfiguration is required when an action notifies users.")
		}
	}
	return c, nil
}

func (t *takeoverConfig) notifies() bool {
	return slices.ContainsFunc([]*response{t.Low, t.Medium, t.High}, func(r *response) bool { return r != nil && r.Notify })
}

// parseRange reads a range of addresses in CIDR notation (RFC 4632 section 3.1, RFC 4291 section 2.3). An IPv4 address written as IPv6 is refused: it would
// match no address as addresses are compared.
func parseRange(text string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(text)
	if err == nil && p.Addr().Is4In6() {
		err = errors.New("an IPv4 range written as IPv6")
	}
	return p.Masked(), err
}

func newResponse(a *api.AccountTakeoverActionType) *response {
	if a == nil {
		return nil
	}
	return &response{Action: string(a.EventAction), Notify: a.Notify}
}

func newNotify(n *api.NotifyConfigurationType) (*notifyConfig, error) {
	if a, err := arn.Parse(n.SourceArn); err != nil || a.Service != "ses" || !strings.HasPrefix(a.Resource, "identity/") {
		return nil, api.InvalidParameterException.New("SourceArn must be the ARN of an Amazon SES identity.")
	}
	out := &notifyConfig{SourceARN: n.SourceArn, From: pooledge.Deref(n.From), ReplyTo: pooledge.Deref(n.ReplyTo)}
	for name, address := range map[string]string{"From": out.From, "ReplyTo": out.ReplyTo} {
		if _, err := netmail.ParseAddress(address); address != "" && err != nil {
			return nil, api.InvalidParameterException.New("%s must be an email address.", name)
		}
	}
	for _, m := range []struct {
		to   **mail
		from *api.NotifyEmailType
	}{{&out.Block, n.BlockEmail}, {&out.MFA, n.MfaEmail}, {&out.NoAction, n.NoActionEmail}} {
		if m.from == nil {
			continue
		}
		*m.to = &mail{Subject: m.from.Subject, HTML: pooledge.Deref(m.from.HtmlBody), Text: pooledge.Deref(m.from.TextBody)}
		if (*m.to).HTML+(*m.to).Text == "" {
			return nil, api.InvalidParameterException.New("A notification email must have an HtmlBody or a TextBody.")
		}
	}
	return out, nil
}
