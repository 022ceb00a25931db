package certificate

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
)

func TestBindings(t *testing.T) {
	iamtest.CheckBindings(t, iamapi.Service(), newHouse(t).Operations())
}

// TestAsks holds the authorization entries to the resource and the condition keys that AWS documents.
func TestAsks(t *testing.T) {
	h := newHouse(t)
	in := request(t, "Web", fresh256(t))
	in.Path, in.Tags = ptr("/tls/"), []iamapi.Tag{{Key: "Team", Value: "blue"}}
	h.keep(t, h.root, in)
	const base = "arn:aws:iam::" + iamtest.Account + ":"
	tagged := iampolicy.MapContext{"aws:resourcetag/team": {"blue"}, "iam:resourcetag/team": {"blue"}}
	with := func(more iampolicy.MapContext) iampolicy.MapContext {
		c := iampolicy.MapContext{}
		for _, m := range []iampolicy.MapContext{tagged, more} {
			for k, v := range m {
				c[k] = v
			}
		}
		return c
	}
	none := iampolicy.MapContext{}
	ask := func(arn string, c iampolicy.MapContext) caller.Ask {
		return caller.Ask{Resource: base + arn, Context: c}
	}
	web := "server-certificate/tls/Web"
	requested := iampolicy.MapContext{"aws:requesttag/team": {"blue"}, "aws:tagkeys": {"Team"}}
	tags := []iamapi.Tag{{Key: "Cost", Value: "1"}}
	tests := []struct {
		name string
		got  func() (asks, error)
		want asks
	}{
		{"upload", func() (asks, error) { return h.askUploadServer(h.self, in) },
			asks{ask(web, requested), {Action: "iam:TagServerCertificate", Resource: base + web, Context: requested}}},
		{"upload without tags", func() (asks, error) { return h.askUploadServer(h.self, request(t, "Web", fresh256(t))) },
			asks{ask("server-certificate/Web", none)}},
		{"get", func() (asks, error) {
			return h.askGetServer(h.self, &iamapi.GetServerCertificateRequest{ServerCertificateName: "WEB"})
		}, asks{ask(web, tagged)}},
		{"get one that is not there", func() (asks, error) {
			return h.askGetServer(h.self, &iamapi.GetServerCertificateRequest{ServerCertificateName: "none"})
		}, asks{ask("server-certificate/none", none)}},
		{"list", func() (asks, error) {
			return h.askListServers(h.self, &iamapi.ListServerCertificatesRequest{PathPrefix: ptr("/tls/")})
		}, asks{ask("server-certificate/tls/", none)}},
		{"rename", func() (asks, error) {
			return h.askUpdateServer(h.self, &iamapi.UpdateServerCertificateRequest{ServerCertificateName: "web", NewServerCertificateName: ptr("site")})
		}, asks{ask(web, tagged), ask("server-certificate/tls/site", none)}},
		{"move", func() (asks, error) {
			return h.askUpdateServer(h.self, &iamapi.UpdateServerCertificateRequest{ServerCertificateName: "web", NewPath: ptr("/")})
		}, asks{ask(web, tagged), ask("server-certificate/Web", none)}},
		{"change nothing", func() (asks, error) {
			return h.askUpdateServer(h.self, &iamapi.UpdateServerCertificateRequest{ServerCertificateName: "web"})
		}, asks{ask(web, tagged)}},
		{"delete", func() (asks, error) {
			return h.askDeleteServer(h.self, &iamapi.DeleteServerCertificateRequest{ServerCertificateName: "web"})
		}, asks{ask(web, tagged)}},
		{"tag", func() (asks, error) {
			return h.askTagServer(h.self, &iamapi.TagServerCertificateRequest{ServerCertificateName: "web", Tags: tags})
		}, asks{ask(web, with(iampolicy.MapContext{"aws:requesttag/cost": {"1"}, "aws:tagkeys": {"Cost"}}))}},
		{"untag", func() (asks, error) {
			return h.askUntagServer(h.self, &iamapi.UntagServerCertificateRequest{ServerCertificateName: "web", TagKeys: []string{"Cost"}})
		}, asks{ask(web, with(iampolicy.MapContext{"aws:tagkeys": {"Cost"}}))}},
		{"list tags", func() (asks, error) {
			return h.askListServerTags(h.self, &iamapi.ListServerCertificateTagsRequest{ServerCertificateName: "web"})
		}, asks{ask(web, tagged)}},
		{"signing, own", func() (asks, error) { return h.askUploadSigning(h.self, &iamapi.UploadSigningCertificateRequest{}) },
			asks{ask("user/ann", none)}},
		{"signing, another's", func() (asks, error) {
			return h.askDeleteSigning(h.self, &iamapi.DeleteSigningCertificateRequest{UserName: ptr("Bob")})
		}, asks{ask("user/bob", none)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.got()
			if d := cmp.Diff(tt.want, got); d != "" || err != nil {
				t.Error(d, err)
			}
		})
	}
}
