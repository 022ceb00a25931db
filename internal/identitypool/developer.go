package identitypool

import (
	"context"
	"maps"
	"slices"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// GetOpenIdTokenForDeveloperIdentity gives a token of the identity of a developer's user, whom the signed caller vouches for. The user gets an
// identity the first time, or the one that the caller names; further logins, with their tokens, are linked to it.
func (s *Service) GetOpenIdTokenForDeveloperIdentity(ctx context.Context, in *api.GetOpenIdTokenForDeveloperIdentityInput) (*api.GetOpenIdTokenForDeveloperIdentityResponse, error) {
	p, err := s.ownPool(ctx, in.IdentityPoolId)
	if err != nil {
		return nil, err
	}
	user, ok := in.Logins[p.Developer]
	if p.Developer == "" || !ok {
		return nil, api.InvalidParameterException.New("Please provide a login of the developer provider of this identity pool.")
	}
	if len(user) > maxSubject { // in logins it stands where longer tokens may
		return nil, api.InvalidParameterException.New("A developer user identifier has at most %d characters.", maxSubject)
	}
	if err := checkSessionTags(in.PrincipalTags); err != nil {
		return nil, err
	}
	others := maps.Clone(in.Logins)
	delete(others, p.Developer)
	who, err := s.verifyLogins(ctx, p, others)
	if err != nil {
		return nil, err
	}
	who = append(who, verified{provider: p.Developer, middle: p.ID, Login: Login{Subject: user}, developer: in.PrincipalTags})
	id, err := s.developerIdentity(ctx, p, in.IdentityId, who)
	if err != nil {
		return nil, err
	}
	life := developerLife
	if in.TokenDuration != nil {
		life = time.Duration(*in.TokenDuration) * time.Second
	}
	token, err := s.signOpenID(ctx, p, id, who, min(life, longestToken))
	if err != nil {
		return nil, err
	}
	return &api.GetOpenIdTokenForDeveloperIdentityResponse{IdentityId: &id, Token: &token}, nil
}

func (s *Service) developerIdentity(ctx context.Context, p *Pool, want *string, who []verified) (string, error) {
	id, err := s.known(ctx, p, who)
	if err != nil || id != "" && (want == nil || *want == id) {
		return id, err
	}
	if want == nil {
		return s.link(ctx, p, wish{}, who)
	}
	return s.link(ctx, p, wish{id: *want, trusted: true}, who)
}

// LookupDeveloperIdentity finds the identity of a developer's user, or the users of an identity, or checks that both belong together.
func (s *Service) LookupDeveloperIdentity(ctx context.Context, in *api.LookupDeveloperIdentityInput) (*api.LookupDeveloperIdentityResponse, error) {
	p, err := s.developerPool(ctx, in.IdentityPoolId)
	if err != nil {
		return nil, err
	}
	if in.IdentityId == nil && in.DeveloperUserIdentifier == nil {
		return nil, api.InvalidParameterException.New("Either IdentityId or DeveloperUserIdentifier must be provided.")
	}
	id := ""
	if in.IdentityId != nil {
		id = *in.IdentityId
		if _, err := p.identity(ctx, s.Store, id); err != nil {
			return nil, err
		}
	}
	if in.DeveloperUserIdentifier != nil {
		l, err := logins.Get(ctx, s.Store, p.ID, p.Developer, *in.DeveloperUserIdentifier)
		if err != nil {
			return nil, found(err, noDeveloperUser(*in.DeveloperUserIdentifier))
		}
		if id != "" && id != l.Doc.IdentityID {
			return nil, api.ResourceConflictException.New("The developer user identifier is linked to another identity.")
		}
		if id != "" {
			return &api.LookupDeveloperIdentityResponse{IdentityId: &id, DeveloperUserIdentifierList: []string{l.Doc.Subject}}, nil
		}
		id = l.Doc.IdentityID
	}
	return s.developerUsers(ctx, p, id, in)
}

// developerUsers lists the developer's users of an identity.
func (s *Service) developerUsers(ctx context.Context, p *Pool, id string, in *api.LookupDeveloperIdentityInput) (*api.LookupDeveloperIdentityResponse, error) {
	operation := "LookupDeveloperIdentity " + id
	after, err := s.openPage(ctx, operation, in.NextToken)
	if err != nil {
		return nil, err
	}
	limit := 60 // the most that a page can have
	if in.MaxResults != nil {
		limit = *in.MaxResults
	}
	page, err := logins.List(ctx, s.Store, store.Query{Index: "by_provider", Prefix: []string{id, p.Developer}, After: after, Limit: limit})
	if err != nil {
		return nil, err
	}
	out := &api.LookupDeveloperIdentityResponse{IdentityId: &id, DeveloperUserIdentifierList: []string{}}
	for _, row := range page.Rows {
		out.DeveloperUserIdentifierList = append(out.DeveloperUserIdentifierList, row.Doc.Subject)
	}
	out.NextToken, err = s.sealPage(ctx, operation, page.Next)
	return out, err
}

// MergeDeveloperIdentities moves everything of the source user's identity to the destination user's. The source's identity is disabled.
func (s *Service) MergeDeveloperIdentities(ctx context.Context, in *api.MergeDeveloperIdentitiesInput) (*api.MergeDeveloperIdentitiesResponse, error) {
	p, err := s.developerPool(ctx, in.IdentityPoolId)
	if err != nil {
		return nil, err
	}
	switch {
	case in.DeveloperProviderName != p.Developer:
		return nil, noProvider(in.DeveloperProviderName)
	case in.SourceUserIdentifier == in.DestinationUserIdentifier:
		return nil, api.InvalidParameterException.New("Source and destination user must be different.")
	}
	id := ""
	err = s.Store.Update(ctx, func(w store.Writer) error {
		from, err := developerOwner(ctx, w, p, in.SourceUserIdentifier)
		if err != nil {
			return err
		}
		into, err := developerOwner(ctx, w, p, in.DestinationUserIdentifier)
		if err != nil {
			return err
		}
		if id = into.Doc.ID; from.Doc.ID == id {
			return nil
		}
		b := &bond{s: s, p: p, now: caller.RequestFrom(ctx).Time, owners: []store.Row[Identity]{from}}
		return b.join(ctx, w, &into)
	})
	if err != nil {
		return nil, err
	}
	return &api.MergeDeveloperIdentitiesResponse{IdentityId: &id}, nil
}

// developerOwner reads the identity of a developer's user.
func developerOwner(ctx context.Context, w store.Writer, p *Pool, user string) (row store.Row[Identity], err error) {
	l, err := logins.Get(ctx, w, p.ID, p.Developer, user)
	if err != nil {
		return row, found(err, noDeveloperUser(user))
	}
	return identities.Get(ctx, w, l.Doc.IdentityID)
}

// UnlinkDeveloperIdentity takes a developer's user away from an identity: the next time they are somebody new.
func (s *Service) UnlinkDeveloperIdentity(ctx context.Context, in *api.UnlinkDeveloperIdentityInput) (*wire.Empty, error) {
	p, err := s.developerPool(ctx, in.IdentityPoolId)
	if err != nil {
		return nil, err
	}
	if in.DeveloperProviderName != p.Developer {
		return nil, noProvider(in.DeveloperProviderName)
	}
	err = s.Store.Update(ctx, func(w store.Writer) error {
		row, err := p.identity(ctx, w, in.IdentityId)
		if err != nil {
			return err
		}
		l, err := logins.Get(ctx, w, p.ID, p.Developer, in.DeveloperUserIdentifier)
		if err != nil {
			return found(err, noDeveloperUser(in.DeveloperUserIdentifier))
		}
		if l.Doc.IdentityID != in.IdentityId {
			return api.ResourceConflictException.New("The developer user identifier is linked to another identity.")
		}
		if err := logins.Delete(ctx, w, p.ID, p.Developer, in.DeveloperUserIdentifier); err != nil {
			return err
		}
		left, err := logins.Count(ctx, w, "by_provider", in.IdentityId, p.Developer)
		if err != nil {
			return err
		}
		return drop(ctx, w, &row, func(provider string) bool { return left == 0 && provider == p.Developer })
	})
	return &wire.Empty{}, err
}

// drop takes providers off an identity's list. It stays nobody's guest.
func drop(ctx context.Context, w store.Writer, row *store.Row[Identity], gone func(string) bool) error {
	row.Doc.Logins = slices.DeleteFunc(slices.Clone(row.Doc.Logins), gone)
	row.Doc.Linked, row.Doc.Modified = true, caller.RequestFrom(ctx).Time
	return identities.Update(ctx, w, row)
}

// developerPool finds a pool that has a developer provider.
func (s *Service) developerPool(ctx context.Context, id string) (*Pool, error) {
	p, err := s.ownPool(ctx, id)
	if err == nil && p.Developer == "" {
		return nil, api.InvalidParameterException.New("Identity pool '%s' has no developer provider.", id)
	}
	return p, err
}

func noDeveloperUser(user string) error {
	return api.ResourceNotFoundException.New("Developer user '%s' not found.", user)
}
