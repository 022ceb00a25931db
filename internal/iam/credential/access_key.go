package credential

import (
	"context"
	"errors"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/seal"
)

const (
	mostKeys      = 2 // for one user, active or not
	secretLength  = 40
	secretLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" // 64: six bits each
)

// CreateAccessKey makes a key. The secret is in the answer and nowhere else.
func (s *Service) CreateAccessKey(ctx context.Context, in *iamapi.CreateAccessKeyRequest) (*iamapi.CreateAccessKeyResponse, error) {
	id, err := record.NewAccessKeyID(s.random, caller.PrincipalFrom(ctx).Account)
	if err != nil {
		return nil, err
	}
	secret, err := draw.Text(s.random, secretLetters, secretLength)
	if err != nil {
		return nil, err
	}
	var o edge.Owner
	var k record.AccessKey
	err = s.db.Update(ctx, func(w store.Writer) error {
		if o, err = edge.OwnerOf(ctx, w, in.UserName); err != nil {
			return err
		}
		n, err := record.AccessKeys.Count(ctx, w, "by_owner", o.ID)
		if err != nil {
			return err
		}
		if n >= mostKeys {
			return edge.Quota("AccessKeysPerUser", mostKeys)
		}
		if k, err = s.sealed(id, o.Account, o.ID, secret); err != nil {
			return err
		}
		return record.AccessKeys.Insert(ctx, w, &k)
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.CreateAccessKeyResponse{AccessKey: iamapi.AccessKey{
		AccessKeyId: id, SecretAccessKey: secret, CreateDate: &k.Created, Status: iamapi.StatusTypeActive, UserName: o.Name,
	}}, nil
}

// sealed makes an active key with its secret sealed.
func (s *Service) sealed(id, account, owner, secret string) (record.AccessKey, error) {
	k := record.AccessKey{ID: id, Account: account, Owner: owner, Active: true, Created: s.second()}
	var err error
	k.Sealed, err = s.keys.Seal(seal.AccessKeySecret, account, []byte(secret), k.SecretAAD())
	return k, err
}

// ListAccessKeys lists keys without their secrets, by id.
func (s *Service) ListAccessKeys(ctx context.Context, in *iamapi.ListAccessKeysRequest) (*iamapi.ListAccessKeysResponse, error) {
	o, err := edge.OwnerOf(ctx, s.db, in.UserName)
	if err != nil {
		return nil, err
	}
	l := &edge.List{Keys: s.keys, Scope: o.ID, Marker: in.Marker, MaxItems: in.MaxItems}
	q := store.Query{Index: "by_owner", Prefix: []string{o.ID}}
	page, truncated, marker, err := edge.Rows(ctx, l, s.db, record.AccessKeys, q, nil)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListAccessKeysResponse{IsTruncated: truncated, Marker: marker}
	for i := range page {
		k := &page[i]
		status := edge.StatusOf(k.Active)
		m := iamapi.AccessKeyMetadata{AccessKeyId: &k.ID, CreateDate: &k.Created, Status: &status}
		if o.Name != "" {
			m.UserName = &o.Name
		}
		out.AccessKeyMetadata = append(out.AccessKeyMetadata, m)
	}
	return out, nil
}

// UpdateAccessKey makes a key active or inactive.
func (s *Service) UpdateAccessKey(ctx context.Context, in *iamapi.UpdateAccessKeyRequest) (*wire.Empty, error) {
	active, err := edge.Settable(in.Status)
	if err != nil {
		return nil, err
	}
	err = s.db.Update(ctx, func(w store.Writer) error {
		row, err := s.find(ctx, w, in.UserName, in.AccessKeyId)
		if err != nil {
			return err
		}
		row.Doc.Active = active
		return record.AccessKeys.Update(ctx, w, &row)
	})
	return &wire.Empty{}, err
}

// DeleteAccessKey deletes a key.
func (s *Service) DeleteAccessKey(ctx context.Context, in *iamapi.DeleteAccessKeyRequest) (*wire.Empty, error) {
	err := s.db.Update(ctx, func(w store.Writer) error {
		row, err := s.find(ctx, w, in.UserName, in.AccessKeyId)
		if err != nil {
			return err
		}
		if err := record.KeyUses.Delete(ctx, w, row.Doc.ID); err != nil && !edge.Gone(err) {
			return err
		}
		return record.AccessKeys.Delete(ctx, w, row.Doc.ID)
	})
	return &wire.Empty{}, err
}

// find finds a key of the one whom the request is about.
func (s *Service) find(ctx context.Context, r store.Reader, name *string, id string) (store.Row[record.AccessKey], error) {
	o, err := edge.OwnerOf(ctx, r, name)
	if err != nil {
		return store.Row[record.AccessKey]{}, err
	}
	row, err := record.AccessKeys.Get(ctx, r, id)
	if err == nil && (row.Doc.Owner != o.ID || row.Doc.Account != o.Account) {
		err = store.ErrNotFound // another's key is no key
	}
	return row, noKey(err, id)
}

func noKey(err error, id string) error {
	return edge.NotFound(err, "The Access Key with id %s cannot be found.", id)
}

// GetAccessKeyLastUsed tells when and for what a key of the account was last used. Whoever asks for another account's key, or for none, is told what
// AWS tells them: that they may not.
func (s *Service) GetAccessKeyLastUsed(ctx context.Context, in *iamapi.GetAccessKeyLastUsedRequest) (*iamapi.GetAccessKeyLastUsedResponse, error) {
	row, err := record.AccessKeys.Get(ctx, s.db, in.AccessKeyId)
	if err == nil && row.Doc.Account != caller.PrincipalFrom(ctx).Account {
		err = store.ErrNotFound
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil, edge.AccessDenied.New("User: %s is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key %s", caller.PrincipalFrom(ctx).ARN, in.AccessKeyId)
	}
	if err != nil {
		return nil, err
	}
	out := &iamapi.GetAccessKeyLastUsedResponse{}
	if row.Doc.Owner != row.Doc.Account {
		u, err := record.Users.Get(ctx, s.db, row.Doc.Owner)
		if err != nil {
			return nil, noKey(err, in.AccessKeyId)
		}
		out.UserName = &u.Doc.Name
	}
	use, ok, err := s.uses.Last(ctx, in.AccessKeyId)
	if err != nil {
		return nil, err
	}
	out.AccessKeyLastUsed = &iamapi.AccessKeyLastUsed{Region: "N/A", ServiceName: "N/A"}
	if ok {
		out.AccessKeyLastUsed = &iamapi.AccessKeyLastUsed{LastUsedDate: &use.At, Region: use.Region, ServiceName: use.Service}
	}
	return out, nil
}
