package pooluser

import (
	"fmt"
	"testing"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// BenchmarkListUsersByEmail finds one user by e-mail among a thousand and among a hundred thousand: both take the same time, because an index
// answers. The count, which an estimate stands for in large pools, does not.
func BenchmarkListUsersByEmail(b *testing.B) {
	for _, users := range []int{1000, 100_000} {
		h := newHouse(b)
		p := h.newTestPool(b, directory.Pool{CaseSensitive: true})
		for done := 0; done < users; done += 1000 {
			err := h.Store.Update(h.ctx, func(w store.Writer) error {
				for i := done; i < done+1000; i++ {
					u := &directory.User{PoolID: p.ID, Sub: fmt.Sprintf("sub-%06d", i), Username: fmt.Sprintf("u%06d", i), Attributes: map[string]string{"email": fmt.Sprintf("u%06d@x.example", i)}}
					u.Canonical = u.Username // inserted past InsertUser, which would look for every name
					if err := directory.Users.Insert(h.ctx, w, u); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		in := &api.ListUsersRequest{UserPoolId: p.ID, Filter: new(`email = "u000500@x.example"`)}
		b.Run(fmt.Sprint("list/", users), func(b *testing.B) {
			for b.Loop() {
				if out, err := h.ListUsers(h.ctx, in); err != nil || len(out.Users) != 1 {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprint("count/", users), func(b *testing.B) {
			for b.Loop() {
				if n, err := directory.Users.Count(h.ctx, h.Store, "", p.ID); err != nil || n != int64(users) {
					b.Fatal(n, err)
				}
			}
		})
	}
}
