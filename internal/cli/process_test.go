package cli

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// TestInTime: a provider that does not answer is left before the SDK leaves, and the person who leaves is not told of time.
func TestInTime(t *testing.T) {
	silent := aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
		<-ctx.Done()
		return aws.Credentials{}, ctx.Err()
	})
	if _, err := inTime(t.Context(), time.Millisecond, silent); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "no credentials within 1ms") {
		t.Errorf("%v", err)
	}
	left, leave := context.WithCancel(t.Context())
	leave()
	if _, err := inTime(left, time.Hour, silent); !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "within") {
		t.Errorf("%v", err)
	}
	want := aws.Credentials{AccessKeyID: "AKIA"}
	k, err := inTime(t.Context(), time.Hour, aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return want, nil }))
	if err != nil || k.AccessKeyID != want.AccessKeyID {
		t.Errorf("%v, %v", k.AccessKeyID, err)
	}
}
