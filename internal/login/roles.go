package login

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/credentials"
)

// Role is one that a session opens. The members are those of the JSON form.
type Role struct {
	Account     string `json:"account"`
	AccountName string `json:"accountName,omitempty"`
	Role        string `json:"role"` // its name for a session of SSO, its ARN for others
	Default     bool   `json:"default,omitempty"`
}

// Roles lists the roles of a session, sorted. count is told how many accounts there are to read, and gives what is called after each and at the end.
func (c *World) Roles(ctx context.Context, o *Opened, count func(accounts int) (step, end func())) ([]Role, error) {
	var all []Role
	var err error
	switch {
	case o.Kind == KindSSO:
		all, err = c.assigned(ctx, o, count)
	case o.RoleARN != "":
		all = []Role{{Account: accountOf(o.RoleARN), Role: o.RoleARN, Default: true}}
	case o.Kind == KindUserPool && o.Keys != nil:
		all, err = claimed(ctx, o)
	}
	slices.SortFunc(all, func(a, b Role) int { return strings.Compare(a.Account+"\x00"+a.Role, b.Account+"\x00"+b.Role) })
	if all == nil {
		all = []Role{}
	}
	return all, err
}

// The names that accounts and permission sets can have. Those of a portal become a part of commands, in files that shells read.
// https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreatePermissionSet.html
var (
	accountID = regexp.MustCompile(`^[0-9]{12}$`)
	roleName  = regexp.MustCompile(`^[A-Za-z0-9_+=,.@-]{1,32}$`)
)

// assigned asks the portal for accounts and their roles.
func (c *World) assigned(ctx context.Context, o *Opened, count func(accounts int) (step, end func())) ([]Role, error) {
	t, err := o.Tokens.Tokens(ctx)
	if err != nil {
		return nil, err
	}
	accounts, err := o.SSO.Client.ListAccounts(ctx, t.Access)
	if err != nil {
		return nil, c.again(o, err)
	}
	step, end := count(len(accounts))
	defer end()
	var all []Role
	for _, a := range accounts {
		names, err := o.SSO.Client.ListAccountRoles(ctx, t.Access, a.ID)
		if err != nil {
			return nil, c.again(o, err)
		}
		for _, n := range names {
			if !accountID.MatchString(a.ID) || !roleName.MatchString(n) {
				return nil, fmt.Errorf("the portal names an account or a role as none can be named: %q, %q", a.ID, n)
			}
			all = append(all, Role{Account: a.ID, AccountName: a.Name, Role: n, Default: a.ID == o.SSOAccount && n == o.SSORole})
		}
		step()
	}
	return all, nil
}

// again names the command that helps where the server has ended the session.
func (c *World) again(o *Opened, err error) error {
	if IsLoginRequired(err) {
		return credentials.LoginRequired(o.Name, c.LoginCommand(o.Session), err)
	}
	return err
}

// claimed reads the roles that the id token has a claim to. The token comes from the server over the way that it is trusted on, and what is read decides nothing.
func claimed(ctx context.Context, o *Opened) ([]Role, error) {
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
	var all []Role
	for _, arn := range claims.Roles {
		all = append(all, Role{Account: accountOf(arn), Role: arn, Default: arn == claims.Preferred})
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
