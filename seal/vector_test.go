package seal

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// vectors are what another implementation needs to check itself. All byte strings are hex. The random reader gives
// the bytes 00, 01, 02, ... in every case.
type vectors struct {
	About string        `json:"about"`
	Seal  []sealVector  `json:"seal"`
	MAC   []macVector   `json:"mac"`
	Wrap  []wrapVector  `json:"wrap"`
	AAD   []joinVectors `json:"aad"`
}

type sealVector struct {
	RingKey   string  `json:"ringKey"`
	KeyID     KeyID   `json:"keyId"`
	Purpose   Purpose `json:"purpose"`
	Tenant    string  `json:"tenant"`
	Plaintext string  `json:"plaintext"`
	AAD       string  `json:"aad"`
	Sealed    string  `json:"sealed"`
}

type macVector struct {
	RingKey string  `json:"ringKey"`
	Purpose Purpose `json:"purpose"`
	Tenant  string  `json:"tenant"`
	Data    string  `json:"data"`
	MAC     string  `json:"mac"`
	PRF     string  `json:"prf"`
}

type wrapVector struct {
	RootKey     string    `json:"rootKey"`
	Deployment  string    `json:"deployment"`
	KeyID       KeyID     `json:"keyId"`
	NotBefore   time.Time `json:"notBefore"`
	Compromised bool      `json:"compromised"`
	Key         string    `json:"key"`
	Wrapped     string    `json:"wrapped"`
}

type joinVectors struct {
	Parts  []string `json:"parts"`
	Joined string   `json:"joined"`
}

const vectorFile = "testdata/vectors.json"

func counting() *bytes.Reader {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return bytes.NewReader(b)
}

func computeVectors(t *testing.T) vectors {
	v := vectors{About: "Byte strings are hex; the random reader gives 00 01 02 03 and so on, anew for every case."}
	for i, plaintext := range []string{"", "short", string(bytes.Repeat([]byte{0xff}, 500))} {
		key, purpose, tenant := fixedKey(byte(0x10+i)), purposes()[3*i], []string{"", "123456789012", "eu-west-1_AbCdEfGhI"}[i]
		ring := mustRing(t, RingKey{ID: KeyID(1 + 0x01020304*i), Key: key})
		aad := AAD("deployment", tenant, "table", "row", "column")
		sealed, err := ring.Sealer(purpose, tenant).Seal(counting(), start, []byte(plaintext), aad)
		if err != nil {
			t.Fatal(err)
		}
		v.Seal = append(v.Seal, sealVector{hex.EncodeToString(key[:]), ring.keys[0].ID, purpose, tenant,
			hex.EncodeToString([]byte(plaintext)), hex.EncodeToString(aad), hex.EncodeToString(sealed)})

		s := ring.Sealer(RefreshToken, tenant)
		_, mac := s.MAC(start, []byte(plaintext))
		prf := s.PRF(plaintext)
		v.MAC = append(v.MAC, macVector{hex.EncodeToString(key[:]), RefreshToken, tenant, hex.EncodeToString([]byte(plaintext)),
			hex.EncodeToString(mac[:]), hex.EncodeToString(prf[:])})

		k := RingKey{ID: ring.keys[0].ID, Key: key, NotBefore: start.Add(time.Duration(i) * time.Hour), Compromised: i == 1}
		root := fixedKey(0xa0)
		wrapped, err := WrapKey(root, counting(), k, "deployment")
		if err != nil {
			t.Fatal(err)
		}
		v.Wrap = append(v.Wrap, wrapVector{hex.EncodeToString(root[:]), "deployment", k.ID, k.NotBefore, k.Compromised,
			hex.EncodeToString(key[:]), hex.EncodeToString(wrapped)})
	}
	for _, parts := range [][]string{{}, {""}, {"a", "bc"}, {"ab", "c"}} {
		v.AAD = append(v.AAD, joinVectors{parts, hex.EncodeToString(AAD(parts...))})
	}
	return v
}

// TestVectors pins the formats: what is stored today must open tomorrow.
func TestVectors(t *testing.T) {
	got := computeVectors(t)
	if update := flag.Lookup("update"); update != nil && update.Value.String() == "true" {
		b, err := json.MarshalIndent(got, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(vectorFile, append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(vectorFile)
	if err != nil {
		t.Fatal(err)
	}
	var want vectors
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the formats have changed (-file +code):\n%s", diff)
	}
	if len(want.Seal) == 0 || len(want.MAC) == 0 || len(want.Wrap) == 0 || len(want.AAD) == 0 {
		t.Error("vectors are missing")
	}
}

var _ = flag.Bool("update", false, "rewrite testdata/vectors.json; only for a new version of the format")
