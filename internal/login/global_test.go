package login

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGlobalSTS: the setting is one of AWS's own Regions, and a session that is made of a profile has it where the profile does and it says something.
func TestGlobalSTS(t *testing.T) {
	for setting, want := range map[string]string{"": "", "regional": "", "legacy": "", "global": "regional or legacy"} {
		s := &Session{Name: "a", Kind: KindKeys, Region: "eu-west-1", stsFrom: setting}
		if err := s.Check(); want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v", setting, err)
		}
	}
	for _, s := range []*Session{
		{Name: "a", Kind: KindKeys, Region: "eu-south-1", stsFrom: legacySTS}, {Name: "a", Kind: KindKeys, Region: "eu-west-1", Endpoint: "https://x", stsFrom: legacySTS},
	} {
		if err := s.Check(); !IsUsage(err) {
			t.Errorf("%s at %q: %v", s.Region, s.Endpoint, err)
		}
	}
	path := filepath.Join(t.TempDir(), "config")
	w := &World{Getenv: func(k string) string { return map[string]string{"AWS_CONFIG_FILE": path}[k] }}
	for profile, global := range map[string]bool{
		"region = eu-west-1\nsts_regional_endpoints = legacy": true, "region = eu-west-1": false, "region = eu-south-1\nsts_regional_endpoints = legacy": false,
		"region = eu-west-1\nsts_regional_endpoints = legacy\nendpoint_url = https://id.example.com": false, "region = eu-west-1\nsts_regional_endpoints = regional": false,
	} {
		if err := os.WriteFile(path, []byte("[profile me]\n"+profile+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := w.TakeOver(t.Context(), "me", "profile:me", "")
		if err != nil || s.Check() != nil || s.stsFrom == legacySTS != global {
			t.Errorf("%q: %+v, %v", profile, s, err)
			continue
		}
		store := t.TempDir()
		w.Getenv = func(k string) string { return map[string]string{"AWS_CONFIG_FILE": path, "XDG_STATE_HOME": store}[k] }
		if o, err := w.Open(s, Alone); err != nil || o.Server.GlobalSTS != global {
			t.Errorf("%q: %v", profile, err)
		}
	}
}
