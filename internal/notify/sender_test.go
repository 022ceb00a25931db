package notify

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mayfly-id/mayfly/internal/directory"
)

func TestSender(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	plain := &directory.Pool{ID: "eu-west-1_abc"}
	own := &directory.Pool{
		ID:           "eu-west-1_def",
		Invite:       directory.MessageTemplate{Subject: "Welcome {username}", Email: "{username}: {####} {####}", SMS: "{####}"},
		Verification: directory.MessageTemplate{Subject: "Code", Email: "<b>{####}</b> for {username}", SMS: "{####}!"},
	}
	ann := &directory.User{Username: "{####}", Attributes: map[string]string{"email": "ann@x.example", "phone_number": "+15550100"}}
	message := func(p *directory.Pool, medium Medium, to, subject, body, username, code string, kind Kind) Message {
		return Message{Time: now, Medium: medium, To: to, Subject: subject, Body: body, Code: code, Username: username, PoolID: p.ID, Kind: kind}
	}
	markup := func(m Message) Message { m.HTML = true; return m }
	for name, c := range map[string]struct {
		send func(*Sender) error
		want Message
	}{
		"invitation by e-mail": {
			func(s *Sender) error { return invite(t.Context(), s, plain, ann, "EMAIL", "ann", "pw") },
			message(plain, Email, "ann@x.example", "Your temporary password", "Your username is ann and temporary password is pw.", "ann", "pw", Invitation),
		},
		"invitation by SMS": {
			func(s *Sender) error { return invite(t.Context(), s, plain, ann, "SMS", "ann", "pw") },
			message(plain, SMS, "+15550100", "", "Your username is ann and temporary password is pw.", "ann", "pw", Invitation),
		},
		"own invitation": {
			func(s *Sender) error { return invite(t.Context(), s, own, ann, "EMAIL", "ann", "pw") },
			message(own, Email, "ann@x.example", "Welcome ann", "ann: pw pw", "ann", "pw", Invitation),
		},
		"code by e-mail": {
			func(s *Sender) error {
				return sendCode(t.Context(), s, plain, ann, "SignUp", "123456", "new@x.example")
			},
			message(plain, Email, "new@x.example", "Your verification code", "Your verification code is 123456.", "{####}", "123456", SignUp),
		},
		"own code by SMS": {
			func(s *Sender) error {
				return sendCode(t.Context(), s, own, ann, "ForgotPassword", "123456", "+15550199")
			},
			message(own, SMS, "+15550199", "", "123456!", "{####}", "123456", ForgotPassword),
		},
		"name like a placeholder": {
			func(s *Sender) error {
				return sendCode(t.Context(), s, own, ann, "ForgotPassword", "123456", "a@x.example")
			},
			markup(message(own, Email, "a@x.example", "Code", "<b>123456</b> for {####}", "{####}", "123456", ForgotPassword)),
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := NewOutbox()
			if err := c.send(New(Config{Outbox: o, Now: func() time.Time { return now }})); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]Message{c.want}, o.List(0)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSenderTakesReadyTexts(t *testing.T) {
	o := NewOutbox()
	s := New(Config{Outbox: o, Now: time.Now})
	m := directory.Message{
		Pool: &directory.Pool{ID: "p"}, User: &directory.User{Username: "ann"}, Kind: string(Takeover), Medium: "EMAIL", Destination: "a@x.example",
		Text: &directory.MessageText{Subject: "Was it you, {username}?", Plain: "{####}", HTML: "<b>{####}</b>"},
	}
	if err := s.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	m.Medium, m.Destination = "SMS", "+15550100"
	if err := s.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := o.List(0)
	if got[1].Subject != "Was it you, {username}?" || got[1].Body != "<b>{####}</b>" || got[1].Plain != "{####}" || !got[1].HTML || got[0].HTML || got[0].Body != "{####}" || got[0].Subject != "" {
		t.Errorf("%+v", []any{got[0].Body, got[1].Subject, got[1].Body, got[1].Plain})
	}
}

func TestSenderNeedsDestination(t *testing.T) {
	o := NewOutbox()
	s := New(Config{Outbox: o, Now: time.Now})
	p, u := &directory.Pool{}, &directory.User{}
	for _, err := range []error{
		invite(t.Context(), s, p, u, "SMS", "ann", "pw"), invite(t.Context(), s, p, u, "EMAIL", "ann", "pw"),
		sendCode(t.Context(), s, p, u, "SignUp", "123456", ""),
	} {
		if !errors.Is(err, errNoDestination) {
			t.Errorf("error is %v", err)
		}
	}
	if len(o.List(0)) != 0 {
		t.Error("messages went nowhere")
	}
}

func invite(ctx context.Context, s *Sender, p *directory.Pool, u *directory.User, medium, name, password string) error {
	return s.Send(ctx, directory.Message{Pool: p, User: u, Name: name, Kind: string(Invitation), Medium: medium, Code: password})
}

func sendCode(ctx context.Context, s *Sender, p *directory.Pool, u *directory.User, kind, code, destination string) error {
	medium := Email
	if directory.IsPhoneNumber(destination) {
		medium = SMS
	}
	return s.Send(ctx, directory.Message{Pool: p, User: u, Kind: kind, Medium: string(medium), Code: code, Destination: destination})
}

// TestSenders: what a message names wins over what its pool names, and that over the operator.
func TestSenders(t *testing.T) {
	own, err := parseAddress("operator@x.example")
	if err != nil {
		t.Fatal(err)
	}
	m := &Mailer{from: own}
	pool := &directory.EmailConfig{From: "pool@x.example", ReplyTo: "answers@x.example", SourceARN: "arn:aws:ses:us-east-1:111122223333:identity/ses@x.example"}
	bare := &directory.EmailConfig{SourceARN: pool.SourceARN}
	for _, c := range []struct {
		pool        *directory.EmailConfig
		message     Message
		from, reply string
	}{
		{nil, Message{}, "operator@x.example", ""},
		{bare, Message{}, "ses@x.example", ""},
		{pool, Message{}, "pool@x.example", "answers@x.example"},
		{pool, Message{From: "notice@x.example", ReplyTo: "help@x.example"}, "notice@x.example", "help@x.example"},
		{nil, Message{From: "notice@x.example"}, "notice@x.example", ""},
	} {
		from, reply, err := m.senders(&directory.Pool{EmailConfig: c.pool}, &c.message)
		if err != nil || from.Address != c.from || (reply == nil) != (c.reply == "") || reply != nil && reply.Address != c.reply {
			t.Errorf("%+v: %v, %v, %v", c, from, reply, err)
		}
	}
	if _, _, err := m.senders(&directory.Pool{}, &Message{From: "a@x.example\r\nBcc: b@x.example"}); err == nil {
		t.Error("a header was injected")
	}
}
