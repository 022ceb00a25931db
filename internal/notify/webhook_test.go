package notify

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
)

// endpoint answers with its statuses in turn; 0 is a failure of the network.
type endpoint struct {
	statuses []int
	bodies   []string
	headers  []map[string]string
	waited   []time.Duration
}

func (e *endpoint) Post(_ context.Context, _ string, header map[string]string, body []byte) (int, []byte, error) {
	status := e.statuses[len(e.bodies)]
	e.bodies, e.headers = append(e.bodies, string(body)), append(e.headers, header)
	if status == 0 {
		return 0, nil, errors.New("no route")
	}
	return status, []byte("ignored"), nil
}

func TestWebhook(t *testing.T) {
	now := time.Unix(1_763_715_600, 0).UTC()
	for _, c := range []struct {
		statuses []int
		tries    int
		ok       bool
	}{
		{[]int{200}, 1, true}, {[]int{204}, 1, true}, {[]int{500, 0, 200}, 3, true}, {[]int{429, 200}, 2, true}, {[]int{400}, 1, false}, {[]int{302}, 1, false},
		{[]int{500, 502, 503}, 3, false}, {[]int{0, 0, 0}, 3, false},
	} {
		e := &endpoint{statuses: c.statuses}
		h := &Webhook{
			URL: "https://sms.example", Secret: "shared secret", Client: e, Now: func() time.Time { return now }, Random: rand.Reader,
			Wait: func(_ context.Context, d time.Duration) error { e.waited = append(e.waited, d); return nil },
		}
		o := NewOutbox()
		s := New(Config{Outbox: o, SMS: h, Now: h.Now, Random: rand.Reader})
		err := s.Send(t.Context(), message(SignUp, SMS, directory.Triggers{}))
		if (err == nil) != c.ok || len(e.bodies) != c.tries || len(e.waited) != c.tries-1 {
			t.Errorf("%v: error %v after %d tries", c.statuses, err, len(e.bodies))
		}
		if err != nil && strings.Contains(err.Error(), "123456") {
			t.Error("the error tells the code")
		}
		if len(o.List(0)) != 0 {
			t.Error("the outbox keeps what went to the gateway")
		}
		for i, body := range e.bodies {
			if body != e.bodies[0] {
				t.Error("a second try is another message")
			}
			if e.headers[i]["Mayfly-Signature"] != Signature("shared secret", now, []byte(body)) {
				t.Error("the signature is another")
			}
		}
		var got map[string]any
		if err := json.Unmarshal([]byte(e.bodies[0]), &got); err != nil {
			t.Fatal(err)
		}
		if id, _ := got["id"].(string); len(id) != 32 {
			t.Errorf("id %q", id)
		}
		delete(got, "id")
		want := map[string]any{
			"to": "+15550100", "body": "Your verification code is 123456.", "kind": "SignUp", "userPoolId": "eu-west-1_abc", "username": "ann", "time": "2025-11-21T09:00:00Z",
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("body %v", got)
		}
		if strings.Contains(fmt.Sprintf("%v %+v %#v", h, h, h), "shared") {
			t.Error("it prints its secret")
		}
	}
}

// TestSignature holds the signature to a value computed with openssl dgst -sha256 -hmac.
func TestSignature(t *testing.T) {
	const want = "t=1700000000,v1=9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae"
	if got := Signature("key", time.Unix(1_700_000_000, 0), []byte("{}")); got != want {
		t.Errorf("signature %s", got)
	}
}

func TestWebhookStopsWithTheRequest(t *testing.T) {
	e := &endpoint{statuses: []int{500, 500, 500}}
	h := &Webhook{URL: "https://sms.example", Client: e, Now: time.Now, Random: rand.Reader}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.SendSMS(ctx, Message{}); err == nil || len(e.bodies) > 1 {
		t.Errorf("error %v after %d tries", err, len(e.bodies))
	}
	if e.headers[0]["Mayfly-Signature"] != "" {
		t.Error("it signs without a secret")
	}
}
