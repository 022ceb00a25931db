package sts

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// Members knows the accounts of organizations.
type Members interface {
	// MayAssumeRoot is nil when the account may call AssumeRoot on the member: both are of one organization, which has enabled central root access for such a
	// task, and the account manages it or IAM in it. task is the name of the task's policy, such as S3UnlockBucketPolicy. caller.ErrUnknown when it may not.
	MayAssumeRoot(ctx context.Context, account, member, task string) error
}

// rootSession is how long sessions of AssumeRoot last, at most and by default.
const rootSession = 15 * time.Minute

// taskPolicies is where the policies are that a session of AssumeRoot takes, one at a time
// (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html).
const taskPolicies = "arn:aws:iam::aws:policy/root-task/"

// target gives the account whose root a request is about, named by its number or by its ARN.
func target(principal string) (account string, ok bool) {
	account = principal
	if rest, isARN := strings.CutPrefix(principal, "arn:aws:iam::"); isARN {
		if account, ok = strings.CutSuffix(rest, ":root"); !ok {
			return "", false
		}
	}
	return account, len(account) == 12 && strings.Trim(account, "0123456789") == ""
}

func rootARN(account string) string { return "arn:aws:iam::" + account + ":root" }

// askAssumeRoot asks the caller's own policies for the member's root. That the member lets them in is a matter of the organization.
func (s *Service) askAssumeRoot(ctx context.Context, in *stsapi.AssumeRootRequest) ([]caller.Ask, error) {
	account, ok := target(in.TargetPrincipal)
	if !ok {
		return []caller.Ask{{Action: "sts:AssumeRoot"}}, nil // refused once they may ask at all
	}
	c := iampolicy.MapContext{"aws:resourceaccount": {account}}
	if in.TaskPolicyArn.Arn != nil {
		c["sts:taskpolicyarn"] = []string{*in.TaskPolicyArn.Arn}
	}
	return []caller.Ask{{Action: "sts:AssumeRoot", Resource: rootARN(account), Context: c}}, nil
}

// AssumeRoot gives temporary credentials of the root of a member account, narrowed to one task.
func (s *Service) AssumeRoot(ctx context.Context, in *stsapi.AssumeRootRequest) (*stsapi.AssumeRootResponse, error) {
	p := caller.PrincipalFrom(ctx)
	account, ok := target(in.TargetPrincipal)
	if !ok {
		return nil, validationError.New("TargetPrincipal must be the number of an account or the ARN of its root.")
	}
	if caller.RequestFrom(ctx).Global {
		return nil, s.refuse(ctx, rootARN(account), accessDenied.New("AssumeRoot is not available at the global endpoint."))
	}
	policy := ""
	if in.TaskPolicyArn.Arn != nil {
		policy = *in.TaskPolicyArn.Arn
	}
	known, err := s.Roles.PolicyExists(ctx, account, policy)
	if err != nil {
		return nil, err
	}
	task, isTask := strings.CutPrefix(policy, taskPolicies)
	if !known || !isTask {
		return nil, validationError.New("TaskPolicyArn must be the ARN of a policy for a task of the root user.")
	}
	if err := s.Members.MayAssumeRoot(ctx, p.Account, account, task); err != nil {
		if errors.Is(err, caller.ErrUnknown) {
			refusal := accessDenied.New("User: %s is not authorized to perform: sts:AssumeRoot on resource: %s", p.ARN, rootARN(account))
			return nil, s.refuse(ctx, rootARN(account), refusal.Because(err))
		}
		return nil, err
	}
	duration := rootSession
	if in.DurationSeconds != nil {
		duration = time.Duration(*in.DurationSeconds) * time.Second
	}
	now := caller.RequestFrom(ctx).Time
	session := &caller.Session{IssuedAt: now, RootIssuedAt: now, Expires: now.Add(min(duration, rootSession)), PolicyARNs: []string{policy}}
	if p.Session != nil {
		session.SourceIdentity, session.ChainDepth, session.RootIssuedAt = p.Session.SourceIdentity, p.Session.ChainDepth+1, p.Session.RootIssuedAt
	}
	c, err := s.mint(ctx, caller.Principal{Kind: caller.Root, Account: account, UniqueID: account, Session: session})
	if err != nil {
		return nil, err
	}
	return &stsapi.AssumeRootResponse{Credentials: credentials(c), SourceIdentity: optional(session.SourceIdentity)}, nil
}
