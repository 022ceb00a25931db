package chain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials"
)

// processTime is how long a process may take, as in the SDK for Go.
const processTime = time.Minute

// mostOutput bounds what a process may write.
const mostOutput = 1 << 20

// Process runs a credential_process and reads the credentials that it writes. As in the SDK for Go the command goes to a shell: sh -c, on Windows cmd.exe /C.
type Process struct {
	Command credentials.Secret // which may hold one
	Stdin   io.Reader          // so that it can ask; nil is none
	Stderr  io.Writer          // so that it can say what it asks; nil is none
	Environ []string           // nil is the environment of this process
	Now     func() time.Time
	Timeout time.Duration // 0 is a minute
}

var (
	errProcessTime = errors.New("credential_process did not end in time")
	errOutput      = errors.New("credential_process writes too much")
	errVersion     = errors.New("credential_process writes a Version that is not 1")
)

// Retrieve implements aws.CredentialsProvider. No error repeats what the process writes, nor its command, for both may hold secrets.
func (p *Process) Retrieve(ctx context.Context) (aws.Credentials, error) {
	out, err := p.run(ctx)
	if err != nil {
		return aws.Credentials{}, err
	}
	if runtime.GOOS == "windows" {
		out = bytes.ReplaceAll(out, []byte(`\"`), []byte(`"`)) // which cmd.exe puts in front of quotes
	}
	d, ok := parse(out)
	if !ok {
		return aws.Credentials{}, fmt.Errorf("credential_process: %w", errDocument)
	}
	if string(d["Version"]) != "1" {
		return aws.Credentials{}, errVersion
	}
	c, err := d.credentials("SessionToken", "CredentialProcess", p.Now())
	if err != nil {
		return aws.Credentials{}, fmt.Errorf("credential_process: %w", err)
	}
	return c, nil
}

func (p *Process) run(ctx context.Context) ([]byte, error) {
	limit := p.Timeout
	if limit == 0 {
		limit = processTime
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	shell, flag := "sh", "-c"
	if runtime.GOOS == "windows" {
		shell, flag = "cmd.exe", "/C"
	}
	cmd := exec.CommandContext(ctx, shell, flag, string(p.Command))
	out := &bounded{full: cancel}
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Env = p.Stdin, out, p.Stderr, p.Environ
	cmd.WaitDelay = time.Second // for what the shell has started may hold its output open
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case out.over:
		return nil, errOutput
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, errProcessTime
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.As(err, &exit):
		return nil, fmt.Errorf("credential_process ends with %s", exit.ProcessState)
	case err != nil:
		return nil, errors.New("credential_process cannot be run by the shell")
	}
	return out.buf.Bytes(), nil
}

// bounded is a buffer that takes so much and no more.
type bounded struct {
	buf  bytes.Buffer // not embedded: its ReadFrom would go past the bound
	over bool
	full func() // is called then
}

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	if b.buf.Len()+len(p) > mostOutput {
		b.over = true
		b.full()
		return 0, errOutput
	}
	return b.buf.Write(p)
}
