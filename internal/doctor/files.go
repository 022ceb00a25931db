package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/mayfly-id/mayfly/internal/awsfile"
)

const nameFiles = "files"

// mostFiles is how many files of a folder are looked at.
const mostFiles = 1000

// Places lists the files and folders of the user's that hold secrets or decide what is run: the shared AWS files and their caches, and own, which are those of
// the client. What is in a folder counts too.
func Places(s *awsfile.Shared, own ...string) []string {
	out := append([]string{}, own...)
	out = append(out, s.ConfigPath, s.CredentialsPath)
	if s.Home == "" {
		return out
	}
	aws := filepath.Join(s.Home, ".aws")
	login := s.Cache().LoginDir
	if login == "" {
		login = filepath.Join(aws, "login", "cache")
	}
	return append(out, aws, filepath.Join(aws, "sso", "cache"), filepath.Join(aws, "cli", "cache"), login)
}

// Files looks at who can read and write files and what is in folders. Files are to be of mode 0600. A folder may be looked into, but not written to, by others:
// the names in it are no secrets, and whoever can write there can put other files in the place of these. Windows decides by access lists, which a user's
// profile inherits.
func Files(goos string, paths []string) []Check {
	if goos == "windows" {
		return []Check{skipped(nameFiles, "the access lists of the user's profile decide who reads files")}
	}
	var out []Check
	seen, looked := map[string]bool{}, 0
	look := func(path string) fs.FileInfo {
		if path == "" || path == os.DevNull || seen[path] {
			return nil
		}
		seen[path] = true
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			out = append(out, warn(nameFiles, path+" cannot be looked at: "+reason(err), ""))
			return nil
		}
		looked++
		out = append(out, mode(path, info)...)
		return info
	}
	for _, path := range paths {
		info := look(path)
		if info == nil || !info.IsDir() {
			continue
		}
		for _, in := range within(path) {
			look(in)
		}
	}
	switch {
	case len(out) > 0:
		return out
	case looked == 0:
		return []Check{ok(nameFiles, "there are no files with secrets yet")}
	}
	return []Check{ok(nameFiles, fmt.Sprintf("%d files and folders with secrets are the user's alone", looked))}
}

// within lists the regular files of a folder, not those further down.
func within(dir string) []string {
	f, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer f.Close()
	entries, _ := f.ReadDir(mostFiles) // as many as could be read
	var out []string
	for _, e := range entries {
		if e.Type().IsRegular() {
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	return out
}

// Bits of a mode.
const (
	anyOther   fs.FileMode = 0o077
	groupWrite fs.FileMode = 0o020
	worldWrite fs.FileMode = 0o002
)

// mode judges one file or folder. Whoever can write the config can have a credential_process run, so that a file that the world can write is a failure.
func mode(path string, info fs.FileInfo) []Check {
	bits := info.Mode().Perm()
	says := func(what string) string { return fmt.Sprintf("%s %s (mode %04o)", path, what, bits) }
	switch {
	case foreign(info):
		return []Check{warn(nameFiles, path+" belongs to another user, who can change it", "chown \"$(id -u)\" "+quoted(path))}
	case bits&worldWrite != 0 && (!info.IsDir() || info.Mode()&fs.ModeSticky == 0):
		return []Check{fail(nameFiles, says("can be written by everybody"), repair(path, info))}
	case bits&groupWrite != 0:
		return []Check{warn(nameFiles, says("can be written by others"), repair(path, info))}
	case bits&anyOther != 0 && !info.IsDir():
		return []Check{warn(nameFiles, says("can be read by others"), repair(path, info))}
	}
	return nil
}

func repair(path string, info fs.FileInfo) string {
	if info.IsDir() {
		return "chmod 0700 " + quoted(path)
	}
	return "chmod 0600 " + quoted(path)
}
