package principal_test

import (
	"testing"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// What a row points to and is not there, or cannot be read, may have been a Deny: it is never left out.
func TestDamagedRowsAreErrors(t *testing.T) {
	for name, damage := range map[string]func(*record.User){
		"a missing policy": func(u *record.User) {
			u.Attached = []record.PolicyRef{{ID: "ANPAAAAAAAAAAAAAAAAAA", ARN: "arn:x:policy/y"}}
		},
		"a missing group": func(u *record.User) { u.Groups = []string{"AGPAAAAAAAAAAAAAAAAAA"} },
		"a missing boundary": func(u *record.User) {
			u.Boundary = &record.PolicyRef{ID: "ANPAAAAAAAAAAAAAAAAAA", ARN: "arn:x:policy/y"}
		},
		"an unreadable document":     func(u *record.User) { u.Inline = append(u.Inline, record.InlinePolicy{Name: "x", Document: "{"}) },
		"a trust policy as identity": func(u *record.User) { u.Inline = append(u.Inline, record.InlinePolicy{Name: "x", Document: trustAnn}) },
	} {
		h := newHouse(t)
		u := h.user(t, "ann")
		done(t)(h.policies.PutUserPolicy(h.ctx, &iamapi.PutUserPolicyRequest{UserName: "ann", PolicyName: "i", PolicyDocument: allowS3}))
		h.may(t, "before "+name, u, "s3:GetObject s3:PutObject")
		done(t)(nil, h.world.DB.Update(h.ctx, func(w store.Writer) error {
			row, err := record.FindUser(h.ctx, w, iamtest.Account, "ann")
			if err != nil {
				return err
			}
			damage(&row.Doc)
			return record.Users.Update(h.ctx, w, &row)
		}))
		if set, err := h.PoliciesOf(h.ctx, &u); err == nil {
			t.Errorf("%s is left out of %+v", name, set)
		}
	}
}

// An access key whose sealed secret was put into another row, or whose user is gone, is no key.
func TestDamagedKeys(t *testing.T) {
	h := newHouse(t)
	h.user(t, "ann")
	h.user(t, "eve")
	var ids []string
	for _, name := range []string{"ann", "eve"} {
		k, err := h.keys.CreateAccessKey(h.ctx, &iamapi.CreateAccessKeyRequest{UserName: &name})
		done(t)(nil, err)
		ids = append(ids, k.AccessKey.AccessKeyId)
	}
	done(t)(nil, h.world.DB.Update(h.ctx, func(w store.Writer) error {
		from, err := record.AccessKeys.Get(h.ctx, w, ids[0])
		if err != nil {
			return err
		}
		to, err := record.AccessKeys.Get(h.ctx, w, ids[1])
		if err != nil {
			return err
		}
		to.Doc.Sealed = from.Doc.Sealed
		return record.AccessKeys.Update(h.ctx, w, &to)
	}))
	if _, err := h.AccessKey(h.ctx, ids[0]); err != nil {
		t.Errorf("the key that was copied from: %v", err)
	}
	if _, err := h.AccessKey(h.ctx, ids[1]); err == nil {
		t.Error("a secret opens in another row")
	}
	done(t)(nil, h.world.DB.Update(h.ctx, func(w store.Writer) error {
		row, err := record.FindUser(h.ctx, w, iamtest.Account, "ann")
		if err != nil {
			return err
		}
		return record.Users.Delete(h.ctx, w, row.Doc.ID)
	}))
	if _, err := h.AccessKey(h.ctx, ids[0]); err == nil {
		t.Error("the key of a user who is gone opens")
	}
}
