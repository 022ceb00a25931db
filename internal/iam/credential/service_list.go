package credential

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// ListServiceSpecificCredentials lists credentials without their secrets: those of one user or of all, of one service or of all.
func (s *Service) ListServiceSpecificCredentials(ctx context.Context, in *iamapi.ListServiceSpecificCredentialsRequest) (*iamapi.ListServiceSpecificCredentialsResponse, error) {
	q, err := s.which(ctx, in)
	if err != nil {
		return nil, err
	}
	scope := q.Index
	for _, p := range q.Prefix {
		scope += "/" + p
	}
	l := &edge.List{Keys: s.keys, Scope: scope, Marker: in.Marker, MaxItems: in.MaxItems}
	page, truncated, marker, err := edge.Rows(ctx, l, s.db, record.ServiceCredentials, q, nil)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListServiceSpecificCredentialsResponse{
		ServiceSpecificCredentials: make([]iamapi.ServiceSpecificCredentialMetadata, 0, len(page)), IsTruncated: truncated, Marker: marker,
	}
	for i := range page {
		c := &page[i]
		u, err := record.Users.GetCached(ctx, s.db, c.Owner)
		if edge.Gone(err) {
			continue // the user was deleted while the page was read
		}
		if err != nil {
			return nil, err
		}
		out.ServiceSpecificCredentials = append(out.ServiceSpecificCredentials, s.metadata(c, u.Doc.Name))
	}
	return out, nil
}

// which is the part of the table that a request asks for.
func (s *Service) which(ctx context.Context, in *iamapi.ListServiceSpecificCredentialsRequest) (store.Query, error) {
	q := store.Query{Index: "by_account", Prefix: []string{caller.PrincipalFrom(ctx).Account}}
	if in.AllUsers == nil || !*in.AllUsers {
		o, err := s.user(ctx, s.db, in.UserName)
		if err != nil {
			return q, err
		}
		q = store.Query{Index: "by_owner", Prefix: []string{o.ID}}
	} else if in.UserName != nil {
		return q, edge.ValidationError.New("UserName and AllUsers cannot be specified together.")
	}
	if in.ServiceName == nil || *in.ServiceName == "" {
		return q, nil
	}
	t, err := findTarget(*in.ServiceName)
	q.Prefix = append(q.Prefix, t.name)
	return q, err
}

// metadata shows a credential without its secret.
func (s *Service) metadata(c *record.ServiceCredential, user string) iamapi.ServiceSpecificCredentialMetadata {
	m := iamapi.ServiceSpecificCredentialMetadata{
		ServiceSpecificCredentialId: c.ID, ServiceName: c.Service, UserName: user, CreateDate: c.Created, ExpirationDate: expiry(c), Status: s.status(c),
	}
	for _, t := range targets() {
		if t.name == c.Service && t.prefix != "" {
			m.ServiceCredentialAlias = &c.Login
			return m
		}
	}
	m.ServiceUserName = &c.Login
	return m
}
