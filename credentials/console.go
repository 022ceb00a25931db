package credentials

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/internal/partition"
)

// ConsoleOptions say what a sign-in link is for. The zero value is one to the home of the console.
type ConsoleOptions struct {
	Issuer      string        // the page that the person is sent to when the session has ended; may be empty
	Destination string        // the page to open, https; empty: the home of AWS's console
	Duration    time.Duration // of the console's session, 15 minutes to 12 hours; 0: as long as the credentials. It is for sessions of roles that do not chain.
}

var (
	// ErrConsoleKeys says that only temporary credentials sign in to the console.
	ErrConsoleKeys = errors.New("the console takes temporary credentials of a role or of GetFederationToken")

	errDestination     = errors.New("the destination of a sign-in link is an https URL")
	errNoDestination   = errors.New("there is no console that is known: a sign-in link needs a destination")
	errNoConsole       = errors.New("the console of this Region has no documented federation endpoint")
	errConsoleDuration = errors.New("a session of the console lasts 15 minutes to 12 hours")
	errNoSigninToken   = errors.New("credentials: the service gave no sign-in token")
)

// ConsoleRefusedError says that the federation endpoint did not take the credentials. It gives no reason; this names the usual ones.
type ConsoleRefusedError struct{ cause error }

// Error implements error.
func (e *ConsoleRefusedError) Error() string {
	return "the console does not take these credentials: those of GetSessionToken are never taken, nor a duration with those of GetFederationToken or of a role that was assumed by another role, or beyond their end"
}

// Unwrap gives the refusal.
func (e *ConsoleRefusedError) Unwrap() error { return e.cause }

// ConsoleURL gives a link that signs a browser in to the console with credentials. It is a secret, and serves for 15 minutes.
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html)
func (c *Client) ConsoleURL(ctx context.Context, k aws.Credentials, o ConsoleOptions) (Secret, error) {
	if k.AccessKeyID == "" || k.SecretAccessKey == "" || k.SessionToken == "" {
		return "", ErrConsoleKeys
	}
	if o.Duration != 0 && (o.Duration < 15*time.Minute || o.Duration > 12*time.Hour) {
		return "", errConsoleDuration
	}
	base, home, err := c.federation()
	if err != nil {
		return "", err
	}
	destination := first(o.Destination, home)
	if destination == "" {
		return "", errNoDestination
	}
	if u, err := url.Parse(destination); err != nil || !webPage(destination) || u.Scheme != "https" {
		return "", errDestination
	}
	token, err := c.signinToken(ctx, base, k, o.Duration)
	if err != nil {
		return "", err
	}
	q := url.Values{"Action": {"login"}, "Destination": {destination}, "SigninToken": {token}}
	if o.Issuer != "" {
		q.Set("Issuer", o.Issuer)
	}
	return Secret(base + "/federation?" + q.Encode()), nil
}

// signinToken exchanges credentials for a token. AWS documents a GET alone, so they go in the address, which nothing here repeats.
func (c *Client) signinToken(ctx context.Context, base string, k aws.Credentials, d time.Duration) (string, error) {
	session, err := json.Marshal(map[string]string{"sessionId": k.AccessKeyID, "sessionKey": k.SecretAccessKey, "sessionToken": k.SessionToken})
	if err != nil {
		return "", err
	}
	q := url.Values{"Action": {"getSigninToken"}, "Session": {string(session)}}
	if d > 0 {
		q.Set("SessionDuration", strconv.Itoa(int(d/time.Second)))
	}
	var out struct{ SigninToken string }
	r := &call{service: signinPrefix, operation: "getSigninToken", method: http.MethodGet, base: base, path: "/federation?" + q.Encode()}
	if err := c.restAt(ctx, r, nil, &out); err != nil {
		var e *ServiceError
		if errors.As(err, &e) && e.Status == http.StatusBadRequest {
			return "", &ConsoleRefusedError{err}
		}
		return "", err
	}
	if out.SigninToken == "" {
		return "", errNoSigninToken
	}
	return out.SigninToken, nil
}

// federation gives the base URL of the federation endpoint, and the home of the console.
func (c *Client) federation() (base, home string, err error) {
	if own := c.own(signinPrefix); own != "" {
		return own, "", nil
	}
	if !hostLabel(c.Region) {
		return "", "", errRegion
	}
	p := partition.Of(c.Region)
	if p.Console == "" {
		return "", "", errNoConsole
	}
	region := ""
	if p.Regional {
		region = c.Region + "."
	}
	return "https://" + region + p.Signin, "https://" + region + p.Console + "/console/home?region=" + c.Region, nil
}
