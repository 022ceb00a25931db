package app

import (
	"crypto/sha1"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestPasswordLists opens the operator's list in both of its forms, beside the common passwords.
func TestPasswordLists(t *testing.T) {
	words := []string{"Tr0ub4dor&3", "correct horse battery staple"}
	var hashes []string
	for _, w := range words {
		hashes = append(hashes, fmt.Sprintf("%X:7", sha1.Sum([]byte(w))))
	}
	slices.Sort(hashes)
	for form, lines := range map[string][]string{"words": words, "hashes": hashes, "none": nil} {
		path := ""
		if lines != nil {
			path = filepath.Join(t.TempDir(), "list")
			if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		list, file, err := openPasswords(path)
		if err != nil {
			t.Fatal(form, err)
		}
		for password, want := range map[string]bool{"password": true, words[0]: lines != nil, words[1]: lines != nil, "Another-Secret-9": false} {
			if in, err := list.Contains(password); in != want || err != nil {
				t.Errorf("%s: %q is in the list: %t, %v", form, password, in, err)
			}
		}
		if file != nil {
			if err := file.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	if _, _, err := openPasswords(filepath.Join(t.TempDir(), "missing")); err == nil {
		t.Error("a missing file was taken")
	}
}
