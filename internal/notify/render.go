package notify

import (
	"strings"

	"github.com/mayfly-id/mayfly/internal/directory"
)

// The texts of Cognito where the pool has none
// (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-message-customizations.html).
const (
	inviteSubject = "Your temporary password"
	inviteBody    = "Your username is {username} and temporary password is {####}."
	codeSubject   = "Your verification code"
	codeBody      = "Your verification code is {####}."
)

// template gives the texts for a kind of message with the defaults filled in.
func template(p *directory.Pool, kind Kind) directory.MessageTemplate {
	t, subject, body := p.Verification, codeSubject, codeBody
	if kind == Invitation {
		t, subject, body = p.Invite, inviteSubject, inviteBody
	}
	for _, f := range []struct {
		text *string
		def  string
	}{{&t.Subject, subject}, {&t.Email, body}, {&t.SMS, body}} {
		if *f.text == "" {
			*f.text = f.def
		}
	}
	return t
}

// render replaces the placeholders in one pass, so that a user name that looks like a placeholder stays text.
func render(text, username, code string) string {
	return strings.NewReplacer("{username}", username, "{####}", code).Replace(text)
}
