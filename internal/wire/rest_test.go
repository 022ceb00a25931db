package wire_test

import (
	"testing"

	"github.com/mayfly-id/mayfly/internal/awsapi/ssooidcapi"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Two operations of one service share a path, and a parameter tells them apart. One of them is signed and the other is not.
func TestRouteByParameter(t *testing.T) {
	r := wire.NewRegistry(ssooidcapi.Service())
	for _, c := range []struct{ target, want string }{
		{"/token", "CreateToken"}, {"/token?aws_iam=t", "CreateTokenWithIAM"}, {"/token?a=b&aws_iam=t", "CreateTokenWithIAM"},
		{"/token?aws_iam=f", "CreateToken"}, {"/token?xaws_iam=t", "CreateToken"}, {"/token?", "CreateToken"},
	} {
		e, _ := r.Route("POST", c.target)
		if e == nil || e.Operation.Name != c.want {
			t.Errorf("%s: %v, want %s", c.target, e, c.want)
		}
	}
}
