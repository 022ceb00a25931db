package awsfile

import (
	"fmt"
	"slices"
	"strings"
)

// BlockProfile is a profile that is to stand in a block.
type BlockProfile struct {
	Name string
	Keys [][2]string // one without a text is not to be there; others than these stay
}

// Written tells what has become of the profiles of blocks.
type Written struct {
	Profiles []string // that are in the blocks now
	Removed  []string
	Skipped  []string // somebody else's are of these names
}

// SetProfiles writes the block of a name: what is wanted, and what was there before unless prune takes it out. A profile that stands outside of the block is left
// alone, and so is one of a name that is taken elsewhere.
func (f *File) SetProfiles(name string, wanted []BlockProfile, prune bool, taken func(profile string) bool, w *Written) error {
	old, _, err := f.Block(name)
	if err != nil {
		return fmt.Errorf("the block of session %s: %w", name, err)
	}
	inside := profilesIn(old)
	next := Parse([]byte(old))
	for _, p := range inside {
		if slices.ContainsFunc(wanted, func(b BlockProfile) bool { return b.Name == p }) {
			continue
		}
		if !prune {
			w.Profiles = append(w.Profiles, p)
			continue
		}
		if _, err := next.Remove(sectionOf(p)); err != nil {
			return err
		}
		w.Removed = append(w.Removed, p)
	}
	for _, b := range wanted {
		if !slices.Contains(inside, b.Name) && (f.Has(sectionOf(b.Name)) || f.Has("profile "+b.Name) || taken(b.Name)) {
			w.Skipped = append(w.Skipped, b.Name)
			continue
		}
		if err := next.putProfile(&b); err != nil {
			return err
		}
		w.Profiles = append(w.Profiles, b.Name)
	}
	if err := f.SetBlock(name, string(next.Bytes())); err != nil {
		return fmt.Errorf("the block of session %s: %w", name, err)
	}
	return nil
}

func (f *File) putProfile(b *BlockProfile) error {
	section := sectionOf(b.Name)
	for _, kv := range b.Keys {
		var err error
		if kv[1] == "" {
			_, err = f.Unset(section, kv[0])
		} else {
			err = f.Set(section, kv[0], kv[1])
		}
		if err != nil {
			return fmt.Errorf("profile %s cannot be written: %s: %w", b.Name, kv[0], err)
		}
	}
	return nil
}

// PruneBlocks takes out the blocks of other names than these.
func (f *File) PruneBlocks(names []string, w *Written) error {
	for _, n := range f.Blocks() {
		if slices.Contains(names, n) {
			continue
		}
		text, _, err := f.Block(n)
		if err == nil {
			err = f.SetBlock(n, "")
		}
		if err != nil {
			return fmt.Errorf("the block of session %s: %w", n, err)
		}
		w.Removed = append(w.Removed, profilesIn(text)...)
	}
	return nil
}

// sectionOf is the section of a profile.
func sectionOf(profile string) string {
	if profile == "default" {
		return profile
	}
	return "profile " + profile
}

// profilesIn lists the profiles of a block.
func profilesIn(text string) []string {
	var out []string
	for _, s := range Parse([]byte(text)).Sections() {
		if p, ok := strings.CutPrefix(s, "profile "); ok || s == "default" {
			out = append(out, p)
		}
	}
	return out
}
