package clients

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// TestEndpointURL sets nothing but what AWS's own guide tells to set for another endpoint: AWS_ENDPOINT_URL and the keys in the environment.
func TestEndpointURL(t *testing.T) {
	f := start(t)
	nowhere := filepath.Join(t.TempDir(), "absent")
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": f.Endpoint, "AWS_REGION": f.Region, "AWS_ACCESS_KEY_ID": f.AccessKeyID, "AWS_SECRET_ACCESS_KEY": f.SecretAccessKey,
		"AWS_CONFIG_FILE": nowhere, "AWS_SHARED_CREDENTIALS_FILE": nowhere,
	} {
		t.Setenv(name, value)
	}
	cfg, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if who := must[*gciOut](t)(sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil)); *who.Account != f.Account {
		t.Errorf("the caller is of %s", *who.Account)
	}
	must[*iam.ListUsersOutput](t)(iam.NewFromConfig(cfg).ListUsers(t.Context(), nil))
}

// TestSDKProfiles keeps roles, MFA device and token file in profiles, for the SDK for Go. The endpoint comes with the program: the SDK does not
// give one of a profile to the calls that open it.
func TestSDKProfiles(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	f := startBeside(t)
	root := f.sdk(t, f.root())
	ctx := t.Context()
	base := robot(t, root, "robot", "")
	dev := must[*iam.CreateVirtualMFADeviceOutput](t)(root.iam.CreateVirtualMFADevice(ctx, &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: aws.String("phone")})).VirtualMFADevice
	seed := string(dev.Base32StringSeed)
	must[*iam.EnableMFADeviceOutput](t)(root.iam.EnableMFADevice(ctx, &iam.EnableMFADeviceInput{UserName: aws.String("robot"), SerialNumber: dev.SerialNumber,
		AuthenticationCode1: aws.String(totp(t, seed, -2)), AuthenticationCode2: aws.String(totp(t, seed, -1))}))
	must[*iam.CreateOpenIDConnectProviderOutput](t)(root.iam.CreateOpenIDConnectProvider(ctx, &iam.CreateOpenIDConnectProviderInput{Url: &i.URL, ClientIDList: []string{"sts.amazonaws.com"}}))
	guarded := role(t, root, "guarded", trust("arn:aws:iam::"+f.Account+":user/robot", `"sts:AssumeRole"`, `{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`), "")
	pod := role(t, root, "pod", i.trust(f.Account, "system:serviceaccount:shop:pay"), "")
	chained := role(t, root, "chained", trust(pod, `"sts:AssumeRole"`, `{"ArnLike":{"aws:FederatedProvider":"arn:aws:iam::*:oidc-provider/`+i.name()+`"}}`), "")

	folder := t.TempDir()
	path := func(name, content string) string {
		p := filepath.Join(folder, name)
		if err := os.WriteFile(p, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	token := path("token", i.token(t, "system:serviceaccount:shop:pay", time.Minute))
	common := "region = " + f.Region + "\n"
	file := path("config", "[profile base]\naws_access_key_id = "+base.id+"\naws_secret_access_key = "+base.secret+"\n"+common+
		"[profile guarded]\nrole_arn = "+guarded+"\nsource_profile = base\nmfa_serial = "+*dev.SerialNumber+"\nrole_session_name = go\n"+common+
		"[profile pod]\nrole_arn = "+pod+"\nweb_identity_token_file = "+token+"\nrole_session_name = go\n"+common+
		"[profile chained]\nrole_arn = "+chained+"\nsource_profile = pod\nrole_session_name = go\n"+common)
	asked := 0
	for profile, want := range map[string]string{
		"base": "arn:aws:iam::" + f.Account + ":user/robot", "guarded": "arn:aws:sts::" + f.Account + ":assumed-role/guarded/go",
		"pod": "arn:aws:sts::" + f.Account + ":assumed-role/pod/go", "chained": "arn:aws:sts::" + f.Account + ":assumed-role/chained/go",
	} {
		cfg, err := config.LoadDefaultConfig(ctx, config.WithSharedConfigFiles([]string{file}), config.WithSharedCredentialsFiles([]string{}), config.WithSharedConfigProfile(profile),
			config.WithBaseEndpoint(f.Endpoint), config.WithRetryMaxAttempts(1), config.WithAssumeRoleCredentialOptions(func(o *stscreds.AssumeRoleOptions) {
				o.TokenProvider = func() (string, error) { asked++; return totp(t, seed, 0), nil }
			}))
		if err != nil {
			t.Fatal(err)
		}
		if who, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil); err != nil || *who.Arn != want {
			t.Errorf("profile %s: %v, want %s", profile, err, want)
		}
	}
	if asked != 1 {
		t.Errorf("the code was asked for %d times", asked)
	}
}
