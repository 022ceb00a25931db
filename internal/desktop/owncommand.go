package desktop

import (
	"os"
	"os/exec"
	"strings"
)

// OwnCommand is this program's name where the search path leads to it, and its path elsewhere, in the quotes that a shell and Python's shlex read alike.
func OwnCommand() string {
	self, err := os.Executable()
	if err != nil {
		return "mayfly"
	}
	if found, err := exec.LookPath("mayfly"); err == nil {
		a, errA := os.Stat(found)
		b, errB := os.Stat(self)
		if errA == nil && errB == nil && os.SameFile(a, b) {
			return "mayfly"
		}
	}
	if strings.ContainsAny(self, " \t'\"\\$`&|;<>()*?[]#~") {
		return "'" + strings.ReplaceAll(self, "'", `'\''`) + "'"
	}
	return self
}

// Exists says whether a file is there.
func Exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
