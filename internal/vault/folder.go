package vault

import (
	"errors"
	"path/filepath"
)

// ErrNoHome says that the environment names no place for a user's files.
var ErrNoHome = errors.New("vault: the environment names no home")

// Folder says where the client keeps its state, by the rules of an operating system as runtime.GOOS names it: mayfly in $XDG_STATE_HOME everywhere but on
// Windows, and otherwise in ~/.local/state, in ~/Library/Application Support on macOS, in %LocalAppData% on Windows.
// (https://specifications.freedesktop.org/basedir-spec/latest/: a path that is not absolute does not count.)
func Folder(goos string, getenv func(string) string) (string, error) {
	const own = "mayfly"
	if goos == "windows" {
		if d := getenv("LocalAppData"); filepath.IsAbs(d) {
			return filepath.Join(d, own), nil
		}
		return "", ErrNoHome
	}
	if d := getenv("XDG_STATE_HOME"); filepath.IsAbs(d) {
		return filepath.Join(d, own), nil
	}
	home := getenv("HOME")
	if !filepath.IsAbs(home) {
		return "", ErrNoHome
	}
	if goos == "darwin" {
		return filepath.Join(home, "Library", "Application Support", own), nil
	}
	return filepath.Join(home, ".local", "state", own), nil
}
