package account

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/keys"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/store/sqlite"
	"github.com/mayfly-id/mayfly/seal"
	"github.com/mayfly-id/mayfly/srp"
)

// Every secret of a client counts, no other does, and one that is sealed for another place of the row opens nothing.
func TestEachSecretOfAClientCounts(t *testing.T) {
	const pool, client = "us-east-1_AAAAAAAAA", "client"
	engine, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), engine, store.Options{Now: time.Now}, keys.Tables()...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	ring, err := keys.Open(t.Context(), db, seal.Key{7}, "test", rand.Reader, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	sealed := func(secret, column string) []byte {
		b, err := ring.Seal(seal.ClientSecret, pool, []byte(secret), seal.AAD("user_pool_clients", client, column))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	first := sealed("first", "secret")
	more := []directory.ClientSecret{{ID: "client--1", Sealed: sealed("second", "secret:client--1")}}
	core := New(Config{Store: db, Keys: ring, Now: time.Now, Random: rand.Reader})
	for name, c := range map[string]struct {
		client directory.Client
		good   string // secrets that are right, space-separated; "any": the client has none
	}{
		"none":              {directory.Client{ID: client}, "any"},
		"one":               {directory.Client{ID: client, SealedSecret: first}, "first"},
		"two":               {directory.Client{ID: client, SealedSecret: first, MoreSecrets: more}, "first second"},
		"only a later one":  {directory.Client{ID: client, MoreSecrets: more}, "second"},
		"of another column": {directory.Client{ID: client, SealedSecret: first, MoreSecrets: []directory.ClientSecret{{ID: "client--2", Sealed: first}}}, ""},
	} {
		d := Door{Pool: &directory.Pool{ID: pool}, Client: &c.client}
		for _, secret := range []string{"first", "second", "third"} {
			want := c.good == "any" || strings.Contains(" "+c.good+" ", " "+secret+" ")
			if err := core.CheckSecret(t.Context(), d, &secret); (err == nil) != want {
				t.Errorf("%s, secret %s: %v", name, secret, err)
			}
			if err := core.CheckSecretHash(t.Context(), d, srp.SecretHash(secret, "ada", client), "bob", "ada"); (err == nil) != want {
				t.Errorf("%s, hash by %s: %v", name, secret, err)
			}
			if err := core.CheckSecretHash(t.Context(), d, srp.SecretHash(secret, "eve", client), "bob", "ada"); (err == nil) != (c.good == "any") {
				t.Errorf("%s, hash by %s over another name: %v", name, secret, err)
			}
		}
		if err := core.CheckSecretHash(t.Context(), d, "", "ada"); (err == nil) != (c.good == "any") {
			t.Errorf("%s, without a hash: %v", name, err)
		}
		if err := core.CheckSecret(t.Context(), d, nil); (err == nil) != (c.good == "any") {
			t.Errorf("%s, without a secret: %v", name, err)
		}
	}
}

func TestDigits(t *testing.T) {
	core := New(Config{Random: rand.Reader})
	for _, count := range []int{6, 8} {
		for range 200 {
			code, err := core.Digits(count)
			if err != nil || len(code) != count || strings.Trim(code, "0123456789") != "" {
				t.Fatalf("%q, %v", code, err)
			}
		}
	}
	core.FixedCode = "123456"
	for count, want := range map[int]string{6: "123456", 8: "12345612"} {
		if code, err := core.Digits(count); err != nil || code != want {
			t.Errorf("%d: %q, %v", count, code, err)
		}
	}
	core = New(Config{Random: strings.NewReader("abc")})
	if code, err := core.Digits(6); err == nil {
		t.Error("a code without randomness: ", code)
	}
}
