package caller_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/mayfly-id/mayfly/internal/caller"
)

func TestKeyIDSpellsAccount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		account := fmt.Sprintf("%012d", rapid.Uint64Range(0, 999_999_999_999).Draw(t, "account"))
		prefix := rapid.SampledFrom([]string{"AKIA", "ASIA"}).Draw(t, "prefix")
		random := rapid.SliceOfN(rapid.Byte(), 10, 10).Draw(t, "random")
		id, err := caller.NewAccessKeyID(bytes.NewReader(random), prefix, account)
		if err != nil {
			t.Fatal(err)
		}
		if len(id) != 20 || !strings.HasPrefix(id, prefix) {
			t.Fatalf("id is %q", id)
		}
		if got, ok := caller.AccountOfKeyID(id); !ok || got != account {
			t.Fatalf("%s is of account %q, %v; want %s", id, got, ok, account)
		}
	})
}

// TestKeyIDRandomBits holds the part that makes ids distinct to the randomness given: 40 bits.
func TestKeyIDRandomBits(t *testing.T) {
	const account = "123456789012"
	seen := map[string]bool{}
	for bit := range 80 {
		random := make([]byte, 10)
		random[bit/8] = 1 << (bit % 8)
		id, err := caller.NewAccessKeyID(bytes.NewReader(random), "AKIA", account)
		if err != nil {
			t.Fatal(err)
		}
		seen[id] = true
	}
	if len(seen) < 39 { // each free bit of the 80 gives an id of its own
		t.Errorf("%d of 80 single bits count", len(seen))
	}
}

func TestKeyIDRefused(t *testing.T) {
	for _, account := range []string{"", "12345678901", "1234567890123", "12345678901x", "-12345678901", "1099511627776"} {
		if id, err := caller.NewAccessKeyID(bytes.NewReader(make([]byte, 10)), "AKIA", account); err == nil {
			t.Errorf("account %q got %s", account, id)
		}
	}
	if _, err := caller.NewAccessKeyID(bytes.NewReader(nil), "AKIA", "123456789012"); err == nil {
		t.Error("an id without randomness")
	}
	for _, id := range []string{
		"", "AKIA", "AKIAIOSFODNN7EXAMPLE", "AIDAQYLPMN5HAAAAAAAA", "AKIAQYLPMN5HAAAAAAA", "AKIAQYLPMN5HAAAAAAAAA", "akiaqylpmn5haaaaaaaa",
		"AKIA7777777777777777", // its number is beyond all accounts
		"AKIAQYLPMN5H1AAAAAAA", // 1 is no digit of base 32
	} {
		if account, ok := caller.AccountOfKeyID(id); ok {
			t.Errorf("%q is of account %q", id, account)
		}
	}
}

func FuzzAccountOfKeyID(f *testing.F) {
	f.Add("AKIAQYLPMN5HAAAAAAAA")
	f.Add("ASIA7777777777777777")
	f.Fuzz(func(t *testing.T, id string) {
		account, ok := caller.AccountOfKeyID(id)
		if !ok {
			return
		}
		if len(account) != 12 || strings.Trim(account, "0123456789") != "" {
			t.Errorf("%q is of account %q", id, account)
		}
		if !strings.HasPrefix(id, "AKIA") && !strings.HasPrefix(id, "ASIA") {
			t.Errorf("%q is taken for a key id", id)
		}
	})
}

func TestSecretNeverPrints(t *testing.T) {
	const text = "wJalrXUtnFEMI-canary"
	s := caller.Secret(text)
	var out bytes.Buffer
	type holder struct{ Key caller.Key }
	for _, v := range []any{s, &s, holder{caller.Key{Secret: s}}, []caller.Secret{s}, map[string]caller.Secret{"k": s}, caller.Credentials{SecretAccessKey: s, SessionToken: s}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t"} {
			fmt.Fprintf(&out, verb, v)
		}
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(b)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "v", v)
		slog.New(slog.NewTextHandler(&out, nil)).Info("m", "v", v)
	}
	for _, leak := range []string{text, fmt.Sprintf("%x", text), fmt.Sprintf("%X", text)} {
		if strings.Contains(out.String(), leak) {
			t.Errorf("printed: %s", leak)
		}
	}
	if !strings.Contains(out.String(), "[redacted]") {
		t.Error("nothing says that something is redacted")
	}
}

func TestFoldIsASCII(t *testing.T) {
	for in, want := range map[string]string{"": "", "abc": "abc", "AbC-9": "abc-9", "\u212a": "\u212a", "\u0130": "\u0130", "\u00c9X": "\u00c9x", "\xffA": "\xffa", "@[`{": "@[`{"} {
		if got := caller.Fold(in); got != want {
			t.Errorf("Fold(%q) is %q", in, got)
		}
	}
}

func TestRequestLookup(t *testing.T) {
	r := &caller.Request{
		Time: time.Date(2026, 5, 4, 5, 2, 1, 999, time.FixedZone("", 7200)), Region: "eu-west-1", Secure: true,
		SourceIP: netip.MustParseAddr("2001:db8::1"), UserAgent: "aws-cli/2",
	}
	for key, want := range map[string]string{
		"aws:currenttime": "2026-05-04T03:02:01Z", "aws:epochtime": "1777863721", "aws:sourceip": "2001:db8::1", "aws:securetransport": "true",
		"aws:useragent": "aws-cli/2", "aws:requestedregion": "eu-west-1", "aws:principalisawsservice": "false", "aws:viaawsservice": "false",
	} {
		if got, ok := r.Lookup(key); !ok || got != want {
			t.Errorf("%s is %q, %v; want %q", key, got, ok, want)
		}
	}
	empty := &caller.Request{}
	for _, key := range []string{"aws:sourceip", "aws:useragent", "aws:requestedregion", "aws:username", "AWS:CurrentTime", ""} {
		if got, ok := empty.Lookup(key); ok {
			t.Errorf("%s is %q", key, got)
		}
	}
}

func TestContextIsNeverEmpty(t *testing.T) {
	if p := caller.PrincipalFrom(context.Background()); p.Kind != caller.Anonymous {
		t.Errorf("without a caller it is %s", p.Kind)
	}
	if r := caller.RequestFrom(context.Background()); *r != (caller.Request{}) {
		t.Errorf("without a request it is %+v", r)
	}
	p, r := &caller.Principal{Kind: caller.Root}, &caller.Request{ID: "1"}
	ctx := caller.WithRequest(caller.WithPrincipal(context.Background(), p), r)
	if caller.PrincipalFrom(ctx) != p || caller.RequestFrom(ctx) != r {
		t.Error("the context holds something else")
	}
}
