package pooluser

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/pooledge"
	"github.com/mayfly-id/mayfly/internal/store"
)

// crowd makes a pool with users of all sorts.
func crowd(t *testing.T, h *house, in directory.Pool) *directory.Pool {
	t.Helper()
	p := h.newTestPool(t, in)
	err := h.Store.Update(h.ctx, func(w store.Writer) error {
		for i := range 20 {
			u := &directory.User{PoolID: p.ID, Sub: fmt.Sprintf("sub-%02d", i), Username: fmt.Sprintf("User%02d", i), Status: directory.Confirmed, Enabled: i%2 == 0}
			u.Attributes = map[string]string{"email": fmt.Sprintf("u%02d@example.com", i), "name": fmt.Sprintf("Name %d", i/10), "custom:x": "1"}
			if i == 7 {
				u.Status, u.Attributes["name"] = directory.Unconfirmed, `say "hi" \o/`
			}
			if err := directory.InsertUser(h.ctx, w, p, u); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// listAll walks all pages.
func listAll(t *testing.T, h *house, in api.ListUsersRequest) (names []string) {
	t.Helper()
	for range 100 {
		out := must[*api.ListUsersResponse](t)(h.ListUsers(h.ctx, &in))
		if len(out.Users) > pooledge.Limit(in.Limit, pooledge.PageSize) {
			t.Fatalf("a page has %d users", len(out.Users))
		}
		for _, u := range out.Users {
			names = append(names, *u.Username)
		}
		if in.PaginationToken = out.PaginationToken; in.PaginationToken == nil {
			return names
		}
	}
	t.Fatal("the list does not end")
	return nil
}

func TestListUsers(t *testing.T) {
	h := newHouse(t)
	sensitive := crowd(t, h, directory.Pool{CaseSensitive: true})
	folding := crowd(t, h, directory.Pool{})
	numbered := func(numbers ...int) (out []string) {
		for _, n := range numbers {
			out = append(out, fmt.Sprintf("User%02d", n))
		}
		return out
	}
	first, all := make([]int, 10), make([]int, 20)
	var even, odd []int
	for i := range all {
		all[i] = i
		copy(first, all)
		if i%2 == 0 {
			even = append(even, i)
		} else {
			odd = append(odd, i)
		}
	}
	second := slices.DeleteFunc(slices.Clone(first), func(n int) bool { return n == 7 })
	for filter, want := range map[string][]string{
		``:                                      numbered(all...),
		`username = "User03"`:                   numbered(3),
		`username="User03"`:                     numbered(3),
		` username  ^=  "User1" `:               numbered(all[10:]...),
		`username = "User"`:                     nil,
		`sub = "sub-05"`:                        numbered(5),
		`sub ^= "sub-1"`:                        numbered(all[10:]...),
		`email = "u04@example.com"`:             numbered(4),
		`email ^= "u0"`:                         numbered(first...),
		`phone_number ^= "+"`:                   nil,
		`name = "Name 0"`:                       numbered(second...),
		`name ^= "Name"`:                        numbered(slices.Concat(second, all[10:])...),
		`name = "say \"hi\" \\o/"`:              numbered(7),
		`given_name = ""`:                       nil,
		`status = "Enabled"`:                    numbered(even...),
		`status = "Disabled"`:                   numbered(odd...),
		`status = "enabled"`:                    nil,
		`cognito:user_status = "UNCONFIRMED"`:   numbered(7),
		`"cognito:user_status" = "unconfirmed"`: numbered(7),
		`cognito:user_status ^= "UN"`:           numbered(7),
		`preferred_username = "Name 0"`:         nil,
	} {
		for _, limit := range []int{0, 1, 3} {
			t.Run(fmt.Sprint(filter, limit), func(t *testing.T) {
				got := listAll(t, h, api.ListUsersRequest{UserPoolId: sensitive.ID, Filter: &filter, Limit: &limit})
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
	if got := listAll(t, h, api.ListUsersRequest{UserPoolId: folding.ID, Filter: new(`username = "uSER03"`)}); !slices.Equal(got, numbered(3)) {
		t.Errorf("folding pool gave %v", got)
	}
	if got := listAll(t, h, api.ListUsersRequest{UserPoolId: sensitive.ID, Filter: new(`username = "uSER03"`)}); got != nil {
		t.Errorf("case-sensitive pool gave %v", got)
	}
}

func TestListUsersAttributesToGet(t *testing.T) {
	h := newHouse(t)
	p := crowd(t, h, directory.Pool{CaseSensitive: true})
	out := must[*api.ListUsersResponse](t)(h.ListUsers(h.ctx, &api.ListUsersRequest{UserPoolId: p.ID, Limit: new(1), AttributesToGet: []string{"email", "nickname"}}))
	if diff := cmp.Diff(attributeList("email", "u00@example.com"), out.Users[0].Attributes); diff != "" {
		t.Error(diff)
	}
	_, err := h.ListUsers(h.ctx, &api.ListUsersRequest{UserPoolId: p.ID, AttributesToGet: []string{"custom:none"}})
	wantError(t, err, api.InvalidParameterException, "One or more requested attributes do not exist.")
}

func TestListUsersTokenIsBound(t *testing.T) {
	h := newHouse(t)
	p, other := crowd(t, h, directory.Pool{CaseSensitive: true}), crowd(t, h, directory.Pool{CaseSensitive: true})
	in := api.ListUsersRequest{UserPoolId: p.ID, Limit: new(2), Filter: new(`name ^= "Name"`)}
	token := must[*api.ListUsersResponse](t)(h.ListUsers(h.ctx, &in)).PaginationToken
	for name, in := range map[string]api.ListUsersRequest{
		"another filter": {UserPoolId: p.ID, Filter: new(`name ^= "N"`), PaginationToken: token},
		"no filter":      {UserPoolId: p.ID, PaginationToken: token},
		"another pool":   {UserPoolId: other.ID, Filter: in.Filter, PaginationToken: token},
		"altered":        {UserPoolId: p.ID, Filter: in.Filter, PaginationToken: new(strings.ToLower(*token))},
		"cut":            {UserPoolId: p.ID, Filter: in.Filter, PaginationToken: new((*token)[:len(*token)-4])},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.ListUsers(h.ctx, &in)
			wantError(t, err, api.InvalidParameterException, "Invalid pagination token.")
		})
	}
}

// TestListUsersScanIsBounded shows that a filter without an index stops after so many rows and goes on where it stopped.
func TestListUsersScanIsBounded(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, directory.Pool{CaseSensitive: true})
	err := h.Store.Update(h.ctx, func(w store.Writer) error {
		for i := range maxScan + 200 {
			u := &directory.User{PoolID: p.ID, Sub: fmt.Sprintf("sub-%05d", i), Username: fmt.Sprintf("u%05d", i)}
			if i == maxScan+199 {
				u.Attributes = map[string]string{"name": "last"}
			}
			u.Canonical = u.Username // inserted past InsertUser, which would look for every name
			if err := directory.Users.Insert(h.ctx, w, u); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	in := api.ListUsersRequest{UserPoolId: p.ID, Filter: new(`name = "last"`)}
	out := must[*api.ListUsersResponse](t)(h.ListUsers(h.ctx, &in))
	if len(out.Users) != 0 || out.PaginationToken == nil {
		t.Fatalf("the first page has %d users, token %v", len(out.Users), out.PaginationToken != nil)
	}
	if got := listAll(t, h, in); !slices.Equal(got, []string{fmt.Sprintf("u%05d", maxScan+199)}) {
		t.Errorf("found %v", got)
	}
}
