package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/internal/lintcmd"
)

func lintPolicies() *cobra.Command {
	var kind string
	var asJSON bool
	c := &cobra.Command{
		Use:   "lint FILE...",
		Short: "Judge policy documents",
		Long: `Judge policy documents: what is refused and why, what does nothing, what does something else than it says, what opens more than it should.
- reads the standard input. No server is needed.

Each finding has a place, a severity (error, warning, suggestion) and a code, which is that of IAM Access Analyzer where it has such a check.
The exit code is 1 if there is an error among them.`,
		Example: `  mayfly lint policy.json
  mayfly lint --type trust --json trust.json | jq -r '.[].findings[].code'
  aws iam get-role --role-name ci --query Role.AssumeRolePolicyDocument | mayfly lint --type trust -`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("lint: name at least one file, or - for the standard input")}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			k, err := lintcmd.KindOf(kind)
			if err != nil {
				return usageError{fmt.Errorf("--type: %w", err)}
			}
			documents, err := readDocuments(c.InOrStdin(), args)
			if err != nil {
				return err
			}
			n, err := lintcmd.Run(c.OutOrStdout(), documents, k, asJSON)
			if err == nil && n > 0 {
				err = fmt.Errorf("lint: %d of the findings are errors", n)
			}
			return err
		},
	}
	c.Flags().StringVar(&kind, "type", "identity", "what the documents are used as: identity, resource, trust, scp or session")
	c.Flags().BoolVar(&asJSON, "json", false, "print a JSON list")
	return c
}

// readDocuments reads the files that the arguments name.
func readDocuments(in io.Reader, names []string) ([]lintcmd.Document, error) {
	out := make([]lintcmd.Document, 0, len(names))
	for _, name := range names {
		text, err := readDocument(in, name)
		if err != nil {
			return nil, err
		}
		out = append(out, lintcmd.Document{Name: name, Text: text})
	}
	return out, nil
}

func readDocument(in io.Reader, name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(io.LimitReader(in, lintcmd.MostBytes))
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	return io.ReadAll(io.LimitReader(f, lintcmd.MostBytes))
}
