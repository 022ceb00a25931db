package profile

import (
	"context"
	"errors"
	"slices"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/store"
)

// SignUp adds a user who waits for confirmation, and sends them a code where the pool verifies an address that they gave.
func (s *Service) SignUp(ctx context.Context, in *api.SignUpRequest) (*api.SignUpResponse, error) {
	d, err := s.core.Open(ctx, in.ClientId)
	if err != nil {
		return nil, err
	}
	if err := s.core.CheckSecretHash(ctx, d, account.Text(in.SecretHash), in.Username); err != nil {
		return nil, err
	}
	if d.Pool.AdminCreateOnly {
		return nil, api.NotAuthorizedException.New("SignUp is not permitted for this user pool")
	}
	u, err := s.newUser(d, in)
	if err != nil {
		return nil, err
	}
	if err := s.core.SetPassword(ctx, d.Pool, u, account.Text(in.Password)); err != nil {
		return nil, err
	}
	var c *account.PendingCode
	if attribute := confirmAttribute(d.Pool, u); attribute != "" {
		if c, err = s.core.NewCode(d.Pool, u, account.SignUpCode, attribute, "SignUp"); err != nil {
			return nil, err
		}
	}
	err = s.core.Store.Update(ctx, func(w store.Writer) error {
		if err := directory.InsertUser(ctx, w, d.Pool, u); err != nil {
			return err
		}
		if c == nil {
			return nil
		}
		return s.core.PutCode(ctx, w, c)
	})
	if err != nil {
		return nil, signUpError(err)
	}
	out := &api.SignUpResponse{UserSub: u.Sub}
	if c != nil {
		out.CodeDeliveryDetails, err = s.core.Send(ctx, c)
	}
	return out, err
}

func signUpError(err error) error {
	var taken *directory.TakenError
	switch {
	case !errors.As(err, &taken):
		return account.WriteError(err)
	case taken.Attribute == "username":
		return api.UsernameExistsException.New("User already exists")
	}
	return api.UsernameExistsException.New("An account with the given %s already exists.", taken.Attribute)
}

// newUser makes the user that a request asks for.
func (s *Service) newUser(d account.Door, in *api.SignUpRequest) (*directory.User, error) {
	attributes, err := attributesOf(in.UserAttributes)
	if err != nil {
		return nil, err
	}
	if err := account.CheckWritable(d, attributes); err != nil {
		return nil, err
	}
	var id [16]byte
	if err := s.core.Draw(id[:]); err != nil {
		return nil, err
	}
	now := s.core.Now()
	u := &directory.User{
		PoolID: d.Pool.ID, Sub: draw.FormatUUID(id), Username: in.Username, Status: directory.Unconfirmed, Enabled: true,
		Created: now, Modified: now, Attributes: account.Merged(nil, attributes),
	}
	if err := nameUser(d.Pool, u, in.Username); err != nil {
		return nil, err
	}
	if problem := d.Pool.CheckAttributes(u.Attributes); problem != "" {
		return nil, api.InvalidParameterException.New("%s", problem)
	}
	if lacking := d.Pool.RequiredMissing(u.Attributes); len(lacking) > 0 {
		return nil, api.InvalidParameterException.New("Attributes did not conform to the schema: %s: The attribute is required\n", lacking[0])
	}
	for _, address := range []string{"email", "phone_number"} {
		if u.Attributes[address] != "" {
			u.Attributes[address+"_verified"] = "false"
		}
	}
	return u, nil
}

// nameUser takes the name that was typed. Where the pool's user name is an attribute, the name is that attribute and the user name is the sub;
// where an address may be an alias, no user name may look like one.
func nameUser(p *directory.Pool, u *directory.User, typed string) error {
	kind := ""
	switch {
	case directory.IsEmail(typed):
		kind = "email"
	case directory.IsPhoneNumber(typed):
		kind = "phone_number"
	}
	if len(p.UsernameAttributes) == 0 {
		if kind != "" && slices.Contains(p.AliasAttributes, kind) {
			return api.InvalidParameterException.New("Username cannot be of %s format, since user pool is configured for %s alias.", spoken(kind), spoken(kind))
		}
		return nil
	}
	switch {
	case kind != "" && p.IsUsername(kind):
	case len(p.UsernameAttributes) > 1:
		return api.InvalidParameterException.New("Username should be either an email or a phone number.")
	case p.IsUsername("email"):
		return api.InvalidParameterException.New("Username should be an email.")
	default:
		return api.InvalidParameterException.New("Username should be a phone number.")
	}
	if given := u.Attributes[kind]; given != "" && p.Canonical(given) != p.Canonical(typed) {
		return api.InvalidParameterException.New("User %s should be empty or same as username, since username attribute is %s", spoken(kind), spoken(kind))
	}
	u.Attributes[kind], u.Username = typed, u.Sub
	return nil
}

func spoken(attribute string) string {
	if attribute == "phone_number" {
		return "phone number"
	}
	return attribute
}

// confirmAttribute is the address that a new user confirms: the phone before the e-mail, of those that the pool verifies.
func confirmAttribute(p *directory.Pool, u *directory.User) string {
	for _, attribute := range []string{"phone_number", "email"} {
		if slices.Contains(p.AutoVerified, attribute) && u.Attributes[attribute] != "" {
			return attribute
		}
	}
	return ""
}

// nameless is the error for a name that stands for nobody, in the operations that send and take codes.
func nameless(err error) error {
	if errors.Is(err, api.UserNotFoundException) {
		return api.UserNotFoundException.New("Username/client id combination not found.")
	}
	return err
}

// ConfirmSignUp confirms a user by the code that they were sent.
func (s *Service) ConfirmSignUp(ctx context.Context, in *api.ConfirmSignUpRequest) (*api.ConfirmSignUpResponse, error) {
	d, err := s.core.Open(ctx, in.ClientId)
	if err != nil {
		return nil, err
	}
	if err := s.core.CheckSecretHash(ctx, d, account.Text(in.SecretHash), in.Username); err != nil {
		return nil, err
	}
	a, err := s.core.Find(ctx, d, in.Username)
	if err != nil {
		return nil, nameless(err)
	}
	if a.User().Status != directory.Unconfirmed {
		if !d.Client.PreventExistence {
			return nil, alreadyConfirmed(a.User())
		}
		a = s.core.GhostOf(d.Pool, in.Username) // as ResendConfirmationCode does
	}
	u := a.User()
	err = s.core.Redeem(ctx, d.Pool, u.Sub, account.SignUpCode, in.ConfirmationCode, func(ctx context.Context, w store.Writer, c *account.Code) error {
		row, err := directory.Users.Get(ctx, w, d.Pool.ID, u.Sub)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return account.Mismatch()
		case err != nil:
			return err
		case row.Doc.Status != directory.Unconfirmed:
			return alreadyConfirmed(&row.Doc)
		}
		row.Doc.Status, row.Doc.Modified = directory.Confirmed, s.core.Now()
		s.core.Prove(&row.Doc, c)
		if in.ForceAliasCreation != nil && *in.ForceAliasCreation {
			if err := directory.ReleaseAliases(ctx, w, d.Pool, &row.Doc); err != nil {
				return err
			}
		}
		return directory.UpdateUser(ctx, w, d.Pool, &row)
	})
	if err != nil {
		return nil, account.WriteError(err)
	}
	return &api.ConfirmSignUpResponse{}, nil
}

func alreadyConfirmed(u *directory.User) error {
	return api.NotAuthorizedException.New("User cannot be confirmed. Current status is %s", u.Status)
}

// ResendConfirmationCode sends a new code to a user who has not confirmed yet.
func (s *Service) ResendConfirmationCode(ctx context.Context, in *api.ResendConfirmationCodeRequest) (*api.ResendConfirmationCodeResponse, error) {
	d, err := s.core.Open(ctx, in.ClientId)
	if err != nil {
		return nil, err
	}
	if err := s.core.CheckSecretHash(ctx, d, account.Text(in.SecretHash), in.Username); err != nil {
		return nil, err
	}
	a, err := s.core.Find(ctx, d, in.Username)
	if err != nil {
		return nil, nameless(err)
	}
	u := a.User()
	attribute := confirmAttribute(d.Pool, u)
	if a.Ghost || d.Client.PreventExistence && (attribute == "" || u.Status != directory.Unconfirmed) {
		details, err := s.core.PretendToSend(ctx, d.Pool, in.Username, account.SignUpCode)
		return &api.ResendConfirmationCodeResponse{CodeDeliveryDetails: details}, err
	}
	if u.Status != directory.Unconfirmed {
		return nil, api.InvalidParameterException.New("User is already confirmed.")
	}
	if attribute == "" {
		return nil, api.InvalidParameterException.New("Auto verification not turned on.")
	}
	c, err := s.core.NewCode(d.Pool, u, account.SignUpCode, attribute, "ResendCode")
	if err != nil {
		return nil, err
	}
	details, err := s.core.StoreAndSend(ctx, c)
	return &api.ResendConfirmationCodeResponse{CodeDeliveryDetails: details}, err
}
