package credentials_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials"
)

// TestWhereSTSIs: the Region's endpoint, the global one on request where that is there, and the server's own before both.
func TestWhereSTSIs(t *testing.T) {
	for _, c := range []struct {
		region, own string
		global      bool
		want        string
	}{
		{"eu-west-1", "", false, "https://sts.eu-west-1.amazonaws.com eu-west-1"},
		{"eu-west-1", "", true, "https://sts.amazonaws.com us-east-1"},
		{"us-east-1", "", true, "https://sts.amazonaws.com us-east-1"},
		{"eu-south-1", "", true, "https://sts.eu-south-1.amazonaws.com eu-south-1"}, // sessions of the global endpoint are not taken there
		{"cn-north-1", "", true, "https://sts.cn-north-1.amazonaws.com.cn cn-north-1"},
		{"us-gov-west-1", "", true, "https://sts.us-gov-west-1.amazonaws.com us-gov-west-1"},
		{"eu-west-1", "https://id.example.com", true, "https://id.example.com eu-west-1"},
	} {
		var got string
		client := &credentials.Client{Region: c.region, Endpoint: c.own, GlobalSTS: c.global, HTTP: &http.Client{Transport: inProcess{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got = r.URL.Scheme + "://" + r.Host + " " + strings.Split(between(r.Header.Get("Authorization"), "Credential=", ","), "/")[2]
			fmt.Fprint(w, `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>a</Arn><UserId>u</UserId><Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`)
		})}}}
		if _, err := client.WhoAmI(t.Context(), aws.Credentials{AccessKeyID: "AKIA", SecretAccessKey: "s"}); err != nil || got != c.want {
			t.Errorf("%s, global %v: %s, %v", c.region, c.global, got, err)
		}
	}
}
