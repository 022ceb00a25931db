package chain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/awsfile"
)

// ErrNone means that no link of the chain is configured.
var ErrNone = errors.New("no credentials are configured")

// Chain is what the links work with. Only Shared is needed.
type Chain struct {
	// Shared has the files and the environment.
	Shared *awsfile.Shared
	// Profile is the profile that is named explicitly. It goes before the keys of the environment. Empty: the environment says.
	Profile string

	// SSOTokens gives the tokens of an SSO session, renewed where that is possible. nil: those in the AWS cache, as long as they are good.
	SSOTokens func(SSOSession) credentials.TokenSource
	// Login gives the credentials of a session of "aws login", renewed where that is possible. nil: those in the AWS cache, as long as they are good.
	Login func(session string) aws.CredentialsProvider
	// MFA asks for the code that a device shows. nil: profiles with mfa_serial are refused.
	MFA func(ctx context.Context, serial string) (string, error)
	// SignIn begins the command that signs in to a session, such as "mayfly login". Empty: errors name no command.
	SignIn string

	// HTTP sends requests to services; nil is the one that credentials.Client makes.
	HTTP *http.Client
	// Local sends requests to container and metadata endpoints; nil makes one without a proxy. Redirects are not followed, whatever it says.
	Local *http.Client
	// Lookup finds the addresses of a host; nil asks the operating system.
	Lookup func(ctx context.Context, host string) ([]string, error)
	// Stdin and Stderr are those of a credential_process; nil is none. Environ is its environment; nil is that of this process.
	Stdin   io.Reader
	Stderr  io.Writer
	Environ []string

	Now    func() time.Time // nil: time.Now
	Random io.Reader        // nil: crypto/rand
	// UserAgent names the program to services; empty is "mayfly".
	UserAgent string
}

// SSOSession is a session of IAM Identity Center, as the shared config names it.
type SSOSession struct {
	Name     string // of the sso-session; empty for a profile with a start URL of its own
	StartURL string
	Region   string
	Profile  string // that uses it
}

// Key is what the AWS cache keeps the tokens under.
func (s SSOSession) Key() string {
	if s.Name != "" {
		return s.Name
	}
	return s.StartURL
}

// State is what became of a link.
type State string

// The states of a link.
const (
	Answers    State = "answers"    // its credentials count
	Absent     State = "absent"     // not configured, or not there
	Incomplete State = "incomplete" // configured in part, which the chain passes over
	Refused    State = "refused"    // it counts and cannot answer: the chain ends
	Hidden     State = "hidden"     // configured, behind another that counts
)

// Link is a link of the chain.
type Link struct {
	Name     string          // such as "static keys"
	Profile  string          // that has it; empty for the environment
	From     []awsfile.Place // where it is configured
	State    State
	Why      string // why it is incomplete, refused or absent
	HiddenBy string // label of the link that hides it
}

// Label names the link with its profile.
func (l *Link) Label() string {
	if l.Profile == "" {
		return l.Name
	}
	return l.Name + " of profile " + l.Profile
}

// Resolution is what became of a chain.
type Resolution struct {
	Profile     string // the active one
	ProfileFrom string // the variable that names it; empty when it is named explicitly, or the default
	Region      string
	RegionFrom  awsfile.Place
	Links       []Link
	Findings    []Finding
	// Provider gives the credentials. It keeps none: every Retrieve asks anew. nil when there is an Err.
	Provider aws.CredentialsProvider
	Err      error
}

// Answered gives the link whose credentials count; nil when none answers.
func (r *Resolution) Answered() *Link {
	for i := range r.Links {
		if r.Links[i].State == Answers {
			return &r.Links[i]
		}
	}
	return nil
}

// run is one walk along the chain.
type run struct {
	*Chain
	getenv func(string) string
	top    *node // the active profile; nil when it cannot be read
	out    *Resolution
	by     string // the link that hides all behind it; empty while none has counted
}

// Resolve walks along the chain.
func (c *Chain) Resolve(ctx context.Context) *Resolution {
	r := &run{Chain: c, getenv: c.Shared.Getenv, out: &Resolution{}}
	r.out.Profile, r.out.ProfileFrom = c.Shared.Active(c.Profile)
	top, err := r.load(r.out.Profile, map[string]bool{})
	if _, exists := c.Shared.Profile(r.out.Profile); !exists && c.Profile == "" && r.out.ProfileFrom != envProfile {
		top, err = &node{name: r.out.Profile, profile: &awsfile.Profile{Name: r.out.Profile}}, nil // as the SDK, which goes on without, unless AWS_PROFILE names it
	}
	if err == nil {
		r.top = top
		r.out.Region, r.out.RegionFrom = c.Shared.Region(top.profile)
	} else {
		r.out.Region, r.out.RegionFrom = c.Shared.Region(nil)
	}
	if c.Profile != "" {
		r.by = "profile " + c.Profile + ", which is named"
	}
	for _, l := range r.environment() {
		r.emit(ctx, l)
	}
	if c.Profile != "" {
		r.by = ""
	}
	if err != nil {
		r.emit(ctx, &link{name: "profile", profile: r.out.Profile, configured: true, open: func(context.Context) (aws.CredentialsProvider, error) { return nil, err }})
	} else if p := r.walk(ctx, top, 0); p != nil {
		r.out.Provider = p
	}
	r.out.Findings = append(r.out.Findings, r.findings(err)...)
	if r.out.Err != nil {
		r.out.Provider = nil
	} else if r.out.Provider == nil {
		r.out.Err = ErrNone
	}
	return r.out
}

// link is a link before it is known what becomes of it.
type link struct {
	name, profile string
	from          []awsfile.Place
	configured    bool
	why           string // of one that is not configured
	partly        bool   // not configured, but begun
	open          func(context.Context) (aws.CredentialsProvider, error)
}

// notThere is an error of a link that turns out not to be there.
type notThere struct{ error }

// emit says what becomes of a link, and gives its credentials if they count.
func (r *run) emit(ctx context.Context, l *link) aws.CredentialsProvider {
	out := Link{Name: l.name, Profile: l.profile, From: l.from, Why: l.why, State: Absent}
	var p aws.CredentialsProvider
	switch {
	case !l.configured && l.partly:
		out.State = Incomplete
	case !l.configured:
	case r.by != "":
		out.State, out.HiddenBy = Hidden, r.by
	default:
		var err error
		p, err = l.open(ctx)
		r.by = out.Label()
		out.State, err = r.judge(&out, err)
		if err != nil {
			p = nil
		}
	}
	r.out.Links = append(r.out.Links, out)
	if p != nil && r.out.Provider == nil {
		r.out.Provider = p
	}
	return p
}

// judge tells a link that is refused from one that is not there.
func (r *run) judge(l *Link, err error) (State, error) {
	var gone notThere
	switch {
	case err == nil:
		return Answers, nil
	case errors.As(err, &gone):
		l.Why = gone.Error()
		return Absent, err
	}
	l.Why = err.Error()
	r.out.Err = fmt.Errorf("%s: %w", l.Label(), err)
	return Refused, err
}
