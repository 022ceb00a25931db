package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/internal/awsfile"
	"github.com/mayfly-id/mayfly/internal/login"
)

// setupResult is what "setup profiles" tells. The members are those of the JSON form.
type setupResult struct {
	File     string   `json:"file"`
	Profiles []string `json:"profiles"`          // that are in the blocks now
	Removed  []string `json:"removed"`           // by --prune
	Skipped  []string `json:"skipped,omitempty"` // somebody else's are of these names
	Changed  bool     `json:"changed"`
	Diff     string   `json:"diff,omitempty"` // with --diff, when nothing is written
}

// setupFlags are those of "setup profiles".
type setupFlags struct {
	diff, prune   bool
	name, command string
}

func (c *client) setup() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "setup",
		Short: "Set other programs up",
		Args:  cobra.NoArgs,
		RunE:  func(*cobra.Command, []string) error { return login.Usage("want: setup profiles") },
	}
	var f setupFlags
	profiles := &cobra.Command{
		Use:   "profiles [session...]",
		Short: "Write profiles for AWS SDKs and CLIs",
		Long: `Write a profile into the shared AWS config for each session, and for each account and role of a session of SSO. Its credential_process is this program. The profiles of a
session stand between two comment lines, and nothing else of the file is touched: comments, order and unknown keys stay.

A role that a session has lost keeps its profile, and so does a session that is not configured any more, until --prune takes them out.`,
		Example: `  mayfly setup profiles --diff
  mayfly setup profiles work --prune
  mayfly setup profiles sso --name '{account-name}.{role}'`,
		RunE: func(cmd *cobra.Command, args []string) error { return c.setupProfiles(cmd.Context(), args, &f) },
	}
	profiles.Flags().BoolVar(&f.diff, "diff", false, "show what would change, and write nothing")
	profiles.Flags().BoolVar(&f.prune, "prune", false, "take out profiles of roles and sessions that are not there any more")
	profiles.Flags().StringVar(&f.name, "name", "{session}.{account}.{role}", "names of profiles of SSO roles: {session}, {account}, {account-name}, {role}")
	profiles.Flags().StringVar(&f.command, "command", "", "how profiles call this program (default: by its name, or by its path where that is not found)")
	cmd.AddCommand(profiles)
	return cmd
}

func (c *client) setupProfiles(ctx context.Context, names []string, f *setupFlags) error {
	conf, err := c.LoadConfig()
	if err != nil {
		return err
	}
	if len(names) == 0 {
		names = conf.Names()
	}
	if f.command == "" {
		f.command = c.Command()
	}
	wanted := map[string][]entry{}
	for _, n := range names {
		if wanted[n], err = c.entries(ctx, n, f); err != nil {
			return err
		}
	}
	path := c.Shared().ConfigPath
	if path == "" {
		return login.Usage("no place for the shared config: set AWS_CONFIG_FILE or HOME")
	}
	r := &setupResult{File: path, Profiles: []string{}, Removed: []string{}}
	change := func(file *awsfile.File) error { return r.write(file, names, wanted, conf.Names(), f.prune) }
	var before, after []byte
	if f.diff {
		before, after, err = preview(path, change)
	} else {
		before, after, err = awsfile.Edit(path, change)
	}
	if err != nil {
		return err
	}
	r.Changed = string(before) != string(after)
	if f.diff {
		r.Diff = awsfile.Diff(path, path, before, after)
	}
	return c.tellSetup(r, f.diff)
}

func (c *client) tellSetup(r *setupResult, diff bool) error {
	for _, n := range r.Skipped {
		c.Say("Profile %s is left alone: it stands outside of the blocks that this program writes.", n)
	}
	if c.asJSON {
		return c.printJSON(r)
	}
	if diff {
		_, err := fmt.Fprint(c.Out, r.Diff)
		return err
	}
	for _, n := range r.Profiles {
		if _, err := fmt.Fprintln(c.Out, n); err != nil {
			return err
		}
	}
	switch {
	case !r.Changed:
		c.Say("%s is as it should be.", r.File)
	case len(r.Removed) > 0:
		c.Say("%s is written; taken out: %s.", r.File, strings.Join(r.Removed, ", "))
	default:
		c.Say("%s is written.", r.File)
	}
	return nil
}

// preview makes a change to a copy of a file.
func preview(path string, change func(*awsfile.File) error) (before, after []byte, err error) {
	before, err = awsfile.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	f := awsfile.Parse(before)
	if err := change(f); err != nil {
		return nil, nil, err
	}
	return before, f.Bytes(), nil
}

// entry is a profile that is to be there.
type entry struct {
	name string
	keys [][2]string
}

// entries gives the profiles of a session.
func (c *client) entries(ctx context.Context, name string, f *setupFlags) ([]entry, error) {
	s, err := c.Choose(name)
	if err != nil {
		return nil, err
	}
	o, err := c.Open(s, login.Alone)
	if err != nil {
		return nil, err
	}
	if s.Kind != login.KindSSO {
		if o.Keys == nil {
			return nil, nil // tokens alone are nothing to an SDK
		}
		return []entry{entryOf(s, s.Name, f.command+" process "+s.Name)}, nil
	}
	all, err := c.rolesOf(ctx, o)
	if err != nil {
		return nil, err
	}
	var out []entry
	for _, r := range all {
		e := entryOf(s, r.profileName(s.Name, f.name), f.command+" process "+s.Name+" --account "+r.Account+" --role "+r.Role)
		if slices.ContainsFunc(out, func(o entry) bool { return o.name == e.name }) {
			return nil, login.Usage("two roles would have the profile %s: choose other names with --name", e.name)
		}
		out = append(out, e)
	}
	return out, nil
}

func entryOf(s *login.Session, name, command string) entry {
	e := entry{name: name, keys: [][2]string{{"credential_process", command}, {"region", s.Region}}}
	if s.Endpoint != "" {
		e.keys = append(e.keys, [2]string{"endpoint_url", s.Endpoint})
	}
	return e
}

// profileName makes a name that needs no quotes anywhere.
func (r *role) profileName(session, pattern string) string {
	account := r.AccountName
	if account == "" {
		account = r.Account
	}
	name := strings.NewReplacer("{session}", session, "{account}", r.Account, "{account-name}", account, "{role}", r.Role).Replace(pattern)
	return strings.Map(func(c rune) rune {
		if strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+=@", c) {
			return c
		}
		return '-'
	}, name)
}

// write puts the blocks into the shared config.
func (r *setupResult) write(file *awsfile.File, names []string, wanted map[string][]entry, configured []string, prune bool) error {
	for _, n := range names {
		text, err := r.block(file, n, wanted[n], prune)
		if err != nil {
			return err
		}
		if err := file.SetBlock(n, text); err != nil {
			return fmt.Errorf("the block of session %s: %w", n, err)
		}
	}
	if !prune {
		return nil
	}
	for _, n := range file.Blocks() {
		if slices.Contains(configured, n) {
			continue
		}
		text, _, err := file.Block(n)
		if err != nil {
			return err
		}
		r.Removed = append(r.Removed, profilesIn(text)...)
		if err := file.SetBlock(n, ""); err != nil {
			return fmt.Errorf("the block of session %s: %w", n, err)
		}
	}
	return nil
}

// block writes the block of a session: what is wanted, and what was there before unless that is to go.
func (r *setupResult) block(file *awsfile.File, name string, wanted []entry, prune bool) (string, error) {
	old, _, err := file.Block(name)
	if err != nil {
		return "", fmt.Errorf("the block of session %s: %w", name, err)
	}
	inside := profilesIn(old)
	next := awsfile.Parse([]byte(old))
	for _, p := range inside {
		if slices.ContainsFunc(wanted, func(e entry) bool { return e.name == p }) {
			continue
		}
		if !prune {
			r.Profiles = append(r.Profiles, p)
			continue
		}
		if _, err := next.Remove(sectionOf(p)); err != nil {
			return "", err
		}
		r.Removed = append(r.Removed, p)
	}
	for _, e := range wanted {
		section := sectionOf(e.name)
		if !slices.Contains(inside, e.name) && (file.Has(section) || file.Has("profile "+e.name)) {
			r.Skipped = append(r.Skipped, e.name)
			continue
		}
		for _, kv := range e.keys {
			if err := next.Set(section, kv[0], kv[1]); err != nil {
				return "", errors.Join(login.Usage("profile %s cannot be written: %s", e.name, kv[0]), err)
			}
		}
		r.Profiles = append(r.Profiles, e.name)
	}
	return string(next.Bytes()), nil
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
	for _, s := range awsfile.Parse([]byte(text)).Sections() {
		if p, ok := strings.CutPrefix(s, "profile "); ok || s == "default" {
			out = append(out, p)
		}
	}
	return out
}
