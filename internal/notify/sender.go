package notify

import (
	"context"
	"errors"
	"io"
	"maps"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/hook"
)

// SMSSender is a gateway for phones.
type SMSSender interface {
	// SendSMS hands over one message. An error means that it was not accepted.
	SendSMS(ctx context.Context, m Message) error
}

// MailSender is a gateway for e-mail.
type MailSender interface {
	// SendMail hands over one message in the name of a pool. An error means that it was not accepted.
	SendMail(ctx context.Context, p *directory.Pool, m Message) error
}

// Config is what a Sender needs. Outbox, Now and Random are required.
type Config struct {
	Outbox   *Outbox
	Mail     MailSender        // nil: the outbox
	SMS      SMSSender         // nil: the outbox
	Triggers hook.Invoker      // nil: messages of pools with a trigger for messages fail
	Keys     map[string][]byte // ARN of a KMS key -> 32 bytes: what codes for custom senders are encrypted with
	Now      func() time.Time
	Random   io.Reader
}

// Sender gives messages their text and hands them on. It is safe for concurrent use.
type Sender struct{ Config }

// New makes a Sender.
func New(c Config) *Sender { return &Sender{c} }

var (
	errNoDestination = errors.New("notify: no destination")
	errNoTriggers    = errors.New("notify: the pool names a trigger, and none can be called")
)

// Send sends one message to one user. Errors of triggers are in the protocol's words; any other error means that the message was not accepted.
func (s *Sender) Send(ctx context.Context, m directory.Message) error {
	if m.Destination == "" && m.User != nil {
		m.Destination = m.User.Attributes["email"]
		if Medium(m.Medium) == SMS {
			m.Destination = m.User.Attributes["phone_number"]
		}
	}
	if m.Destination == "" || m.User == nil || m.Pool == nil {
		return errNoDestination
	}
	if m.Name == "" {
		m.Name = m.User.Username
	}
	if sender, source := customSender(&m); sender {
		return s.handToFunction(ctx, &m, source)
	}
	if m.Text != nil {
		return s.hand(ctx, m.Pool, s.ready(&m))
	}
	t := template(&m)
	if m.Pool.Triggers.CustomMessage != "" && Kind(m.Kind) != Takeover {
		var err error
		if t, err = s.customText(ctx, &m, t); err != nil {
			return err
		}
	}
	return s.hand(ctx, m.Pool, s.compose(&m, t))
}

// Outside tells whether the messages of a pool for a medium leave this server: then sending takes as long as somebody else takes.
func (s *Sender) Outside(p *directory.Pool, medium string) bool {
	t := &p.Triggers
	if Medium(medium) == SMS {
		return s.SMS != nil || t.CustomMessage != "" || t.CustomSMSSender != ""
	}
	return s.Mail != nil || t.CustomMessage != "" || t.CustomEmailSender != ""
}

// blank is a message without its text.
func (s *Sender) blank(m *directory.Message) Message {
	return Message{
		Time: s.Now().UTC(), Medium: Medium(m.Medium), To: m.Destination, Code: m.Code, Username: m.Name, PoolID: m.Pool.ID, Kind: Kind(m.Kind),
	}
}

// ready takes a text as it is.
func (s *Sender) ready(m *directory.Message) Message {
	out := s.blank(m)
	out.Body = m.Text.Plain
	if out.Medium != SMS {
		out.Subject, out.From, out.ReplyTo = m.Text.Subject, m.Text.From, m.Text.ReplyTo
		if m.Text.HTML != "" {
			out.Body, out.HTML, out.Plain = m.Text.HTML, true, m.Text.Plain
		}
	}
	return out
}

// compose replaces the placeholders.
func (s *Sender) compose(m *directory.Message, t text) Message {
	v := values{username: m.Name, code: m.Code}
	out := s.blank(m)
	if out.Medium == SMS {
		out.Body = v.render(t.body, false)
		return out
	}
	out.Subject = values{username: m.Name}.render(t.subject, false)
	v.link = m.Link
	out.HTML = hasTags(t.body, m.Link != "") // the template decides: a name that looks like a tag makes no HTML of a text
	out.Body = v.render(t.body, out.HTML)
	return out
}

// hand gives a message to the gateway of its medium, or to the outbox where there is none.
func (s *Sender) hand(ctx context.Context, p *directory.Pool, m Message) error {
	switch {
	case m.Medium == SMS && s.SMS != nil:
		return s.SMS.SendSMS(ctx, m)
	case m.Medium == Email && s.Mail != nil:
		return s.Mail.SendMail(ctx, p, m)
	}
	return s.Outbox.Put(m)
}

// attributes are the user's for an event, with the address that the message goes to: a new one is not the user's before it is verified.
func attributes(m *directory.Message) map[string]string {
	out := maps.Clone(hook.Attributes(m.User))
	if Medium(m.Medium) == SMS {
		out["phone_number"] = m.Destination
	} else {
		out["email"] = m.Destination
	}
	return out
}
