package app

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/notify"
)

func TestWriteOutbox(t *testing.T) {
	dir := t.TempDir()
	var out bytes.Buffer
	for _, want := range map[bool]string{false: "The outbox is empty.\n", true: "[]\n"} {
		out.Reset()
		if err := WriteOutbox(&out, dir, 0, want == "[]\n"); err != nil || out.String() != want {
			t.Errorf("an empty outbox is %q, %v", out.String(), err)
		}
	}
	o, err := notify.OpenOutbox(outboxFile(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	message := notify.Message{
		Time: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC), Medium: notify.Email, To: "ann@x.example", Subject: "Your code", Body: "<b>1</b>\nBye\x1b[2J", Code: "123456",
		Username: "an\x1bn", PoolID: "eu-west-1_abc", Kind: notify.SignUp,
	}
	older := message
	older.Code = "654321"
	for _, m := range []notify.Message{older, message} {
		if err := o.Put(m); err != nil {
			t.Fatal(err)
		}
	}
	out.Reset()
	if err := WriteOutbox(&out, dir, 1, false); err != nil {
		t.Fatal(err)
	}
	const want = `Time:     2026-11-21 09:00:00 UTC
To:       ann@x.example (EMAIL)
User:     ann of eu-west-1_abc
Kind:     SignUp
Code:     123456
Subject:  Your code

  <b>1</b>
  Bye[2J

`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
	out.Reset()
	if err := WriteOutbox(&out, dir, 0, true); err != nil {
		t.Fatal(err)
	}
	var list []notify.Message
	if err := json.Unmarshal(out.Bytes(), &list); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]notify.Message{message, older}, list); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(out.String(), `\u003c`) {
		t.Error("tags are hard to read")
	}
}
