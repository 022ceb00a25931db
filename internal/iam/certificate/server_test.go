package certificate

import (
	"bytes"
	"context"
	"crypto"
	"crypto/elliptic"
	"crypto/x509"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/seal"
)

func request(t testing.TB, name string, p *pair) *iamapi.UploadServerCertificateRequest {
	t.Helper()
	return &iamapi.UploadServerCertificateRequest{ServerCertificateName: name, CertificateBody: p.body(), PrivateKey: p.pkcs8(t)}
}

func (h *house) keep(t testing.TB, ctx context.Context, in *iamapi.UploadServerCertificateRequest) *iamapi.ServerCertificateMetadata {
	t.Helper()
	out, err := h.UploadServerCertificate(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	return out.ServerCertificateMetadata
}

func (h *house) get(t testing.TB, name string) iamapi.ServerCertificate {
	t.Helper()
	out, err := h.GetServerCertificate(h.root, &iamapi.GetServerCertificateRequest{ServerCertificateName: name})
	if err != nil {
		t.Fatal(err)
	}
	return out.ServerCertificate
}

func TestServerCertificate(t *testing.T) {
	h := newHouse(t)
	ca := issue(t, "ca", ecKey(t, elliptic.P256()), nil, true, around())
	p := issue(t, "example.org", ecKey(t, elliptic.P256()), ca, false, around())
	in := request(t, "Web", p)
	in.CertificateChain, in.Path, in.Tags = chain(ca), ptr("/cloudfront/"), []iamapi.Tag{{Key: "Team", Value: "blue"}}
	up, err := h.UploadServerCertificate(h.root, in)
	if err != nil {
		t.Fatal(err)
	}
	m := *up.ServerCertificateMetadata
	if !regexp.MustCompile(`^ASCA[A-Z2-7]{17}$`).MatchString(m.ServerCertificateId) {
		t.Errorf("id %s", m.ServerCertificateId)
	}
	want := iamapi.ServerCertificate{
		CertificateBody: in.CertificateBody, CertificateChain: in.CertificateChain, Tags: in.Tags,
		ServerCertificateMetadata: iamapi.ServerCertificateMetadata{
			Arn: "arn:aws:iam::" + iamtest.Account + ":server-certificate/cloudfront/Web", Path: "/cloudfront/", ServerCertificateName: "Web",
			ServerCertificateId: m.ServerCertificateId, Expiration: ptr(p.cert.NotAfter), UploadDate: ptr(h.Clock.Now().Truncate(time.Second)),
		},
	}
	if d := cmp.Diff(want.ServerCertificateMetadata, m) + cmp.Diff(in.Tags, up.Tags) + cmp.Diff(want, h.get(t, "web")); d != "" {
		t.Error(d)
	}
	checkStored(t, h, m.ServerCertificateId, p)

	change := &iamapi.UpdateServerCertificateRequest{ServerCertificateName: "WEB", NewServerCertificateName: ptr("site"), NewPath: ptr("/")}
	if _, err := h.UpdateServerCertificate(h.root, change); err != nil {
		t.Fatal(err)
	}
	got := h.get(t, "site").ServerCertificateMetadata
	if got.ServerCertificateId != m.ServerCertificateId || got.Arn != "arn:aws:iam::"+iamtest.Account+":server-certificate/site" || got.Path != "/" {
		t.Errorf("%+v", got)
	}
	if _, err := h.DeleteServerCertificate(h.root, &iamapi.DeleteServerCertificateRequest{ServerCertificateName: "site"}); err != nil {
		t.Fatal(err)
	}
	if _, err := record.ServerCertificateBodies.Get(t.Context(), h.DB, m.ServerCertificateId); !edge.Gone(err) {
		t.Errorf("the private key outlives its certificate: %v", err)
	}
	if again := h.keep(t, h.root, request(t, "Web", p)); again.ServerCertificateId == m.ServerCertificateId || again.Path != "/" || h.get(t, "Web").CertificateChain != nil {
		t.Errorf("%+v", again)
	}
}

// checkStored holds the private key to being sealed and bound to its row.
func checkStored(t *testing.T, h *house, id string, p *pair) {
	t.Helper()
	row, err := record.ServerCertificateBodies.Get(t.Context(), h.DB, id)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := h.Keys.Open(t.Context(), seal.PrivateKey, iamtest.Account, row.Doc.Key, row.Doc.KeyAAD())
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil || !p.key.(interface{ Equal(crypto.PrivateKey) bool }).Equal(key) {
		t.Errorf("the stored key is another one: %v", err)
	}
	if bytes.Contains(row.Doc.Key, plain[len(plain)/2:]) {
		t.Error("the private key is stored in the clear")
	}
	moved := row.Doc
	moved.ID = "ASCAAAAAAAAAAAAAAAAAA"
	if _, err := h.Keys.Open(t.Context(), seal.PrivateKey, iamtest.Account, moved.Key, moved.KeyAAD()); err == nil {
		t.Error("a private key that was moved to another row opens")
	}
}

func TestServerRefusals(t *testing.T) {
	h := newHouse(t)
	p := fresh256(t)
	h.keep(t, h.root, request(t, "web", p))
	h.keep(t, h.root, request(t, "site", p))
	_, err := h.UploadServerCertificate(h.root, request(t, "WEB", p))
	iamtest.Fails(t, err, iamapi.EntityAlreadyExistsException, "The Server Certificate with name WEB already exists.")
	_, err = h.UpdateServerCertificate(h.root, &iamapi.UpdateServerCertificateRequest{ServerCertificateName: "web", NewServerCertificateName: ptr("Site")})
	iamtest.Fails(t, err, iamapi.EntityAlreadyExistsException, "The Server Certificate with name Site already exists.")
	wrong := request(t, "other", p)
	wrong.PrivateKey = fresh256(t).pkcs8(t)
	_, err = h.UploadServerCertificate(h.root, wrong)
	iamtest.Fails(t, err, iamapi.KeyPairMismatchException, mismatch)
	if strings.Contains(fmt.Sprint(err), wrong.PrivateKey[40:80]) {
		t.Error("the error holds the private key")
	}
	twice := request(t, "other", p)
	twice.Tags = []iamapi.Tag{{Key: "a"}, {Key: "a"}}
	_, err = h.UploadServerCertificate(h.root, twice)
	iamtest.Fails(t, err, iamapi.InvalidInputException, "")

	for name, tt := range map[string]struct {
		ctx  context.Context
		cert string
	}{"another account": {iamtest.Root(iamtest.Other), "web"}, "no such name": {h.root, "none"}} {
		t.Run(name, func(t *testing.T) {
			fails := func(err error) {
				t.Helper()
				iamtest.Fails(t, err, iamapi.NoSuchEntityException, "The Server Certificate with name "+tt.cert+" cannot be found.")
			}
			_, err := h.GetServerCertificate(tt.ctx, &iamapi.GetServerCertificateRequest{ServerCertificateName: tt.cert})
			fails(err)
			_, err = h.UpdateServerCertificate(tt.ctx, &iamapi.UpdateServerCertificateRequest{ServerCertificateName: tt.cert, NewPath: ptr("/x/")})
			fails(err)
			_, err = h.DeleteServerCertificate(tt.ctx, &iamapi.DeleteServerCertificateRequest{ServerCertificateName: tt.cert})
			fails(err)
			_, err = h.TagServerCertificate(tt.ctx, &iamapi.TagServerCertificateRequest{ServerCertificateName: tt.cert, Tags: []iamapi.Tag{{Key: "a"}}})
			fails(err)
			_, err = h.UntagServerCertificate(tt.ctx, &iamapi.UntagServerCertificateRequest{ServerCertificateName: tt.cert, TagKeys: []string{"a"}})
			fails(err)
			_, err = h.ListServerCertificateTags(tt.ctx, &iamapi.ListServerCertificateTagsRequest{ServerCertificateName: tt.cert})
			fails(err)
		})
	}
	if m := h.keep(t, iamtest.Root(iamtest.Other), request(t, "web", p)); !strings.Contains(m.Arn, iamtest.Other) {
		t.Errorf("of another account: %+v", m)
	}
}

func TestListServerCertificates(t *testing.T) {
	h := newHouse(t)
	p := fresh256(t)
	for _, name := range []string{"c", "a", "d", "b"} {
		in := request(t, name, p)
		if name == "b" || name == "d" {
			in.Path = ptr("/web/")
		}
		h.keep(t, h.root, in)
	}
	list := func(ctx context.Context, prefix *string) (names []string) {
		t.Helper()
		in := &iamapi.ListServerCertificatesRequest{PathPrefix: prefix, MaxItems: ptr(1)}
		for {
			out, err := h.ListServerCertificates(ctx, in)
			if err != nil || *out.IsTruncated != (out.Marker != nil) {
				t.Fatal(out, err)
			}
			for _, m := range out.ServerCertificateMetadataList {
				names = append(names, m.ServerCertificateName)
			}
			if in.Marker = out.Marker; in.Marker == nil {
				return names
			}
		}
	}
	for _, tt := range []struct {
		ctx    context.Context
		prefix *string
		want   []string
	}{
		{h.root, nil, []string{"a", "b", "c", "d"}},
		{h.root, ptr("/"), []string{"a", "b", "c", "d"}},
		{h.root, ptr("/web"), []string{"b", "d"}},
		{h.root, ptr("/nothing/"), nil},
		{iamtest.Root(iamtest.Other), nil, nil},
	} {
		if d := cmp.Diff(tt.want, list(tt.ctx, tt.prefix)); d != "" {
			t.Error(d)
		}
	}
	_, err := h.ListServerCertificates(h.root, &iamapi.ListServerCertificatesRequest{Marker: ptr("x")})
	iamtest.Fails(t, err, edge.ValidationError, "Invalid Marker.")
}

func TestServerCertificateTags(t *testing.T) {
	h := newHouse(t)
	h.keep(t, h.root, request(t, "web", fresh256(t)))
	if tags := h.get(t, "web").Tags; tags == nil || len(tags) != 0 {
		t.Errorf("tags at first: %#v, want an empty list", tags)
	}
	add := func(tags ...iamapi.Tag) error {
		_, err := h.TagServerCertificate(h.root, &iamapi.TagServerCertificateRequest{ServerCertificateName: "web", Tags: tags})
		return err
	}
	if err := add(iamapi.Tag{Key: "Team", Value: "blue"}, iamapi.Tag{Key: "a", Value: "1"}, iamapi.Tag{Key: "b", Value: "2"}); err != nil {
		t.Fatal(err)
	}
	if err := add(iamapi.Tag{Key: "TEAM", Value: "red"}); err != nil {
		t.Fatal(err)
	}
	iamtest.Fails(t, add(iamapi.Tag{Key: "aws:x"}), iamapi.InvalidInputException, "")
	many := make([]iamapi.Tag, 50)
	for i := range many {
		many[i] = iamapi.Tag{Key: fmt.Sprint("k", i)}
	}
	iamtest.Fails(t, add(many...), iamapi.LimitExceededException, "Cannot exceed quota for TagsPerServerCertificate: 50")
	if _, err := h.UntagServerCertificate(h.root, &iamapi.UntagServerCertificateRequest{ServerCertificateName: "web", TagKeys: []string{"a", "B"}}); err != nil {
		t.Fatal(err)
	}
	var got []iamapi.Tag
	in := &iamapi.ListServerCertificateTagsRequest{ServerCertificateName: "web", MaxItems: ptr(1)}
	for {
		out, err := h.ListServerCertificateTags(h.root, in)
		if err != nil || len(out.Tags) != 1 {
			t.Fatal(out, err)
		}
		got = append(got, out.Tags...)
		if in.Marker = out.Marker; in.Marker == nil {
			break
		}
	}
	if d := cmp.Diff([]iamapi.Tag{{Key: "TEAM", Value: "red"}, {Key: "Team", Value: "blue"}, {Key: "b", Value: "2"}}, got); d != "" {
		t.Error(d)
	}
}

func TestServerQuota(t *testing.T) {
	h := newHouse(t)
	p := fresh256(t)
	var made atomic.Int32
	var wg sync.WaitGroup
	for i := range 40 {
		in := request(t, fmt.Sprint("c", i), p)
		wg.Go(func() {
			_, err := h.UploadServerCertificate(h.root, in)
			if err == nil {
				made.Add(1)
				return
			}
			iamtest.Fails(t, err, iamapi.LimitExceededException, "Cannot exceed quota for ServerCertificatesPerAccount: 20")
		})
	}
	wg.Wait()
	n, err := record.ServerCertificates.Count(t.Context(), h.DB, "by_name", iamtest.Account)
	if err != nil || made.Load() != mostServer || n != mostServer {
		t.Errorf("%d uploads succeeded, %d certificates are there: %v", made.Load(), n, err)
	}
	h.keep(t, iamtest.Root(iamtest.Other), request(t, "c", p)) // another account's are others
}

func TestOneNameInParallel(t *testing.T) {
	h := newHouse(t)
	in := request(t, "web", fresh256(t))
	var made atomic.Int32
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			_, err := h.UploadServerCertificate(h.root, in)
			if err == nil {
				made.Add(1)
				return
			}
			iamtest.Fails(t, err, iamapi.EntityAlreadyExistsException, "")
		})
	}
	wg.Wait()
	if made.Load() != 1 {
		t.Errorf("%d uploads succeeded", made.Load())
	}
}
