package cli

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/internal/login"
)

// completions writes the script of each shell that there is one for.
var completions = []struct {
	shell string
	write func(root *cobra.Command, to io.Writer) error
}{
	{"bash", func(root *cobra.Command, to io.Writer) error { return root.GenBashCompletionV2(to, true) }},
	{"zsh", func(root *cobra.Command, to io.Writer) error { return root.GenZshCompletion(to) }},
	{"fish", func(root *cobra.Command, to io.Writer) error { return root.GenFishCompletion(to, true) }},
	{"powershell", func(root *cobra.Command, to io.Writer) error { return root.GenPowerShellCompletionWithDesc(to) }},
}

func (c *client) completion() *cobra.Command {
	var shells []string
	for _, s := range completions {
		shells = append(shells, s.shell)
	}
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print what makes a shell complete this program's commands",
		Long: `Print the completion script for bash, zsh, fish or powershell. Commands, flags, sessions and profiles are completed; nobody is asked over the network.

bash needs the package bash-completion, and zsh "autoload -U compinit; compinit" before the script.`,
		Example: `  source <(mayfly completion bash)                              this shell only; in ~/.bashrc: each one
  mayfly completion zsh > "${fpath[1]}/_mayfly"
  mayfly completion fish > ~/.config/fish/completions/mayfly.fish
  mayfly completion powershell | Out-String | Invoke-Expression`,
		Args:      cobra.ExactArgs(1),
		ValidArgs: shells,
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, s := range completions {
				if s.shell != args[0] {
					continue
				}
				var script bytes.Buffer
				if err := s.write(cmd.Root(), &script); err != nil {
					return err
				}
				if c.asJSON {
					return c.printJSON(map[string]string{"shell": s.shell, "script": script.String()})
				}
				_, err := script.WriteTo(c.Out)
				return err
			}
			return login.Usage("no completion for %q: there is %s", args[0], strings.Join(shells, ", "))
		},
	}
}

// values are what flags of these names take, where that is a few words.
var values = map[string][]string{
	"type":  {"access", "id"},
	"shell": {"bash", "zsh", "fish", "powershell", "dotenv", "json"},
	"flow":  {"srp", "password"},
	"kind":  {login.KindUserPool, login.KindSSO, login.KindWebIdentity, login.KindKeys},
}

// complete tells shells what the arguments and flags of a command, and of those below it, can be. The use line says what the arguments are.
func (c *client) complete(cmd *cobra.Command) {
	for _, below := range cmd.Commands() {
		c.complete(below)
	}
	_, args, _ := strings.Cut(cmd.Use, " ")
	profiles := strings.Contains(args, "or profile]")
	switch {
	case cmd.ValidArgs != nil:
	case !strings.HasPrefix(args, "[session"):
		cmd.ValidArgsFunction = cobra.NoFileCompletions
	default:
		more := strings.HasPrefix(args, "[session...]")
		after := cobra.ShellCompDirectiveNoFileComp
		if strings.Contains(args, "-- COMMAND") {
			after = cobra.ShellCompDirectiveDefault // the other program's words: the shell knows better
		}
		cmd.ValidArgsFunction = func(_ *cobra.Command, before []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(before) > 0 && !more {
				return nil, after
			}
			return c.names(profiles, before), after
		}
	}
	for name, words := range values {
		if cmd.Flags().Lookup(name) != nil {
			_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
		}
	}
	for name, list := range map[string]func() []string{
		"profile": func() []string { return c.Shared().Profiles() }, "session": func() []string { return c.names(false, nil) },
	} {
		if cmd.Flags().Lookup(name) != nil {
			_ = cmd.RegisterFlagCompletionFunc(name, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
				return list(), cobra.ShellCompDirectiveNoFileComp
			})
		}
	}
}

// names lists sessions with their kinds, and profiles behind them, without those that are there already.
func (c *client) names(profiles bool, without []string) []string {
	var out, seen []string
	if config, err := c.LoadConfig(); err == nil {
		for _, name := range config.Names() {
			if s, ok := config.Session(name); ok && !slices.Contains(without, name) {
				seen = append(seen, name)
				out = append(out, fmt.Sprintf("%s\tsession, %s", name, s.Kind))
			}
		}
	}
	if profiles {
		for _, name := range c.Shared().Profiles() {
			if !slices.Contains(seen, name) {
				out = append(out, name+"\tprofile")
			}
		}
	}
	return out
}
