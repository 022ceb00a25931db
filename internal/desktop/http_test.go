package desktop

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBundle: a server whose authority is in the bundle is trusted, and no other; redirects stay where they are.
func TestBundle(t *testing.T) {
	s := httptest.NewTLSServer(http.RedirectHandler("https://elsewhere.example.com/", http.StatusFound))
	defer s.Close()
	dir := t.TempDir()
	good := filepath.Join(dir, "good.pem")
	if err := os.WriteFile(good, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	none := filepath.Join(dir, "none.pem")
	if err := os.WriteFile(none, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, says string }{
		{good, ""}, {"", "certificate"}, {none, "has no certificate in PEM"}, {filepath.Join(dir, "absent"), "no such file"},
	} {
		resp, err := HTTP(func(string) string { return c.path }).Get(s.URL)
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %v", c.path, err)
		}
		if err == nil {
			if resp.StatusCode != http.StatusFound {
				t.Errorf("status %d", resp.StatusCode)
			}
			_ = resp.Body.Close()
		}
	}
}
