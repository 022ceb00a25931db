package draw_test

import (
	"bytes"
	"crypto/rand"
	"regexp"
	"strings"
	"testing"

	"github.com/mayfly-id/mayfly/internal/draw"
)

func TestText(t *testing.T) {
	for _, alphabet := range []string{draw.Digits, draw.LowerDigits, draw.Alphanumeric, draw.URLSafe, draw.Base32, "x"} {
		seen := map[rune]int{}
		for range 200 {
			s, err := draw.Text(rand.Reader, alphabet, 40)
			if err != nil || len(s) != 40 {
				t.Fatal(s, err)
			}
			for _, c := range s {
				seen[c]++
			}
		}
		for c := range seen {
			if !strings.ContainsRune(alphabet, c) {
				t.Errorf("%q is not of the alphabet", c)
			}
		}
		if len(seen) != len(alphabet) {
			t.Errorf("%d of %d characters were drawn in 8,000", len(seen), len(alphabet))
		}
	}
	// 250 is the first byte that would favour a digit, and is passed over.
	if s, err := draw.Text(bytes.NewReader([]byte{250, 255, 7, 19, 1, 2}), draw.Digits, 2); err != nil || s != "79" {
		t.Error(s, err)
	}
	if _, err := draw.Text(bytes.NewReader([]byte{1}), draw.Digits, 2); err == nil {
		t.Error("no randomness, no error")
	}
}

func TestUUID(t *testing.T) {
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	for range 100 {
		if id, err := draw.UUID(rand.Reader); err != nil || !form.MatchString(id) {
			t.Fatal(id, err)
		}
	}
	if id := draw.FormatUUID([16]byte{15: 0xff}); id != "00000000-0000-4000-8000-0000000000ff" {
		t.Error(id)
	}
	if _, err := draw.UUID(bytes.NewReader(nil)); err == nil {
		t.Error("no randomness, no error")
	}
}
