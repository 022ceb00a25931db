package password

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/mayfly-id/mayfly/internal/iam/record"
)

func newService(t *testing.T) *Service {
	t.Helper()
	return New(Config{Random: bytes.NewReader(bytes.Repeat([]byte{5}, saltSize))})
}

func TestHashesPrintAsTags(t *testing.T) {
	h, err := newService(t).with(t.Context(), hashes{}, "secret")
	if err != nil {
		t.Fatal(err)
	}
	want := argon2.IDKey([]byte("secret"), bytes.Repeat([]byte{5}, 16), 2, 19456, 1, 32)
	if len(h.List) != 1 || !bytes.Equal(h.List[0].Key, want) {
		t.Error("the hash is another")
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		out := fmt.Sprintf(verb, h) + fmt.Sprintf(verb, &h) + fmt.Sprintf(verb, h.List[0])
		if !strings.Contains(out, "[redacted]") || strings.Contains(out, fmt.Sprintf("%x", want)) || strings.Contains(out, fmt.Sprint(want[:4])[1:9]) {
			t.Errorf("%s prints %s", verb, out)
		}
	}
}

// TestCostOfOldHashes holds a text against hashes that are as costly as hashes were when they were made.
func TestCostOfOldHashes(t *testing.T) {
	s := newService(t)
	salt := []byte("0123456789abcdef")
	h := hashes{Salt: salt, List: []hash{
		{present(), argon2.IDKey([]byte("new"), salt, 2, 19456, 1, keySize)}, {cost{64, 1, 1}, argon2.IDKey([]byte("old"), salt, 1, 64, 1, keySize)},
	}}
	for _, tt := range []struct {
		text string
		n    int
		want bool
	}{{"new", 1, true}, {"old", 1, false}, {"old", 2, true}, {"old", 24, true}, {"none", 24, false}, {"new", 0, false}} {
		if got, err := s.among(t.Context(), &h, tt.text, tt.n); err != nil || got != tt.want {
			t.Errorf("%s among %d: %v, %v", tt.text, tt.n, got, err)
		}
	}
}

func TestHistoryIsBounded(t *testing.T) {
	h := hashes{Salt: make([]byte, saltSize), List: make([]hash, mostKept)}
	fresh, err := newService(t).with(t.Context(), h, "x")
	if err != nil || len(fresh.List) != mostKept || fresh.List[0].Key == nil || h.List[0].Key != nil {
		t.Errorf("%d are kept, %v", len(fresh.List), err)
	}
}

func TestNoRandomness(t *testing.T) {
	if _, err := New(Config{Random: bytes.NewReader(nil)}).with(t.Context(), hashes{}, "x"); err == nil {
		t.Error("a hash without salt")
	}
}

// FuzzConform compares the rules with expressions that say the same.
func FuzzConform(f *testing.F) {
	f.Add("abcdEF12", uint8(0))
	f.Add("ABCDE1!é", uint8(0xff))
	lower, upper, number := regexp.MustCompile(`[a-z]`), regexp.MustCompile(`[A-Z]`), regexp.MustCompile(`[0-9]`)
	symbol := regexp.MustCompile(`[!@#$%^&*()_+\-=\[\]{}|']`)
	f.Fuzz(func(t *testing.T, text string, bits uint8) {
		p := &record.PasswordPolicy{Length: int(bits >> 4), Lower: bits&1 != 0, Upper: bits&2 != 0, Numbers: bits&4 != 0, Symbols: bits&8 != 0}
		want := utf8.RuneCountInString(text) >= p.Length
		kinds := 0
		for _, k := range []struct {
			e    *regexp.Regexp
			need bool
		}{{lower, p.Lower}, {upper, p.Upper}, {number, p.Numbers}, {symbol, p.Symbols}} {
			has := k.e.MatchString(text)
			if has {
				kinds++
			}
			want = want && (has || !k.need)
		}
		if got := (rules{policy: p}).conform(text) == nil; got != want {
			t.Fatalf("%q under %+v: %v", text, p, got)
		}
		if got := (rules{}).conform(text) == nil; got != (utf8.RuneCountInString(text) >= 8 && kinds >= 3) {
			t.Fatalf("%q under the default: %v", text, got)
		}
	})
}
