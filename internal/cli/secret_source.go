package cli

import (
	"bytes"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/login"
)

// secretSource is where a command takes a secret from: never from its own command line, which everyone on the machine can read.
type secretSource struct {
	what  string // of the flags: password or secret
	file  string
	stdin bool
}

// mostSecret bounds what is read of a secret. mostLine bounds the secret itself.
const (
	mostSecret = 64 << 10
	mostLine   = 4096
)

func (s *secretSource) flags(cmd *cobra.Command, what, file, stdin string) {
	s.what = what
	cmd.Flags().StringVar(&s.file, what+"-file", "", file)
	cmd.Flags().BoolVar(&s.stdin, what+"-stdin", false, stdin)
}

// given says that a flag names a source.
func (s *secretSource) given() bool { return s.file != "" || s.stdin }

// read gives what the flags name.
func (s *secretSource) read(in io.Reader) ([]byte, error) {
	if s.file != "" && s.stdin {
		return nil, login.Usage("--%s-file and --%s-stdin exclude each other", s.what, s.what)
	}
	if s.file != "" {
		f, err := os.Open(s.file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	return io.ReadAll(io.LimitReader(in, mostSecret))
}

// line is the first line of what was read.
func (s *secretSource) line(b []byte) (credentials.Secret, error) {
	text, _, _ := bytes.Cut(b, []byte("\n"))
	text = bytes.TrimSuffix(text, []byte("\r"))
	if len(text) == 0 || len(text) >= mostLine {
		return "", login.Usage("the %s is empty or too long", s.what)
	}
	return credentials.Secret(text), nil
}
