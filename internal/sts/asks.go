package sts

import (
	"context"
	"errors"
	"slices"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// askAssumeRole says what a request asks for: to assume the role, to tag its session, to set its source identity. What a chain of roles passes on
// by itself is asked for as well, so that each role of the chain has to take it
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_role-chaining,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html). A role that does not exist has no trust policy,
// and so is refused in the same words as one that does not trust the caller; whose it would be stands in its ARN. What is no ARN of a role is nobody's.
func (s *Service) askAssumeRole(ctx context.Context, in *stsapi.AssumeRoleRequest) ([]caller.Ask, error) {
	account, _ := roleAccount(in.RoleArn)
	role, err := s.Roles.Role(ctx, in.RoleArn)
	if err != nil && !errors.Is(err, caller.ErrUnknown) {
		return nil, err
	}
	second, err := s.proveMFA(ctx, in.SerialNumber, in.TokenCode) // here, because trust policies ask for it; the session does not keep it
	if err != nil {
		return nil, err
	}
	ask := caller.Ask{Action: "sts:AssumeRole", Resource: in.RoleArn, ResourceAccount: account, Trust: true, Context: assumeContext(ctx, in, &role)}
	if second {
		proven(ask.Context)
	}
	if role.Trust != nil {
		ask.ResourcePolicy = &iampolicy.Named{ID: role.ARN, Policy: role.Trust}
	}
	asks := []caller.Ask{ask}
	chain := caller.PrincipalFrom(ctx).Session
	if chain == nil {
		chain = &caller.Session{}
	}
	if len(in.Tags) > 0 || len(in.TransitiveTagKeys) > 0 || len(chain.TransitiveTags) > 0 {
		ask.Action = "sts:TagSession"
		asks = append(asks, ask)
	}
	if in.SourceIdentity != nil || chain.SourceIdentity != "" {
		ask.Action = "sts:SetSourceIdentity"
		asks = append(asks, ask)
	}
	return asks, nil
}

// assumeContext gives the condition keys of AssumeRole
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-sts).
func assumeContext(ctx context.Context, in *stsapi.AssumeRoleRequest, role *Role) iampolicy.MapContext {
	c := make(iampolicy.MapContext, 8+len(in.Tags)+2*len(role.Tags))
	c["sts:rolesessionname"] = []string{in.RoleSessionName}
	if in.ExternalId != nil {
		c["sts:externalid"] = []string{*in.ExternalId}
	}
	if in.SourceIdentity != nil {
		c["sts:sourceidentity"] = []string{*in.SourceIdentity}
	} else if chain := caller.PrincipalFrom(ctx).Session; chain != nil && chain.SourceIdentity != "" {
		c["sts:sourceidentity"] = []string{chain.SourceIdentity}
	}
	requestTags(c, in.Tags)
	if len(in.TransitiveTagKeys) > 0 {
		c["sts:transitivetagkeys"] = in.TransitiveTagKeys
	}
	resourceTags(c, role)
	return c
}

// resourceTags gives the condition keys of a role's tags.
func resourceTags(c map[string][]string, role *Role) {
	for k, v := range role.Tags {
		key, value := "resourcetag/"+caller.Fold(k), []string{v}
		c["aws:"+key], c["iam:"+key] = value, value
	}
}

// requestTags gives the condition keys of tags in a request.
func requestTags(c iampolicy.MapContext, tags []stsapi.Tag) {
	if len(tags) == 0 {
		return
	}
	keys := make([]string, len(tags))
	for i, t := range tags {
		c["aws:requesttag/"+caller.Fold(t.Key)] = []string{t.Value}
		keys[i] = t.Key
	}
	slices.Sort(keys)
	c["aws:tagkeys"] = slices.Compact(keys)
}
