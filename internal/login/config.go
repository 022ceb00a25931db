package login

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/awsfile"
	"github.com/mayfly-id/mayfly/internal/vault"
)

// Config is the client's file of sessions.
type Config struct {
	Path  string
	file  *awsfile.File
	locks string // folder; empty where the environment names none
}

const sessionPrefix = "session "

// ConfigPath is where the file is: MAYFLY_CONFIG, or by the XDG base directory specification, or where the system keeps such files.
func (c *World) ConfigPath() (string, error) {
	if p := c.Getenv("MAYFLY_CONFIG"); p != "" {
		return p, nil
	}
	if d := c.Getenv("XDG_CONFIG_HOME"); filepath.IsAbs(d) {
		return filepath.Join(d, "mayfly", "config"), nil
	}
	if runtime.GOOS == "windows" {
		if d := c.Getenv("APPDATA"); d != "" {
			return filepath.Join(d, "mayfly", "config"), nil
		}
	}
	if home := c.Getenv("HOME"); home != "" {
		return filepath.Join(home, ".config", "mayfly", "config"), nil
	}
	return "", Usage("no place for the configuration: set MAYFLY_CONFIG or HOME")
}

// LoadConfig reads the file; one that is not there is empty.
func (c *World) LoadConfig() (*Config, error) {
	path, err := c.ConfigPath()
	if err != nil {
		return nil, err
	}
	b, err := awsfile.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	f := &Config{Path: path, file: awsfile.Parse(b)}
	if dir, err := vault.Folder(runtime.GOOS, c.Getenv); err == nil {
		f.locks = dir
	}
	return f, nil
}

// Session gives a session by name; ok is false when there is none.
func (f *Config) Session(name string) (s *Session, ok bool) {
	s = &Session{Name: name}
	section := sessionPrefix + name
	for _, set := range s.Settings() {
		if v, found := f.file.Get(section, set.Key); found {
			*set.Text, ok = string(v.Text), true
		}
	}
	return s, ok
}

// Names lists the sessions in the order of the file.
func (f *Config) Names() []string {
	var out []string
	for _, section := range f.file.Sections() {
		if name, ok := strings.CutPrefix(section, sessionPrefix); ok {
			out = append(out, name)
		}
	}
	return out
}

// Unknown is something in the file that means nothing: a key that is no setting, or a section that is no session.
type Unknown struct {
	Session string // that has the key; empty for a section
	What    string // the key, or the section in its brackets
	Line    int    // of the key; 0 for a section
}

// Unknown lists what means nothing, in the order of the file.
func (f *Config) Unknown() []Unknown {
	known := map[string]bool{}
	for _, set := range (&Session{}).Settings() {
		known[set.Key] = true
	}
	var out []Unknown
	for _, section := range f.file.Sections() {
		name, ok := strings.CutPrefix(section, sessionPrefix)
		if !ok {
			out = append(out, Unknown{What: "[" + section + "]"})
			continue
		}
		in, _ := f.file.Section(section)
		begin := len(out)
		for key, v := range in {
			if !known[key] {
				out = append(out, Unknown{name, key, v.From.Line})
			}
		}
		slices.SortFunc(out[begin:], func(a, b Unknown) int { return a.Line - b.Line })
	}
	return out
}

// Put writes a session. Keys that it has no text for are taken out; others, and comments, stay.
func (f *Config) Put(ctx context.Context, s *Session) error {
	return f.edit(ctx, func(file *awsfile.File) error {
		for _, set := range s.Settings() {
			var err error
			if *set.Text == "" {
				_, err = file.Unset(sessionPrefix+s.Name, set.Key)
			} else {
				err = file.Set(sessionPrefix+s.Name, set.Key, *set.Text)
			}
			if err != nil {
				return Usage("session %s: %s cannot be written: %w", s.Name, set.Key, err)
			}
		}
		return nil
	})
}

// edit changes the file as it is now: others may have changed it since it was read. The lock keeps processes of this program apart; where there is no place for
// one, an edit that another comes in between of fails.
func (f *Config) edit(ctx context.Context, change func(*awsfile.File) error) error {
	if f.locks != "" {
		unlock, err := (&credentials.Files{Dir: f.locks}).Lock(ctx, "config")
		if err == nil {
			defer unlock()
		} else if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	_, after, err := awsfile.Edit(f.Path, change)
	if err == nil {
		f.file = awsfile.Parse(after)
	}
	return err
}

// Remove takes a session out.
func (f *Config) Remove(ctx context.Context, name string) error {
	return f.edit(ctx, func(file *awsfile.File) error {
		_, err := file.Remove(sessionPrefix + name)
		return err
	})
}
