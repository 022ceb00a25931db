package cli

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// TestClockIsWrong: a machine whose clock is an hour off works like any other. What the server says of its time sets the signatures right.
func TestClockIsWrong(t *testing.T) {
	for _, ahead := range []time.Duration{-time.Hour, time.Hour} {
		t.Run(ahead.String(), func(t *testing.T) {
			p := newPerson(t)
			p.ahead = ahead
			p.login()
			var doc map[string]any
			if err := json.Unmarshal([]byte(p.ok("process")), &doc); err != nil || doc["SessionToken"] == "" {
				t.Errorf("process: %v", err)
			}
			if out := p.ok("whoami"); !strings.Contains(out, ":assumed-role/") {
				t.Errorf("whoami: %s", out)
			}
			// A warm client has not heard of the server's time before it signs.
			if out := p.ok("curl", "--fail", p.server.URL+"/_mayfly/caller"); !strings.Contains(out, ":assumed-role/") {
				t.Errorf("curl: %s", out)
			}
			// What has to be sent again is whole: here the body.
			out := p.ok("curl", "--fail", "--service", "sts", "-H", "Content-Type: application/x-www-form-urlencoded", "-d", "Action=GetCallerIdentity&Version=2011-06-15", p.server.URL+"/")
			if !strings.Contains(out, "<GetCallerIdentityResult>") {
				t.Errorf("curl with a body: %s", out)
			}
			if out := p.ok("exec", "--server", "--", "/bin/sh", "-c", "exit 0"); out != "" {
				t.Errorf("exec: %s", out)
			}
			// Credentials are kept for as long as they live there, whatever this machine's clock makes of their end.
			first := p.ok("process")
			p.calls.take()
			if p.ok("process") != first || len(p.calls.take()) != 0 {
				t.Error("credentials are not kept")
			}
			p.server.Clock.Move(61 * time.Minute)
			if p.ok("process") == first || p.calls.take()["GetCredentialsForIdentity"] != 1 {
				t.Error("credentials that have ended are given")
			}
			if out := p.ok("status"); !strings.Contains(out, "signed in") {
				t.Errorf("status: %s", out)
			}
		})
	}
}
