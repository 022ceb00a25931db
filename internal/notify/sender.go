package notify

import (
	"context"
	"errors"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
)

// Sender renders messages and puts them into an outbox.
type Sender struct {
	outbox *Outbox
	now    func() time.Time
}

// NewSender makes a Sender. Both parameters are required.
func NewSender(outbox *Outbox, now func() time.Time) *Sender {
	return &Sender{outbox: outbox, now: now}
}

// errNoDestination means that a message has nowhere to go.
var errNoDestination = errors.New("notify: no destination")

// SendInvitation tells a user that an administrator made, by medium EMAIL or SMS, their name and temporary password. name is what the user
// signs in with.
func (s *Sender) SendInvitation(_ context.Context, p *directory.Pool, u *directory.User, medium, name, password string) error {
	to := u.Attributes["email"]
	if Medium(medium) == SMS {
		to = u.Attributes["phone_number"]
	}
	return s.send(p, Invitation, Medium(medium), to, name, password)
}

// SendCode sends a confirmation code to a destination: a phone number when it begins with a plus sign, else an e-mail address.
func (s *Sender) SendCode(_ context.Context, p *directory.Pool, u *directory.User, kind, code, destination string) error {
	medium := Email
	if directory.IsPhoneNumber(destination) {
		medium = SMS
	}
	return s.send(p, Kind(kind), medium, destination, u.Username, code)
}

func (s *Sender) send(p *directory.Pool, kind Kind, medium Medium, to, username, code string) error {
	if to == "" {
		return errNoDestination
	}
	t := template(p, kind)
	m := Message{Time: s.now().UTC(), Medium: medium, To: to, Code: code, Username: username, PoolID: p.ID, Kind: kind}
	if medium == SMS {
		m.Body = render(t.SMS, username, code)
	} else {
		m.Subject, m.Body = render(t.Subject, username, ""), render(t.Email, username, code)
	}
	return s.outbox.Put(m)
}
