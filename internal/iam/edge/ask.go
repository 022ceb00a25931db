package edge

import (
	"context"
	"errors"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Bind ties an operation to its method and its authorization entry, which no operation of IAM goes without.
func Bind[In, Out any](op wire.Op[In, Out], method func(context.Context, *In) (*Out, error), ask wire.Asks[In]) wire.Binding {
	return wire.Bind(op, method, ask)
}

// Subject is the entity that a request is about.
type Subject struct {
	ARN      string
	Boundary string // ARN of its permissions boundary; empty when there is none
	Tags     map[string]string
}

// Asks makes the authorization entry of a request about the subject. Conditions of the operation come as more.
func (s *Subject) Asks(more ...Condition) []caller.Ask {
	c := make(iampolicy.MapContext, 2*len(s.Tags)+len(more))
	caller.AddTags(c, "aws:resourcetag/", s.Tags)
	caller.AddTags(c, "iam:resourcetag/", s.Tags)
	for _, m := range more {
		m(c)
	}
	return []caller.Ask{{Resource: s.ARN, Context: c}}
}

// TagOnCreate asks for tagging besides creating when the request has tags: who may create without tagging cannot create with tags.
func TagOnCreate(s *Subject, all []caller.Ask, action string, tags []iamapi.Tag) []caller.Ask {
	if len(tags) == 0 {
		return all
	}
	tag := s.Asks(RequestTags(tags))[0]
	tag.Action = action
	return append(all, tag)
}

// Condition fills condition keys of an operation.
type Condition func(iampolicy.MapContext)

// PolicyARN is the managed policy that the operation attaches or detaches.
func PolicyARN(arn string) Condition {
	return func(c iampolicy.MapContext) { c["iam:policyarn"] = []string{arn} }
}

// Boundary is the permissions boundary that the entity has, or is to have. Without one the key is absent.
func Boundary(arn string) Condition {
	return func(c iampolicy.MapContext) {
		if arn != "" {
			c["iam:permissionsboundary"] = []string{arn}
		}
	}
}

// AWSServiceName is the service that a service-linked role is linked to; empty is none, and the key is absent.
func AWSServiceName(service string) Condition {
	return func(c iampolicy.MapContext) {
		if service != "" {
			c["iam:awsservicename"] = []string{service}
		}
	}
}

// RequestTags are the tags in the request.
func RequestTags(tags []iamapi.Tag) Condition {
	return func(c iampolicy.MapContext) {
		for _, t := range tags {
			k := "aws:requesttag/" + record.Fold(t.Key)
			c[k] = append(c[k], t.Value)
			c["aws:tagkeys"] = append(c["aws:tagkeys"], t.Key)
		}
	}
}

// TagKeys are the keys of tags in the request.
func TagKeys(keys []string) Condition {
	return func(c iampolicy.MapContext) {
		if len(keys) > 0 {
			c["aws:tagkeys"] = keys
		}
	}
}

// New is an entity that is about to be made, or the path under which a list is.
func New(ctx context.Context, kind record.Kind, path *string, name string) *Subject {
	return &Subject{ARN: record.ARN(caller.PrincipalFrom(ctx).Account, string(kind), Path(path), name)}
}

// Path gives a path with its default.
func Path(p *string) string {
	if p == nil {
		return "/"
	}
	return *p
}

// User finds the user that a request names.
func User(ctx context.Context, db *store.DB, name string) (*Subject, error) {
	account := caller.PrincipalFrom(ctx).Account
	row, err := record.Users.FindCached(ctx, db, "by_name", account, record.Fold(name))
	if err != nil {
		return absent(ctx, err, record.KindUser, name)
	}
	return &Subject{ARN: row.Doc.ARN(), Boundary: row.Doc.BoundaryARN(), Tags: row.Doc.Tags}, nil
}

// Self finds the user that a request names, or the caller when it names none. A caller who is neither a user nor the account has no
// ARN here; the operation refuses it.
func Self(ctx context.Context, db *store.DB, name *string) (*Subject, error) {
	if name != nil {
		return User(ctx, db, *name)
	}
	p := caller.PrincipalFrom(ctx)
	if p.Kind != caller.User && p.Kind != caller.Root {
		return &Subject{}, nil
	}
	return &Subject{ARN: p.EntityARN, Tags: p.Tags}, nil
}

// Role finds the role that a request names.
func Role(ctx context.Context, db *store.DB, name string) (*Subject, error) {
	account := caller.PrincipalFrom(ctx).Account
	row, err := record.Roles.FindCached(ctx, db, "by_name", account, record.Fold(name))
	if err != nil {
		return absent(ctx, err, record.KindRole, name)
	}
	return &Subject{ARN: row.Doc.ARN(), Boundary: row.Doc.BoundaryARN(), Tags: row.Doc.Tags}, nil
}

// LinkedRole asks for the role that a request names, with the service that it is linked to, if any.
func LinkedRole(ctx context.Context, db *store.DB, name string, more ...Condition) ([]caller.Ask, error) {
	account := caller.PrincipalFrom(ctx).Account
	row, err := record.Roles.FindCached(ctx, db, "by_name", account, record.Fold(name))
	if err != nil {
		s, err := absent(ctx, err, record.KindRole, name)
		return Asks(s, err, more...)
	}
	s := Subject{ARN: row.Doc.ARN(), Boundary: row.Doc.BoundaryARN(), Tags: row.Doc.Tags}
	return s.Asks(append(more, AWSServiceName(row.Doc.LinkedService()))...), nil
}

// Group finds the group that a request names.
func Group(ctx context.Context, db *store.DB, name string) (*Subject, error) {
	account := caller.PrincipalFrom(ctx).Account
	row, err := record.Groups.FindCached(ctx, db, "by_name", account, record.Fold(name))
	if err != nil {
		return absent(ctx, err, record.KindGroup, name)
	}
	return &Subject{ARN: row.Doc.ARN()}, nil
}

// Policy finds the managed policy that a request names by its ARN.
func Policy(ctx context.Context, db *store.DB, arn string) (*Subject, error) {
	s := &Subject{ARN: arn}
	row, err := record.FindPolicyCached(ctx, db, caller.PrincipalFrom(ctx).Account, arn)
	if errors.Is(err, store.ErrNotFound) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	s.Tags = row.Doc.Tags
	return s, nil
}

func absent(ctx context.Context, err error, kind record.Kind, name string) (*Subject, error) {
	if errors.Is(err, store.ErrNotFound) {
		return New(ctx, kind, nil, name), nil
	}
	return nil, err
}

// Asks is Subject.Asks for a look-up that may have failed.
func Asks(s *Subject, err error, more ...Condition) ([]caller.Ask, error) {
	if err != nil {
		return nil, err
	}
	return s.Asks(more...), nil
}
