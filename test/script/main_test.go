package script

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// binDir is where the binary is built, once for all stories.
var binDir string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "mayfly-script")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "mayfly"), "github.com/mayfly-id/mayfly/cmd/mayfly")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "building the binary:", err)
		return 1
	}
	binDir = dir
	return m.Run()
}

func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", binDir+string(os.PathListSeparator)+os.Getenv("PATH"))
			e.Setenv("HOME", filepath.Join(e.WorkDir, "home"))
			e.Setenv("MAYFLY_DATA", filepath.Join(e.WorkDir, "data"))
			e.Values[worldKey{}] = newWorld()
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"server":  cmdServer,
			"stop":    cmdStop,
			"aws":     cmdAWS,
			"srp":     cmdSRP,
			"http":    cmdHTTP,
			"refused": cmdRefused,
			"get":     cmdGet,
			"is":      cmdIs,
			"has":     cmdHas,
			"use":     cmdUse,
			"verify":  cmdVerify,
			"tamper":  cmdTamper,
			"mode":    cmdMode,
			"equal":   cmdEqual,
			"match":   cmdMatch,
			"status":  cmdStatus,
			"content": cmdContent,

			"functions": cmdFunctions,
			"called":    cmdCalled,
			"totp":      cmdTOTP,
			"issuer":    cmdIssuer,
			"issue":     cmdIssue,
			"header":    cmdHeader,
			"base64":    cmdBase64,
			"session":   cmdSession,
			"decoded":   cmdDecoded,
		},
	})
}
