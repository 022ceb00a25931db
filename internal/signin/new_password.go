package signin

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// takeNewPassword finishes the sign-in of the holder of a temporary password. A password or attribute that is refused leaves the session usable.
func (s *Service) takeNewPassword(ctx context.Context, d account.Door, params map[string]string, session *string) (*answer, error) {
	name, password := params["USERNAME"], params["NEW_PASSWORD"]
	switch {
	case name == "":
		return nil, account.Missing("USERNAME")
	case password == "":
		return nil, account.Missing("NEW_PASSWORD")
	case session == nil:
		return nil, account.Missing("Session")
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(*session)
	if err != nil {
		return nil, api.NotAuthorizedException.New("Invalid session for the user.")
	}
	c, err := s.openChallenge(ctx, d, stepNewPassword, sealed)
	if err != nil {
		return nil, err
	}
	row, err := directory.Users.Get(ctx, s.core.Store, d.Pool.ID, c.sub)
	if errors.Is(err, store.ErrNotFound) {
		return nil, api.NotAuthorizedException.New("Invalid session for the user.")
	}
	if err != nil {
		return nil, err
	}
	u := &row.Doc
	if !account.GoesBy(d.Pool, u, name) || u.Status != directory.ForceChangePassword || !u.PasswordSet.Equal(c.stamp) {
		return nil, api.NotAuthorizedException.New("Invalid session for the user.")
	}
	if err := s.core.CheckSecretHash(ctx, d, params["SECRET_HASH"], name, u.Username); err != nil {
		return nil, err
	}
	if !u.Enabled {
		return nil, account.UserDisabled()
	}
	if err := completeAttributes(d, u, params); err != nil {
		return nil, err
	}
	if err := s.core.SetPassword(ctx, d.Pool, u, password); err != nil {
		return nil, err
	}
	u.Status = directory.Confirmed
	tokens, err := s.tokens.Issue(ctx, directory.Grant{Pool: d.Pool, Client: d.Client, User: u}, func(ctx context.Context, w store.Writer) error {
		if err := consume(ctx, w, d, c); err != nil {
			return err
		}
		return directory.UpdateUser(ctx, w, d.Pool, &row)
	})
	if err != nil {
		return nil, account.WriteError(err)
	}
	return &answer{tokens: &tokens}, nil
}

// completeAttributes adds the attributes that came with the new password. Those that the user has cannot be changed here.
func completeAttributes(d account.Door, u *directory.User, params map[string]string) error {
	given := map[string]string{}
	for key, value := range params {
		name, ok := strings.CutPrefix(key, "userAttributes.")
		if !ok {
			continue
		}
		if had := u.Attributes[name]; had != "" && had != value {
			return api.InvalidParameterException.New("Cannot modify an already provided %s", name)
		}
		given[name] = value
	}
	if err := account.CheckWritable(d, given); err != nil {
		return err
	}
	if problem := d.Pool.CheckAttributes(given); problem != "" {
		return api.InvalidParameterException.New("%s", problem)
	}
	changed := account.Merged(u.Attributes, given)
	if lacking := d.Pool.RequiredMissing(changed); len(lacking) > 0 {
		return api.InvalidParameterException.New("Invalid attributes given, %s is missing", slices.Min(lacking))
	}
	u.Attributes = changed
	return nil
}
