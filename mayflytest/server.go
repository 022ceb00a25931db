package mayflytest

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/app"
	"github.com/mayfly-id/mayfly/internal/config"
)

// Server is a running server and what its first start made.
type Server struct {
	URL     string // base URL of every service
	Region  string
	Account string // 12 digits

	AccessKeyID     string // of the account's root
	SecretAccessKey string

	UserPoolID     string // the first tenant
	ClientID       string
	IdentityPoolID string
	APIAccessKey   string // its API token
	APISecretKey   string

	Clock *Clock // nil unless At was given

	http *http.Client
}

// settings are what options change.
type settings struct {
	config config.Config
	clock  *Clock
}

// Option changes how a server is made.
type Option func(*settings)

// At stops the server's clock at a time. Requests have to be signed with that clock: Client does so.
func At(t time.Time) Option { return func(s *settings) { s.clock = &Clock{at: t} } }

// Region sets the server's Region; it is us-east-1 without.
func Region(region string) Option { return func(s *settings) { s.config.Region = region } }

// FixedCode makes every confirmation code the one given, six digits.
func FixedCode(code string) Option { return func(s *settings) { s.config.FixedCode = code } }

// New starts a server that ends with the test.
func New(t testing.TB, options ...Option) *Server {
	t.Helper()
	c, err := config.Defaults(func(string) string { return "" })
	if err != nil {
		t.Fatal("mayflytest:", err)
	}
	s := &settings{config: c}
	s.config.Ephemeral, s.config.Output, s.config.Listen = true, "json", "127.0.0.1:0"
	for _, o := range options {
		o(s)
	}
	var handler http.Handler
	listener := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.clock != nil { // clients learn from it what time it is
			w.Header().Set("Date", s.clock.Now().UTC().Format(http.TimeFormat))
		}
		handler.ServeHTTP(w, r)
	}))
	s.config.URL = "http://" + listener.Listener.Addr().String()
	if err := s.config.Check(); err != nil {
		t.Fatal("mayflytest:", err)
	}
	now := time.Now
	if s.clock != nil {
		now = s.clock.Now
	}
	log := slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelError}))
	a, err := app.OpenAt(context.Background(), s.config, log, now)
	if err != nil {
		t.Fatal("mayflytest:", err)
	}
	handler = a.Handler()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); a.Run(ctx) }()
	listener.Start()
	t.Cleanup(func() {
		listener.Close()
		stop()
		<-done
		if err := a.Close(); err != nil {
			t.Error("mayflytest:", err)
		}
	})
	server := announced(t, a, s.clock)
	server.http = listener.Client()
	return server
}

// announced reads what the first start hands out.
func announced(t testing.TB, a *app.App, clock *Clock) *Server {
	t.Helper()
	var b bytes.Buffer
	var run app.FirstRun
	err := a.Announce(&b, "json")
	if err == nil {
		err = json.Unmarshal(b.Bytes(), &run)
	}
	if err != nil {
		t.Fatal("mayflytest:", err)
	}
	return &Server{
		URL: run.Endpoint, Region: run.Region, Account: run.Account, AccessKeyID: run.AccessKeyID, SecretAccessKey: run.SecretAccessKey,
		UserPoolID: run.UserPoolID, ClientID: run.ClientID, IdentityPoolID: run.IdentityPoolID, APIAccessKey: run.APIAccessKey, APISecretKey: run.APISecretKey, Clock: clock,
	}
}

// testLog writes what a server reports as failed into the test's log.
type testLog struct{ t testing.TB }

func (l testLog) Write(p []byte) (int, error) {
	l.t.Log(string(bytes.TrimSpace(p)))
	return len(p), nil
}

// Client reaches the server's services, by the server's clock where it stands still.
func (s *Server) Client() *credentials.Client {
	c := &credentials.Client{Region: s.Region, Endpoint: s.URL}
	if s.Clock != nil {
		c.Now = s.Clock.Now
	}
	return c
}

// Root gives the keys of the account's root.
func (s *Server) Root() aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: s.AccessKeyID, SecretAccessKey: s.SecretAccessKey, AccountID: s.Account, Source: "mayflytest"}, nil
	})
}

// Config is a configuration of the AWS SDK for Go v2 whose calls go to the server as the account's root.
func (s *Server) Config() aws.Config {
	return aws.Config{Region: s.Region, BaseEndpoint: aws.String(s.URL), Credentials: s.Root()}
}

// Message is a message that the server would have sent.
type Message struct {
	To      string `json:"to"`
	Subject string `json:"subject"`
	Body    string `json:"body"`
	Code    string `json:"code"`
}

// Outbox gives the messages that the server would have sent, newest first.
func (s *Server) Outbox(t testing.TB) []Message {
	t.Helper()
	resp, err := s.http.Get(s.URL + "/_mayfly/outbox")
	if err != nil {
		t.Fatal("mayflytest:", err)
	}
	defer resp.Body.Close()
	var list []Message
	if err := json.NewDecoder(resp.Body).Decode(&list); err != nil {
		t.Fatal("mayflytest:", err)
	}
	return list
}

// Reset takes the server back to the state after its start.
func (s *Server) Reset(t testing.TB) {
	t.Helper()
	resp, err := s.http.Post(s.URL+"/_mayfly/reset", "", nil)
	if err != nil {
		t.Fatal("mayflytest:", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		t.Fatalf("mayflytest: reset: status %d", resp.StatusCode)
	}
}
