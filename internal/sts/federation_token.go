package sts

import (
	"context"
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// askGetFederationToken asks for the session by its name, and for its tags. Whoever calls with credentials that are not long-term is refused by access.
func (s *Service) askGetFederationToken(ctx context.Context, in *stsapi.GetFederationTokenRequest) ([]caller.Ask, error) {
	c := iampolicy.MapContext{}
	requestTags(c, in.Tags)
	asks := []caller.Ask{{Action: "sts:GetFederationToken", Resource: federatedARN(caller.PrincipalFrom(ctx).Account, in.Name), Context: c}}
	if len(in.Tags) > 0 {
		asks = append(asks, caller.Ask{Action: "sts:TagSession", Resource: asks[0].Resource, Context: c})
	}
	return asks, nil
}

func federatedARN(account, name string) string {
	return "arn:aws:sts::" + account + ":federated-user/" + name
}

// GetFederationToken gives a user's, or the account's, temporary credentials for somebody whom the caller vouches for. They may do what both the caller's own
// policies and the session policies allow; without session policies only what resources grant to the session by name
// (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html).
func (s *Service) GetFederationToken(ctx context.Context, in *stsapi.GetFederationTokenRequest) (*stsapi.GetFederationTokenResponse, error) {
	p := *caller.PrincipalFrom(ctx)
	now := caller.RequestFrom(ctx).Time
	session := &caller.Session{
		Name: in.Name, IssuedAt: now, RootIssuedAt: now, Expires: now.Add(ownDuration(&p, in.DurationSeconds)), Tags: map[string]string{},
	}
	if err := addTags(session, in.Tags, nil); err != nil {
		return nil, err
	}
	if err := s.sessionPolicies(ctx, session, p.Account, in.Policy, in.PolicyArns); err != nil {
		return nil, err
	}
	packed, err := packedSize(session)
	if err != nil {
		return nil, err
	}
	p.Kind, p.Session = caller.FederatedUser, session
	c, err := s.mint(ctx, p)
	if err != nil {
		return nil, err
	}
	out := &stsapi.GetFederationTokenResponse{
		Credentials:   credentials(c),
		FederatedUser: &stsapi.FederatedUser{Arn: federatedARN(p.Account, in.Name), FederatedUserId: p.Account + ":" + in.Name},
	}
	if packed > 0 {
		out.PackedPolicySize = &packed
	}
	return out, nil
}

// ownDuration is how long credentials live that stand for their caller. Those of the account itself live an hour at most, whatever was asked for.
func ownDuration(p *caller.Principal, seconds *int) time.Duration {
	d := ownDefault
	if seconds != nil {
		d = time.Duration(*seconds) * time.Second
	}
	if p.Kind == caller.Root {
		d = min(d, ownOfRoot)
	}
	return d
}
