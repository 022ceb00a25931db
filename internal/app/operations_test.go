package app

import (
	"bytes"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/wire"
)

// TestOperationsPage holds docs/operations.md against the tables.
func TestOperationsPage(t *testing.T) {
	var want bytes.Buffer
	if err := WriteOperations(&want); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.String(), string(got)); diff != "" {
		t.Errorf("docs/operations.md is out of date; run: go run ./cmd/mayfly operations > docs/operations.md\n%s", diff)
	}
}

// TestMethodNames holds every bound method to the name of its operation, so that an operation is found by its name.
func TestMethodNames(t *testing.T) {
	w := newWorld(t)
	bound := 0
	w.every(func(e *wire.Entry) {
		if e.Binding == nil {
			return
		}
		bound++
		if e.Binding.Method != e.Operation.Name {
			t.Errorf("%s %s is performed by a method named %s", e.Service.Name, e.Operation.Name, e.Binding.Method)
		}
	})
	if bound == 0 {
		t.Error("nothing is bound")
	}
}
