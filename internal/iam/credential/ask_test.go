package credential

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// TestAsks holds the authorization entries to the user and the condition keys that AWS documents.
func TestAsks(t *testing.T) {
	w := iamtest.New(t)
	s := New(Config{Store: w.DB, Keys: w.Keys, Now: w.Clock.Now, Random: w.Random, Uses: NewTracker(w.DB)})
	u := record.User{ID: "AIDAAAAAAAAAAAAAAAAAA", Account: iamtest.Account, Name: "ann", Path: "/dev/", Tags: map[string]string{"Team": "blue"}}
	if err := w.DB.Update(t.Context(), func(x store.Writer) error { return record.Users.Insert(t.Context(), x, &u) }); err != nil {
		t.Fatal(err)
	}
	root, other := iamtest.Root(iamtest.Account), iamtest.Root(iamtest.Other)
	out, err := s.CreateServiceSpecificCredential(root, &iamapi.CreateServiceSpecificCredentialRequest{UserName: "ann", ServiceName: "logs.amazonaws.com"})
	if err != nil {
		t.Fatal(err)
	}
	id, ann := out.ServiceSpecificCredential.ServiceSpecificCredentialId, "Ann"
	with := func(keys ...string) iampolicy.MapContext {
		c := iampolicy.MapContext{"aws:resourcetag/team": {"blue"}, "iam:resourcetag/team": {"blue"}}
		for i := 0; i < len(keys); i += 2 {
			c["iam:servicespecificcredential"+keys[i]] = []string{keys[i+1]}
		}
		return c
	}
	days, yes := 30, true
	tests := []struct {
		name string
		got  func() (asks, error)
		want caller.Ask
	}{
		{"create for days", func() (asks, error) {
			return s.askCreateServiceCredential(root, &iamapi.CreateServiceSpecificCredentialRequest{UserName: ann, ServiceName: "Bedrock.AmazonAWS.com", CredentialAgeDays: &days})
		}, caller.Ask{Resource: u.ARN(), Context: with("servicename", "bedrock.amazonaws.com", "agedays", "30")}},
		{"create for ever", func() (asks, error) {
			return s.askCreateServiceCredential(root, &iamapi.CreateServiceSpecificCredentialRequest{UserName: ann, ServiceName: "bedrock.amazonaws.com"})
		}, caller.Ask{Resource: u.ARN(), Context: with("servicename", "bedrock.amazonaws.com")}},
		{"update", func() (asks, error) {
			return s.askUpdateServiceCredential(root, &iamapi.UpdateServiceSpecificCredentialRequest{UserName: &ann, ServiceSpecificCredentialId: id})
		}, caller.Ask{Resource: u.ARN(), Context: with("servicename", "logs.amazonaws.com")}},
		{"reset", func() (asks, error) {
			return s.askResetServiceCredential(root, &iamapi.ResetServiceSpecificCredentialRequest{UserName: &ann, ServiceSpecificCredentialId: id})
		}, caller.Ask{Resource: u.ARN(), Context: with("servicename", "logs.amazonaws.com")}},
		{"delete what is not there", func() (asks, error) {
			return s.askDeleteServiceCredential(root, &iamapi.DeleteServiceSpecificCredentialRequest{UserName: &ann, ServiceSpecificCredentialId: "ACCANONE"})
		}, caller.Ask{Resource: u.ARN(), Context: with()}},
		{"delete another account's", func() (asks, error) {
			return s.askDeleteServiceCredential(other, &iamapi.DeleteServiceSpecificCredentialRequest{UserName: &ann, ServiceSpecificCredentialId: id})
		}, caller.Ask{Resource: record.ARN(iamtest.Other, "user", "/", "Ann"), Context: iampolicy.MapContext{}}},
		{"list all users", func() (asks, error) {
			return s.askListServiceCredentials(root, &iamapi.ListServiceSpecificCredentialsRequest{AllUsers: &yes, UserName: &ann})
		}, caller.Ask{Resource: record.ARN(iamtest.Account, "user", "/", "*"), Context: iampolicy.MapContext{}}},
		{"list one user", func() (asks, error) {
			return s.askListServiceCredentials(root, &iamapi.ListServiceSpecificCredentialsRequest{UserName: &ann})
		}, caller.Ask{Resource: u.ARN(), Context: with()}},
		{"SSH key", func() (asks, error) {
			return s.askUploadSSHPublicKey(root, &iamapi.UploadSSHPublicKeyRequest{UserName: ann})
		}, caller.Ask{Resource: u.ARN(), Context: with()}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.got()
			if d := cmp.Diff(asks{tt.want}, got); d != "" || err != nil {
				t.Error(d, err)
			}
		})
	}
}

func TestPasswordsPrintAsATag(t *testing.T) {
	p := password("hunter2")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if got := fmt.Sprintf(verb, struct{ P password }{p}) + fmt.Sprintf(verb, p); strings.Contains(got, "hunter2") {
			t.Errorf("%s prints %s", verb, got)
		}
	}
}
