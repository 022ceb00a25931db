package vault

import (
	"bytes"
	"errors"
	"testing"

	"github.com/mayfly-id/mayfly/credentials"
)

// TestOverlay: what lies below is read and never changed, and what is saved or deleted above hides it.
func TestOverlay(t *testing.T) {
	ctx := t.Context()
	below := &credentials.Memory{}
	for _, name := range []string{"kept", "replaced", "deleted", "again"} {
		if err := below.Save(ctx, name, []byte("old")); err != nil {
			t.Fatal(err)
		}
	}
	o := &overlay{below: below}
	for _, err := range []error{
		o.Save(ctx, "replaced", []byte("new")), o.Save(ctx, "first", []byte("new")),
		o.Delete(ctx, "deleted"), o.Delete(ctx, "never"), o.Delete(ctx, "again"), o.Save(ctx, "again", []byte("new")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{"kept": "old", "replaced": "new", "first": "new", "again": "new", "deleted": "", "never": ""} {
		b, err := o.Load(ctx, name)
		if string(b) != want || (want == "") != errors.Is(err, credentials.ErrNotStored) {
			t.Errorf("%s: %q, %v", name, b, err)
		}
		b, err = below.Load(ctx, name)
		if there := name != "first" && name != "never"; there != bytes.Equal(b, []byte("old")) {
			t.Errorf("%s was changed below: %q, %v", name, b, err)
		}
	}
	if err := o.Delete(ctx, "replaced"); err != nil {
		t.Fatal(err)
	}
	if b, err := o.Load(ctx, "replaced"); !errors.Is(err, credentials.ErrNotStored) {
		t.Errorf("what lies below came back after a deletion: %q, %v", b, err)
	}
}
