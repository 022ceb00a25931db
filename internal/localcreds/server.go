package localcreds

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials"
)

// Config says what a Server hands out.
type Config struct {
	// Provider gives the credentials; required, as are Random and Now. It is asked for each request, so it should keep them: credentials.Cached does.
	Provider aws.CredentialsProvider
	// Region is what the metadata service says it is in, such as "eu-west-1". Empty: it does not know.
	Region string
	// Token is what the container endpoint asks for in Authorization: 32 to 1024 letters, digits and -._~+/= (RFC 6750, section 2.1). Empty: 32 random bytes,
	// in base64url.
	Token credentials.Secret
	// Metadata turns on the instance metadata service beside the container endpoint. nil: there is none.
	Metadata *Metadata
	// Failed is told why credentials could not be had, for the log of an operator. nil: nobody is.
	Failed func(error)

	Random io.Reader // for tokens
	Now    func() time.Time
}

// Metadata are settings of the instance metadata service.
type Metadata struct {
	Role        string // its name of the role, of letters, digits and +=,.@-_ as IAM allows; empty is "mayfly"
	AllowsIMDS1 bool   // answers without a session token too, to any program of the machine
}

// Server hands out the credentials of one provider. It is safe for concurrent use, and nothing of it changes.
type Server struct {
	provider aws.CredentialsProvider
	region   string
	token    credentials.Secret
	metadata *Metadata
	sessions *sessions
	failed   func(error)
	now      func() time.Time
}

const (
	tokenBytes    = 32
	leastToken    = 32
	mostToken     = 1024
	tokenAlphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/="
	roleAlphabet  = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+=,.@-_"
	mostRole      = 64
	defaultRole   = "mayfly"
)

// New makes a server and draws its secrets.
func New(c Config) (*Server, error) {
	if c.Provider == nil {
		return nil, errors.New("localcreds: there is no provider of credentials")
	}
	s := &Server{provider: c.Provider, region: c.Region, token: c.Token, failed: c.Failed, now: c.Now}
	if s.failed == nil {
		s.failed = func(error) {}
	}
	if s.token == "" {
		var b [tokenBytes]byte
		if _, err := io.ReadFull(c.Random, b[:]); err != nil {
			return nil, fmt.Errorf("localcreds: draw the token: %w", err)
		}
		s.token = credentials.Secret(base64.RawURLEncoding.EncodeToString(b[:]))
	}
	if n := len(s.token); n < leastToken || n > mostToken || strings.Trim(string(s.token), tokenAlphabet) != "" {
		return nil, fmt.Errorf("localcreds: the token is to have %d to %d letters, digits and -._~+/=", leastToken, mostToken)
	}
	if c.Metadata == nil {
		return s, nil
	}
	m := *c.Metadata
	if m.Role == "" {
		m.Role = defaultRole
	}
	if len(m.Role) > mostRole || strings.Trim(m.Role, roleAlphabet) != "" {
		return nil, errors.New("localcreds: the name of the role is to have up to 64 letters, digits and +=,.@-_")
	}
	var err error
	s.metadata = &m
	s.sessions, err = newSessions(c.Random, s.now)
	return s, err
}

// Format keeps the secrets of the server out of everything that package fmt prints.
func (s *Server) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "localcreds.Server") }

// Bounds of a connection. Credentials may take a sign-in's exchange with a server to come.
const (
	headerTime = 5 * time.Second
	answerTime = 30 * time.Second
	idleTime   = 30 * time.Second
	endTime    = 2 * time.Second
	mostHeader = 16 << 10
)

// Serve answers on a listener until the context ends, which is no error. The listener is to be on a loopback address; Serve closes it.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	own, err := loopback(l.Addr())
	if err != nil {
		_ = l.Close()
		return err
	}
	h := &http.Server{
		Handler:           s.handler(own),
		ReadHeaderTimeout: headerTime, ReadTimeout: headerTime, WriteTimeout: answerTime + headerTime, IdleTimeout: idleTime, MaxHeaderBytes: mostHeader,
		BaseContext: func(net.Listener) context.Context { return ctx },
		ErrorLog:    log.New(io.Discard, "", 0), // a peer that speaks no HTTP is nothing to tell a person about
	}
	ended := make(chan error, 1)
	go func() { ended <- h.Serve(l) }()
	select {
	case err := <-ended:
		_ = h.Close()
		return fmt.Errorf("localcreds: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTime)
	defer cancel()
	if h.Shutdown(last) != nil {
		_ = h.Close()
	}
	<-ended
	return nil
}

// loopback gives the address of a listener, and refuses one that other machines reach.
func loopback(a net.Addr) (netip.AddrPort, error) {
	if t, ok := a.(*net.TCPAddr); ok {
		if p := t.AddrPort(); p.Addr().Unmap().IsLoopback() {
			return netip.AddrPortFrom(p.Addr().Unmap(), p.Port()), nil
		}
	}
	return netip.AddrPort{}, errors.New("localcreds: credentials are served on a loopback address alone, not on " + a.String())
}
