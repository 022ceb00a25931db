package notify

import (
	"fmt"
	"time"
)

// Medium is the way a message travels, as Cognito names it.
type Medium string

// The media.
const (
	Email Medium = "EMAIL"
	SMS   Medium = "SMS"
	Topic Medium = "TOPIC" // a topic without an endpoint; To is its ARN
)

// Kind says what a message is for.
type Kind string

// The kinds of messages, named after the trigger sources of Cognito's custom message trigger and custom senders
// (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-message.html).
const (
	Invitation      Kind = "AdminCreateUser"
	SignUp          Kind = "SignUp"
	ResendCode      Kind = "ResendCode"
	ForgotPassword  Kind = "ForgotPassword"
	VerifyAttribute Kind = "VerifyUserAttribute"
	UpdateAttribute Kind = "UpdateUserAttribute"
	Authentication  Kind = "Authentication"
	Takeover        Kind = "AccountTakeOverNotification"
	Delegation      Kind = "DelegationRequest" // of IAM; Body is JSON
)

// Message is one message to one user, with its text.
type Message struct {
	Time     time.Time `json:"time"`
	Medium   Medium    `json:"medium"`
	To       string    `json:"to"`                // e-mail address, phone number, or ARN of a topic
	Subject  string    `json:"subject,omitempty"` // e-mail only
	Body     string    `json:"body"`
	HTML     bool      `json:"html,omitempty"`  // Body is HTML; otherwise it is none, whatever it looks like
	Plain    string    `json:"plain,omitempty"` // what those see who read no HTML, where it is not made of Body
	Code     string    `json:"code"`            // confirmation code or temporary password, as the user types it
	Username string    `json:"username"`
	PoolID   string    `json:"poolId"`
	Kind     Kind      `json:"kind"`
	From     string    `json:"from,omitempty"`    // sender that this message names; empty: the pool's, or the server's
	ReplyTo  string    `json:"replyTo,omitempty"` // where answers to this message go; empty: the pool's
}

// String keeps the code out of logs.
func (m Message) String() string { return fmt.Sprintf("%s message for %s", m.Medium, m.Kind) }

// GoString keeps the code out of logs.
func (m Message) GoString() string { return m.String() }
