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
