package cli

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/desktop"
	"github.com/mayfly-id/mayfly/internal/login"
)

// role is one that a session opens. The members are those of the JSON form.
type role struct {
	Account     string `json:"account"`
	AccountName string `json:"accountName,omitempty"`
	Role        string `json:"role"` // its name for a session of SSO, its ARN for others
	Default     bool   `json:"default,omitempty"`
}

func (c *client) roles() *cobra.Command {
	return &cobra.Command{
		Use:   "roles [session]",
		Short: "List the roles that a session opens",
		Long: `List the accounts and roles that a session opens: those that a person is assigned in IAM Identity Center, those that the id token of a user pool has a claim to, or the
one that is configured. Other commands take them with --account and --role.`,
		Example: `  mayfly roles sso
  mayfly exec sso --account 123456789012 --role ReadOnly -- aws s3 ls`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := c.Choose(arg(args))
			if err != nil {
				return err
			}
			o, err := c.Open(s, login.Alone)
			if err != nil {
				return err
			}
			all, err := c.rolesOf(cmd.Context(), o)
			if err != nil {
				return err
			}
			if c.asJSON {
				return c.printJSON(all)
			}
			for _, r := range all {
				if _, err := fmt.Fprintln(c.Out, r.line()); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func (r *role) line() string {
	text := r.Account + "\t" + r.Role
	if r.AccountName != "" {
		text += "\t" + login.Printable(r.AccountName)
	}
	if r.Default {
		text += "\t(default)"
	}
	return text
}

// rolesOf lists the roles of a session, sorted.
func (c *client) rolesOf(ctx context.Context, o *login.Opened) ([]role, error) {
	var all []role
	var err error
	switch {
	case o.Kind == login.KindSSO:
		all, err = c.assigned(ctx, o)
	case o.RoleARN != "":
		all = []role{{Account: accountOf(o.RoleARN), Role: o.RoleARN, Default: true}}
	case o.Kind == login.KindUserPool && o.Keys != nil:
		all, err = c.claimed(ctx, o)
	}
	slices.SortFunc(all, func(a, b role) int { return strings.Compare(a.Account+"\x00"+a.Role, b.Account+"\x00"+b.Role) })
	if all == nil {
		all = []role{}
	}
	return all, err
}

// assigned asks the portal for accounts and their roles.
func (c *client) assigned(ctx context.Context, o *login.Opened) ([]role, error) {
	t, err := o.Tokens.Tokens(ctx)
	if err != nil {
		return nil, err
	}
	accounts, err := o.SSO.Client.ListAccounts(ctx, t.Access)
	if err != nil {
		return nil, c.again(o, err)
	}
	p := desktop.Count(c.Err, c.Live, "Reading roles of accounts", len(accounts))
	defer p.End()
	var all []role
	for _, a := range accounts {
		names, err := o.SSO.Client.ListAccountRoles(ctx, t.Access, a.ID)
		if err != nil {
			return nil, c.again(o, err)
		}
		for _, n := range names {
			all = append(all, role{Account: a.ID, AccountName: a.Name, Role: n, Default: a.ID == o.SSOAccount && n == o.SSORole})
		}
		p.Step()
	}
	return all, nil
}

// again names the command that helps where the server has ended the session.
func (c *client) again(o *login.Opened, err error) error {
	if login.IsLoginRequired(err) {
		return credentials.LoginRequired(o.Name, c.LoginCommand(o.Session), err)
	}
	return err
}

// claimed reads the roles that the id token has a claim to. The token comes from the server over the way that it is trusted on, and what is read decides nothing.
func (c *client) claimed(ctx context.Context, o *login.Opened) ([]role, error) {
	t, err := o.Tokens.Tokens(ctx)
	if err != nil {
		return nil, err
	}
	var claims struct {
		Roles     []string `json:"cognito:roles"`
		Preferred string   `json:"cognito:preferred_role"`
	}
	parts := strings.Split(string(t.ID), ".")
	if len(parts) != 3 {
		return nil, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err == nil {
		err = json.Unmarshal(b, &claims)
	}
	if err != nil {
		return nil, nil
	}
	var all []role
	for _, arn := range claims.Roles {
		all = append(all, role{Account: accountOf(arn), Role: arn, Default: arn == claims.Preferred})
	}
	return all, nil
}

// accountOf reads the account out of an ARN.
func accountOf(arn string) string {
	if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 {
		return parts[4]
	}
	return ""
}
