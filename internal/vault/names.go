package vault

import (
	"errors"
	"io/fs"
	"os"
)

// Names lists the names under which something is kept, of those that match. A vault in memory keeps nothing from one process to the next, and lists nothing: what is below it cannot be taken away.
func (v *Vault) Names(match func(name string) bool) ([]string, error) {
	if v.keys == nil || v.reason != nil {
		return nil, nil
	}
	entries, err := os.ReadDir(v.sessions())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if e.Type().IsRegular() && match(e.Name()) {
			out = append(out, e.Name())
		}
	}
	return out, nil
}
