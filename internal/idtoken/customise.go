package idtoken

import (
	"context"
	"encoding/json"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/hook"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/jws"
)

// The event of the pre token generation trigger
// (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html).
type tokensRequest struct {
	UserAttributes map[string]string `json:"userAttributes"`
	Groups         groupOverride     `json:"groupConfiguration"`
	Scopes         []string          `json:"scopes,omitempty"` // from version 2 on
	ClientMetadata map[string]string `json:"clientMetadata,omitempty"`
}

// groupOverride is the groups that go into tokens.
type groupOverride struct {
	Groups    []string `json:"groupsToOverride"`
	Roles     []string `json:"iamRolesToOverride"`
	Preferred *string  `json:"preferredRole"`
}

// claimOverride is how a function changes the claims of one token.
type claimOverride struct {
	Add      map[string]json.RawMessage `json:"claimsToAddOrOverride"`
	Suppress []string                   `json:"claimsToSuppress"`
}

// answerV1 is the response of version 1: it changes the id token, and the groups of both.
type answerV1 struct {
	Details *struct {
		claimOverride
		Groups json.RawMessage `json:"groupOverrideDetails"` // absent: as they are; null or empty: none
	} `json:"claimsOverrideDetails"`
}

// answerV2 is the response of versions 2 and 3: it changes both tokens.
type answerV2 struct {
	Details *struct {
		ID     claimOverride `json:"idTokenGeneration"`
		Access struct {
			claimOverride
			AddScopes      []string `json:"scopesToAdd"`
			SuppressScopes []string `json:"scopesToSuppress"`
		} `json:"accessTokenGeneration"`
		Groups json.RawMessage `json:"groupOverrideDetails"`
	} `json:"claimsAndScopeOverrideDetails"`
}

// customise asks the pool's pre token generation trigger, where there is one, how the tokens shall look, which may take seconds. Errors: those
// of hook.Invoker.
func (s *Service) customise(ctx context.Context, i *issue) error {
	if i.Pool.Triggers.PreTokenGeneration == "" {
		return nil
	}
	if s.triggers == nil {
		return api.UnexpectedLambdaException.New("PreTokenGeneration invocation failed due to error ResourceNotFoundException.")
	}
	source := hook.Source(i.Source)
	if source == "" {
		source = hook.TokensAuthentication
	}
	call := hook.Call{Pool: i.Pool, ClientID: i.Client.ID, Username: i.User.Username, Source: source}
	attributes, err := eventAttributes(i.User)
	if err != nil {
		return err
	}
	request := tokensRequest{UserAttributes: attributes, Groups: i.groups.override(), ClientMetadata: i.Metadata}
	if _, version := source.Function(&i.Pool.Triggers); version == "1" {
		var a answerV1
		if _, err := s.triggers.Invoke(ctx, call, request, &a); err != nil || a.Details == nil {
			return err
		}
		return i.changeV1(&a)
	}
	request.Scopes = []string{directory.ScopeUser}
	var a answerV2
	if _, err := s.triggers.Invoke(ctx, call, request, &a); err != nil || a.Details == nil {
		return err
	}
	return i.changeV2(&a)
}

// eventAttributes gives the user's attributes with the identities that a federated user has.
func eventAttributes(u *directory.User) (map[string]string, error) {
	out := hook.Attributes(u)
	identities, err := u.IdentitiesText()
	if identities != "" {
		out["identities"] = identities
	}
	return out, err
}

// override gives the groups as events carry them.
func (m *membership) override() groupOverride {
	o := groupOverride{Groups: append([]string{}, m.names...), Roles: append([]string{}, m.roles...)}
	if m.preferred != "" {
		o.Preferred = &m.preferred
	}
	return o
}

// regroup replaces the groups by those of an answer; null and empty ones take them away.
func (m *membership) regroup(raw json.RawMessage) error {
	if raw == nil {
		return nil
	}
	var o groupOverride
	if string(raw) != "null" && jws.StrictObject(raw, &o) != nil {
		return nonsense()
	}
	*m = membership{names: o.Groups, roles: o.Roles}
	if o.Preferred != nil {
		m.preferred = *o.Preferred
	}
	return nil
}

func (i *issue) changeV1(a *answerV1) error {
	if err := i.groups.regroup(a.Details.Groups); err != nil {
		return err
	}
	if err := textual(a.Details.Add); err != nil {
		return err
	}
	var err error
	i.changes = &changes{}
	i.changes.id, err = newEdit(useID, a.Details.claimOverride, i.Client.ID)
	return err
}

func (i *issue) changeV2(a *answerV2) error {
	d := a.Details
	if err := i.groups.regroup(d.Groups); err != nil {
		return err
	}
	id, err := newEdit(useID, d.ID, i.Client.ID)
	if err != nil {
		return err
	}
	access, err := newEdit(useAccess, d.Access.claimOverride, i.Client.ID)
	if err != nil {
		return err
	}
	if len(d.Access.AddScopes)+len(d.Access.SuppressScopes) > 0 {
		if err := access.rescope([]string{directory.ScopeUser}, d.Access.AddScopes, d.Access.SuppressScopes); err != nil {
			return err
		}
	}
	if len(d.ID.Add)+len(d.Access.Add)+len(d.Access.AddScopes) > maxAdded {
		return nonsense()
	}
	i.changes = &changes{id: id, access: access}
	return nil
}

// nonsense is the error of an answer that cannot be followed.
func nonsense() *wire.Error {
	return api.InvalidLambdaResponseException.New("Unrecognizable lambda output")
}
