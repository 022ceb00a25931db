package record

import (
	"context"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// User is an IAM user. ID is AIDA… and never reused.
type User struct {
	ID      string            `json:"id"`
	Account string            `json:"account"`
	Name    string            `json:"name"`
	Path    string            `json:"path"`
	Created time.Time         `json:"created"`
	Tags    map[string]string `json:"tags,omitempty"`
	Groups  []string          `json:"groups,omitempty"` // ids, in the order of joining
	Grants
}

// ARN is the user's ARN.
func (u *User) ARN() string { return ARN(u.Account, string(KindUser), u.Path, u.Name) }

// byName is the unique index by account and name that users, groups, roles and policies have. Lists follow its order.
func byName[T any](account, name func(*T) string) []store.Index[T] {
	return []store.Index[T]{{Name: "by_name", Columns: []store.Column[T]{
		{Name: "account", Value: account},
		{Name: "name", Value: func(d *T) string { return Fold(name(d)) }},
	}}}
}

func column[T any](name string, value func(*T) string) store.Column[T] {
	return store.Column[T]{Name: name, Value: value}
}

// Users is the table of users.
var Users = store.NewTable("iam_users", store.Spec[User]{
	Key:    []store.Column[User]{column("id", func(u *User) string { return u.ID })},
	Unique: byName(func(u *User) string { return u.Account }, func(u *User) string { return u.Name }),
})

// FindUser finds a user by name, without regard to ASCII case. store.ErrNotFound when there is none.
func FindUser(ctx context.Context, r store.Reader, account, name string) (store.Row[User], error) {
	return Users.Find(ctx, r, "by_name", account, Fold(name))
}
