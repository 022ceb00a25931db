package app

import (
	"encoding/json"
	"fmt"
	"io"
	"text/template"
)

// Announce prints where the server is and, after a first start, the secrets, once.
func (a *App) Announce(w io.Writer, output string) error {
	run := a.firstRun
	a.firstRun = nil
	fresh := run != nil
	if !fresh {
		run = &FirstRun{Endpoint: a.cfg.URL, Region: a.cfg.Region, Account: a.deployment.Account}
		if t := a.deployment.Tenant; t != nil {
			run.UserPoolID, run.ClientID, run.IdentityPoolID = t.UserPoolID, t.ClientID, t.IdentityPoolID
		}
	}
	if output == "json" {
		return json.NewEncoder(w).Encode(run)
	}
	if !fresh {
		_, err := fmt.Fprintf(w, "Mayfly is ready at %s (region %s, account %s).\n", run.Endpoint, run.Region, run.Account)
		return err
	}
	return firstRunText.Execute(w, run)
}

// firstRunText is a block that can be pasted into a shell: comments and commands only.
var firstRunText = template.Must(template.New("first run").Parse(`# Mayfly is ready at {{.Endpoint}} (region {{.Region}}, account {{.Account}}).
# The secrets below are shown this once. Keep them.

# With Mayfly's own client; it asks for a username and a password, which are the access key {{.APIAccessKey}} and the secret key that follows below:
#   mayfly login --server {{.Endpoint}}

# 1. The API token, from its two halves to short-term credentials.
export AWS_DEFAULT_REGION={{.Region}}
curl -s {{.Endpoint}} | base64 --decode | jq -r '.ApiAuth'
ID_TOKEN=$(aws --endpoint-url {{.Endpoint}} cognito-idp initiate-auth --auth-flow USER_PASSWORD_AUTH --client-id {{.ClientID}} \
  --auth-parameters "USERNAME={{.APIAccessKey}},PASSWORD={{.APISecretKey}}" | jq -r '.AuthenticationResult.IdToken')
IDENTITY_ID=$(aws --endpoint-url {{.Endpoint}} cognito-identity get-id --identity-pool-id {{.IdentityPoolID}} \
  --logins "cognito-idp.{{.Region}}.amazonaws.com/{{.UserPoolID}}=$ID_TOKEN" | jq -r '.IdentityId')
CREDENTIALS=$(aws --endpoint-url {{.Endpoint}} cognito-identity get-credentials-for-identity --identity-id "$IDENTITY_ID" \
  --logins "cognito-idp.{{.Region}}.amazonaws.com/{{.UserPoolID}}=$ID_TOKEN")

# A call that they sign:
AWS_ACCESS_KEY_ID=$(echo "$CREDENTIALS" | jq -r .Credentials.AccessKeyId) \
AWS_SECRET_ACCESS_KEY=$(echo "$CREDENTIALS" | jq -r .Credentials.SecretKey) \
AWS_SESSION_TOKEN=$(echo "$CREDENTIALS" | jq -r .Credentials.SessionToken) \
  aws --endpoint-url {{.Endpoint}} sts get-caller-identity

# 2. The root access key of the account, for administration.
export AWS_ACCESS_KEY_ID={{.AccessKeyID}}
export AWS_SECRET_ACCESS_KEY={{.SecretAccessKey}}
export AWS_ENDPOINT_URL={{.Endpoint}}
aws --endpoint-url {{.Endpoint}} sts get-caller-identity
`))
