package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials"
)

// longTerm are keys of a user as they are kept, sealed. Before is what a rotation has replaced and has not been able to delete yet.
type longTerm struct {
	AccessKeyID     string `json:"accessKeyId"`
	SecretAccessKey string `json:"secretAccessKey"`
	Account         string `json:"account,omitempty"`
	Before          string `json:"before,omitempty"` // an access key id
}

// Format keeps the secret out of everything that package fmt prints.
func (k longTerm) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.AccessKeyID) }

func (k *longTerm) credentials() aws.Credentials {
	return aws.Credentials{AccessKeyID: k.AccessKeyID, SecretAccessKey: k.SecretAccessKey, AccountID: k.Account, Source: "mayfly key"}
}

// keysName is where a session's long-term keys are kept. It does not depend on settings: they are typed once.
func (s *session) keysName() string { return s.name + ".access-key" }

// longTermKeys gives the keys of a session.
func (c *client) longTermKeys(ctx context.Context, o *opened) (*longTerm, error) {
	b, err := o.store.Load(ctx, o.keysName())
	if errors.Is(err, credentials.ErrNotStored) {
		return nil, credentials.LoginRequired(o.name, c.Self+" key add "+o.name, err)
	}
	if err != nil {
		return nil, err
	}
	var k longTerm
	if err := json.Unmarshal(b, &k); err != nil || k.AccessKeyID == "" || k.SecretAccessKey == "" {
		return nil, credentials.LoginRequired(o.name, c.Self+" key add "+o.name, nil)
	}
	return &k, nil
}

// keepLongTerm keeps keys in the place of others.
func (o *opened) keepLongTerm(ctx context.Context, k *longTerm) error {
	b, err := json.Marshal(map[string]string{"accessKeyId": k.AccessKeyID, "secretAccessKey": k.SecretAccessKey, "account": k.Account, "before": k.Before})
	if err != nil {
		return err
	}
	return o.store.Save(ctx, o.keysName(), b)
}

// openKeys makes a session ready that has long-term keys. What leaves it is short-term: a session of the user, with a second factor where the settings name one,
// and the role on top of that.
func (c *client) openKeys(o *opened, by attendance) error {
	base := aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
		k, err := c.longTermKeys(ctx, o)
		if err != nil {
			return aws.Credentials{}, err
		}
		return k.credentials(), nil
	})
	own := &credentials.SessionToken{Client: o.server, Base: base}
	if o.roleARN == "" {
		var err error
		if own.Duration, err = o.life(); err != nil {
			return err
		}
	}
	if o.mfaSerial != "" {
		own.MFA = &credentials.MFA{SerialNumber: o.mfaSerial, Code: func(ctx context.Context) (string, error) {
			if by == alone || !c.Terminal.Present() {
				return "", credentials.LoginRequired(o.name, c.loginCommand(o.session), nil)
			}
			return c.Terminal.Line(ctx, "Code of "+printable(o.mfaSerial)+": ")
		}}
	}
	o.user = &credentials.Cached{Provider: own, Store: o.store, Name: o.stored("user"), Now: c.Now, Warn: c.notKept}
	var err error
	o.keys, err = o.underRole(o.user)
	return err
}
