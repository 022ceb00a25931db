package profile

import (
	"context"
	"errors"
	"maps"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/hook"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// migrate asks the pool's migration trigger about a name that nobody has. Who is known there becomes a user who has to reset their password, and goes on
// as one. Anybody else stays who they were: a ghost, or an error
// (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-migrate-user.html).
func (s *Service) migrate(ctx context.Context, d account.Door, in *api.ForgotPasswordRequest, a account.Account, unknown error) (account.Account, error) {
	var answer hook.MigrationResponse
	called, err := s.trigger(ctx, d, in.Username, hook.MigrationForgotPassword, hook.MigrationRequest{ClientMetadata: in.ClientMetadata}, &answer)
	if !called && err == nil {
		return a, unknown
	}
	var u *directory.User
	if err == nil && len(answer.UserAttributes) > 0 {
		u, err = s.migrated(d, in.Username, &answer)
	}
	if err == nil && u != nil {
		err = s.core.Store.Update(ctx, func(w store.Writer) error {
			if answer.ForceAliasCreation {
				if err := directory.ReleaseAliases(ctx, w, d.Pool, u); err != nil {
					return err
				}
			}
			return directory.InsertUser(ctx, w, d.Pool, u)
		})
	}
	switch {
	case err != nil:
		return s.notMigrated(d, a, err)
	case u == nil:
		return a, unknown
	}
	row, err := directory.Users.Get(ctx, s.core.Store, d.Pool.ID, u.Sub)
	return account.Account{Row: row}, err
}

// notMigrated is the outcome where the trigger refuses somebody, or describes a user whom the pool cannot have. A client that hides who exists sees a
// ghost; the server's own failures are failures for everybody.
func (s *Service) notMigrated(d account.Door, a account.Account, err error) (account.Account, error) {
	var taken *directory.TakenError
	if _, spoken := wire.AsError(err); !spoken && !errors.As(err, &taken) {
		return a, account.WriteError(err)
	}
	if d.Client.PreventExistence {
		s.Report(err)
		return a, nil
	}
	return a, api.UserNotFoundException.New("Exception migrating user in app client %s", d.Client.ID).Because(err)
}

// migrated makes the user whom the trigger describes. "username" among the attributes is the user name, where what was typed is an alias. The other
// system vouches for what it calls verified.
func (s *Service) migrated(d account.Door, typed string, answer *hook.MigrationResponse) (*directory.User, error) {
	attributes := maps.Clone(answer.UserAttributes)
	name := typed
	if given := attributes["username"]; given != "" && len(d.Pool.UsernameAttributes) == 0 {
		name = given
	}
	delete(attributes, "username")
	delete(attributes, "sub") // a sub is never chosen
	u, err := s.blank(d.Pool, name, directory.ResetRequired, attributes)
	if err != nil {
		return nil, err
	}
	if err := nameUser(d.Pool, u, name); err != nil {
		return nil, err
	}
	if err := checkSchema(d.Pool, u); err != nil {
		return nil, err
	}
	for _, address := range []string{"email", "phone_number"} {
		switch {
		case u.Attributes[address] == "":
			delete(u.Attributes, address+"_verified")
		case u.Attributes[address+"_verified"] == "":
			u.Attributes[address+"_verified"] = "false"
		}
	}
	if answer.EnableSMSMFA != nil && *answer.EnableSMSMFA && u.Attributes["phone_number"] != "" {
		u.MFA.SMS = true
	}
	return u, nil
}
