package credential_test

import (
	"context"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

const bobID = "AIDABBBBBBBBBBBBBBBBB"

// withBob adds the user bob.
func withBob(t testing.TB, s *setup) *setup {
	t.Helper()
	u := record.User{ID: bobID, Account: iamtest.Account, Name: "bob", Path: "/"}
	if err := s.DB.Update(t.Context(), func(x store.Writer) error { return record.Users.Insert(t.Context(), x, &u) }); err != nil {
		t.Fatal(err)
	}
	return s
}

// sshKey makes a key in both encodings.
func sshKey(t testing.TB) (line, block string) {
	t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, err := ssh.NewPublicKey(&k.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&k.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(public))), strings.TrimSpace(string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})))
}

func (s *setup) uploadSSH(t testing.TB, user, body string) *iamapi.SSHPublicKey {
	t.Helper()
	out, err := s.UploadSSHPublicKey(s.self, &iamapi.UploadSSHPublicKeyRequest{UserName: user, SSHPublicKeyBody: body})
	if err != nil {
		t.Fatal(err)
	}
	return out.SSHPublicKey
}

func (s *setup) getSSH(t testing.TB, id string, encoding iamapi.EncodingType) *iamapi.SSHPublicKey {
	t.Helper()
	out, err := s.GetSSHPublicKey(s.self, &iamapi.GetSSHPublicKeyRequest{UserName: "ann", SSHPublicKeyId: id, Encoding: encoding})
	if err != nil {
		t.Fatal(err)
	}
	return out.SSHPublicKey
}

func TestSSHPublicKey(t *testing.T) {
	s := withBob(t, newSetup(t))
	line, block := sshKey(t)
	raw, err := base64.StdEncoding.DecodeString(strings.Fields(line)[1])
	if err != nil {
		t.Fatal(err)
	}
	sum := md5.Sum(raw)
	pairs := strings.TrimSuffix(regexp.MustCompile("..").ReplaceAllString(hex.EncodeToString(sum[:]), "$0:"), ":")
	k := s.uploadSSH(t, "Ann", line+" ann@laptop")
	want := &iamapi.SSHPublicKey{
		SSHPublicKeyId: k.SSHPublicKeyId, UserName: "ann", Status: iamapi.StatusTypeActive, SSHPublicKeyBody: line + " ann@laptop", Fingerprint: pairs,
		UploadDate: ptr(s.Clock.Now().Truncate(time.Second)),
	}
	if d := cmp.Diff(want, k) + cmp.Diff(want, s.getSSH(t, k.SSHPublicKeyId, iamapi.EncodingTypeSsh)); d != "" || !regexp.MustCompile(`^APKA[A-Z2-7]{16}$`).MatchString(k.SSHPublicKeyId) {
		t.Error(k.SSHPublicKeyId, d)
	}
	if got := s.getSSH(t, k.SSHPublicKeyId, iamapi.EncodingTypePem).SSHPublicKeyBody; got != block {
		t.Errorf("as PEM: %s", got)
	}
	if _, err := s.UpdateSSHPublicKey(s.self, &iamapi.UpdateSSHPublicKeyRequest{UserName: "ann", SSHPublicKeyId: k.SSHPublicKeyId, Status: iamapi.StatusTypeInactive}); err != nil {
		t.Fatal(err)
	}
	if got := s.getSSH(t, k.SSHPublicKeyId, iamapi.EncodingTypeSsh).Status; got != iamapi.StatusTypeInactive {
		t.Errorf("status %s", got)
	}
	if bobs := s.uploadSSH(t, "bob", block); bobs.SSHPublicKeyBody != block || bobs.Fingerprint != pairs { // another user may have the same key
		t.Errorf("bob's: %+v", bobs)
	}
	if _, err := s.DeleteSSHPublicKey(s.self, &iamapi.DeleteSSHPublicKeyRequest{UserName: "ann", SSHPublicKeyId: k.SSHPublicKeyId}); err != nil {
		t.Fatal(err)
	}
	again := s.uploadSSH(t, "ann", block)
	if got := s.getSSH(t, again.SSHPublicKeyId, iamapi.EncodingTypeSsh).SSHPublicKeyBody; got != line || again.SSHPublicKeyId == k.SSHPublicKeyId {
		t.Errorf("as a line: %s", got)
	}
}

func TestSSHRefusals(t *testing.T) {
	s := withBob(t, newSetup(t))
	line, block := sshKey(t)
	id := s.uploadSSH(t, "ann", line).SSHPublicKeyId
	for _, body := range []string{line, line + " comment", block} {
		_, err := s.UploadSSHPublicKey(s.self, &iamapi.UploadSSHPublicKeyRequest{UserName: "ann", SSHPublicKeyBody: body})
		iamtest.Fails(t, err, iamapi.DuplicateSSHPublicKeyException, "The SSH public key is already associated with the specified IAM user.")
	}
	_, err := s.UploadSSHPublicKey(s.self, &iamapi.UploadSSHPublicKeyRequest{UserName: "ann", SSHPublicKeyBody: "hello"})
	iamtest.Fails(t, err, iamapi.UnrecognizedPublicKeyEncodingException, "")
	_, err = s.GetSSHPublicKey(s.self, &iamapi.GetSSHPublicKeyRequest{UserName: "ann", SSHPublicKeyId: id, Encoding: "DER"})
	iamtest.Fails(t, err, iamapi.UnrecognizedPublicKeyEncodingException, "")
	_, err = s.UpdateSSHPublicKey(s.self, &iamapi.UpdateSSHPublicKeyRequest{UserName: "ann", SSHPublicKeyId: id, Status: iamapi.StatusTypeExpired})
	iamtest.Fails(t, err, iamapi.InvalidInputException, "")
	for name, tt := range map[string]struct {
		ctx           context.Context
		user, message string
	}{
		"bob's":           {s.self, "bob", "The Public Key with id " + id + " cannot be found."},
		"another account": {iamtest.Root(iamtest.Other), "ann", "The user with name ann cannot be found."},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.GetSSHPublicKey(tt.ctx, &iamapi.GetSSHPublicKeyRequest{UserName: tt.user, SSHPublicKeyId: id, Encoding: iamapi.EncodingTypeSsh})
			iamtest.Fails(t, err, iamapi.NoSuchEntityException, tt.message)
			_, err = s.UpdateSSHPublicKey(tt.ctx, &iamapi.UpdateSSHPublicKeyRequest{UserName: tt.user, SSHPublicKeyId: id, Status: iamapi.StatusTypeActive})
			iamtest.Fails(t, err, iamapi.NoSuchEntityException, tt.message)
			_, err = s.DeleteSSHPublicKey(tt.ctx, &iamapi.DeleteSSHPublicKeyRequest{UserName: tt.user, SSHPublicKeyId: id})
			iamtest.Fails(t, err, iamapi.NoSuchEntityException, tt.message)
		})
	}
	other := iamtest.Root(iamtest.Other)
	_, err = s.UploadSSHPublicKey(other, &iamapi.UploadSSHPublicKeyRequest{UserName: "ann", SSHPublicKeyBody: line})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "The user with name ann cannot be found.")
	for _, ctx := range []context.Context{iamtest.Root(iamtest.Account), iamtest.As(iamtest.RolePrincipal(iamtest.Account), "")} {
		_, err = s.ListSSHPublicKeys(ctx, &iamapi.ListSSHPublicKeysRequest{})
		iamtest.Fails(t, err, edge.ValidationError, "Must specify userName when calling with non-User credentials")
	}
}

func TestSSHQuotaAndList(t *testing.T) {
	s := newSetup(t)
	var made atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		line, _ := sshKey(t)
		wg.Go(func() {
			_, err := s.UploadSSHPublicKey(s.self, &iamapi.UploadSSHPublicKeyRequest{UserName: "ann", SSHPublicKeyBody: line})
			if err == nil {
				made.Add(1)
				return
			}
			iamtest.Fails(t, err, iamapi.LimitExceededException, "Cannot exceed quota for SSHPublicKeysPerUser: 5")
		})
	}
	wg.Wait()
	seen := map[string]bool{}
	in := &iamapi.ListSSHPublicKeysRequest{MaxItems: ptr(2)}
	for {
		out, err := s.ListSSHPublicKeys(s.self, in)
		if err != nil || *out.IsTruncated != (out.Marker != nil) {
			t.Fatal(out, err)
		}
		for _, k := range out.SSHPublicKeys {
			seen[k.SSHPublicKeyId] = true
			if k.UserName != "ann" || k.Status != iamapi.StatusTypeActive || k.UploadDate.Nanosecond() != 0 {
				t.Errorf("%+v", k)
			}
		}
		if in.Marker = out.Marker; in.Marker == nil {
			break
		}
	}
	n, err := record.SSHPublicKeys.Count(t.Context(), s.DB, "by_account", iamtest.Account)
	if err != nil || made.Load() != 5 || len(seen) != 5 || n != 5 {
		t.Errorf("%d made, %d listed, %d counted: %v", made.Load(), len(seen), n, err)
	}
}

func TestSameSSHKeyInParallel(t *testing.T) {
	s := newSetup(t)
	line, block := sshKey(t)
	var made atomic.Int32
	var wg sync.WaitGroup
	for i := range 100 {
		body := line
		if i%2 == 0 {
			body = block
		}
		wg.Go(func() {
			_, err := s.UploadSSHPublicKey(s.self, &iamapi.UploadSSHPublicKeyRequest{UserName: "ann", SSHPublicKeyBody: body})
			if err == nil {
				made.Add(1)
				return
			}
			iamtest.Fails(t, err, iamapi.DuplicateSSHPublicKeyException, "")
		})
	}
	wg.Wait()
	if made.Load() != 1 {
		t.Errorf("%d uploads succeeded", made.Load())
	}
}
