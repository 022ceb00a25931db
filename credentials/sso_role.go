package credentials

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// SSORole takes the session of a role that a person is assigned in an account, with the access token of an SSO session.
type SSORole struct {
	Client    *Client // its Region is the one of the instance
	Tokens    TokenSource
	AccountID string // 12 digits
	RoleName  string // name of the permission set
}

const (
	portalPrefix = "portal.sso"
	bearerHeader = "X-Amz-Sso_bearer_token"
	pageSize     = "100"
	mostPages    = 1000
)

var errEndless = errors.New("credentials: the list of the service does not end")

// Retrieve implements aws.CredentialsProvider. A token that looked good and is refused is renewed once, where Tokens is a Renewer: somebody has ended it at the
// server. A session that has ended is a LoginRequiredError, without a command unless Tokens knows one.
func (p *SSORole) Retrieve(ctx context.Context) (aws.Credentials, error) {
	return exchange(ctx, p.Tokens, p.with, needsLogin)
}

// exchange gives credentials for tokens, and for renewed ones when the first are refused and can be renewed.
func exchange(ctx context.Context, from TokenSource, with func(context.Context, *Tokens) (aws.Credentials, error), refused func(error) bool) (aws.Credentials, error) {
	t, err := from.Tokens(ctx)
	if err != nil {
		return aws.Credentials{}, err
	}
	c, err := with(ctx, t)
	renewer, can := from.(Renewer)
	if !can || !refused(err) {
		return c, err
	}
	if t, err = renewer.Renew(ctx, t); err != nil {
		return aws.Credentials{}, err
	}
	return with(ctx, t)
}

// with takes the session of the role with an access token.
func (p *SSORole) with(ctx context.Context, t *Tokens) (aws.Credentials, error) {
	var out struct {
		RoleCredentials struct {
			AccessKeyID     string `json:"accessKeyId"`
			SecretAccessKey string `json:"secretAccessKey"`
			SessionToken    string `json:"sessionToken"`
			Expiration      int64  `json:"expiration"` // milliseconds of the epoch
		} `json:"roleCredentials"`
	}
	q := url.Values{"account_id": {p.AccountID}, "role_name": {p.RoleName}}
	if err := p.Client.portal(ctx, "GetRoleCredentials", http.MethodGet, "/federation/credentials?"+q.Encode(), t.Access, &out); err != nil {
		return aws.Credentials{}, err
	}
	r := &out.RoleCredentials
	if r.Expiration <= 0 || r.Expiration > latestTime*1000 {
		return aws.Credentials{}, errIncomplete
	}
	return complete(aws.Credentials{
		AccessKeyID: r.AccessKeyID, SecretAccessKey: r.SecretAccessKey, SessionToken: r.SessionToken, CanExpire: true,
		Expires: time.UnixMilli(r.Expiration).UTC(), Source: "SSORole", AccountID: p.AccountID,
	})
}

// portal performs an operation of the portal. Its one 401 is for a token that is not good any more.
func (c *Client) portal(ctx context.Context, operation, method, path string, access Secret, out any) error {
	err := c.rest(ctx, portalPrefix, operation, method, path, http.Header{bearerHeader: {string(access)}}, nil, out)
	var refused *ServiceError
	if errors.As(err, &refused) && refused.Status == http.StatusUnauthorized {
		return LoginRequired("", "", err)
	}
	return err
}

// SSOAccount is an account in which a person is assigned a role.
type SSOAccount struct {
	ID    string `json:"accountId"`
	Name  string `json:"accountName"`
	Email string `json:"emailAddress"`
}

// ListAccounts lists the accounts that an SSO session opens.
func (c *Client) ListAccounts(ctx context.Context, access Secret) ([]SSOAccount, error) {
	var all []SSOAccount
	err := pages(url.Values{}, func(q url.Values) (string, error) {
		var out struct {
			AccountList []SSOAccount `json:"accountList"`
			NextToken   string       `json:"nextToken"`
		}
		err := c.portal(ctx, "ListAccounts", http.MethodGet, "/assignment/accounts?"+q.Encode(), access, &out)
		all = append(all, out.AccountList...)
		return out.NextToken, err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// ListAccountRoles lists the names of the roles that an SSO session opens in an account.
func (c *Client) ListAccountRoles(ctx context.Context, access Secret, accountID string) ([]string, error) {
	var all []string
	err := pages(url.Values{"account_id": {accountID}}, func(q url.Values) (string, error) {
		var out struct {
			RoleList []struct {
				RoleName string `json:"roleName"`
			} `json:"roleList"`
			NextToken string `json:"nextToken"`
		}
		err := c.portal(ctx, "ListAccountRoles", http.MethodGet, "/assignment/roles?"+q.Encode(), access, &out)
		for _, r := range out.RoleList {
			all = append(all, r.RoleName)
		}
		return out.NextToken, err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// pages asks for page after page until there is none.
func pages(q url.Values, page func(url.Values) (next string, err error)) error {
	q.Set("max_result", pageSize)
	for range mostPages {
		next, err := page(q)
		if err != nil || next == "" {
			return err
		}
		q.Set("next_token", next)
	}
	return errEndless
}

// Logout ends an SSO session at the server, and what was opened with it in browsers. A session that has ended already is no error. Credentials of roles live on
// to their end.
func (c *Client) Logout(ctx context.Context, access Secret) error {
	err := c.portal(ctx, "Logout", http.MethodPost, "/logout", access, nil)
	if needsLogin(err) {
		return nil
	}
	return err
}
