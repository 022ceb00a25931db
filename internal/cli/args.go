package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/internal/login"
)

// strict makes a wrong number of arguments an error of the command line, for a command and those below it.
func strict(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return Usage(fmt.Errorf("%w; want: %s", err, cmd.UseLine()))
			}
			return nil
		}
	}
	for _, sub := range cmd.Commands() {
		strict(sub)
	}
}

// without refuses flags that would count for nothing beside another.
func without(cmd *cobra.Command, flag string, others ...string) error {
	for _, o := range others {
		if cmd.Flags().Changed(o) {
			return login.Usage("--%s and --%s exclude each other", flag, o)
		}
	}
	return nil
}
