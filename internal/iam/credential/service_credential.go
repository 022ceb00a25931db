package credential

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

const (
	mostServiceCredentials = 2   // for one user and service, active or not
	passwordBytes          = 44  // 352 bits, as the passwords of AWS have
	mostLogins             = 100 // tries at a login that nobody has; more than a few are renamed users
)

// password is the secret of a service-specific credential. It prints as a tag.
type password string

// String implements fmt.Stringer.
func (password) String() string { return "[password]" }

// GoString implements fmt.GoStringer.
func (password) GoString() string { return "[password]" }

// newPassword draws 44 bytes in base64: 60 characters.
func newPassword(random io.Reader) (password, error) {
	var b [passwordBytes]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("randomness: %w", err)
	}
	return password(base64.StdEncoding.EncodeToString(b[:])), nil
}

// setPassword keeps the keyed hash of a password. The services that would check it are not here.
func (s *Service) setPassword(c *record.ServiceCredential, p password) {
	sum := s.keys.MAC(record.ServiceCredentialHash, c.Account, c.HashInput(string(p)))
	c.Hash = sum[:]
}

// CreateServiceSpecificCredential makes a credential for one service. The secret is in the answer and nowhere else.
func (s *Service) CreateServiceSpecificCredential(ctx context.Context, in *iamapi.CreateServiceSpecificCredentialRequest) (*iamapi.CreateServiceSpecificCredentialResponse, error) {
	t, err := findTarget(in.ServiceName)
	if err != nil {
		return nil, err
	}
	if in.CredentialAgeDays != nil && t.prefix == "" {
		return nil, edge.ValidationError.New("CredentialAgeDays is valid only for services that support API keys.")
	}
	id, err := record.NewID(s.random, record.PrefixServiceCredential)
	if err != nil {
		return nil, err
	}
	secret, err := newPassword(s.random)
	if err != nil {
		return nil, err
	}
	c := record.ServiceCredential{ID: id, Service: t.name, Active: true, Created: s.second()}
	if in.CredentialAgeDays != nil {
		c.Expires = c.Created.Add(time.Duration(*in.CredentialAgeDays) * 24 * time.Hour)
	}
	var o edge.Owner
	err = s.db.Update(ctx, func(w store.Writer) error {
		if o, err = s.user(ctx, w, &in.UserName); err != nil {
			return err
		}
		n, err := record.ServiceCredentials.Count(ctx, w, "by_owner", o.ID, t.name)
		if err != nil {
			return err
		}
		if n >= mostServiceCredentials {
			return edge.Quota("ServiceSpecificCredentialsPerUser", mostServiceCredentials)
		}
		c.Account, c.Owner = o.Account, o.ID
		s.setPassword(&c, secret)
		return insertWithLogin(ctx, w, &c, o.Name)
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.CreateServiceSpecificCredentialResponse{ServiceSpecificCredential: s.reveal(&c, o.Name, t, secret)}, nil
}

// insertWithLogin stores a credential under the first login that is free at its service: NAME-at-ACCOUNT, NAME+1-at-ACCOUNT and so on.
func insertWithLogin(ctx context.Context, w store.Writer, c *record.ServiceCredential, user string) error {
	for i := range mostLogins {
		c.Login = user + "-at-" + c.Account
		if i > 0 {
			c.Login = user + "+" + strconv.Itoa(i) + "-at-" + c.Account
		}
		err := record.ServiceCredentials.Insert(ctx, w, c)
		var taken *store.ExistsError
		if !errors.As(err, &taken) || taken.Index != "by_login" {
			return err
		}
	}
	return edge.Quota("ServiceSpecificCredentialsPerUser", mostServiceCredentials)
}

// reveal shows a credential with its secret.
func (s *Service) reveal(c *record.ServiceCredential, user string, t target, secret password) *iamapi.ServiceSpecificCredential {
	out := &iamapi.ServiceSpecificCredential{
		ServiceSpecificCredentialId: c.ID, ServiceName: c.Service, UserName: user, CreateDate: c.Created, ExpirationDate: expiry(c), Status: s.status(c),
	}
	text := string(secret)
	if t.prefix == "" {
		out.ServiceUserName, out.ServicePassword = &c.Login, &text
		return out
	}
	key := t.prefix + base64.StdEncoding.EncodeToString([]byte(c.Login+":"+text))
	out.ServiceCredentialAlias, out.ServiceCredentialSecret = &c.Login, &key
	return out
}

func expiry(c *record.ServiceCredential) *time.Time {
	if c.Expires.IsZero() {
		return nil
	}
	return &c.Expires
}

// status is what a credential shows: its time is over whatever it was set to.
func (s *Service) status(c *record.ServiceCredential) iamapi.StatusType {
	if c.Expired(s.now()) {
		return iamapi.StatusTypeExpired
	}
	return edge.StatusOf(c.Active)
}

// UpdateServiceSpecificCredential makes a credential active or inactive.
func (s *Service) UpdateServiceSpecificCredential(ctx context.Context, in *iamapi.UpdateServiceSpecificCredentialRequest) (*wire.Empty, error) {
	active, err := edge.Settable(in.Status)
	if err != nil {
		return nil, err
	}
	err = s.db.Update(ctx, func(w store.Writer) error {
		row, _, err := s.findServiceCredential(ctx, w, in.UserName, in.ServiceSpecificCredentialId)
		if err != nil {
			return err
		}
		row.Doc.Active = active
		return record.ServiceCredentials.Update(ctx, w, &row)
	})
	return &wire.Empty{}, err
}

// ResetServiceSpecificCredential gives a credential another secret. All else stays: one that expired stays expired.
func (s *Service) ResetServiceSpecificCredential(ctx context.Context, in *iamapi.ResetServiceSpecificCredentialRequest) (*iamapi.ResetServiceSpecificCredentialResponse, error) {
	secret, err := newPassword(s.random)
	if err != nil {
		return nil, err
	}
	var row store.Row[record.ServiceCredential]
	var o edge.Owner
	var t target
	err = s.db.Update(ctx, func(w store.Writer) error {
		if row, o, err = s.findServiceCredential(ctx, w, in.UserName, in.ServiceSpecificCredentialId); err != nil {
			return err
		}
		if t, err = findTarget(row.Doc.Service); err != nil {
			return err
		}
		s.setPassword(&row.Doc, secret)
		return record.ServiceCredentials.Update(ctx, w, &row)
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.ResetServiceSpecificCredentialResponse{ServiceSpecificCredential: s.reveal(&row.Doc, o.Name, t, secret)}, nil
}

// DeleteServiceSpecificCredential deletes a credential.
func (s *Service) DeleteServiceSpecificCredential(ctx context.Context, in *iamapi.DeleteServiceSpecificCredentialRequest) (*wire.Empty, error) {
	err := s.db.Update(ctx, func(w store.Writer) error {
		row, _, err := s.findServiceCredential(ctx, w, in.UserName, in.ServiceSpecificCredentialId)
		if err != nil {
			return err
		}
		return record.ServiceCredentials.Delete(ctx, w, row.Doc.ID)
	})
	return &wire.Empty{}, err
}

// findServiceCredential finds a credential of the one whom the request is about. Another's is none.
func (s *Service) findServiceCredential(ctx context.Context, r store.Reader, name *string, id string) (store.Row[record.ServiceCredential], edge.Owner, error) {
	o, err := s.user(ctx, r, name)
	if err != nil {
		return store.Row[record.ServiceCredential]{}, o, err
	}
	row, err := record.ServiceCredentials.Get(ctx, r, id)
	if err == nil && (row.Doc.Owner != o.ID || row.Doc.Account != o.Account) {
		err = store.ErrNotFound
	}
	return row, o, edge.NotFound(err, "No such credential %s exists", id)
}
