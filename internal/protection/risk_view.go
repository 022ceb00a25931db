package protection

import (
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/pooledge"
)

// view shows a configuration.
func (c *riskConfig) view() *api.RiskConfigurationType {
	out := &api.RiskConfigurationType{UserPoolId: &c.PoolID}
	if c.ClientID != wholePool {
		out.ClientId = &c.ClientID
	}
	if !c.Modified.IsZero() {
		out.LastModifiedDate = &c.Modified
	}
	if k := c.Compromised; k != nil {
		out.CompromisedCredentialsRiskConfiguration = &api.CompromisedCredentialsRiskConfigurationType{
			Actions: api.CompromisedCredentialsActionsType{EventAction: api.CompromisedCredentialsEventActionType(k.Action)},
		}
		for _, f := range k.Filter {
			out.CompromisedCredentialsRiskConfiguration.EventFilter = append(out.CompromisedCredentialsRiskConfiguration.EventFilter, api.EventFilterType(f))
		}
	}
	if e := c.Exceptions; e != nil {
		out.RiskExceptionConfiguration = &api.RiskExceptionConfigurationType{BlockedIPRangeList: e.Blocked, SkippedIPRangeList: e.Skipped}
	}
	if t := c.Takeover; t != nil {
		out.AccountTakeoverRiskConfiguration = &api.AccountTakeoverRiskConfigurationType{
			Actions:             api.AccountTakeoverActionsType{LowAction: t.Low.view(), MediumAction: t.Medium.view(), HighAction: t.High.view()},
			NotifyConfiguration: t.Notify.view(),
		}
	}
	return out
}

func (r *response) view() *api.AccountTakeoverActionType {
	if r == nil {
		return nil
	}
	return &api.AccountTakeoverActionType{EventAction: api.AccountTakeoverEventActionType(r.Action), Notify: r.Notify}
}

func (n *notifyConfig) view() *api.NotifyConfigurationType {
	if n == nil {
		return nil
	}
	return &api.NotifyConfigurationType{
		SourceArn: n.SourceARN, From: pooledge.Optional(n.From), ReplyTo: pooledge.Optional(n.ReplyTo),
		BlockEmail: n.Block.view(), MfaEmail: n.MFA.view(), NoActionEmail: n.NoAction.view(),
	}
}

func (m *mail) view() *api.NotifyEmailType {
	if m == nil {
		return nil
	}
	return &api.NotifyEmailType{Subject: m.Subject, HtmlBody: pooledge.Optional(m.HTML), TextBody: pooledge.Optional(m.Text)}
}
