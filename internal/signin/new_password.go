package signin

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// takeNewPassword finishes the sign-in of the holder of a temporary password. A password or attribute that is refused leaves the session usable.
func (s *Service) takeNewPassword(ctx context.Context, d door, params map[string]string, session *string) (*answer, error) {
	name, password := params["USERNAME"], params["NEW_PASSWORD"]
	switch {
	case name == "":
		return nil, missing("USERNAME")
	case password == "":
		return nil, missing("NEW_PASSWORD")
	case session == nil:
		return nil, missing("Session")
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(*session)
	if err != nil {
		return nil, api.NotAuthorizedException.New("Invalid session for the user.")
	}
	c, err := s.openChallenge(ctx, d, stepNewPassword, sealed)
	if err != nil {
		return nil, err
	}
	row, err := directory.Users.Get(ctx, s.db, d.pool.ID, c.sub)
	if errors.Is(err, store.ErrNotFound) {
		return nil, api.NotAuthorizedException.New("Invalid session for the user.")
	}
	if err != nil {
		return nil, err
	}
	u := &row.Doc
	if !goesBy(d.pool, u, name) || u.Status != directory.ForceChangePassword || !u.PasswordSet.Equal(c.stamp) {
		return nil, api.NotAuthorizedException.New("Invalid session for the user.")
	}
	if err := s.checkSecretHash(ctx, d, params["SECRET_HASH"], name, u.Username); err != nil {
		return nil, err
	}
	if !u.Enabled {
		return nil, userDisabled()
	}
	if err := completeAttributes(d, u, params); err != nil {
		return nil, err
	}
	if err := s.setPassword(ctx, d.pool, u, password); err != nil {
		return nil, err
	}
	u.Status = directory.Confirmed
	tokens, err := s.tokens.Issue(ctx, directory.Grant{Pool: d.pool, Client: d.client, User: u}, func(ctx context.Context, w store.Writer) error {
		if err := consume(ctx, w, d, c); err != nil {
			return err
		}
		return directory.UpdateUser(ctx, w, d.pool, &row)
	})
	if err != nil {
		return nil, writeError(err)
	}
	return &answer{tokens: &tokens}, nil
}

// completeAttributes adds the attributes that came with the new password. Those that the user has cannot be changed here.
func completeAttributes(d door, u *directory.User, params map[string]string) error {
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
	if err := checkWritable(d, given); err != nil {
		return err
	}
	if problem := d.pool.CheckAttributes(given); problem != "" {
		return api.InvalidParameterException.New("%s", problem)
	}
	changed := merged(u.Attributes, given)
	if lacking := d.pool.RequiredMissing(changed); len(lacking) > 0 {
		return api.InvalidParameterException.New("Invalid attributes given, %s is missing", slices.Min(lacking))
	}
	u.Attributes = changed
	return nil
}
