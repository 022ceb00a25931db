package credentials

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials/keep"
)

// Cached keeps what a provider gives in a Store, and renews it before it ends. However many threads and processes share the Store and the name, one renews at a
// time, and the others take what it has brought. While a renewal fails for a reason that may go away, the old credentials serve to their end. Long-term keys, which
// have none, are handed on and not kept.
type Cached struct {
	Provider aws.CredentialsProvider
	Store    Store
	Name     string           // distinguishes sessions in the Store
	Now      func() time.Time // this machine's clock; nil: time.Now

	// Skew is how far the clock of who gives the credentials is ahead of Now's, such as the method of that name of Client. nil: what Provider knows of it, if it
	// is of this package.
	Skew func() time.Duration
	// Warn is told when credentials could not be kept: they serve, and this process has them, but no other will. nil: nobody is told.
	Warn func(err error)

	hold keep.Holder[aws.Credentials]
}

var _ aws.CredentialsProvider = (*Cached)(nil)

// Retrieve implements aws.CredentialsProvider.
func (c *Cached) Retrieve(ctx context.Context) (aws.Credentials, error) {
	k, err := c.hold.Get(ctx, &keep.Source[aws.Credentials]{Store: c.Store, Name: c.Name, Now: clock(c.Now), Bring: c.bring, Warn: c.Warn, Ends: endsSession})
	if err != nil {
		return aws.Credentials{}, err
	}
	return k.Value, nil
}

// Kept gives the credentials as they are stored, without renewing them, and whether they still serve. ErrNotStored when there are none.
func (c *Cached) Kept(ctx context.Context) (v aws.Credentials, good bool, err error) {
	k, err := keep.Load[aws.Credentials](ctx, c.Store, c.Name)
	if err != nil {
		return aws.Credentials{}, false, err
	}
	return k.Value, k.Alive(clock(c.Now)()), nil
}

func (c *Cached) bring(ctx context.Context, _ *keep.Kept[aws.Credentials]) (keep.Brought[aws.Credentials], error) {
	v, err := c.Provider.Retrieve(ctx)
	if err != nil {
		return keep.Brought[aws.Credentials]{}, err
	}
	b := keep.Brought[aws.Credentials]{Value: v, Skew: c.skew()}
	if v.CanExpire {
		b.Expires = v.Expires
	}
	return b, nil
}

func (c *Cached) skew() time.Duration {
	if c.Skew != nil {
		return c.Skew()
	}
	if p, ok := c.Provider.(interface{ skew() time.Duration }); ok {
		return p.skew()
	}
	return 0
}

func (p *IdentityPool) skew() time.Duration    { return p.Client.Skew() }
func (p *AssumeRole) skew() time.Duration      { return p.Client.Skew() }
func (p *WebIdentityRole) skew() time.Duration { return p.Client.Skew() }
func (p *SessionToken) skew() time.Duration    { return p.Client.Skew() }
func (p *SSORole) skew() time.Duration         { return p.Client.Skew() }
