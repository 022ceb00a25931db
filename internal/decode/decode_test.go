package decode

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func token(claims string) string {
	part := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	return part(`{"alg":"none"}`) + "." + part(claims) + "."
}

func TestExplain(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	for _, c := range []struct {
		name, text, what, names string
		ends                    int64
		ended                   bool
	}{
		{"id token", token(`{"token_use":"id","cognito:username":"ann","sub":"s","exp":1000001}`), "id token (JWT), not verified", "ann", 1000001, false},
		{"ended", token(`{"sub":"s","exp":1000000.9}`), "JWT, not verified", "s", 1000000, true},
		{"in a header", "bearer  " + token(`{"username":"ann"}`) + "\r\n", "JWT, not verified", "ann", 0, false},
		{"claims of other types", token(`{"iss":5,"sub":["x"],"exp":"5","token_use":{}}`), "JWT, not verified", "", 0, false},
		{"an end beyond all time", token(`{"sub":"s","exp":1e300}`), "JWT, not verified", "s", 0, false},
		{"an end before all time", token(`{"sub":"s","exp":-1e300}`), "JWT, not verified", "s", 0, false},
		{"claims that are none", token(`null`), unknown, "", 0, false},
		{"claims in a list", token(`[]`), unknown, "", 0, false},
		{"message", `{"allowed":false,"context":{}}`, "decoded authorization message", "", 0, false},
		{"answer of STS", `{"DecodedMessage":"{\"allowed\":false,\"context\":{}}"}`, "decoded authorization message", "", 0, false},
		{"half a message", `{"allowed":false}`, unknown, "", 0, false},
		{"word", "hello", unknown, "", 0, false},
		{"dots", "..", unknown, "", 0, false},
		{"bytes", "\xff\x00", unknown, "", 0, false},
	} {
		d := Explain(c.text, now)
		if d.What != c.what || d.Names != c.names || (d.Ends == nil) != (c.ends == 0) || d.Ends != nil && d.Ends.Unix() != c.ends || d.Ended != c.ended {
			t.Errorf("%s: %+v", c.name, d)
		}
	}
}

// FuzzExplain: whatever comes can be told as JSON.
func FuzzExplain(f *testing.F) {
	f.Add(token(`{"exp":1e300}`))
	f.Add(`{"DecodedMessage":"{}"}`)
	f.Add(strings.Repeat("A", 100))
	f.Fuzz(func(t *testing.T, text string) {
		d := Explain(text, time.Unix(1, 0))
		if _, err := json.Marshal(d); err != nil || d.What == "" {
			t.Error(err)
		}
	})
}
