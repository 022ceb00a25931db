package login

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials"
)

// LongTerm are keys of a user as they are kept, sealed. Before is what a rotation has replaced and has not been able to delete yet.
type LongTerm struct {
	AccessKeyID     string `json:"accessKeyId"`
	SecretAccessKey string `json:"secretAccessKey"`
	Account         string `json:"account,omitempty"`
	Before          string `json:"before,omitempty"` // an access key id
}

// Format keeps the secret out of everything that package fmt prints.
func (k LongTerm) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.AccessKeyID) }

// Credentials gives the keys in the form of the SDK.
func (k *LongTerm) Credentials() aws.Credentials {
	return aws.Credentials{AccessKeyID: k.AccessKeyID, SecretAccessKey: k.SecretAccessKey, AccountID: k.Account, Source: "mayfly key"}
}

// KeysName is where a session's long-term keys are kept. It does not depend on settings: they are typed once.
func (s *Session) KeysName() string { return s.Name + ".access-key" }

// LongTermKeys gives the keys of a session.
func (c *World) LongTermKeys(ctx context.Context, o *Opened) (*LongTerm, error) {
	b, err := o.Store.Load(ctx, o.KeysName())
	if errors.Is(err, credentials.ErrNotStored) {
		return nil, credentials.LoginRequired(o.Name, c.Self+" key add "+o.Name, err)
	}
	if err != nil {
		return nil, err
	}
	var k LongTerm
	if err := json.Unmarshal(b, &k); err != nil || k.AccessKeyID == "" || k.SecretAccessKey == "" {
		return nil, credentials.LoginRequired(o.Name, c.Self+" key add "+o.Name, nil)
	}
	return &k, nil
}

// KeepLongTerm keeps keys in the place of others.
func (o *Opened) KeepLongTerm(ctx context.Context, k *LongTerm) error {
	b, err := json.Marshal(k)
	if err != nil {
		return err
	}
	return o.Store.Save(ctx, o.KeysName(), b)
}

// openKeys makes a session ready that has long-term keys. What leaves it is short-term: a session of the user, with a second factor where the settings name one,
// and the role on top of that.
func (c *World) openKeys(o *Opened, by Attendance) error {
	base := aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
		k, err := c.LongTermKeys(ctx, o)
		if err != nil {
			return aws.Credentials{}, err
		}
		return k.Credentials(), nil
	})
	own := &credentials.SessionToken{Client: o.Server, Base: base}
	if o.RoleARN == "" {
		var err error
		if own.Duration, err = o.life(); err != nil {
			return err
		}
	}
	if o.MfaSerial != "" {
		own.MFA = &credentials.MFA{SerialNumber: o.MfaSerial, Code: func(ctx context.Context) (string, error) {
			if by == Alone || !c.Terminal.Present() {
				return "", credentials.LoginRequired(o.Name, c.LoginCommand(o.Session), nil)
			}
			return c.Terminal.Line(ctx, "Code of "+Printable(o.MfaSerial)+": ")
		}}
	}
	o.User = &credentials.Cached{Provider: own, Store: o.Store, Name: o.stored("user"), Now: c.Now, Warn: c.notKept}
	var err error
	o.Keys, err = o.underRole(o.User)
	return err
}
