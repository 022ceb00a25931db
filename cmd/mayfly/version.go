package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// release is the version of this source.
const release = "0.1.0"

func version() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		Run: func(c *cobra.Command, _ []string) {
			text := "mayfly " + release
			if info, ok := debug.ReadBuildInfo(); ok {
				text += " (" + info.GoVersion
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" && len(s.Value) >= 12 {
						text += ", " + s.Value[:12]
					}
				}
				text += ")"
			}
			fmt.Fprintln(c.OutOrStdout(), text)
		},
	}
}
