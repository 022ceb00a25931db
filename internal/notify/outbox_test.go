package notify

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func numbered(i int) Message {
	return Message{
		Time: time.Date(2026, 11, 21, 9, 0, i, 0, time.UTC), Medium: Email, To: "a@x.example", Subject: "s", Body: fmt.Sprint("body\n", i),
		Code: "123456", Username: "ann", PoolID: "eu-west-1_abc", Kind: SignUp,
	}
}

func put(t *testing.T, o *Outbox, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		if err := o.Put(numbered(i)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOutboxKeepsTheNewest(t *testing.T) {
	o := NewOutbox()
	put(t, o, 0, Capacity+5)
	all := o.List(0)
	if len(all) != Capacity {
		t.Fatalf("%d messages are kept", len(all))
	}
	if diff := cmp.Diff(numbered(Capacity+4), all[0]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(numbered(5), all[Capacity-1]); diff != "" {
		t.Error(diff)
	}
	if got := o.List(2); len(got) != 2 || got[1].Body != "body\n1003" {
		t.Errorf("the newest two are %d", len(got))
	}
	if err := o.Clear(); err != nil || len(o.List(0)) != 0 {
		t.Error("messages survived Clear")
	}
}

func TestOutboxFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outbox.jsonl")
	o, err := OpenOutbox(path)
	if err != nil {
		t.Fatal(err)
	}
	put(t, o, 0, 3)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(data), "\n"); n != 3 {
		t.Errorf("the file has %d lines before it is closed, want 3", n)
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	if o.Put(numbered(9)) == nil {
		t.Error("a closed outbox takes messages")
	}
	// A crash in the middle of a line loses that line only.
	if err := os.WriteFile(path, append(data, `{"time":"20`...), 0o644); err != nil {
		t.Fatal(err)
	}
	o, err = OpenOutbox(path)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	if diff := cmp.Diff([]Message{numbered(2), numbered(1), numbered(0)}, o.List(0)); diff != "" {
		t.Error(diff)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode is %o, want 600", info.Mode().Perm())
	}
}

func TestOutboxFileIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outbox.jsonl")
	o, err := OpenOutbox(path)
	if err != nil {
		t.Fatal(err)
	}
	put(t, o, 0, 5*Capacity)
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(data), "\n"); n > 2*Capacity {
		t.Errorf("the file has %d lines", n)
	}
	o, err = OpenOutbox(path)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	if got := o.List(0); len(got) != Capacity || got[0].Body != fmt.Sprint("body\n", 5*Capacity-1) {
		t.Errorf("%d messages are left", len(got))
	}
}

// TestOutboxAfterAFailedWrite: what a full disk took of one line spoils no other.
func TestOutboxAfterAFailedWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outbox.jsonl")
	o, err := OpenOutbox(path)
	if err != nil {
		t.Fatal(err)
	}
	put(t, o, 0, 1)
	if _, err := o.file.WriteString(`{"time":"20`); err != nil {
		t.Fatal(err)
	}
	good := o.file
	if o.file, err = os.Open(path); err != nil { // takes nothing
		t.Fatal(err)
	}
	if o.Put(numbered(1)) == nil {
		t.Error("the write did not fail")
	}
	if err := o.file.Close(); err != nil {
		t.Fatal(err)
	}
	o.file = good
	put(t, o, 2, 4)
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	list, err := ReadOutbox(path, 0)
	if diff := cmp.Diff([]Message{numbered(3), numbered(2), numbered(0)}, list); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestMessageJSON(t *testing.T) {
	got, err := json.Marshal(numbered(1))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"time":"2026-11-21T09:00:01Z","medium":"EMAIL","to":"a@x.example","subject":"s","body":"body\n1","code":"123456",` +
		`"username":"ann","poolId":"eu-west-1_abc","kind":"SignUp"}`
	if string(got) != want {
		t.Errorf("JSON is %s", got)
	}
}

func TestMessagePrintsRedacted(t *testing.T) {
	m := numbered(1)
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, v := range []any{m, &m, []Message{m}} {
			if s := fmt.Sprintf(format, v); strings.Contains(s, m.Code) || strings.Contains(s, m.To) {
				t.Errorf("%s of %T prints %s", format, v, s)
			}
		}
	}
}
