package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

// Poster is the client that reaches the outside. It bounds time and size.
type Poster interface {
	Post(ctx context.Context, url string, header map[string]string, body []byte) (status int, answer []byte, err error)
}

// Webhook hands messages for phones to an HTTP endpoint of the operator, which knows a provider. All fields but Secret are required.
//
// The endpoint gets POST with a JSON object: "id" (32 hexadecimal digits, the same in every try: an endpoint that has seen it answers 200 and does
// nothing), "to" (E.164), "body", "kind", "userPoolId", "username" and "time" (RFC 3339). With a secret, the header Mayfly-Signature is
// "t=<seconds since 1970>,v1=<hex>": HMAC-SHA256 under the secret over the seconds, a full stop and the body. Any 2xx accepts the message; 429, 5xx and
// failures of the network are tried again, three times in all.
type Webhook struct {
	URL    string
	Secret string
	Client Poster
	Now    func() time.Time
	Random io.Reader
	Wait   func(ctx context.Context, d time.Duration) error // nil: a timer
}

// String keeps the secret out of logs.
func (*Webhook) String() string { return "SMS webhook" }

// GoString keeps the secret out of logs.
func (*Webhook) GoString() string { return "SMS webhook" }

const (
	tries     = 3
	firstWait = 200 * time.Millisecond
)

// phoneMessage is what the endpoint gets.
type phoneMessage struct {
	ID       string    `json:"id"`
	To       string    `json:"to"`
	Body     string    `json:"body"`
	Kind     Kind      `json:"kind"`
	PoolID   string    `json:"userPoolId"`
	Username string    `json:"username"`
	Time     time.Time `json:"time"`
}

// SendSMS implements SMSSender.
func (h *Webhook) SendSMS(ctx context.Context, m Message) error {
	var id [16]byte
	if _, err := io.ReadFull(h.Random, id[:]); err != nil {
		return fmt.Errorf("notify: randomness: %w", err)
	}
	var body bytes.Buffer
	text := json.NewEncoder(&body)
	text.SetEscapeHTML(false)
	if err := text.Encode(phoneMessage{hex.EncodeToString(id[:]), m.To, m.Body, m.Kind, m.PoolID, m.Username, m.Time}); err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	wait := firstWait
	for try := 1; ; try++ {
		again, err := h.post(ctx, body.Bytes())
		if err == nil || !again || try == tries {
			return err
		}
		if err := h.wait(ctx, wait); err != nil {
			return fmt.Errorf("notify: SMS webhook: %w", err)
		}
		wait *= 2
	}
}

// post tries once. again tells whether another try may do better.
func (h *Webhook) post(ctx context.Context, body []byte) (again bool, err error) {
	header := map[string]string{"Content-Type": "application/json"}
	if h.Secret != "" {
		header["Mayfly-Signature"] = Signature(h.Secret, h.Now(), body)
	}
	status, _, err := h.Client.Post(ctx, h.URL, header, body)
	switch {
	case err != nil:
		return ctx.Err() == nil, fmt.Errorf("notify: SMS webhook: %w", err)
	case status >= 200 && status < 300:
		return false, nil
	}
	return status == 429 || status >= 500, errors.New("notify: SMS webhook: status " + strconv.Itoa(status))
}

// Signature is the value of Mayfly-Signature for a body sent at a time.
func Signature(secret string, at time.Time, body []byte) string {
	seconds := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(seconds + "."))
	mac.Write(body)
	return "t=" + seconds + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

func (h *Webhook) wait(ctx context.Context, d time.Duration) error {
	if h.Wait != nil {
		return h.Wait(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
