package hosted

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/pooledge"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Bounds on links (https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html#resource-quotas).
const (
	maxLinks     = 5
	maxLinkTexts = 128 // characters of provider, attribute and value together
)

// identity names a user by a provider, or by the pool itself.
type identity struct{ provider, attribute, value string }

// identityOf takes an identity from an input. An attribute that is not given is the subject.
func identityOf(in *api.ProviderUserIdentifierType, member string) (identity, error) {
	i := identity{pooledge.Deref(in.ProviderName), pooledge.Deref(in.ProviderAttributeName), pooledge.Deref(in.ProviderAttributeValue)}
	if i.attribute == "" {
		i.attribute = directory.SubjectAttribute
	}
	switch {
	case i.provider == "":
		return i, api.InvalidParameterException.New("Invalid %s: ProviderName is required.", member)
	case i.value == "":
		return i, api.InvalidParameterException.New("Invalid %s: ProviderAttributeValue is required.", member)
	}
	return i, nil
}

// local says that the identity is a user of the pool by name. ASCII letters of the name "Cognito" count in any case: no provider has it.
func (i identity) local() bool { return lower(i.provider) == lower(localProvider) }

// federatedName is the user name of a user who signed up through a provider.
func (i identity) federatedName() string { return i.provider + "_" + i.value }

// AdminLinkProviderForUser says that a user of a provider, who has not signed in yet, is a user of the pool
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminLinkProviderForUser.html).
func (s *Service) AdminLinkProviderForUser(ctx context.Context, in *api.AdminLinkProviderForUserRequest) (*api.AdminLinkProviderForUserResponse, error) {
	if _, err := s.edge.Pool(ctx, in.UserPoolId); err != nil {
		return nil, err
	}
	to, err := identityOf(&in.DestinationUser, "DestinationUser")
	if err != nil {
		return nil, err
	}
	from, err := sourceOf(&in.SourceUser)
	if err != nil {
		return nil, err
	}
	err = s.edge.Update(ctx, in.UserPoolId, func(w store.Writer, p *directory.Pool) error {
		return link(ctx, w, p, to, from, s.now())
	})
	if err != nil {
		return nil, err
	}
	return &api.AdminLinkProviderForUserResponse{}, nil
}

// sourceOf takes the user of a provider from an input. A user of the pool cannot be one.
func sourceOf(in *api.ProviderUserIdentifierType) (identity, error) {
	from, err := identityOf(in, "SourceUser")
	if err != nil {
		return from, err
	}
	if from.local() {
		return from, api.InvalidParameterException.New("Invalid SourceUser: Cognito users with a username/password may not be passed in as a SourceUser, only as a DestinationUser")
	}
	if utf8.RuneCountInString(from.provider)+utf8.RuneCountInString(from.attribute)+utf8.RuneCountInString(from.value) > maxLinkTexts {
		return from, api.InvalidParameterException.New("Invalid SourceUser: ProviderName, ProviderAttributeName and ProviderAttributeValue together may have at most %d characters.", maxLinkTexts)
	}
	return from, nil
}

// link stores one link. What it looks at and what it writes are one transaction, so that of two who link a source at once one is refused.
func link(ctx context.Context, w store.Writer, p *directory.Pool, to, from identity, now time.Time) error {
	provider, err := directory.Providers.Get(ctx, w, p.ID, from.provider)
	if err != nil {
		return providerError(err, from.provider)
	}
	if err := linkAttribute(&provider.Doc, from.attribute, "SourceUser"); err != nil {
		return err
	}
	row, err := destination(ctx, w, p, to)
	if err != nil {
		return err
	}
	u := &row.Doc
	if err := mutable(p, u); err != nil {
		return err
	}
	l := &directory.UserLink{PoolID: p.ID, Provider: from.provider, Attribute: from.attribute, Value: from.value, Sub: u.Sub}
	if err := unlinked(ctx, w, p, l, from); err != nil {
		return err
	}
	if err := room(u); err != nil {
		return err
	}
	added := directory.Identity{Provider: from.provider, Type: provider.Doc.Type, UserID: from.value, Linked: now}
	if from.attribute != directory.SubjectAttribute {
		added.Name = from.attribute
	}
	u.Identities = append(slices.Clone(u.Identities), added)
	u.Modified = now
	if err := directory.UserLinks.Insert(ctx, w, l); err != nil {
		return err
	}
	return directory.Users.Update(ctx, w, &row)
}

// mutable refuses a user whose attributes a provider could not write at their next sign-in: as AWS says, any immutable custom attribute of the
// pool, and any immutable attribute that the user has.
func mutable(p *directory.Pool, u *directory.User) error {
	for _, a := range p.Schema {
		if !a.Mutable && a.Name != "sub" && (strings.Contains(a.Name, ":") || u.Attributes[a.Name] != "") {
			return api.InvalidParameterException.New("Users cannot be linked in a user pool with immutable attributes: %s", a.Name)
		}
	}
	return nil
}

// room refuses a user who has as many links as a user may have.
func room(u *directory.User) error {
	n := 0
	for _, i := range u.Identities {
		if !i.Primary {
			n++
		}
	}
	if n >= maxLinks {
		return api.LimitExceededException.New("Exceeded limit of %d linked identities per user.", maxLinks)
	}
	return nil
}

// linkAttribute refuses another attribute than the subject where the provider is a social one, and one that no claim can have.
func linkAttribute(d *directory.Provider, attribute, member string) error {
	if attribute != directory.SubjectAttribute && slices.Contains(social(), d.Type) {
		return api.InvalidParameterException.New("Invalid %s: ProviderAttributeName must be %s for social identity providers.", member, directory.SubjectAttribute)
	}
	return nil
}

// destination finds the user that a provider's user is to be: one of the pool by user name, or one who signed up through a provider.
func destination(ctx context.Context, r store.Reader, p *directory.Pool, to identity) (store.Row[directory.User], error) {
	if to.attribute != directory.SubjectAttribute {
		return store.Row[directory.User]{}, api.InvalidParameterException.New("Invalid DestinationUser: ProviderAttributeName must be %s.", directory.SubjectAttribute)
	}
	name := to.value
	if !to.local() {
		if _, err := directory.Providers.Get(ctx, r, p.ID, to.provider); err != nil {
			return store.Row[directory.User]{}, providerError(err, to.provider)
		}
		name = to.federatedName()
	}
	return localUser(ctx, r, p, name)
}

// localUser finds a user by user name, or by sub, and by no alias: an address can change hands.
func localUser(ctx context.Context, r store.Reader, p *directory.Pool, name string) (store.Row[directory.User], error) {
	row, err := directory.Users.Find(ctx, r, "by_username", p.ID, p.Canonical(name))
	if errors.Is(err, store.ErrNotFound) {
		row, err = directory.Users.Get(ctx, r, p.ID, name)
	}
	return row, userError(err)
}

func userError(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return api.UserNotFoundException.New("User does not exist.")
	}
	return err
}

// unlinked refuses a source who is somebody already: linked, or signed up as a user of their own.
func unlinked(ctx context.Context, r store.Reader, p *directory.Pool, l *directory.UserLink, from identity) error {
	have, err := directory.UserLinks.Get(ctx, r, p.ID, l.Provider, l.Attribute, l.Value)
	switch {
	case err == nil && have.Doc.Sub == l.Sub:
		return api.InvalidParameterException.New("SourceUser is already linked to DestinationUser")
	case err == nil:
		return api.AliasExistsException.New("SourceUser is already linked to another user")
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	if from.attribute != directory.SubjectAttribute {
		return nil
	}
	_, err = directory.Users.Find(ctx, r, "by_username", p.ID, p.Canonical(from.federatedName()))
	if err == nil {
		return api.InvalidParameterException.New("Merging is not currently supported, provide a SourceUser that has not been signed up in order to link")
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// AdminDisableProviderForUser takes a provider's user away from the user of the pool they are linked to. With the provider "Cognito" it takes
// the password from a user of the pool
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminDisableProviderForUser.html).
func (s *Service) AdminDisableProviderForUser(ctx context.Context, in *api.AdminDisableProviderForUserRequest) (*api.AdminDisableProviderForUserResponse, error) {
	if _, err := s.edge.Pool(ctx, in.UserPoolId); err != nil {
		return nil, err
	}
	who, err := identityOf(&in.User, "User")
	if err != nil {
		return nil, err
	}
	err = s.edge.Update(ctx, in.UserPoolId, func(w store.Writer, p *directory.Pool) error {
		if who.local() {
			return s.takePassword(ctx, w, p, who)
		}
		return s.unlink(ctx, w, p, who)
	})
	if err != nil {
		return nil, err
	}
	return &api.AdminDisableProviderForUserResponse{}, nil
}

// takePassword leaves a user without a password. What the history knows stays, so that it is not set again.
func (s *Service) takePassword(ctx context.Context, w store.Writer, p *directory.Pool, who identity) error {
	if who.attribute != directory.SubjectAttribute {
		return api.InvalidParameterException.New("Invalid User: ProviderAttributeName must be %s.", directory.SubjectAttribute)
	}
	row, err := localUser(ctx, w, p, who.value)
	if err != nil {
		return err
	}
	row.Doc.SealedVerifier, row.Doc.PasswordSet, row.Doc.TemporaryUntil = nil, time.Time{}, time.Time{}
	row.Doc.Modified = s.now()
	return directory.Users.Update(ctx, w, &row)
}

// unlink removes one link. The identity under which a user signed up stays: without it they would be nobody's.
func (s *Service) unlink(ctx context.Context, w store.Writer, p *directory.Pool, who identity) error {
	provider, err := directory.Providers.Get(ctx, w, p.ID, who.provider)
	if err != nil {
		return providerError(err, who.provider)
	}
	if err := linkAttribute(&provider.Doc, who.attribute, "User"); err != nil {
		return err
	}
	l, err := directory.UserLinks.Get(ctx, w, p.ID, who.provider, who.attribute, who.value)
	if err != nil {
		return userError(err)
	}
	row, err := directory.Users.Get(ctx, w, p.ID, l.Doc.Sub)
	if err != nil {
		return userError(err)
	}
	u := &row.Doc
	i := slices.IndexFunc(u.Identities, func(i directory.Identity) bool {
		attribute := directory.SubjectAttribute
		if i.Name != "" {
			attribute = i.Name
		}
		return i.Provider == who.provider && attribute == who.attribute && i.UserID == who.value
	})
	if i >= 0 {
		if u.Identities[i].Primary {
			return api.InvalidParameterException.New("User is not linked to another user.")
		}
		u.Identities = slices.Delete(slices.Clone(u.Identities), i, i+1)
	}
	u.Modified = s.now()
	if err := directory.UserLinks.Delete(ctx, w, p.ID, who.provider, who.attribute, who.value); err != nil {
		return err
	}
	return directory.Users.Update(ctx, w, &row)
}
