package archtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestGeneratedCodeIsUpToDate runs the generator beside the code that is checked in.
func TestGeneratedCodeIsUpToDate(t *testing.T) {
	dir := t.TempDir()
	generate := exec.Command("go", "run", "./cmd/modelgen", "-out", dir)
	generate.Dir = root
	if out, err := generate.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := contents(t, dir)
	if len(want) == 0 {
		t.Fatal("nothing was generated")
	}
	if diff := cmp.Diff(want, contents(t, filepath.Join(root, "internal/awsapi"))); diff != "" {
		t.Errorf("internal/awsapi is out of date; run: go run ./cmd/modelgen\n%.4000s", diff)
	}
}

func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*", "*_gen.go"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			t.Fatal(err)
		}
		out[rel] = string(b)
	}
	return out
}
