package chain

import (
	"context"
	"net"
	"net/http"
	"time"
)

// What stands for what a Chain is not given.

func (c *Chain) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

func (c *Chain) lookup(ctx context.Context, host string) ([]string, error) {
	if c.Lookup == nil {
		return net.DefaultResolver.LookupHost(ctx, host)
	}
	return c.Lookup(ctx, host)
}

// local is the client for endpoints on this machine and beside it. It follows no redirect, for it carries a token, and by default uses no proxy, which would
// get that token.
func (c *Chain) local() *http.Client {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	if c.Local != nil {
		client = *c.Local
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}
