package pooluser

import (
	"fmt"
	"testing"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
)

// BenchmarkAdminCreateUser makes users with a verified e-mail address, one after another.
func BenchmarkAdminCreateUser(b *testing.B) {
	h := newHouse(b)
	p := h.newTestPool(b, directory.Pool{AliasAttributes: []string{"email"}, CaseSensitive: true})
	for i := 0; b.Loop(); i++ {
		_, err := h.AdminCreateUser(h.ctx, &api.AdminCreateUserRequest{
			UserPoolId: p.ID, Username: fmt.Sprint("u", i), MessageAction: new(api.MessageActionTypeSuppress),
			UserAttributes: attributeList("email", fmt.Sprintf("u%d@x.example", i), "email_verified", "true"),
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAdminGetUser reads one user by their alias.
func BenchmarkAdminGetUser(b *testing.B) {
	h := newHouse(b)
	p := h.newTestPool(b, directory.Pool{AliasAttributes: []string{"email"}, CaseSensitive: true})
	h.newTestUser(b, p, "ann", "email", "a@x.example", "email_verified", "true")
	in := &api.AdminGetUserRequest{UserPoolId: p.ID, Username: "a@x.example"}
	for b.Loop() {
		if _, err := h.AdminGetUser(h.ctx, in); err != nil {
			b.Fatal(err)
		}
	}
}
