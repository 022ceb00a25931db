package doctor

import (
	"errors"
	"net/http"
	"testing"
	"time"
)

func TestClock(t *testing.T) {
	there := at("2026-01-02T03:04:05Z")
	for _, c := range []struct {
		ahead time.Duration
		state State
		says  string
	}{
		{0, OK, "agrees"}, {30*time.Second + 400*time.Millisecond, OK, "agrees"}, {-30 * time.Second, OK, "agrees"},
		{32 * time.Second, Warn, "is 32s ahead of"}, {-31 * time.Second, Warn, "is 31s behind"},
		{5 * time.Minute, Warn, "is 5m0s ahead of"}, {5*time.Minute + 2*time.Second, Fail, "5m2s ahead of"}, {-time.Hour, Fail, "1h0m0s behind that of id.example.com"},
	} {
		got := clock(there.Add(time.Second/2+c.ahead), there, "id.example.com")
		wants(t, []Check{got}, c.state, c.says)
		if (got.Fix == "") != (c.state == OK) {
			t.Errorf("%v: fix %q", c.ahead, got.Fix)
		}
	}
}

// TestClockOfAnAnswer: the time of the answer is that half-way between the question and its end, and an old answer has none.
func TestClockOfAnAnswer(t *testing.T) {
	target := Target{Service: "sts", URL: "https://id.example.com"}
	for _, c := range []struct {
		name   string
		answer *http.Response
		state  State
		says   string
	}{
		{"right", respond(403, "Date", "Fri, 02 Jan 2026 03:04:25 GMT"), OK, "agrees with that of id.example.com"},
		{"wrong", respond(200, "Date", "Fri, 02 Jan 2026 04:04:25 GMT"), Fail, "is 1h0m0s behind"},
		{"no date", respond(200), Skipped, "does not tell its time"},
		{"no time", respond(200, "Date", "yesterday"), Skipped, "does not tell its time"},
		{"old", respond(200, "Date", "Thu, 01 Jan 2026 04:04:05 GMT", "Age", "86000"), Skipped, "a cache answered"},
		{"none", nil, Skipped, "does not answer"},
	} {
		now := at("2026-01-02T03:04:05Z")
		w := web(roundTrip(func(*http.Request) (*http.Response, error) {
			now = now.Add(41 * time.Second)
			if c.answer == nil {
				return nil, errors.New("none")
			}
			return c.answer, nil
		}))
		w.Now = func() time.Time { return now }
		wants(t, Clock(t.Context(), w, target), c.state, c.says)
	}
}
