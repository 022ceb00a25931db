package hosted

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

func named(provider, attribute, value string) api.ProviderUserIdentifierType {
	i := api.ProviderUserIdentifierType{ProviderName: &provider, ProviderAttributeValue: &value}
	if attribute != "" {
		i.ProviderAttributeName = &attribute
	}
	return i
}

// link links a provider's user to a user of the pool.
func (h *house) link(user, provider, attribute, value string) error {
	return second(h.AdminLinkProviderForUser(h.ctx, &api.AdminLinkProviderForUserRequest{
		UserPoolId: testPool, DestinationUser: named("Cognito", "", user), SourceUser: named(provider, attribute, value),
	}))
}

func (h *house) unlinkUser(provider, attribute, value string) error {
	return second(h.AdminDisableProviderForUser(h.ctx, &api.AdminDisableProviderForUserRequest{UserPoolId: testPool, User: named(provider, attribute, value)}))
}

func TestLinks(t *testing.T) {
	h := newHouse(t)
	h.addGoogle(t)
	h.add(t, api.CreateIdentityProviderRequest{ProviderName: "corp", ProviderType: "SAML", ProviderDetails: map[string]string{"MetadataFile": metadataOf(selfSigned(t), "i.example", "")}})
	h.addUser(t, "ann")
	h.addUser(t, "bob")
	h.addUser(t, "Google_signed-up")
	for _, err := range []error{h.link("ann", "Google", "Cognito_Subject", "g1"), h.link("ann", "corp", "email", "a@x.example"), h.link("ann", "corp", "", "a@x.example")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	want := []directory.Identity{
		{Provider: "Google", Type: "Google", UserID: "g1", Linked: h.now},
		{Provider: "corp", Type: "SAML", UserID: "a@x.example", Name: "email", Linked: h.now},
		{Provider: "corp", Type: "SAML", UserID: "a@x.example", Linked: h.now},
	}
	if diff := cmp.Diff(want, h.user(t, "ann").Identities); diff != "" {
		t.Error(diff)
	}
	l := must[store.Row[directory.UserLink]](t)(directory.UserLinks.Get(h.ctx, h.Store, testPool, "corp", "email", "a@x.example"))
	if l.Doc.Sub != "sub-ann" {
		t.Errorf("the link leads to %s", l.Doc.Sub)
	}
	long := strings.Repeat("x", 128)
	for name, c := range map[string]struct {
		err     error
		want    error
		message string
	}{
		"again":             {h.link("ann", "Google", "", "g1"), api.InvalidParameterException, "SourceUser is already linked to DestinationUser"},
		"another's":         {h.link("bob", "Google", "", "g1"), api.AliasExistsException, "SourceUser is already linked to another user"},
		"signed up":         {h.link("bob", "Google", "", "signed-up"), api.InvalidParameterException, "Merging is not currently supported, provide a SourceUser that has not been signed up in order to link"},
		"local source":      {h.link("bob", "Cognito", "", "ann"), api.InvalidParameterException, "Invalid SourceUser: Cognito users with a username/password may not be passed in as a SourceUser, only as a DestinationUser"},
		"local, other case": {h.link("bob", "COGNITO", "", "ann"), api.InvalidParameterException, "Invalid SourceUser: Cognito users with a username/password may not be passed in as a SourceUser, only as a DestinationUser"},
		"social attribute":  {h.link("bob", "Google", "email", "x"), api.InvalidParameterException, "Invalid SourceUser: ProviderAttributeName must be Cognito_Subject for social identity providers."},
		"no provider":       {h.link("bob", "none", "", "x"), api.ResourceNotFoundException, "Identity provider none does not exist."},
		"no user":           {h.link("none", "Google", "", "x"), api.UserNotFoundException, "User does not exist."},
		"no value":          {h.link("bob", "Google", "", ""), api.InvalidParameterException, "Invalid SourceUser: ProviderAttributeValue is required."},
		"too long":          {h.link("bob", "Google", "", long), api.InvalidParameterException, ""},
	} {
		t.Run(name, func(t *testing.T) { wantError(t, c.err, c.want, c.message) })
	}
	if bob := h.user(t, "bob"); len(bob.Identities) != 0 {
		t.Errorf("bob has %v", bob.Identities)
	}
	// A user who signed up through a provider can be the destination.
	err := second(h.AdminLinkProviderForUser(h.ctx, &api.AdminLinkProviderForUserRequest{
		UserPoolId: testPool, DestinationUser: named("Google", "", "signed-up"), SourceUser: named("corp", "", "n1"),
	}))
	if err != nil || len(h.user(t, "Google_signed-up").Identities) != 1 {
		t.Errorf("federated destination: %v", err)
	}
}

func TestUnlink(t *testing.T) {
	h := newHouse(t)
	h.addGoogle(t)
	h.addUser(t, "ann")
	h.addUser(t, "bob")
	if err := h.link("ann", "Google", "", "g1"); err != nil {
		t.Fatal(err)
	}
	if err := h.unlinkUser("Google", "Cognito_Subject", "g1"); err != nil {
		t.Fatal(err)
	}
	if ann := h.user(t, "ann"); len(ann.Identities) != 0 || ann.SealedVerifier == nil {
		t.Errorf("ann is %+v", ann)
	}
	wantError(t, h.unlinkUser("Google", "Cognito_Subject", "g1"), api.UserNotFoundException, "User does not exist.")
	if err := h.link("bob", "Google", "", "g1"); err != nil {
		t.Errorf("the source is not free: %v", err)
	}
	wantError(t, h.unlinkUser("Google", "email", "g1"), api.InvalidParameterException, "")
	wantError(t, h.unlinkUser("Cognito", "email", "ann"), api.InvalidParameterException, "Invalid User: ProviderAttributeName must be Cognito_Subject.")
	wantError(t, h.unlinkUser("Cognito", "Cognito_Subject", "none"), api.UserNotFoundException, "User does not exist.")
	if err := h.unlinkUser("Cognito", "Cognito_Subject", "ann"); err != nil || h.user(t, "ann").SealedVerifier != nil {
		t.Errorf("ann still has a password (%v)", err)
	}
	// A deleted user leaves no link behind.
	h.do(t, func(w store.Writer) error { return directory.DeleteUser(h.ctx, w, testPool, "sub-bob") })
	if _, err := directory.UserLinks.Get(h.ctx, h.Store, testPool, "Google", "Cognito_Subject", "g1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the link of a deleted user: %v", err)
	}
}

func TestLinkLimit(t *testing.T) {
	h := newHouse(t)
	h.addGoogle(t)
	h.addUser(t, "ann")
	for i := range maxLinks {
		if err := h.link("ann", "Google", "", fmt.Sprint("g", i)); err != nil {
			t.Fatal(err)
		}
	}
	wantError(t, h.link("ann", "Google", "", "g5"), api.LimitExceededException, "Exceeded limit of 5 linked identities per user.")
}

func TestImmutable(t *testing.T) {
	h := newHouse(t)
	h.addGoogle(t)
	h.addUser(t, "ann")
	h.do(t, func(w store.Writer) error {
		row, err := directory.Pools.Get(h.ctx, w, testPool)
		if err != nil {
			return err
		}
		row.Doc.Schema = append(row.Doc.Schema, directory.Attribute{Name: "custom:id", Type: directory.StringType})
		return directory.Pools.Update(h.ctx, w, &row)
	})
	wantError(t, h.link("ann", "Google", "", "g1"), api.InvalidParameterException, "Users cannot be linked in a user pool with immutable attributes: custom:id")
}

// TestOneLink races for one source with a hundred users: one gets it.
func TestOneLink(t *testing.T) {
	h := newHouse(t)
	h.addGoogle(t)
	for i := range 100 {
		h.addUser(t, fmt.Sprint("u", i))
	}
	var wg sync.WaitGroup
	var made atomic.Int32
	for i := range 100 {
		wg.Go(func() {
			if h.link(fmt.Sprint("u", i), "Google", "", "g1") == nil {
				made.Add(1)
			}
		})
	}
	wg.Wait()
	if made.Load() != 1 {
		t.Errorf("%d links were made", made.Load())
	}
}

func TestOperations(t *testing.T) {
	h := newHouse(t)
	seen := map[string]bool{}
	for _, b := range h.Operations() {
		if b.Method != b.Operation.Name {
			t.Errorf("%s is bound to method %s", b.Operation.Name, b.Method)
		}
		seen[b.Operation.Name] = true
	}
	if len(seen) != 18 {
		t.Errorf("%d operations are bound, want 18", len(seen))
	}
}

// TestForeignPool walks every operation with a pool of another account and of another region: it does not exist, and the permission that is
// asked for tells nothing about it.
func TestForeignPool(t *testing.T) {
	h := newHouse(t)
	h.addGoogle(t)
	values := map[string]any{
		"UserPoolId": testPool, "ProviderName": "Google", "ProviderType": api.IdentityProviderTypeTypeGoogle, "ProviderDetails": socialDetails(),
		"Domain": "people", "Identifier": "a", "Name": "a", "DestinationUser": named("Cognito", "", "ann"), "SourceUser": named("Google", "", "g"), "User": named("Google", "", "g"),
	}
	for _, b := range h.Operations() {
		in := reflect.New(b.Operation.Input)
		onPool := false
		for i := range b.Operation.Input.NumField() {
			f := b.Operation.Input.Field(i)
			if v, ok := values[f.Name]; ok && reflect.TypeOf(v) == f.Type {
				in.Elem().Field(i).Set(reflect.ValueOf(v))
			}
			onPool = onPool || f.Name == "UserPoolId"
		}
		if !onPool {
			continue
		}
		t.Run(b.Operation.Name, func(t *testing.T) {
			for _, ctx := range []context.Context{as(t.Context(), "999999999999", testRegion), as(t.Context(), testAccount, "us-east-1")} {
				_, err := b.Call(ctx, in.Interface())
				wantError(t, err, api.ResourceNotFoundException, "User pool "+testPool+" does not exist.")
				asks, err := b.Asks(ctx, api.Service(), in.Interface())
				if err != nil || len(asks) != 1 || !strings.HasSuffix(asks[0].Resource, ":userpool/"+testPool) || len(asks[0].Context) != 0 {
					t.Errorf("asks are %v, %v", asks, err)
				}
			}
			asks, err := b.Asks(h.ctx, api.Service(), in.Interface())
			if err != nil || asks[0].Resource != "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/"+testPool || len(asks[0].Context["aws:resourcetag/team"]) != 1 {
				t.Errorf("asks are %v, %v", asks, err)
			}
		})
	}
}
