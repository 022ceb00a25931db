package access_test

import (
	"testing"

	"github.com/mayfly-id/mayfly/internal/access"
	"github.com/mayfly-id/mayfly/sigv4"
)

// TestVersionOneTokens holds tokens of the global endpoint to the Regions that are enabled by default.
func TestVersionOneTokens(t *testing.T) {
	for region, good := range map[string]bool{
		"us-east-1": true, "eu-north-1": true, "ap-northeast-3": true, "sa-east-1": true, "aws-global": true,
		"af-south-1": false, "ap-east-1": false, "me-south-1": false, "eu-central-2": false, "il-central-1": false, "xx-new-1": false,
	} {
		for _, versionOne := range []bool{true, false} {
			auth, _, sessions := newAuth()
			sessions.p.Session.DefaultRegions = versionOne
			r := request()
			sigv4.Sign(r, sigv4.Credentials{AccessKeyID: tempID, SecretAccessKey: secret, SessionToken: token}, region, "sts", now)
			_, _, err := auth.SigV4(t.Context(), r, "sts", "", now)
			if good || !versionOne {
				if err != nil {
					t.Errorf("%s, version one %v: %v", region, versionOne, err)
				}
				continue
			}
			refused(t, err, access.UnknownKey, "The security token included in the request is invalid.")
		}
	}
}
