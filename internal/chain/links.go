package chain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/awsfile"
)

// variables lists those of the environment that are set.
func (r *run) variables(names ...string) []awsfile.Place {
	var out []awsfile.Place
	for _, n := range names {
		if r.getenv(n) != "" {
			out = append(out, awsfile.Place{Variable: n})
		}
	}
	return out
}

// one gives the first variable that is set.
func (r *run) one(names ...string) string {
	for _, n := range names {
		if v := r.getenv(n); v != "" {
			return v
		}
	}
	return ""
}

// environment are the links in front of profiles.
func (r *run) environment() []*link {
	keys, err := r.environmentKeys()
	var partial *incompleteError
	static := &link{
		name: "environment keys", from: r.variables("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_SESSION_TOKEN"),
		configured: err == nil, open: func(context.Context) (aws.CredentialsProvider, error) { return keys, nil },
	}
	if errors.As(err, &partial) {
		static.partly, static.why = true, partial.Error()
	}
	file, role := r.getenv("AWS_WEB_IDENTITY_TOKEN_FILE"), r.getenv("AWS_ROLE_ARN")
	web := &link{
		name: "environment web identity", from: r.variables("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME"), configured: file != "",
		open: func(context.Context) (aws.CredentialsProvider, error) {
			return r.webIdentity(file, role, r.getenv("AWS_ROLE_SESSION_NAME"))
		},
	}
	if file == "" && role != "" {
		web.partly, web.why = true, "AWS_ROLE_ARN is set, and AWS_WEB_IDENTITY_TOKEN_FILE is not"
	}
	return []*link{static, web}
}

type incompleteError struct{ text string }

// Error implements error.
func (e *incompleteError) Error() string { return e.text }

// environmentKeys reads the keys of the environment, with their end where it is set.
func (r *run) environmentKeys() (*static, error) {
	c := aws.Credentials{
		AccessKeyID: r.one("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY"), SecretAccessKey: r.one("AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY"),
		SessionToken: r.getenv("AWS_SESSION_TOKEN"), AccountID: r.getenv("AWS_ACCOUNT_ID"), Source: "EnvironmentKeys",
	}
	switch {
	case c.AccessKeyID == "" && c.SecretAccessKey == "":
		return nil, notThere{ErrNone}
	case c.AccessKeyID == "":
		return nil, &incompleteError{"a secret key is set without an access key"}
	case c.SecretAccessKey == "":
		return nil, &incompleteError{"an access key is set without its secret key"}
	}
	if t, err := time.Parse(time.RFC3339, r.getenv("AWS_CREDENTIAL_EXPIRATION")); err == nil {
		c.CanExpire, c.Expires = true, t.UTC()
	}
	return &static{c}, nil
}

// static gives keys as they are configured.
type static struct{ value aws.Credentials }

// Format keeps the keys out of everything that package fmt prints.
func (*static) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "static keys") }

// Retrieve implements aws.CredentialsProvider.
func (s *static) Retrieve(context.Context) (aws.Credentials, error) { return s.value, nil }

// walk goes along the links of a profile and gives the credentials of the one that counts, with the role on top. nil when none does.
func (r *run) walk(ctx context.Context, n *node, depth int) aws.CredentialsProvider {
	before := r.by
	base := r.sourced(ctx, n, depth)
	web := false
	for _, l := range r.profileLinks(n) {
		if depth > 0 && !l.configured {
			continue // what a source profile does not have is of no interest
		}
		if p := r.emit(ctx, l); p != nil {
			base, web = p, l.name == linkWeb
		}
	}
	if n.get(keyRole) == "" || n.get(keyWebToken) != "" && (web || base == nil) {
		return base
	}
	return r.onTop(ctx, n, base, before)
}

// sourced is the link to another profile.
func (r *run) sourced(ctx context.Context, n *node, depth int) aws.CredentialsProvider {
	l := Link{Name: keySource, Profile: n.name, State: Absent}
	if n.source == nil {
		if depth == 0 {
			r.out.Links = append(r.out.Links, l)
		}
		return nil
	}
	l.From = n.from(keySource)
	at := len(r.out.Links)
	r.out.Links = append(r.out.Links, l)
	if r.by != "" {
		r.out.Links[at].State, r.out.Links[at].HiddenBy = Hidden, r.by
		return nil
	}
	p := r.walk(ctx, n.source, depth+1)
	r.by = l.Label()
	r.out.Links[at].State = Answers
	if p == nil {
		r.out.Links[at].State, r.out.Links[at].Why = Refused, "the profile "+n.source.name+" gives no credentials"
	}
	return p
}

// onTop assumes the role of a profile with the credentials below it.
func (r *run) onTop(ctx context.Context, n *node, base aws.CredentialsProvider, before string) aws.CredentialsProvider {
	by := r.by
	r.by = before
	p := r.emit(ctx, &link{
		name: keyRole, profile: n.name, from: n.from(keyRole, keyMFA, keyExternalID, keySessionName, keyDuration), configured: true,
		open: func(context.Context) (aws.CredentialsProvider, error) {
			if base == nil {
				return nil, notThere{fmt.Errorf("there are no credentials to assume %s with", n.get(keyRole))}
			}
			return r.assume(n, base)
		},
	})
	r.by = by
	return p
}

const (
	linkWeb      = "web identity"
	linkMetadata = "instance metadata"
)

// profileLinks are the links of a profile behind source_profile.
func (r *run) profileLinks(n *node) []*link {
	out := []*link{
		{
			name: "static keys", from: n.from(keyAccessKey, keySecretKey, keySessionToken), configured: n.hasKeys(),
			open: func(context.Context) (aws.CredentialsProvider, error) {
				return &static{aws.Credentials{
					AccessKeyID: n.get(keyAccessKey), SecretAccessKey: n.get(keySecretKey), SessionToken: n.get(keySessionToken), AccountID: n.get(keyAccountID), Source: "SharedFiles",
				}}, nil
			},
		},
		{
			name: keyCredSource, from: n.from(keyCredSource), configured: n.get(keyCredSource) != "",
			open: func(ctx context.Context) (aws.CredentialsProvider, error) { return r.namedSource(ctx, n) },
		},
		{
			name: linkWeb, from: n.from(keyWebToken, keyRole, keySessionName), configured: n.get(keyWebToken) != "",
			open: func(context.Context) (aws.CredentialsProvider, error) {
				return r.webIdentity(n.get(keyWebToken), n.get(keyRole), n.get(keySessionName))
			},
		},
		{
			name: "SSO", from: n.from(keySSOSession, keySSOURL, keySSORegion, keySSOAccount, keySSORole), configured: n.hasSSO(),
			open: func(context.Context) (aws.CredentialsProvider, error) { return r.sso(n) },
		},
		{
			name: keyLogin, from: n.from(keyLogin), configured: n.get(keyLogin) != "",
			open: func(context.Context) (aws.CredentialsProvider, error) { return r.login(n) },
		},
		{
			name: keyProcess, from: n.from(keyProcess), configured: n.get(keyProcess) != "",
			open: func(context.Context) (aws.CredentialsProvider, error) {
				return &Process{Command: credentials.Secret(n.get(keyProcess)), Stdin: r.Stdin, Stderr: r.Stderr, Environ: r.Environ, Now: r.now}, nil
			},
		},
	}
	for _, l := range out {
		l.profile = n.name
	}
	return append(out, r.machineLinks()...)
}

// machineLinks are the links that belong to the machine, whichever the profile.
func (r *run) machineLinks() []*link {
	relative, full := r.getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"), r.getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI")
	metadata := &link{
		name: linkMetadata, from: r.variables("AWS_EC2_METADATA_SERVICE_ENDPOINT", "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"), configured: !r.metadataOff(), open: r.metadata,
	}
	if !metadata.configured {
		metadata.from, metadata.why = r.variables(metadataDisabled), metadataDisabled+" is set"
	}
	return []*link{
		{
			name: "container relative URI", from: r.variables("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"), configured: relative != "",
			open: func(ctx context.Context) (aws.CredentialsProvider, error) { return r.containerRelative(ctx, relative) },
		},
		{
			name: "container full URI", from: r.variables("AWS_CONTAINER_CREDENTIALS_FULL_URI"), configured: full != "",
			open: func(ctx context.Context) (aws.CredentialsProvider, error) { return r.container(ctx, full) },
		},
		metadata,
	}
}

// namedSource is what credential_source names.
func (r *run) namedSource(ctx context.Context, n *node) (aws.CredentialsProvider, error) {
	switch source := n.get(keyCredSource); source {
	case "Ec2InstanceMetadata":
		if r.metadataOff() {
			return nil, errors.New(metadataDisabled + " is set")
		}
		p, err := r.metadata(ctx)
		var gone notThere
		if errors.As(err, &gone) {
			err = gone.error // here it is named, and its absence ends the chain
		}
		return p, err
	case "Environment":
		keys, err := r.environmentKeys()
		if err != nil {
			return nil, errors.New("the environment has no complete keys")
		}
		return keys, nil
	case "EcsContainer":
		if v := r.getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"); v != "" {
			return r.containerRelative(ctx, v)
		}
		if v := r.getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI"); v != "" {
			return r.container(ctx, v)
		}
		return nil, errors.New("neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set")
	default:
		return nil, errors.New("credential_source is one of Ec2InstanceMetadata, Environment and EcsContainer")
	}
}
