package notify

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/hook"
)

// Bounds of what a custom message function answers, in characters
// (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-message.html).
const (
	mostSMS     = 140
	mostSubject = 140
	mostBody    = 20_000
)

// customText asks the pool's custom message function for a text. What it leaves empty stays the pool's own.
func (s *Sender) customText(ctx context.Context, m *directory.Message, own text) (text, error) {
	if s.Triggers == nil {
		return text{}, errNoTriggers
	}
	ask := hook.MessageRequest{UserAttributes: attributes(m), CodeParameter: codePlace, ClientMetadata: m.Metadata}
	if Kind(m.Kind) == Invitation {
		ask.UsernameParameter = namePlace
	}
	if m.Link != "" {
		ask.LinkParameter = linkPlace
	}
	var answer hook.MessageResponse
	called, err := s.Triggers.Invoke(ctx, call(m, hook.MessageSource(m.Kind)), ask, &answer)
	if err != nil || !called {
		return own, err
	}
	given, most := text{answer.EmailSubject, answer.EmailMessage}, mostBody
	if Medium(m.Medium) == SMS {
		given, most = text{"", answer.SMSMessage}, mostSMS
	}
	if given.body != "" && !complete(m, given.body) {
		return text{}, api.InvalidLambdaResponseException.New("CustomMessage failed: the message lacks a placeholder")
	}
	if utf8.RuneCountInString(given.subject) > mostSubject || utf8.RuneCountInString(given.body) > most {
		return text{}, api.InvalidLambdaResponseException.New("CustomMessage failed: the message is too long")
	}
	if strings.ContainsFunc(given.subject, isControl) {
		return text{}, api.InvalidLambdaResponseException.New("CustomMessage failed: the subject has control characters")
	}
	return given.or(own.subject, own.body), nil
}

// complete tells whether a text has the placeholders without which the message is of no use.
func complete(m *directory.Message, body string) bool {
	switch {
	case Kind(m.Kind) == Invitation:
		return strings.Contains(body, namePlace) && strings.Contains(body, codePlace)
	case m.Link != "" && Medium(m.Medium) == Email:
		return linkText.MatchString(body)
	}
	return strings.Contains(body, codePlace)
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

func call(m *directory.Message, source hook.Source) hook.Call {
	return hook.Call{Pool: m.Pool, ClientID: m.ClientID, Username: m.User.Username, Source: source}
}

// customSender tells whether the pool has its own sender for the medium, and the source of its event.
func customSender(m *directory.Message) (bool, hook.Source) {
	if Medium(m.Medium) == SMS {
		return m.Pool.Triggers.CustomSMSSender != "", hook.SMSSource(m.Kind)
	}
	return m.Pool.Triggers.CustomEmailSender != "", hook.EmailSource(m.Kind)
}

// handToFunction gives a message to the pool's own sender
// (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-email-sender.html). Its answer says nothing.
func (s *Sender) handToFunction(ctx context.Context, m *directory.Message, source hook.Source) error {
	if s.Triggers == nil {
		return errNoTriggers
	}
	ask := hook.SenderRequest{Type: "customEmailSenderRequestV1", UserAttributes: attributes(m), ClientMetadata: m.Metadata}
	if Medium(m.Medium) == SMS {
		ask.Type = "customSMSSenderRequestV1"
	}
	var err error
	if ask.Code, err = s.encrypt(m.Pool.Triggers.KMSKeyID, m.Code); err != nil {
		return err
	}
	_, err = s.Triggers.Invoke(ctx, call(m, source), ask, &struct{}{})
	return err
}

// encrypt seals a code for a custom sender: base64 (RFC 4648 section 4) of a 12-byte nonce and the AES-256-GCM ciphertext with its tag; the ARN of the
// pool's key is the associated data. An empty code, which a notification has, stays empty.
func (s *Sender) encrypt(arn, code string) (string, error) {
	if code == "" {
		return "", nil
	}
	key, ok := s.Keys[arn]
	if !ok || arn == "" {
		return "", api.CodeDeliveryFailureException.New("Unable to encrypt the code: the server has no key for the KMS key of the user pool")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", fmt.Errorf("notify: key of a custom sender: %w", err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return "", fmt.Errorf("notify: key of a custom sender: %w", err)
	}
	nonce := make([]byte, gcm.NonceSize())
	if _, err := io.ReadFull(s.Random, nonce); err != nil {
		return "", fmt.Errorf("notify: randomness: %w", err)
	}
	return base64.StdEncoding.EncodeToString(gcm.Seal(nonce, nonce, []byte(code), []byte(arn))), nil
}
