package protection

import (
	"context"
	"html"
	"strings"

	"github.com/mayfly-id/mayfly/internal/directory"
)

// standard is the text of a notice where the configuration has none.
func standard(action string) *mail {
	head := "We noticed a sign-in to your account that does not look like yours.\n"
	subject := "New sign-in attempt"
	if action == actBlock {
		head, subject = "We blocked a sign-in to your account that does not look like yours.\n", "Blocked sign-in attempt"
	}
	return &mail{Subject: subject, Text: head + "Time: {login-time}\nDevice: {device-name}\nAddress: {ip-address}\nIf it was not you, change your password."}
}

// notify sends the user the notice of an event, by e-mail.
func (s *Service) notify(ctx context.Context, e *directory.AuthEvent) error {
	a := &e.Attempt
	c, err := s.riskConfig(ctx, a.Pool.ID, a.ClientID)
	if err != nil {
		return err
	}
	address := a.User.Attributes["email"]
	if address == "" {
		return nil // as with Cognito, who has no address is not told
	}
	token, err := s.newFeedback(a.User, e.ID)
	if err != nil {
		return err
	}
	m := directory.Message{Pool: a.Pool, ClientID: a.ClientID, User: a.User, Kind: "AccountTakeOverNotification", Medium: "EMAIL", Destination: address}
	m.Text = c.notice(e.Assessment.Action, s.places(e, token))
	return s.Notifier.Send(ctx, m)
}

// places are the placeholders of a notice and their values, in pairs
// (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-message-customizations.html).
func (s *Service) places(e *directory.AuthEvent, token string) []string {
	u, t := e.Attempt.User, traitsOf(&e.Attempt)
	return []string{
		"{username}", u.Username,
		"{ip-address}", orUnknown(t.IP),
		"{city}", orUnknown(""),
		"{country}", orUnknown(""),
		"{login-time}", e.Time.UTC().Format("Mon Jan 02 15:04:05 UTC 2006"),
		"{device-name}", orUnknown(t.Agent),
		"{one-click-link-valid}", s.link(u, e.ID, token, "Valid"),
		"{one-click-link-invalid}", s.link(u, e.ID, token, "Invalid"),
		"{event-id}", e.ID,
		"{feedback-token}", token,
	}
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

// notice writes the mail that belongs to an action.
func (c *riskConfig) notice(action string, places []string) *directory.MessageText {
	n := &notifyConfig{}
	if c.Takeover != nil && c.Takeover.Notify != nil {
		n = c.Takeover.Notify
	}
	m := n.NoAction
	switch action {
	case actBlock:
		m = n.Block
	case "MFA_IF_CONFIGURED", "MFA_REQUIRED":
		m = n.MFA
	}
	if m == nil {
		m = standard(action)
	}
	plain := strings.NewReplacer(places...)
	escaped := make([]string, len(places))
	for i, v := range places {
		escaped[i] = v
		if i%2 == 1 {
			escaped[i] = html.EscapeString(v)
		}
	}
	return &directory.MessageText{
		From: n.From, ReplyTo: n.ReplyTo, Subject: claim(plain.Replace(m.Subject)), HTML: strings.NewReplacer(escaped...).Replace(m.HTML), Plain: plain.Replace(m.Text),
	}
}
