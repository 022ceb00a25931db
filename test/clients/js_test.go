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
	installed(t, "node")
	if _, err := os.Stat(filepath.Join("js", "node_modules", "amazon-cognito-identity-js", "package.json")); err != nil {
		t.Fatalf("the packages of the js folder are not installed; `npm ci` in test/clients/js does it: %v", err)
	}
	for _, script := range []string{"sdk.test.mjs", "identity-js.test.mjs", "amplify.test.mjs"} {
		t.Run(script, func(t *testing.T) {
			t.Parallel()
			f := start(t)
			block, err := json.Marshal(f)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			defer cancel()
			c := exec.CommandContext(ctx, "node", "--test", "--test-reporter=spec", script)
			c.Dir = "js"
			c.Env = []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "AWS_EC2_METADATA_DISABLED=true", "MAYFLY_FIRST_RUN=" + string(block)}
			out, err := c.CombinedOutput()
			if err != nil {
				t.Fatalf("node --test %s: %v\n%s", script, err, out)
			}
		})
	}
}
