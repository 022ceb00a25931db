package sts

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// Durations of AssumeRole (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html).
const (
	roleDefault = time.Hour
	chainingMax = time.Hour
)

// AssumeRole gives temporary credentials of a role. The trust policy has been decided on already (askAssumeRole).
func (s *Service) AssumeRole(ctx context.Context, in *stsapi.AssumeRoleRequest) (*stsapi.AssumeRoleResponse, error) {
	p := caller.PrincipalFrom(ctx)
	if len(in.ProvidedContexts) > 0 {
		return nil, notImplemented.New("ProvidedContexts is not supported by this server yet.")
	}
	role, err := s.Roles.Role(ctx, in.RoleArn)
	if errors.Is(err, caller.ErrUnknown) { // it was there when the request was allowed
		refusal := accessDenied.New("User: %s is not authorized to perform: sts:AssumeRole on resource: %s", p.ARN, in.RoleArn)
		return nil, s.refuse(ctx, in.RoleArn, refusal.Because(err))
	}
	if err != nil {
		return nil, err
	}
	duration, err := roleDuration(p, &role, in.DurationSeconds)
	if err != nil {
		return nil, err
	}
	now := caller.RequestFrom(ctx).Time
	session := &caller.Session{Name: in.RoleSessionName, IssuedAt: now, RootIssuedAt: now, Expires: now.Add(duration)}
	if err := inherit(session, p, in); err != nil {
		return nil, err
	}
	if err := s.sessionPolicies(ctx, session, role.Account, in.Policy, in.PolicyArns); err != nil {
		return nil, err
	}
	packed, err := packedSize(session)
	if err != nil {
		return nil, err
	}
	c, err := s.mint(ctx, caller.Principal{Kind: caller.AssumedRole, Account: role.Account, UniqueID: role.UniqueID, Name: role.Name, EntityARN: role.ARN, Session: session})
	if err != nil {
		return nil, err
	}
	out := &stsapi.AssumeRoleResponse{
		Credentials: credentials(c), SourceIdentity: optional(session.SourceIdentity),
		AssumedRoleUser: assumedRoleUser(&role, session.Name),
	}
	if packed > 0 {
		out.PackedPolicySize = &packed
	}
	return out, nil
}

// assumedRoleUser names a session of a role.
func assumedRoleUser(r *Role, session string) *stsapi.AssumedRoleUser {
	return &stsapi.AssumedRoleUser{Arn: "arn:aws:sts::" + r.Account + ":assumed-role/" + r.Name + "/" + session, AssumedRoleId: r.UniqueID + ":" + session}
}

func roleDuration(p *caller.Principal, role *Role, seconds *int) (time.Duration, error) {
	d := roleDefault
	if seconds != nil {
		d = time.Duration(*seconds) * time.Second
	}
	if d > role.MaxDuration {
		return 0, validationError.New("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	if continues(p) && d > chainingMax {
		return 0, validationError.New("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	}
	return d, nil
}

// continues tells whether a session that the caller makes goes on with one that was handed to them: that of a role, or one that somebody delegated. A
// user's own session is as good as the user's keys.
func continues(p *caller.Principal) bool { return p.Kind == caller.AssumedRole || p.Delegated() }

// inherit carries over what a chain of roles keeps: transitive tags, the source identity, and when it began.
func inherit(s *caller.Session, p *caller.Principal, in *stsapi.AssumeRoleRequest) error {
	s.Tags = map[string]string{}
	if in.SourceIdentity != nil {
		s.SourceIdentity = *in.SourceIdentity
	}
	if parent := p.Session; parent != nil {
		if parent.SourceIdentity != "" {
			if s.SourceIdentity != "" && s.SourceIdentity != parent.SourceIdentity {
				return accessDenied.New("The source identity of a session cannot be changed.")
			}
			s.SourceIdentity = parent.SourceIdentity
		}
		if continues(p) {
			s.ChainDepth, s.RootIssuedAt = parent.ChainDepth+1, parent.RootIssuedAt
		}
		for _, k := range parent.TransitiveTags {
			s.Tags[k] = parent.Tags[k]
		}
		s.TransitiveTags = slices.Clone(parent.TransitiveTags)
	}
	return addTags(s, in.Tags, in.TransitiveTagKeys)
}

// addTags adds the tags of the request. Tag keys are the same whatever their case.
func addTags(s *caller.Session, tags []stsapi.Tag, transitive []string) error {
	taken := map[string]bool{}
	for k := range s.Tags {
		taken[caller.Fold(k)] = true
	}
	own := map[string]bool{}
	for _, t := range tags {
		switch k := caller.Fold(t.Key); {
		case strings.HasPrefix(k, reservedStart):
			return invalidValue.New("Tag keys starting with 'aws:' are reserved for system use.")
		case own[k]:
			return invalidValue.New("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		case taken[k]:
			return invalidValue.New("One of the specified tag keys is already set as a transitive tag of the session.")
		default:
			own[k] = true
		}
		s.Tags[t.Key] = t.Value
	}
	for _, k := range transitive {
		if !own[caller.Fold(k)] && !taken[caller.Fold(k)] {
			return invalidValue.New("The specified transitive tag key must be included in the requested tags.")
		}
		if !slices.ContainsFunc(s.TransitiveTags, func(t string) bool { return caller.Fold(t) == caller.Fold(k) }) {
			s.TransitiveTags = append(s.TransitiveTags, canonicalKey(s.Tags, k))
		}
	}
	return nil
}

func canonicalKey(tags map[string]string, key string) string {
	for k := range tags {
		if caller.Fold(k) == caller.Fold(key) {
			return k
		}
	}
	return key
}

// mostPolicyARNs is how many managed session policies a session can have.
const mostPolicyARNs = 10

// sessionPolicies takes the session policies, which only ever narrow the role's.
func (s *Service) sessionPolicies(ctx context.Context, session *caller.Session, account string, policy *string, arns []stsapi.PolicyDescriptorType) error {
	if policy != nil {
		if err := s.Roles.SessionPolicy(*policy); err != nil {
			var bad *iampolicy.ParseError
			if errors.As(err, &bad) {
				return stsapi.MalformedPolicyDocumentException.New("%s", bad.Message).For(bad.Explain())
			}
			return err
		}
		session.InlinePolicy = *policy
	}
	if len(arns) > mostPolicyARNs {
		return validationError.New("A session can have at most %d managed session policies.", mostPolicyARNs)
	}
	for _, d := range arns {
		if d.Arn == nil {
			return validationError.New("A session policy needs an ARN.")
		}
		ok, err := s.Roles.PolicyExists(ctx, account, *d.Arn)
		if err != nil {
			return err
		}
		if !ok {
			return stsapi.MalformedPolicyDocumentException.New("Policy %s does not exist or is not attachable.", *d.Arn)
		}
		session.PolicyARNs = append(session.PolicyARNs, *d.Arn)
	}
	return nil
}

// packedMost is how many bytes of session policies and tags a token may carry, so that it stays within 4 KiB.
const packedMost = 2900

// packedSize gives how much of the space for session policies and tags is used, in percent, rounded up.
func packedSize(s *caller.Session) (int, error) {
	n := len(s.InlinePolicy)
	for _, a := range s.PolicyARNs {
		n += len(a) + 1
	}
	for k, v := range s.Tags {
		n += len(k) + len(v) + 2
	}
	for _, k := range s.TransitiveTags { // which of them are passed on is written down beside them
		n += len(k) + 1
	}
	percent := (n*100 + packedMost - 1) / packedMost
	if percent > 100 {
		return 0, stsapi.PackedPolicyTooLargeException.New("Packed size of session tags consumes %d%% of allotted space.", percent)
	}
	return percent, nil
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
