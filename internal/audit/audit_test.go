package audit_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/audit"
)

var at = time.Date(2026, 5, 4, 3, 2, 1, 5, time.FixedZone("", 3600))

func entry(n int) *audit.Entry {
	return &audit.Entry{
		Time: at, RequestID: fmt.Sprint("r-", n), Service: "iam", Operation: "CreateUser", Region: "us-east-1", SourceIP: "192.0.2.1",
		UserAgent: "a\"b\nc\x00\xff", PrincipalKind: "User", PrincipalARN: "arn:aws:iam::123456789012:user/bob", UserID: "AIDA", AccessKeyID: "AKIA",
		SourceIdentity: "alice", Action: "iam:CreateUser", Resource: "arn:aws:iam::123456789012:user/x", Reason: "because",
		EntityARN: "arn:aws:iam::123456789012:role/p/r", Provider: "idp", Delegation: "request", MFAAt: at,
	}
}

func lines(t *testing.T, path string) [][]byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(b) == 0 || b[len(b)-1] != '\n' {
		t.Fatalf("the file does not end with a line's end: %q", b)
	}
	return bytes.Split(b[:len(b)-1], []byte("\n"))
}

func open(t *testing.T, path string) *audit.File {
	t.Helper()
	f, err := audit.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	f := open(t, path)
	if err := f.Append(entry(1)); err != nil {
		t.Fatal(err)
	}
	if err := f.Append(&audit.Entry{Time: at, Allowed: true}); err != nil {
		t.Fatal(err)
	}
	got := lines(t, path) // before Close: it is there as soon as Append returns
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	want := `{"time":"2026-05-04T02:02:01.000000005Z","requestId":"r-1","service":"iam","operation":"CreateUser","region":"us-east-1","sourceIp":"192.0.2.1",` +
		`"userAgent":"a\"b\nc\u0000\ufffd","principalKind":"User","principal":"arn:aws:iam::123456789012:user/bob","userId":"AIDA","accessKeyId":"AKIA",` +
		`"sourceIdentity":"alice","action":"iam:CreateUser","resource":"arn:aws:iam::123456789012:user/x","reason":"because",` +
		`"entity":"arn:aws:iam::123456789012:role/p/r","provider":"idp","delegation":"request","mfaAt":"2026-05-04T02:02:01Z","allowed":false}`
	if d := cmp.Diff(object(t, []byte(want)), object(t, got[0])); d != "" {
		t.Error(d)
	}
	if string(got[1]) != `{"time":"2026-05-04T02:02:01.000000005Z","allowed":true}` {
		t.Errorf("an empty entry is %s", got[1])
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := f.Append(entry(2)); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a closed file takes entries: %v", err)
	}
}

func object(t *testing.T, line []byte) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(line, &v); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return v
}

func TestConcurrentEntriesStayWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	f := open(t, path)
	var work sync.WaitGroup
	for w := range 8 {
		work.Go(func() {
			for i := range 100 {
				if err := f.Append(entry(100*w + i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	work.Wait()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	seen := map[any]bool{}
	for _, l := range lines(t, path) {
		seen[object(t, l)["requestId"]] = true
	}
	if len(seen) != 800 {
		t.Errorf("%d of 800 entries", len(seen))
	}
}

func TestHalfLineIsClosedOff(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	if err := os.WriteFile(path, []byte("{\"time\":\"a\"}\n{\"time\":\"b"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time the file ends well
		f := open(t, path)
		if err := errors.Join(f.Append(&audit.Entry{Time: at}), f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	got := lines(t, path)
	if len(got) != 4 || string(got[1]) != `{"time":"b` || !json.Valid(got[2]) || !json.Valid(got[3]) {
		t.Errorf("lines are %q", got)
	}
}

func TestFailureSticks(t *testing.T) {
	const full = "/dev/full"
	if _, err := os.Stat(full); err != nil {
		t.Skip("no device that is always full")
	}
	f := open(t, full)
	first := f.Append(entry(1))
	if first == nil {
		t.Fatal("an entry was recorded on a full disk")
	}
	if again := f.Append(entry(2)); again != first {
		t.Errorf("the second answer is %v", again)
	}
	if err := f.Close(); err == nil {
		t.Error("Close is silent about lost entries")
	}
}

func TestCannotOpen(t *testing.T) {
	if _, err := audit.OpenFile(filepath.Join(t.TempDir(), "no", "audit.log")); err == nil {
		t.Error("a file in a folder that is not there")
	}
}

func TestMemoryKeepsTheNewest(t *testing.T) {
	m := audit.NewMemory(3)
	for i := range 5 {
		if err := m.Append(entry(i)); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range m.Entries() {
			got = append(got, e.RequestID)
		}
		var want []string
		for j := max(0, i-2); j <= i; j++ {
			want = append(want, fmt.Sprint("r-", j))
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
}
