package signin

import (
	"context"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// askNewPassword asks the holder of a temporary password for one of their own.
func (s *Service) askNewPassword(ctx context.Context, p *progress) (*answer, error) {
	u := p.who.User()
	if !u.TemporaryUntil.IsZero() && !s.core.Now().Before(u.TemporaryUntil) {
		return nil, s.refused(ctx, p, api.NotAuthorizedException.New("Temporary password has expired and must be reset by an administrator."))
	}
	required := []string{}
	for _, name := range p.Pool.RequiredMissing(u.Attributes) {
		required = append(required, "userAttributes."+name)
	}
	attributes := map[string]string{}
	for name, value := range u.Attributes {
		if p.Client.Readable(name) {
			attributes[name] = value
		}
	}
	return s.askSession(ctx, p, &challenge{step: stepNewPassword}, api.ChallengeNameTypeNewPasswordRequired, map[string]string{
		"USER_ID_FOR_SRP": u.Username, "requiredAttributes": jsonText(required), "userAttributes": jsonText(attributes),
	})
}

// takeNewPassword goes on with the sign-in of the holder of a temporary password. A password or attribute that is refused leaves the session usable.
func (s *Service) takeNewPassword(ctx context.Context, r *request) (*answer, error) {
	password := r.params["NEW_PASSWORD"]
	switch {
	case r.params["USERNAME"] == "":
		return nil, account.Missing("USERNAME")
	case password == "":
		return nil, account.Missing("NEW_PASSWORD")
	}
	p, _, err := s.resume(ctx, r, stepNewPassword)
	if err != nil {
		return nil, err
	}
	row := p.who.Row
	u := &row.Doc
	if p.who.Ghost || u.Status != directory.ForceChangePassword {
		return nil, invalidSession()
	}
	if !u.Enabled {
		return nil, account.UserDisabled()
	}
	if err := completeAttributes(r.Door, u, r.params); err != nil {
		return nil, err
	}
	if err := s.newPasswordKnown(ctx, p, password); err != nil {
		return nil, err
	}
	if err := s.core.SetPassword(ctx, p.Pool, u, password); err != nil {
		return nil, err
	}
	u.Status = directory.Confirmed
	err = s.settle(ctx, p, func(ctx context.Context, w store.Writer) error { return directory.UpdateUser(ctx, w, p.Pool, &row) })
	if err != nil {
		return nil, account.WriteError(err)
	}
	p.who.Row = row
	p.proven |= newPassword
	p.noted("NEW_PASSWORD_REQUIRED", true, "")
	return s.next(ctx, p)
}

// newPasswordKnown refuses a new password that threat protection knows to be known to others.
func (s *Service) newPasswordKnown(ctx context.Context, p *progress, password string) error {
	if !s.protected(p) {
		return nil
	}
	a := p.attempt()
	a.Kind, a.Password = "PasswordChange", password
	v, err := s.protection.Assess(ctx, a)
	if err == nil && v.Action == actBlock && v.Compromised {
		err = api.InvalidPasswordException.New("Provided password cannot be used for security reasons.")
	}
	return err
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
