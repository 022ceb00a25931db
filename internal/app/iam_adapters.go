package app

import (
	"context"
	"errors"
	"time"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/iam/account"
	"github.com/mayfly-id/mayfly/internal/iam/mfa"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/notify"
	"github.com/mayfly-id/mayfly/internal/organization"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/sts"
	"github.com/mayfly-id/mayfly/internal/trigger"
	"github.com/mayfly-id/mayfly/internal/webtoken"
)

// codes verifies, for STS, the codes of MFA devices.
type codes struct {
	db      *store.DB
	devices *mfa.Service
}

// VerifyMFA implements sts.MFA. Whose device it is tells the caller nothing that a list of their own devices does not.
func (c codes) VerifyMFA(ctx context.Context, p *caller.Principal, serial, code string) error {
	err := c.devices.Verify(ctx, p, serial, code)
	if !errors.Is(err, mfa.ErrRefused) {
		return err
	}
	row, lookup := record.FindMFADevice(ctx, c.db, p.Account, serial)
	switch {
	case lookup == nil && row.Doc.Owner == p.UniqueID:
		return errors.Join(sts.ErrWrongCode, err)
	case lookup == nil || errors.Is(lookup, store.ErrNotFound):
		return errors.Join(sts.ErrNoDevice, err)
	}
	return lookup
}

// accountNames gives the names that a password of the account must not be.
type accountNames struct{ db *store.DB }

// AccountNames implements password.Accounts.
func (a accountNames) AccountNames(ctx context.Context, number string) ([]string, error) {
	row, err := record.Accounts.Get(ctx, a.db, number)
	if errors.Is(err, store.ErrNotFound) || err == nil && row.Doc.Alias == "" {
		return nil, nil
	}
	return []string{row.Doc.Alias}, err
}

// serviceRoles knows what uses the roles of this server's own services.
type serviceRoles struct{ organization *organization.Service }

// ServiceRoleUsage implements servicelinked.Usage.
func (s serviceRoles) ServiceRoleUsage(ctx context.Context, r store.Reader, number, service, _ string) ([]record.ServiceRoleUsage, error) {
	switch service {
	case "email.cognito-idp.amazonaws.com":
		return mailingPools(ctx, r, number)
	case "organizations.amazonaws.com":
		o, err := s.organization.OfIn(ctx, r, number)
		if errors.Is(err, caller.ErrUnknown) {
			return nil, nil
		}
		return []record.ServiceRoleUsage{{Region: "us-east-1", Resources: []string{"arn:aws:organizations::" + o.Management + ":organization/" + o.ID}}}, err
	}
	return nil, nil
}

// mailingPools lists the user pools that send mail in the account's own name.
func mailingPools(ctx context.Context, r store.Reader, number string) ([]record.ServiceRoleUsage, error) {
	var out []record.ServiceRoleUsage
	for row, err := range directory.Pools.All(ctx, r, store.Query{Index: "by_region", Prefix: []string{number}}) {
		if err != nil {
			return nil, err
		}
		p := &row.Doc
		if p.EmailConfig == nil || p.EmailConfig.Account != "DEVELOPER" {
			continue
		}
		if n := len(out); n == 0 || out[n-1].Region != p.Region {
			out = append(out, record.ServiceRoleUsage{Region: p.Region})
		}
		last := &out[len(out)-1]
		last.Resources = append(last.Resources, "arn:aws:cognito-idp:"+p.Region+":"+number+":userpool/"+p.ID)
	}
	return out, nil
}

// topics delivers messages to topics: to the endpoint that the operator has named for one, or else to the local outbox.
type topics struct {
	triggers *trigger.Invoker
	outbox   *notify.Outbox
	now      func() time.Time
}

// Notify implements delegation.Channel.
func (t topics) Notify(ctx context.Context, channelARN string, message caller.Secret) error {
	if known, err := t.triggers.Publish(ctx, channelARN, []byte(message)); known {
		return err
	}
	return t.outbox.Put(notify.Message{Time: t.now(), Medium: notify.Topic, To: channelARN, Body: string(message), Kind: notify.Delegation})
}

// identityIssuer signs, for STS, tokens of outbound web identity federation.
type identityIssuer struct {
	account      *account.Service
	issuers      *webtoken.Service
	organization *organization.Service
}

// IssueIdentityToken implements sts.IdentityTokens.
func (i identityIssuer) IssueIdentityToken(ctx context.Context, t *sts.IdentityToken) (string, error) {
	issuer, err := i.account.OutboundIssuer(ctx, t.Account)
	if err != nil {
		return "", err
	}
	o, err := i.organization.Of(ctx, t.Account)
	if err != nil && !errors.Is(err, caller.ErrUnknown) {
		return "", err
	}
	token, err := i.issuers.Issue(ctx, issuer, &webtoken.Token{
		Algorithm: t.Algorithm, Audience: t.Audience, Subject: t.Subject, Issued: t.Issued, Expires: t.Expires, Account: t.Account, Region: t.Region,
		Organization: o.ID, OUPath: o.Path, SessionExpires: t.SessionExpires, SourceIdentity: t.SourceIdentity, Provider: t.Provider,
		PrincipalTags: t.PrincipalTags, RequestTags: t.RequestTags,
	})
	if errors.Is(err, webtoken.ErrTooLarge) {
		err = errors.Join(sts.ErrTokenTooLarge, err)
	}
	return token, err
}
