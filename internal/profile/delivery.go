package profile

import (
	"context"
	"net/url"
	"slices"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// occasion is what a code is made for.
type occasion struct {
	kind     account.CodeKind
	message  string // kind of the message, such as ForgotPassword
	metadata map[string]string
}

// newCode makes a code for what an attribute of the user holds, with what the message says about the request.
func (s *Service) newCode(d account.Door, u *directory.User, attribute string, o occasion) (*account.PendingCode, error) {
	c, err := s.core.NewCode(d.Pool, u, o.kind, attribute, o.message)
	if err != nil {
		return nil, err
	}
	c.Message.Metadata = o.metadata
	if d.Client != nil {
		c.Message.ClientID = d.Client.ID
		if o.kind == account.SignUpCode && attribute == "email" && d.Pool.VerifyByLink {
			c.Message.Link = s.link(d, u, c.Message.Code)
		}
	}
	return c, nil
}

// link is the address that confirms a user, spelled as Cognito spells it.
func (s *Service) link(d account.Door, u *directory.User, code string) string {
	query := url.Values{"client_id": {d.Client.ID}, "user_name": {u.Username}, "confirmation_code": {code}}
	return s.URL + "/" + d.Pool.ID + "/confirmUser?" + query.Encode()
}

// storeAndSend stores a code and sends it. Where the client hides who exists and the message leaves the server, it goes out after the answer: a ghost
// is sent nothing, and must not be known by how quickly it is told so. What goes wrong then is reported, not told.
func (s *Service) storeAndSend(ctx context.Context, d account.Door, attribute string, c *account.PendingCode) (*api.CodeDeliveryDetailsType, error) {
	if d.Client == nil || !d.Client.PreventExistence {
		return s.core.StoreAndSend(ctx, c)
	}
	if err := s.core.Store.Update(ctx, func(w store.Writer) error { return s.core.PutCode(ctx, w, c) }); err != nil {
		return nil, err
	}
	if s.Outside != nil && s.Outside(d.Pool, c.Message.Medium) {
		if err := s.aside.Do(ctx, func(ctx context.Context) error { return s.core.Deliver(ctx, c.Message) }); err != nil {
			return nil, err
		}
	} else if err := s.core.Deliver(ctx, c.Message); err != nil {
		s.Report(err)
	}
	return details(attribute, c.Message.Destination), nil
}

// pretend answers for who is sent no code. It waits for its turn as a message does: how busy the server is must not tell who exists.
func (s *Service) pretend(ctx context.Context, d account.Door, typed string, kind account.CodeKind) (*api.CodeDeliveryDetailsType, error) {
	details, err := s.core.PretendToSend(ctx, d.Pool, typed, kind)
	if err == nil && s.Outside != nil && s.Outside(d.Pool, string(*details.DeliveryMedium)) {
		err = s.aside.Do(ctx, func(context.Context) error { return nil })
	}
	return details, err
}

// details says where a code went.
func details(attribute, address string) *api.CodeDeliveryDetailsType {
	medium, masked := api.DeliveryMediumType(account.Medium(attribute)), account.Masked(attribute, address)
	return &api.CodeDeliveryDetailsType{AttributeName: &attribute, DeliveryMedium: &medium, Destination: &masked}
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
