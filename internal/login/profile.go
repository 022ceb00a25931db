package login

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"runtime"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/awsfile"
	"github.com/mayfly-id/mayfly/internal/chain"
)

// within names, in the environment of a credential_process, the profiles that are being resolved: one that asks for itself would never end.
const within = "MAYFLY_WITHIN"

// Shared reads the shared AWS files.
func (c *World) Shared() *awsfile.Shared { return awsfile.Load(c.Getenv, runtime.GOOS) }

func (c *World) hasProfile(name string) bool {
	_, ok := c.Shared().Profile(name)
	return ok
}

// Chain walks along the credential chain of SDKs. profile may be empty: the environment says.
func (c *World) Chain(shared *awsfile.Shared, profile string, attended bool) *chain.Chain {
	active, _ := shared.Active(profile)
	ch := &chain.Chain{
		Shared: shared, Profile: profile, SignIn: c.Self + " login", HTTP: c.HTTP, Now: c.Now, Random: c.Random, UserAgent: "mayfly-client", Stderr: c.Err,
		Environ:   append(slices.DeleteFunc(c.Environ(), func(e string) bool { return strings.HasPrefix(e, within+"=") }), within+"="+c.Getenv(within)+"\n"+active),
		SSOTokens: func(s chain.SSOSession) credentials.TokenSource { return c.ssoTokensOf(shared, s) },
		Login:     func(session string) aws.CredentialsProvider { return c.awsLoginOf(shared, active, session) },
	}
	if attended && c.Terminal.Present() {
		ch.MFA = func(ctx context.Context, serial string) (string, error) {
			return c.Terminal.Line(ctx, "Code of "+Printable(serial)+": ")
		}
	}
	return ch
}

// profileSource takes the credentials of a profile, as an SDK would, and keeps those that end.
func (c *World) profileSource(ctx context.Context, t *Target) (*Source, error) {
	shared, name := c.Shared(), t.Profile
	p, ok := shared.Profile(name)
	if !ok {
		return nil, Usage("there is no profile %s in %s or %s", name, shared.ConfigPath, shared.CredentialsPath)
	}
	if slices.Contains(strings.Split(c.Getenv(within), "\n"), name) {
		return nil, Usage("profile %s asks %s for its own credentials", name, c.Self)
	}
	r := c.Chain(shared, name, !t.Alone).Resolve(ctx)
	if r.Err != nil {
		return nil, r.Err
	}
	region := r.Region
	if region == "" {
		region = "us-east-1" // for the requests that this program makes; the child is told none
	}
	server := c.server(region, "")
	if url, _ := shared.Endpoint(p, "STS"); url != "" {
		server.Endpoints = map[string]string{"sts": url}
	}
	store, err := c.vault()
	if err != nil {
		return nil, err
	}
	stored, err := profileName(shared, p)
	if err != nil {
		return nil, err
	}
	kept := &credentials.Cached{Provider: r.Provider, Store: store, Name: stored, Now: c.Now, Warn: c.notKept}
	return &Source{Title: "profile " + name, Region: r.Region, Endpoint: p.Get("endpoint_url"), Server: server, Keys: kept}, nil
}

// profileName is where the credentials of a profile are kept. It depends on all that the shared files say: what was got under other settings is not taken.
func profileName(shared *awsfile.Shared, p *awsfile.Profile) (string, error) {
	b, err := json.Marshal([]string{p.Name, shared.ConfigPath, string(shared.Config.Bytes()), shared.CredentialsPath, string(shared.Credentials.Bytes())})
	sum := sha256.Sum256(b)
	return "profile-" + hex.EncodeToString(sum[:16]), err
}
