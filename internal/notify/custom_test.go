package notify

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/hook"
)

// function stands for the functions of a pool.
type function struct {
	answer hook.MessageResponse
	err    error
	calls  []hook.Call
	asked  []any
}

func (f *function) Invoke(_ context.Context, c hook.Call, request, response any) (bool, error) {
	f.calls, f.asked = append(f.calls, c), append(f.asked, request)
	if r, ok := response.(*hook.MessageResponse); ok {
		*r = f.answer
	}
	return true, f.err
}

const keyARN = "arn:aws:kms:eu-west-1:123456789012:key/1"

func withTriggers(f *function) (*Sender, *Outbox) {
	o := NewOutbox()
	now := func() time.Time { return time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC) }
	return New(Config{Outbox: o, Triggers: f, Keys: map[string][]byte{keyARN: bytes.Repeat([]byte{7}, 32)}, Now: now, Random: rand.Reader}), o
}

func message(kind Kind, medium Medium, t directory.Triggers) directory.Message {
	return directory.Message{
		Pool: &directory.Pool{ID: "eu-west-1_abc", Triggers: t}, ClientID: "client", Kind: string(kind), Medium: string(medium), Code: "123456",
		User:     &directory.User{Username: "ann", Sub: "s", Status: directory.Unconfirmed, Attributes: map[string]string{"email": "old@x.example", "phone_number": "+15550100"}},
		Metadata: map[string]string{"k": "v"},
	}
}

func TestCustomMessage(t *testing.T) {
	trigger := directory.Triggers{CustomMessage: "arn:aws:lambda:eu-west-1:123456789012:function:m"}
	long := strings.Repeat("x", mostSMS) + codePlace
	for name, c := range map[string]struct {
		kind          Kind
		medium        Medium
		link          string
		answer        hook.MessageResponse
		subject, body string
		bad           bool
	}{
		"mail":                    {SignUp, Email, "", hook.MessageResponse{EmailSubject: "S", EmailMessage: "<b>{####}</b>", SMSMessage: "bad"}, "S", "<b>123456</b>", false},
		"subject alone":           {SignUp, Email, "", hook.MessageResponse{EmailSubject: "S"}, "S", "Your verification code is 123456.", false},
		"nothing":                 {SignUp, Email, "", hook.MessageResponse{}, codeSubject, "Your verification code is 123456.", false},
		"phone":                   {ForgotPassword, SMS, "", hook.MessageResponse{SMSMessage: "{####}!"}, "", "123456!", false},
		"code is missing":         {SignUp, Email, "", hook.MessageResponse{EmailMessage: "hello"}, "", "", true},
		"name is missing":         {Invitation, Email, "", hook.MessageResponse{EmailMessage: "{####}"}, "", "", true},
		"invitation":              {Invitation, Email, "", hook.MessageResponse{EmailMessage: "{username} {####}"}, inviteSubject, "ann 123456", false},
		"link":                    {SignUp, Email, "https://l", hook.MessageResponse{EmailMessage: "{##go##}"}, linkSubject, `<a href="https://l">go</a>`, false},
		"link is missing":         {SignUp, Email, "https://l", hook.MessageResponse{EmailMessage: "{####}"}, "", "", true},
		"too long for a phone":    {SignUp, SMS, "", hook.MessageResponse{SMSMessage: long}, "", "", true},
		"line end in the subject": {SignUp, Email, "", hook.MessageResponse{EmailSubject: "a\nb"}, "", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			f := &function{answer: c.answer}
			s, o := withTriggers(f)
			m := message(c.kind, c.medium, trigger)
			m.Link = c.link
			err := s.Send(t.Context(), m)
			if c.bad {
				if !errors.Is(err, api.InvalidLambdaResponseException) || len(o.List(0)) != 0 {
					t.Errorf("error %v, %d messages", err, len(o.List(0)))
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := o.List(0)[0]; got.Subject != c.subject || got.Body != c.body {
				t.Errorf("%q %q", got.Subject, got.Body)
			}
			want := hook.Call{ClientID: "client", Username: "ann", Source: hook.Source("CustomMessage_" + string(c.kind)), Pool: m.Pool}
			if diff := cmp.Diff([]hook.Call{want}, f.calls); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCustomMessageFails(t *testing.T) {
	f := &function{err: api.UserLambdaValidationException.New("CustomMessage failed with error no.")}
	s, o := withTriggers(f)
	m := message(SignUp, Email, directory.Triggers{CustomMessage: "arn"})
	if err := s.Send(t.Context(), m); !errors.Is(err, api.UserLambdaValidationException) {
		t.Errorf("error is %v", err)
	}
	s.Triggers = nil
	if err := s.Send(t.Context(), m); err == nil {
		t.Error("a trigger that cannot be called was passed over")
	}
	if n := len(o.List(0)); n != 0 {
		t.Errorf("%d messages", n)
	}
}

func TestCustomSenders(t *testing.T) {
	both := directory.Triggers{CustomMessage: "m", CustomEmailSender: "e", CustomSMSSender: "s", KMSKeyID: keyARN}
	for _, c := range []struct {
		medium      Medium
		source      hook.Source
		kind, to    string
		destination string
	}{
		{Email, "CustomEmailSender_UpdateUserAttribute", "customEmailSenderRequestV1", "email", "new@x.example"},
		{SMS, "CustomSMSSender_UpdateUserAttribute", "customSMSSenderRequestV1", "phone_number", "+15550199"},
	} {
		f := &function{}
		s, o := withTriggers(f)
		m := message(UpdateAttribute, c.medium, both)
		m.Destination = c.destination
		if err := s.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		if len(o.List(0)) != 0 || len(f.calls) != 1 || f.calls[0].Source != c.source {
			t.Fatalf("%d messages, calls %v", len(o.List(0)), f.calls)
		}
		ask := f.asked[0].(hook.SenderRequest)
		if ask.Type != c.kind || ask.UserAttributes[c.to] != c.destination || ask.UserAttributes["sub"] != "s" || ask.ClientMetadata["k"] != "v" {
			t.Errorf("asked %+v", ask)
		}
		if got := decrypt(t, s.Keys[keyARN], ask.Code, keyARN); got != "123456" {
			t.Errorf("the code is %q", got)
		}
		if m.User.Attributes["email"] != "old@x.example" {
			t.Error("the user was changed")
		}
	}
}

func decrypt(t *testing.T, key []byte, text, arn string) string {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	out, err := gcm.Open(nil, b[:12], b[12:], []byte(arn))
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestCustomSenderNeedsKey(t *testing.T) {
	f := &function{}
	s, o := withTriggers(f)
	for _, arn := range []string{"", keyARN + "2"} {
		err := s.Send(t.Context(), message(SignUp, Email, directory.Triggers{CustomEmailSender: "e", KMSKeyID: arn}))
		if !errors.Is(err, api.CodeDeliveryFailureException) {
			t.Errorf("error is %v", err)
		}
	}
	s.Random = bytes.NewReader(nil)
	if s.Send(t.Context(), message(SignUp, Email, directory.Triggers{CustomEmailSender: "e", KMSKeyID: keyARN})) == nil {
		t.Error("a code was encrypted without a nonce")
	}
	if len(f.calls)+len(o.List(0)) != 0 {
		t.Error("something was sent")
	}
}

func TestOutside(t *testing.T) {
	s, _ := withTriggers(&function{})
	outside := func(p directory.Triggers) [2]bool {
		pool := &directory.Pool{Triggers: p}
		return [2]bool{s.Outside(pool, "EMAIL"), s.Outside(pool, "SMS")}
	}
	for want, triggers := range map[[2]bool]directory.Triggers{
		{false, false}: {}, {true, false}: {CustomEmailSender: "e"}, {false, true}: {CustomSMSSender: "s"}, {true, true}: {CustomMessage: "m"},
	} {
		if got := outside(triggers); got != want {
			t.Errorf("%+v: %v", triggers, got)
		}
	}
}
