package mayflytest_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/mayflytest"
)

// login signs the first tenant's API token in.
func login(s *mayflytest.Server) credentials.TokenSource {
	return &credentials.APIToken{
		Pool:      &credentials.UserPool{Client: s.Client(), ID: s.UserPoolID, ClientID: s.ClientID},
		AccessKey: s.APIAccessKey, SecretKey: credentials.Secret(s.APISecretKey),
	}
}

// exchange takes the credentials of the first tenant's API token.
func exchange(s *mayflytest.Server) *credentials.IdentityPool {
	return &credentials.IdentityPool{Client: s.Client(), ID: s.IdentityPoolID, UserPoolID: s.UserPoolID, Tokens: login(s)}
}

func whoIs(t *testing.T, s *mayflytest.Server) (*credentials.Identity, error) {
	t.Helper()
	keys, err := s.Root().Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s.Client().WhoAmI(t.Context(), keys)
}

// TestNew: what a server is said to have is there, and works.
func TestNew(t *testing.T) {
	s := mayflytest.New(t)
	if s.Region != "us-east-1" || s.Clock != nil || len(s.Account) != 12 {
		t.Errorf("region %s, account %s", s.Region, s.Account)
	}
	who, err := whoIs(t, s)
	if err != nil || who.Account != s.Account || who.ARN != "arn:aws:iam::"+s.Account+":root" {
		t.Errorf("%+v, %v", who, err)
	}
	keys, err := exchange(s).Retrieve(t.Context())
	if err != nil || time.Until(keys.Expires) < 30*time.Minute {
		t.Errorf("until %s, %v", keys.Expires, err)
	}
	c := s.Config()
	root, err := c.Credentials.Retrieve(t.Context())
	if err != nil || c.Region != s.Region || *c.BaseEndpoint != s.URL || root.AccessKeyID != s.AccessKeyID || root.SecretAccessKey != s.SecretAccessKey || root.AccountID != s.Account {
		t.Errorf("%s at %v, %v", c.Region, c.BaseEndpoint, err)
	}
	root.SecretAccessKey += "x"
	if _, err := s.Client().WhoAmI(t.Context(), root); !credentials.IsCode(err, "SignatureDoesNotMatch", "InvalidSignatureException") {
		t.Errorf("it verifies nothing: %v", err)
	}
}

func TestRegion(t *testing.T) {
	s := mayflytest.New(t, mayflytest.Region("ap-southeast-2"))
	if s.Region != "ap-southeast-2" || !strings.HasPrefix(s.UserPoolID, "ap-southeast-2_") || !strings.HasPrefix(s.IdentityPoolID, "ap-southeast-2:") {
		t.Errorf("%s, %s, %s", s.Region, s.UserPoolID, s.IdentityPoolID)
	}
	if _, err := whoIs(t, s); err != nil {
		t.Error(err)
	}
}

// TestAt: the clock stands until it is moved, for what the server gives, for what it checks, and for what it says of the time.
func TestAt(t *testing.T) {
	at := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	s := mayflytest.New(t, mayflytest.At(at))
	if !s.Clock.Now().Equal(at) {
		t.Errorf("it is %s", s.Clock.Now())
	}
	keys, err := exchange(s).Retrieve(t.Context())
	if err != nil || !keys.Expires.Equal(at.Add(time.Hour)) {
		t.Fatalf("until %s, %v", keys.Expires, err)
	}
	s.Clock.Move(59 * time.Minute)
	if _, err := s.Client().WhoAmI(t.Context(), keys); err != nil {
		t.Errorf("before their end: %v", err)
	}
	s.Clock.Move(2 * time.Minute)
	if _, err := s.Client().WhoAmI(t.Context(), keys); !credentials.IsCode(err, "ExpiredToken", "ExpiredTokenException") {
		t.Errorf("after their end: %v", err)
	}
	c := s.Client()
	if _, err := whoIs(t, s); err != nil || c.Skew() != 0 {
		t.Errorf("%v, %s off", err, c.Skew())
	}
	c.Now = nil // the clock of this machine, which is years off
	root, err := s.Root().Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.WhoAmI(t.Context(), root); err != nil || c.Time().Sub(s.Clock.Now()).Abs() > time.Minute {
		t.Errorf("it does not say what time it is: %s, %v", c.Time(), err)
	}
}

// cognito performs an operation of the user pools: as the account's root, signed by the AWS SDK, or as anybody.
func cognito(t *testing.T, s *mayflytest.Server, root bool, operation, body string) (status int, out struct {
	UserPool       struct{ Id string }
	UserPoolClient struct{ ClientId string }
}) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-amz-json-1.1")
	req.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService."+operation)
	if root {
		keys, err := s.Root().Retrieve(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256([]byte(body))
		if err := v4.NewSigner().SignHTTP(t.Context(), keys, req, hex.EncodeToString(sum[:]), "cognito-idp", s.Region, s.Client().Time()); err != nil {
			t.Fatal(err)
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &out); len(b) > 0 && err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, out
}

// TestFixedCode: what the server would have sent can be read, and its codes are the one that was given.
func TestFixedCode(t *testing.T) {
	s := mayflytest.New(t, mayflytest.FixedCode("271828"))
	_, made := cognito(t, s, true, "CreateUserPool", `{"PoolName":"people","AutoVerifiedAttributes":["email"]}`)
	_, client := cognito(t, s, true, "CreateUserPoolClient", `{"UserPoolId":"`+made.UserPool.Id+`","ClientName":"web"}`)
	if got := s.Outbox(t); len(got) != 0 {
		t.Errorf("sent already: %v", got)
	}
	id := client.UserPoolClient.ClientId
	for _, name := range []string{"ann", "bob"} {
		if status, _ := cognito(t, s, false, "SignUp", `{"ClientId":"`+id+`","Username":"`+name+`","Password":"Secret-Horse-1","UserAttributes":[{"Name":"email","Value":"`+name+`@example.com"}]}`); status != http.StatusOK {
			t.Fatal(status)
		}
	}
	sent := s.Outbox(t)
	if len(sent) != 2 || sent[0].To != "bob@example.com" || sent[1].To != "ann@example.com" || sent[0].Code != "271828" || !strings.Contains(sent[0].Body, "271828") || sent[0].Subject == "" {
		t.Errorf("%+v", sent)
	}
	confirm := func(code string) int {
		status, _ := cognito(t, s, false, "ConfirmSignUp", `{"ClientId":"`+id+`","Username":"ann","ConfirmationCode":"`+code+`"}`)
		return status
	}
	if confirm("000000") == http.StatusOK || confirm("271828") != http.StatusOK {
		t.Error("the code confirms nothing, or any does")
	}
}

// TestSideBySide: what is of one server is nothing to another.
func TestSideBySide(t *testing.T) {
	a, b := mayflytest.New(t), mayflytest.New(t)
	if a.URL == b.URL || a.APISecretKey == b.APISecretKey || a.SecretAccessKey == b.SecretAccessKey {
		t.Error("they share something")
	}
	keys, err := exchange(a).Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Client().WhoAmI(t.Context(), keys); err != nil {
		t.Error(err)
	}
	if _, err := b.Client().WhoAmI(t.Context(), keys); err == nil {
		t.Error("credentials of one server open another")
	}
	root, err := a.Root().Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Client().WhoAmI(t.Context(), root); err == nil {
		t.Error("the root of one server is the root of another")
	}
}

// TestReset: a server goes back to what it was after its start, and what it has handed out since is worth nothing.
func TestReset(t *testing.T) {
	s := mayflytest.New(t)
	root, err := s.Root().Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	made, err := s.Client().CreateAccessKey(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	if all, err := s.Client().ListAccessKeys(t.Context(), root); err != nil || len(all) != 2 {
		t.Fatalf("%v, %v", all, err)
	}
	s.Reset(t)
	all, err := s.Client().ListAccessKeys(t.Context(), root)
	if err != nil || len(all) != 1 || all[0].ID == made.ID {
		t.Errorf("after a reset: %v, %v", all, err)
	}
	if _, err := exchange(s).Retrieve(t.Context()); err != nil {
		t.Errorf("what the server had at its start: %v", err)
	}
}

// TestEndsWithItsTest: nothing listens when the test is over.
func TestEndsWithItsTest(t *testing.T) {
	var address string
	t.Run("server", func(t *testing.T) { address = mayflytest.New(t).URL })
	if resp, err := http.Get(address); err == nil {
		_ = resp.Body.Close()
		t.Error("it still listens")
	}
	if u, err := url.Parse(address); err != nil || u.Hostname() != "127.0.0.1" {
		t.Errorf("it listens at %s", address)
	}
}

// exampleTest is the *testing.T of a test, of which an example has none.
type exampleTest struct {
	testing.TB
	end func()
}

func (e *exampleTest) Helper()            {}
func (e *exampleTest) Fatal(args ...any)  { panic(args) }
func (e *exampleTest) Error(args ...any)  { panic(args) }
func (e *exampleTest) Cleanup(end func()) { e.end = end }

func Example() {
	t := &exampleTest{} // in a test: its *testing.T
	server := mayflytest.New(t, mayflytest.Region("eu-west-1"), mayflytest.At(time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)))
	defer func() { t.end() }()

	keys, err := (&credentials.IdentityPool{
		Client: server.Client(), ID: server.IdentityPoolID, UserPoolID: server.UserPoolID, Tokens: &credentials.APIToken{
			Pool:      &credentials.UserPool{Client: server.Client(), ID: server.UserPoolID, ClientID: server.ClientID},
			AccessKey: server.APIAccessKey, SecretKey: credentials.Secret(server.APISecretKey),
		},
	}).Retrieve(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(keys.Expires.Format(time.RFC3339))

	server.Clock.Move(2 * time.Hour)
	_, err = server.Client().WhoAmI(context.Background(), keys)
	if credentials.IsCode(err, "ExpiredToken") {
		fmt.Println("expired")
	}
	// Output:
	// 2030-01-02T04:04:05Z
	// expired
}
