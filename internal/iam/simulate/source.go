package simulate

import (
	"context"
	"errors"

	"github.com/mayfly-id/mayfly/arn"
	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// source is the user, group or role whose policies are simulated.
type source struct {
	kind record.Kind
	id   string
	arn  string
}

// source finds the entity that PolicySourceArn names. One of another account is as if it did not exist.
func (s *Service) source(ctx context.Context, arn string) (source, error) {
	of, kind, name, ok := record.SplitARN(arn)
	out := source{kind: record.Kind(kind), arn: arn}
	var found string
	var err error
	own := of == account(ctx)
	switch {
	case !ok:
		return source{}, invalid("Invalid Entity Arn: %s", arn)
	case out.kind == record.KindUser:
		err = look(own, func() error {
			row, err := record.FindUser(ctx, s.db, of, name)
			found, out.id = row.Doc.ARN(), row.Doc.ID
			return err
		})
		err = edge.NoUser(same(err, found, arn), name)
	case out.kind == record.KindGroup:
		err = look(own, func() error {
			row, err := record.FindGroup(ctx, s.db, of, name)
			found, out.id = row.Doc.ARN(), row.Doc.ID
			return err
		})
		err = edge.NoGroup(same(err, found, arn), name)
	case out.kind == record.KindRole:
		err = look(own, func() error {
			row, err := record.FindRole(ctx, s.db, of, name)
			found, out.id = row.Doc.ARN(), row.Doc.ID
			return err
		})
		err = edge.NoRole(same(err, found, arn), name)
	default:
		return source{}, invalid("Invalid Entity Arn: %s", arn)
	}
	return out, err
}

// look finds nothing in an account that is not the caller's own.
func look(own bool, find func() error) error {
	if !own {
		return store.ErrNotFound
	}
	return find()
}

// same turns an entity of another path into none.
func same(err error, found, arn string) error {
	if err == nil && found != arn {
		return store.ErrNotFound
	}
	return err
}

// policiesOf gives the policies of the entity and what its organization forbids, which does not reach service-linked roles
// (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html).
func (s *Service) policiesOf(ctx context.Context, src *source) (*iampolicy.Set, error) {
	set, err := s.policies.SpelledPolicies(ctx, account(ctx), src.kind, src.id)
	var bad *iampolicy.ParseError
	switch {
	case errors.Is(err, caller.ErrUnknown):
		return nil, iamapi.NoSuchEntityException.New("The entity %s cannot be found.", src.arn)
	case errors.As(err, &bad):
		return nil, iamapi.PolicyEvaluationException.New("A policy of %s cannot be evaluated.", src.arn).Because(err)
	case err != nil:
		return nil, err
	}
	if s.organizations != nil && !arn.IsServiceLinkedRole(src.arn) {
		set.ServiceControl, err = s.organizations.ServiceControl(ctx, account(ctx))
	}
	return set, err
}

// principal is the simulated caller of a source: the user that CallerArn names with the source's policies, else the source itself. Members of a
// group have no ARN until one is named.
func (s *Service) principal(ctx context.Context, src *source, callerARN *string) (iampolicy.Principal, error) {
	if callerARN != nil {
		return s.user(ctx, *callerARN)
	}
	p := iampolicy.Principal{Type: iampolicy.User, Account: account(ctx)}
	switch src.kind {
	case record.KindUser:
		p.ARN, p.UniqueID = src.arn, src.id
	case record.KindRole:
		p.Type, p.ARN, p.UniqueID = iampolicy.Role, src.arn, src.id
	}
	return p, nil
}

// user is the simulated caller that CallerArn names: only ever a user, of any account, who need not exist. Of one of the account the unique id is
// known too, by which stored policies name it.
func (s *Service) user(ctx context.Context, arn string) (iampolicy.Principal, error) {
	of, kind, name, ok := record.SplitARN(arn)
	if !ok || kind != string(record.KindUser) || !isAccount(of) {
		return iampolicy.Principal{}, invalid("'%s' is not a valid as a Caller.", arn)
	}
	p := iampolicy.Principal{Type: iampolicy.User, ARN: arn, Account: of}
	if of != account(ctx) {
		return p, nil
	}
	row, err := record.FindUser(ctx, s.db, of, name)
	if err == nil && row.Doc.ARN() == arn {
		p.UniqueID = row.Doc.ID
	}
	if err != nil && !edge.Gone(err) {
		return iampolicy.Principal{}, err
	}
	return p, nil
}
