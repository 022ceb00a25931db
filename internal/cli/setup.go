package cli

import (
	"context"
	"errors"
	"fmt"
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
	names = once(names)
	if f.command == "" {
		f.command = c.Command()
	}
	if f.name == "" {
		return login.Usage("--name is empty")
	}
	wanted := map[string][]awsfile.BlockProfile{}
	for _, n := range names {
		if wanted[n], err = c.entries(ctx, n, f); err != nil {
			return err
		}
	}
	shared := c.Shared()
	path := shared.ConfigPath
	if path == "" {
		return login.Usage("no place for the shared config: set AWS_CONFIG_FILE or HOME")
	}
	w := &awsfile.Written{Profiles: []string{}, Removed: []string{}}
	change := func(file *awsfile.File) error {
		for _, n := range names {
			if err := file.SetProfiles(n, wanted[n], f.prune, shared.Credentials.Has, w); err != nil { // keys there go before a credential_process
				return err
			}
		}
		if !f.prune {
			return nil
		}
		return file.PruneBlocks(conf.Names(), w)
	}
	edit := awsfile.Edit
	if f.diff {
		edit = awsfile.Preview
	}
	before, after, err := edit(path, change)
	if errors.Is(err, awsfile.ErrText) {
		return Usage(err)
	}
	if err != nil {
		return err
	}
	r := &setupResult{File: path, Profiles: w.Profiles, Removed: w.Removed, Skipped: w.Skipped, Changed: string(before) != string(after)}
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

// entries gives the profiles of a session.
func (c *client) entries(ctx context.Context, name string, f *setupFlags) ([]awsfile.BlockProfile, error) {
	o, err := c.OpenNamed(name, login.Alone)
	if err != nil {
		return nil, err
	}
	s := o.Session
	if s.Kind != login.KindSSO {
		if o.Keys == nil {
			return nil, nil // tokens alone are nothing to an SDK
		}
		return []awsfile.BlockProfile{entryOf(s, s.Name, f.command+" process "+s.Name)}, nil
	}
	all, err := c.rolesOf(ctx, o)
	if err != nil {
		return nil, err
	}
	var out []awsfile.BlockProfile
	for _, r := range all {
		e := entryOf(s, profileName(&r, s.Name, f.name), f.command+" process "+s.Name+" --account "+r.Account+" --role "+r.Role)
		if slices.ContainsFunc(out, func(o awsfile.BlockProfile) bool { return o.Name == e.Name }) {
			return nil, login.Usage("two roles would have the profile %s: choose other names with --name", e.Name)
		}
		out = append(out, e)
	}
	return out, nil
}

func entryOf(s *login.Session, name, command string) awsfile.BlockProfile {
	return awsfile.BlockProfile{Name: name, Keys: [][2]string{{"credential_process", command}, {"region", s.Region}, {"endpoint_url", s.Endpoint}}}
}

// once leaves out what is there a second time.
func once(names []string) []string {
	var out []string
	for _, n := range names {
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// profileName makes a name that needs no quotes anywhere.
func profileName(r *login.Role, session, pattern string) string {
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
