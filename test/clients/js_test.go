package clients

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestJavaScript runs the scripts of the js folder, each against a server of its own.
func TestJavaScript(t *testing.T) {
	packages(t)
	for _, script := range []string{"sdk.test.mjs", "identity-js.test.mjs", "amplify.test.mjs"} {
		t.Run(script, func(t *testing.T) {
			t.Parallel()
			runScript(t, start(t), script)
		})
	}
	t.Run("federation.test.mjs", func(t *testing.T) {
		t.Parallel()
		runScript(t, startBeside(t), "federation.test.mjs")
	})
}

// TestPasskeyInBrowser runs the script that makes and uses a passkey in Chromium with a virtual authenticator.
func TestPasskeyInBrowser(t *testing.T) {
	packages(t)
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("Chromium is not installed; the Debian package chromium has it")
	}
	t.Parallel()
	runScript(t, start(t), "passkey.test.mjs", "MAYFLY_TEST_CHROMIUM="+chromium)
}

// packages skips a test where Node.js is not to be used, and fails it where the packages of the js folder are missing.
func packages(t *testing.T) {
	t.Helper()
	installed(t, "node")
	if _, err := os.Stat(filepath.Join("js", "node_modules", "amazon-cognito-identity-js", "package.json")); err != nil {
		t.Fatalf("the packages of the js folder are not installed; `npm ci` in test/clients/js does it: %v", err)
	}
}

// runScript runs a script of the js folder against a server.
func runScript(t *testing.T, f *firstRun, script string, environment ...string) {
	t.Helper()
	block, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, "node", "--test", "--test-reporter=spec", script)
	c.Dir = "js"
	c.Env = append(environment, "HOME="+t.TempDir(), "TMPDIR="+t.TempDir(), "PATH="+os.Getenv("PATH"), "AWS_EC2_METADATA_DISABLED=true", "MAYFLY_FIRST_RUN="+string(block))
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("node --test %s: %v\n%s", script, err, out)
	}
}
