package credential

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"golang.org/x/crypto/ssh"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// mostSSHKeys is how many SSH public keys a user has at most (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
const mostSSHKeys = 5

// UploadSSHPublicKey gives a user an SSH public key. A user has the same key only once, however it is spelled.
func (s *Service) UploadSSHPublicKey(ctx context.Context, in *iamapi.UploadSSHPublicKeyRequest) (*iamapi.UploadSSHPublicKeyResponse, error) {
	key, isPEM, err := parseSSHKey(in.SSHPublicKeyBody)
	if err != nil {
		return nil, err
	}
	id, err := record.NewSSHPublicKeyID(s.random)
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(key.Marshal())
	k := record.SSHPublicKey{
		ID: id, Wire: key.Marshal(), Body: in.SSHPublicKeyBody, PEM: isPEM, Digest: hex.EncodeToString(digest[:]),
		Fingerprint: ssh.FingerprintLegacyMD5(key), Active: true, Uploaded: s.second(),
	}
	var o edge.Owner
	err = s.db.Update(ctx, func(w store.Writer) error {
		if o, err = s.user(ctx, w, &in.UserName); err != nil {
			return err
		}
		k.Account, k.Owner = o.Account, o.ID
		if err := duplicateKey(record.SSHPublicKeys.Insert(ctx, w, &k)); err != nil {
			return err
		}
		n, err := record.SSHPublicKeys.Count(ctx, w, "by_owner", o.ID)
		return edge.Below(n, err, "SSHPublicKeysPerUser", mostSSHKeys)
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.UploadSSHPublicKeyResponse{SSHPublicKey: showSSHKey(&k, o.Name, k.Body)}, nil
}

func duplicateKey(err error) error {
	var e *store.ExistsError
	if errors.As(err, &e) && e.Index == "by_digest" {
		return iamapi.DuplicateSSHPublicKeyException.New("The SSH public key is already associated with the specified IAM user.")
	}
	return err
}

// GetSSHPublicKey shows a key in the encoding that is asked for. In the one it was uploaded in, it is as it was uploaded.
func (s *Service) GetSSHPublicKey(ctx context.Context, in *iamapi.GetSSHPublicKeyRequest) (*iamapi.GetSSHPublicKeyResponse, error) {
	if in.Encoding != iamapi.EncodingTypeSsh && in.Encoding != iamapi.EncodingTypePem {
		return nil, iamapi.UnrecognizedPublicKeyEncodingException.New("The encoding of the public key must be SSH or PEM.")
	}
	row, o, err := s.findSSHKey(ctx, s.db, in.UserName, in.SSHPublicKeyId)
	if err != nil {
		return nil, err
	}
	k := &row.Doc
	body := k.Body
	if asPEM := in.Encoding == iamapi.EncodingTypePem; asPEM != k.PEM {
		if body, err = encodeSSHKey(k.Wire, asPEM); err != nil {
			return nil, err
		}
	}
	return &iamapi.GetSSHPublicKeyResponse{SSHPublicKey: showSSHKey(k, o.Name, body)}, nil
}

func showSSHKey(k *record.SSHPublicKey, user, body string) *iamapi.SSHPublicKey {
	return &iamapi.SSHPublicKey{
		SSHPublicKeyId: k.ID, UserName: user, Fingerprint: k.Fingerprint, SSHPublicKeyBody: body, Status: edge.StatusOf(k.Active), UploadDate: &k.Uploaded,
	}
}

// ListSSHPublicKeys lists the keys of a user, by id.
func (s *Service) ListSSHPublicKeys(ctx context.Context, in *iamapi.ListSSHPublicKeysRequest) (*iamapi.ListSSHPublicKeysResponse, error) {
	o, err := s.user(ctx, s.db, in.UserName)
	if err != nil {
		return nil, err
	}
	l := &edge.List{Keys: s.keys, Scope: o.ID, Marker: in.Marker, MaxItems: in.MaxItems}
	q := store.Query{Index: "by_owner", Prefix: []string{o.ID}}
	page, truncated, marker, err := edge.Rows(ctx, l, s.db, record.SSHPublicKeys, q, nil)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListSSHPublicKeysResponse{SSHPublicKeys: make([]iamapi.SSHPublicKeyMetadata, len(page)), IsTruncated: truncated, Marker: marker}
	for i := range page {
		k := &page[i]
		out.SSHPublicKeys[i] = iamapi.SSHPublicKeyMetadata{SSHPublicKeyId: k.ID, Status: edge.StatusOf(k.Active), UploadDate: k.Uploaded, UserName: o.Name}
	}
	return out, nil
}

// UpdateSSHPublicKey makes a key active or inactive.
func (s *Service) UpdateSSHPublicKey(ctx context.Context, in *iamapi.UpdateSSHPublicKeyRequest) (*wire.Empty, error) {
	active, err := edge.Settable(in.Status)
	if err != nil {
		return nil, err
	}
	err = s.db.Update(ctx, func(w store.Writer) error {
		row, _, err := s.findSSHKey(ctx, w, in.UserName, in.SSHPublicKeyId)
		if err != nil {
			return err
		}
		row.Doc.Active = active
		return record.SSHPublicKeys.Update(ctx, w, &row)
	})
	return &wire.Empty{}, err
}

// DeleteSSHPublicKey deletes a key.
func (s *Service) DeleteSSHPublicKey(ctx context.Context, in *iamapi.DeleteSSHPublicKeyRequest) (*wire.Empty, error) {
	err := s.db.Update(ctx, func(w store.Writer) error {
		row, _, err := s.findSSHKey(ctx, w, in.UserName, in.SSHPublicKeyId)
		if err != nil {
			return err
		}
		return record.SSHPublicKeys.Delete(ctx, w, row.Doc.ID)
	})
	return &wire.Empty{}, err
}

// findSSHKey finds a key of a user. Another's key is no key.
func (s *Service) findSSHKey(ctx context.Context, r store.Reader, name, id string) (store.Row[record.SSHPublicKey], edge.Owner, error) {
	o, err := s.user(ctx, r, &name)
	if err != nil {
		return store.Row[record.SSHPublicKey]{}, o, err
	}
	row, err := record.SSHPublicKeys.Get(ctx, r, id)
	if err == nil && (row.Doc.Owner != o.ID || row.Doc.Account != o.Account) {
		err = store.ErrNotFound
	}
	return row, o, edge.NotFound(err, "The Public Key with id %s cannot be found.", id)
}
