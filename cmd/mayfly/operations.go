package main

import (
	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/internal/app"
)

func operations() *cobra.Command {
	return &cobra.Command{
		Use:   "operations",
		Short: "Print which operations of which services this server performs, as Markdown",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return app.WriteOperations(c.OutOrStdout())
		},
	}
}
