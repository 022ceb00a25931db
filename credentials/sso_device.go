package credentials

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Verification is what a person is shown who signs in on whichever device they like.
type Verification struct {
	UserCode    string // what to type there, such as "ABCD-EFGH"
	URI         string // where
	CompleteURI string // where the code is filled in already; may be empty
	Expires     time.Time
}

// SSODevice signs in by the device authorization grant (RFC 8628): the person confirms a code in a browser of any machine, while this one asks again and again.
type SSODevice struct {
	SSO *SSO
	// Show shows the person where to confirm what. It returns at once; an error of it ends the sign-in.
	Show func(ctx context.Context, v Verification) error
}

// What the service leaves out (RFC 8628 section 3.2), and how much slower it is asked when it says so (section 3.5).
const (
	pollInterval = 5 * time.Second
	pollSlower   = 5 * time.Second
	deviceTime   = 600 // seconds
)

var (
	// ErrNotConfirmed says that nobody confirmed a sign-in while its code was good.
	ErrNotConfirmed = errors.New("the sign-in was not confirmed in time")

	errVerification = errors.New("credentials: the service gave no place for a person to confirm the sign-in")
)

type deviceAuthorization struct {
	DeviceCode              string `json:"deviceCode"`
	UserCode                string `json:"userCode"`
	VerificationURI         string `json:"verificationUri"`
	VerificationURIComplete string `json:"verificationUriComplete"`
	ExpiresIn               int64  `json:"expiresIn"`
	Interval                int64  `json:"interval"`
}

// Tokens implements TokenSource.
func (l *SSODevice) Tokens(ctx context.Context) (*Tokens, error) {
	began := l.SSO.Client.local()
	r, d, err := l.start(ctx)
	if err != nil {
		return nil, err
	}
	if d.ExpiresIn <= 0 || d.ExpiresIn > mostLife {
		d.ExpiresIn = deviceTime
	}
	life := time.Duration(d.ExpiresIn) * time.Second
	v := Verification{UserCode: d.UserCode, URI: d.VerificationURI, CompleteURI: d.VerificationURIComplete, Expires: l.SSO.Client.since(began).Add(life)}
	if !v.plain() || d.DeviceCode == "" {
		return nil, errVerification
	}
	if err := l.Show(ctx, v); err != nil {
		return nil, err
	}
	return l.poll(ctx, r, d, began.Add(life))
}

// start begins the grant. A registration that the service does not know any more is made anew, once.
func (l *SSODevice) start(ctx context.Context) (*registration, *deviceAuthorization, error) {
	const way = "device"
	for again := false; ; again = true {
		r, err := l.SSO.register(ctx, way, &registerInput{})
		if err != nil {
			return nil, nil, err
		}
		in := map[string]string{"clientId": r.ClientID, "clientSecret": r.ClientSecret, "startUrl": l.SSO.StartURL}
		var out deviceAuthorization
		err = l.SSO.Client.rest(ctx, oidcPrefix, "StartDeviceAuthorization", http.MethodPost, "/device_authorization", nil, in, &out)
		if err == nil {
			return r, &out, nil
		}
		if again || !oidcCode(err, invalidClient, "UnauthorizedClientException") {
			return nil, nil, err
		}
		if err := l.SSO.forget(ctx, way, r); err != nil {
			return nil, nil, err
		}
	}
}

// poll asks for the tokens until the person has decided, or the code has ended by this machine's clock, which has measured its life. A service in trouble is asked
// again: the person may be at it.
func (l *SSODevice) poll(ctx context.Context, r *registration, d *deviceAuthorization, end time.Time) (*Tokens, error) {
	pause := pollInterval
	if d.Interval > 0 {
		pause = time.Duration(min(d.Interval, deviceTime)) * time.Second
	}
	for {
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if l.SSO.Client.local().After(end) {
			return nil, ErrNotConfirmed
		}
		t, err := l.SSO.createToken(ctx, r.public(), &createTokenInput{GrantType: grantDevice, DeviceCode: d.DeviceCode})
		switch {
		case err == nil:
			return t, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case oidcCode(err, "ExpiredTokenException"):
			return nil, errors.Join(ErrNotConfirmed, err)
		case oidcCode(err, "SlowDownException"), inTrouble(err):
			pause += pollSlower
		case !oidcCode(err, "AuthorizationPendingException"):
			return nil, err
		}
	}
}

// inTrouble tells whether a service did not answer, failed, or asked for patience.
func inTrouble(err error) bool {
	var away *UnreachableError
	var failed *ServiceError
	return errors.As(err, &away) || errors.As(err, &failed) && (failed.Status >= http.StatusInternalServerError || failed.Status == http.StatusTooManyRequests)
}

// plain tells whether the verification may be shown on a terminal and opened in a browser: it comes from a server, and goes to what obeys control characters
// and schemes.
func (v *Verification) plain() bool {
	if v.UserCode == "" || len(v.UserCode) > 64 || !printable(v.UserCode) || !webPage(v.URI) {
		return false
	}
	return v.CompleteURI == "" || webPage(v.CompleteURI)
}

// printable tells whether a text is of ASCII characters that leave a mark, and spaces.
func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// webPage tells whether a text is the address of a page.
func webPage(s string) bool {
	u, err := url.Parse(s)
	return err == nil && printable(s) && !strings.ContainsAny(s, " \"'<>`\\") && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil
}
