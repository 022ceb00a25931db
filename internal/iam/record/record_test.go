package record

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/mayfly-id/mayfly/internal/caller"
)

func TestNewID(t *testing.T) {
	random := rand.NewChaCha8([32]byte{})
	seen := map[string]bool{}
	for range 100 {
		id, err := NewID(random, PrefixRole)
		if err != nil || !IsEntityID(id) || seen[id] {
			t.Fatalf("id %q, error %v", id, err)
		}
		seen[id] = true
	}
	if _, err := NewID(bytes.NewReader(nil), PrefixRole); err == nil {
		t.Error("an id without randomness")
	}
	for _, s := range []string{"", "AROA", "AROAAAAAAAAAAAAAAAAA1", "AKIAAAAAAAAAAAAAAAAAA", "aroaAAAAAAAAAAAAAAAAA", "AROAAAAAAAAAAAAAAAAAAA"} {
		if IsEntityID(s) {
			t.Errorf("%q is taken for an id", s)
		}
	}
}

func TestAccessKeyIDSpellsAccount(t *testing.T) {
	id, err := NewAccessKeyID(rand.NewChaCha8([32]byte{}), "123456789012")
	if err != nil {
		t.Fatal(err)
	}
	if account, ok := caller.AccountOfKeyID(id); !ok || account != "123456789012" || !strings.HasPrefix(id, PrefixAccessKey) {
		t.Errorf("%s is of account %q, %v", id, account, ok)
	}
}

func TestFoldIsASCII(t *testing.T) {
	for in, want := range map[string]string{"AbC-9": "abc-9", "\u212a": "\u212a", "\u0130": "\u0130", "\u00c9": "\u00c9"} { // the second is the Kelvin sign
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) is %q", in, got)
		}
	}
}

func TestPolicyRef(t *testing.T) {
	for arn, want := range map[string][2]string{
		"arn:aws:iam::aws:policy/AdministratorAccess":  {"/", "AdministratorAccess"},
		"arn:aws:iam::111122223333:policy/a/b/c":       {"/a/b/", "c"},
		"arn:aws:iam::aws:policy/service-role/Some@Of": {"/service-role/", "Some@Of"},
	} {
		p := PolicyRef{ARN: arn}
		if p.Path() != want[0] || p.Name() != want[1] {
			t.Errorf("%s: path %q, name %q", arn, p.Path(), p.Name())
		}
	}
}

func FuzzSplitARN(f *testing.F) {
	for _, s := range []string{"arn:aws:iam::111122223333:user/a", "arn:aws:iam::1:role/x/y/z", "arn:aws:iam::1:root", "arn:aws:sts::1:role/x", "arn:aws:iam:::user/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		account, kind, name, ok := SplitARN(s)
		if !ok {
			return
		}
		if name == "" || strings.Contains(name, "/") || strings.Contains(account, ":") || strings.Contains(kind, "/") {
			t.Fatalf("%q gives account %q, kind %q, name %q", s, account, kind, name)
		}
		if !strings.HasPrefix(s, "arn:aws:iam::"+account+":"+kind+"/") || !strings.HasSuffix(s, "/"+name) {
			t.Fatalf("%q is not put together from %q, %q, %q", s, account, kind, name)
		}
	})
}
