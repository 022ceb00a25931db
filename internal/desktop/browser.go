package desktop

import (
	"context"
	"os/exec"
	"runtime"
)

// OpenBrowser shows a page in the browser of this machine. It returns when the browser has been asked to. The address is in the arguments of a process for a moment:
// it is to have no secret.
func OpenBrowser(ctx context.Context, page string) error {
	name, args := "xdg-open", []string{page}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", page}
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), name, args...)
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { _ = cmd.Wait() }() // some of them end with the browser
	return nil
}

// Browserless says whether a browser on this machine would be of no use: nobody is in front of it, as over SSH, in a container and in CI.
func Browserless(getenv func(string) string, exists func(path string) bool) bool {
	for _, v := range []string{"SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT", "CI", "container", "KUBERNETES_SERVICE_HOST", "CODESPACES"} {
		if getenv(v) != "" {
			return true
		}
	}
	for _, f := range []string{"/.dockerenv", "/run/.containerenv"} {
		if exists(f) {
			return true
		}
	}
	return runtime.GOOS == "linux" && getenv("DISPLAY") == "" && getenv("WAYLAND_DISPLAY") == "" && getenv("BROWSER") == ""
}
