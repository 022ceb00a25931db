package cli

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/internal/login"
	"github.com/mayfly-id/mayfly/internal/runas"
	"github.com/mayfly-id/mayfly/internal/shellenv"
)

func (c *client) environment() *cobra.Command {
	var t login.Target
	var shell string
	var unset bool
	cmd := &cobra.Command{
		Use:   "env [session or profile]",
		Short: "Give the credentials to a shell",
		Long: `Print assignments of the variables that SDKs read: credentials, Region and endpoint. What would hide them, such as AWS_PROFILE, is removed. They are written for the
shell that asks, unless --shell names another: bash (and sh, dash, ksh), zsh, fish, powershell, dotenv or json.

The variables end with the credentials, and every program of the shell can read them: exec and process are the better way where they can be used.
With --unset the assignments take the variables away again, whichever session they are of; nobody is asked.`,
		Example: `  eval "$(mayfly env work)"                              bash, zsh
  mayfly env work | source                               fish
  mayfly env work | Out-String | Invoke-Expression       PowerShell
  eval "$(mayfly env --unset)"
  mayfly env --shell dotenv work > .env`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			language, err := c.language(shell)
			if err != nil {
				return err
			}
			t.Name = arg(args)
			if unset {
				if t != (login.Target{}) {
					return login.Usage("--unset asks nobody: it takes no session, profile, account or role")
				}
				return c.unset(language)
			}
			src, k, err := c.Credentials(cmd.Context(), &t)
			if err != nil {
				return err
			}
			return c.assign(language, &runas.Variables{Credentials: k, Region: src.Region, Endpoint: src.Endpoint})
		},
	}
	targetFlags(cmd, &t)
	shellFlag(cmd, &shell)
	cmd.Flags().BoolVar(&unset, "unset", false, "take the variables away")
	return cmd
}

func shellFlag(cmd *cobra.Command, shell *string) {
	cmd.Flags().StringVar(shell, "shell", "", "language of the assignments: bash, zsh, fish, powershell, dotenv or json (default: that of the shell that asks)")
}

// language is what assignments are written in.
func (c *client) language(named string) (shellenv.Shell, error) {
	switch {
	case c.asJSON && named != "" && named != string(shellenv.JSON):
		return "", login.Usage("--json and --shell %s exclude each other", named)
	case c.asJSON:
		return shellenv.JSON, nil
	case named == "":
		return shellenv.Detect(c.Getenv, shellenv.Parent()), nil
	}
	language, err := shellenv.Parse(named)
	if err != nil {
		return "", login.Usage("%w", err)
	}
	return language, nil
}

// assign writes what is set, and what is removed so that it hides nothing. A dotenv file can remove nothing.
func (c *client) assign(language shellenv.Shell, v *runas.Variables) error {
	change, err := v.Change()
	if err != nil {
		return err
	}
	if language == shellenv.Dotenv {
		change.Remove = nil
	}
	return language.Write(c.Out, change.Set, change.Remove)
}

// unset takes away what assign may have set, and nothing else: the environment of before is not known any more.
func (c *client) unset(language shellenv.Shell) error {
	if language == shellenv.Dotenv {
		return login.Usage("%w", shellenv.ErrNoRemoval)
	}
	all := runas.Variables{Region: "-", Endpoint: "-", Credentials: aws.Credentials{AccessKeyID: "-", SecretAccessKey: "-", SessionToken: "-", AccountID: "-", CanExpire: true}}
	change, err := all.Change()
	if err != nil {
		return err
	}
	return language.Write(c.Out, nil, slices.Collect(maps.Keys(change.Set)))
}
