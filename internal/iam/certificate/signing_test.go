package certificate

import (
	"context"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/record"
)

func (h *house) upload(t testing.TB, ctx context.Context, name *string, p *pair) iamapi.SigningCertificate {
	t.Helper()
	out, err := h.UploadSigningCertificate(ctx, &iamapi.UploadSigningCertificateRequest{UserName: name, CertificateBody: p.body()})
	if err != nil {
		t.Fatal(err)
	}
	return out.Certificate
}

// signing lists all signing certificates, a page of one at a time.
func (h *house) signing(t testing.TB, ctx context.Context, name *string) map[string]iamapi.SigningCertificate {
	t.Helper()
	all := map[string]iamapi.SigningCertificate{}
	in := &iamapi.ListSigningCertificatesRequest{UserName: name, MaxItems: ptr(1)}
	for {
		out, err := h.ListSigningCertificates(ctx, in)
		if err != nil || len(out.Certificates) > 1 || *out.IsTruncated != (out.Marker != nil) {
			t.Fatal(out, err)
		}
		for _, c := range out.Certificates {
			all[c.CertificateId] = c
		}
		if in.Marker = out.Marker; in.Marker == nil {
			return all
		}
	}
}

func TestSigningCertificate(t *testing.T) {
	h := newHouse(t)
	p := fresh256(t)
	c := h.upload(t, h.self, nil, p)
	if !regexp.MustCompile(`^[A-Z2-7]{32}$`).MatchString(c.CertificateId) {
		t.Errorf("id %s", c.CertificateId)
	}
	want := iamapi.SigningCertificate{
		CertificateId: c.CertificateId, CertificateBody: p.body(), Status: iamapi.StatusTypeActive, UserName: "ann",
		UploadDate: ptr(h.Clock.Now().Truncate(time.Second)),
	}
	if d := cmp.Diff(want, c); d != "" {
		t.Error(d)
	}
	second := h.upload(t, h.root, ptr("Ann"), fresh256(t))
	if _, err := h.UpdateSigningCertificate(h.self, &iamapi.UpdateSigningCertificateRequest{CertificateId: c.CertificateId, Status: iamapi.StatusTypeInactive}); err != nil {
		t.Fatal(err)
	}
	want.Status = iamapi.StatusTypeInactive
	if d := cmp.Diff(map[string]iamapi.SigningCertificate{c.CertificateId: want, second.CertificateId: second}, h.signing(t, h.root, ptr("ann"))); d != "" {
		t.Error(d)
	}
	if _, err := h.DeleteSigningCertificate(h.root, &iamapi.DeleteSigningCertificateRequest{UserName: ptr("ann"), CertificateId: c.CertificateId}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]iamapi.SigningCertificate{second.CertificateId: second}, h.signing(t, h.self, nil)); d != "" {
		t.Error(d)
	}
	if again := h.upload(t, h.root, ptr("bob"), p); again.CertificateId != c.CertificateId || again.UserName != "bob" {
		t.Errorf("after it was deleted: %+v", again)
	}
}

func TestSigningRefusals(t *testing.T) {
	h := newHouse(t)
	p := fresh256(t)
	id := h.upload(t, h.self, nil, p).CertificateId
	none := "The Certificate with id " + id + " cannot be found."
	for _, name := range []string{"ann", "bob"} {
		_, err := h.UploadSigningCertificate(h.root, &iamapi.UploadSigningCertificateRequest{UserName: &name, CertificateBody: p.body() + "\n"})
		iamtest.Fails(t, err, iamapi.DuplicateCertificateException, "The same certificate is associated with an IAM user in the account.")
	}
	_, err := h.UpdateSigningCertificate(h.self, &iamapi.UpdateSigningCertificateRequest{CertificateId: id, Status: iamapi.StatusTypeExpired})
	iamtest.Fails(t, err, iamapi.InvalidInputException, "")
	for name, who := range map[string]struct {
		ctx  context.Context
		user *string
	}{"bob's": {h.root, ptr("bob")}, "the root's": {h.root, nil}} {
		t.Run(name, func(t *testing.T) {
			_, err := h.UpdateSigningCertificate(who.ctx, &iamapi.UpdateSigningCertificateRequest{UserName: who.user, CertificateId: id, Status: iamapi.StatusTypeInactive})
			iamtest.Fails(t, err, iamapi.NoSuchEntityException, none)
			_, err = h.DeleteSigningCertificate(who.ctx, &iamapi.DeleteSigningCertificateRequest{UserName: who.user, CertificateId: id})
			iamtest.Fails(t, err, iamapi.NoSuchEntityException, none)
			if all := h.signing(t, who.ctx, who.user); len(all) != 0 {
				t.Errorf("lists %v", all)
			}
		})
	}
	for name, tt := range map[string]struct {
		ctx  context.Context
		user *string
		fail func(error)
	}{
		"another account": {iamtest.Root(iamtest.Other), ptr("ann"), func(err error) {
			iamtest.Fails(t, err, iamapi.NoSuchEntityException, "The user with name ann cannot be found.")
		}},
		"a role": {iamtest.As(iamtest.RolePrincipal(iamtest.Account), ""), nil, func(err error) {
			iamtest.Fails(t, err, edge.ValidationError, "Must specify userName when calling with non-User credentials")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.UploadSigningCertificate(tt.ctx, &iamapi.UploadSigningCertificateRequest{UserName: tt.user, CertificateBody: p.body()})
			tt.fail(err)
			_, err = h.ListSigningCertificates(tt.ctx, &iamapi.ListSigningCertificatesRequest{UserName: tt.user})
			tt.fail(err)
			_, err = h.UpdateSigningCertificate(tt.ctx, &iamapi.UpdateSigningCertificateRequest{UserName: tt.user, CertificateId: id, Status: iamapi.StatusTypeActive})
			tt.fail(err)
			_, err = h.DeleteSigningCertificate(tt.ctx, &iamapi.DeleteSigningCertificateRequest{UserName: tt.user, CertificateId: id})
			tt.fail(err)
		})
	}
	other := iamtest.Root(iamtest.Other) // another account may have the same certificate
	if c := h.upload(t, other, nil, p); c.CertificateId != id || c.UserName != "" {
		t.Errorf("of another account: %+v", c)
	}
	_, err = h.UploadSigningCertificate(h.self, &iamapi.UploadSigningCertificateRequest{CertificateBody: "x"})
	iamtest.Fails(t, err, iamapi.MalformedCertificateException, noPEM)
}

func TestSigningQuota(t *testing.T) {
	h := newHouse(t)
	var made atomic.Int32
	var wg sync.WaitGroup
	for range 100 {
		p := fresh256(t)
		wg.Go(func() {
			_, err := h.UploadSigningCertificate(h.self, &iamapi.UploadSigningCertificateRequest{CertificateBody: p.body()})
			if err == nil {
				made.Add(1)
				return
			}
			iamtest.Fails(t, err, iamapi.LimitExceededException, "Cannot exceed quota for CertificatesPerUser: 2")
		})
	}
	wg.Wait()
	if n := len(h.signing(t, h.self, nil)); made.Load() != 2 || n != 2 {
		t.Errorf("%d uploads succeeded, %d certificates are there", made.Load(), n)
	}
	h.upload(t, h.root, nil, fresh256(t)) // the account's own are others
	n, err := record.SigningCertificates.Count(t.Context(), h.DB, "by_account", iamtest.Account)
	if err != nil || n != 3 {
		t.Errorf("the account has %d: %v", n, err)
	}
}

func TestSameCertificateInParallel(t *testing.T) {
	h := newHouse(t)
	p := fresh256(t)
	var made atomic.Int32
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			_, err := h.UploadSigningCertificate(h.self, &iamapi.UploadSigningCertificateRequest{CertificateBody: p.body()})
			if err == nil {
				made.Add(1)
				return
			}
			iamtest.Fails(t, err, iamapi.DuplicateCertificateException, "")
		})
	}
	wg.Wait()
	if made.Load() != 1 {
		t.Errorf("%d uploads succeeded", made.Load())
	}
}
