package trigger

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

const topicARN = "arn:aws:sns:eu-west-1:111122223333:news"

// topic makes a world whose only endpoint is that of a topic.
func topic(t *testing.T, h http.HandlerFunc, change func(*Target)) *world {
	return open(t, h, change, func(c *Config) {
		c.Functions = map[string]Target{topicARN: c.Functions[fooARN], anyFunction: c.Functions[fooARN]}
	})
}

func TestPublish(t *testing.T) {
	var got, signed string
	w := topic(t, func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got, signed = string(b), r.Header.Get(signatureHeader)
	}, func(f *Target) { f.Secret = "0123456789abcdef" })
	if known, err := w.Publish(t.Context(), topicARN, []byte(`{"a":1}`)); !known || err != nil || got != `{"a":1}` {
		t.Errorf("%t, %v: %s", known, err, got)
	}
	if want := signature("0123456789abcdef", now().Unix(), []byte(`{"a":1}`)); signed != want {
		t.Errorf("signature is %s", signed)
	}
	for _, other := range []string{"arn:aws:sns:eu-west-1:111122223333:other", anyFunction, ""} {
		if known, err := w.Publish(t.Context(), other, []byte("{}")); known || err != nil {
			t.Errorf("%q: %t, %v", other, known, err)
		}
	}
	if n := w.calls.Load(); n != 1 {
		t.Errorf("%d calls", n)
	}
}

// TestPublishOutcome holds an answer to a message to be its status alone, as a topic's own deliveries go: any 2xx takes it.
func TestPublishOutcome(t *testing.T) {
	for status, c := range map[int]struct {
		calls int32
		taken bool
	}{
		200: {1, true}, 201: {1, true}, 202: {1, true}, 204: {1, true}, 301: {1, false}, 304: {1, false}, 400: {1, false}, 403: {1, false}, 404: {1, false}, 500: {3, false}, 503: {3, false},
	} {
		w := topic(t, func(a http.ResponseWriter, _ *http.Request) { a.WriteHeader(status) }, nil)
		known, err := w.Publish(t.Context(), topicARN, []byte(`{"token":"s3cret"}`))
		if !known || (err == nil) != c.taken || w.calls.Load() != c.calls {
			t.Errorf("%d: %t, %v after %d calls", status, known, err, w.calls.Load())
		}
		if err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%d: the message is in %v", status, err)
		}
	}
	w := topic(t, func(a http.ResponseWriter, _ *http.Request) {
		a.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(a, `{"errorMessage":"no"}`)
	}, nil)
	if known, err := w.Publish(t.Context(), topicARN, []byte("{}")); !known || err == nil {
		t.Errorf("an endpoint that says no: %t, %v", known, err)
	}
}
