package clients

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"
)

// sdk holds the clients of the AWS SDK for Go v2 for one set of credentials.
type sdk struct {
	cfg      aws.Config
	sts      *sts.Client
	iam      *iam.Client
	idp      *idp.Client
	identity *cognitoidentity.Client
}

// sdk makes clients as a program would: with the default configuration and the server's address as endpoint. Without keys they sign nothing.
func (f *firstRun) sdk(t *testing.T, k keys, more ...func(*config.LoadOptions) error) *sdk {
	t.Helper()
	var provider aws.CredentialsProvider = aws.AnonymousCredentials{}
	if k.id != "" {
		provider = credentials.NewStaticCredentialsProvider(k.id, k.secret, k.token)
	}
	return f.sdkWith(t, provider, more...)
}

func (f *firstRun) sdkWith(t *testing.T, provider aws.CredentialsProvider, more ...func(*config.LoadOptions) error) *sdk {
	t.Helper()
	options := []func(*config.LoadOptions) error{
		config.WithRegion(f.Region), config.WithBaseEndpoint(f.Endpoint), config.WithCredentialsProvider(provider),
		config.WithSharedConfigFiles([]string{}), config.WithSharedCredentialsFiles([]string{}), config.WithRetryMaxAttempts(1),
	}
	cfg, err := config.LoadDefaultConfig(t.Context(), append(options, more...)...)
	if err != nil {
		t.Fatal(err)
	}
	return &sdk{cfg: cfg, sts: sts.NewFromConfig(cfg), iam: iam.NewFromConfig(cfg), idp: idp.NewFromConfig(cfg), identity: cognitoidentity.NewFromConfig(cfg)}
}

// named makes the SDK reach the server under another host name, as it would with a name server.
func named(f *firstRun, host string) func(*config.LoadOptions) error {
	address := strings.TrimPrefix(f.Endpoint, "http://")
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}}}
	return func(o *config.LoadOptions) error {
		o.BaseEndpoint, o.HTTPClient = "http://"+host, client
		return nil
	}
}

// fromSTS gives the keys of an STS answer.
func fromSTS(c *ststypes.Credentials) keys {
	return keys{aws.ToString(c.AccessKeyId), aws.ToString(c.SecretAccessKey), aws.ToString(c.SessionToken)}
}

// must gives the answer of a call that has to succeed.
func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// wantCode checks the error code of a refused call, and a part of its message.
func wantCode(t *testing.T, err error, code, part string) {
	t.Helper()
	var e smithy.APIError
	if !errors.As(err, &e) {
		t.Errorf("got %v, want the error %s", err, code)
		return
	}
	if e.ErrorCode() != code || !strings.Contains(e.ErrorMessage(), part) {
		t.Errorf("got %s: %s, want %s: %s", e.ErrorCode(), e.ErrorMessage(), code, part)
	}
}

// wantError checks that the SDK recognises the error as one of its own types.
func wantError[E error](t *testing.T, err error, part string) {
	t.Helper()
	var e E
	if !errors.As(err, &e) {
		t.Errorf("got %v, want the SDK's type %T", err, e)
		return
	}
	if !strings.Contains(err.Error(), part) {
		t.Errorf("got %v, want %q in it", err, part)
	}
}
