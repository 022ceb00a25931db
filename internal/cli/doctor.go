package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/internal/awsfile"
	"github.com/mayfly-id/mayfly/internal/doctor"
	"github.com/mayfly-id/mayfly/internal/login"
	"github.com/mayfly-id/mayfly/internal/vault"
)

// lookTime is how long each examination may take.
const lookTime = 15 * time.Second

func (c *client) doctor() *cobra.Command {
	var profile string
	cmd := &cobra.Command{
		Use:   "doctor [session]",
		Short: "Find what keeps credentials from working",
		Long: `Look at what credentials depend on, and tell what is wrong and what to do: the clock, the server and the way to it, certificates and proxies, who can read the files, the
keyring, keys that hide others in the shared AWS files, keys that do not end, who is signed in. Endpoints of STS are measured: AWS's of the Region beside the global one.

Nothing is changed, nobody signs in, and no program is run. The exit code is 1 when something keeps credentials from working; warnings are none.`,
		Example: `  mayfly doctor
  mayfly doctor work --json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := c.patient(arg(args), profile)
			if err != nil {
				return err
			}
			checks := doctor.Run(cmd.Context(), lookTime, c.examinations(p))
			if err := cmd.Context().Err(); err != nil {
				return err
			}
			if err := c.tellChecks(checks); err != nil {
				return err
			}
			if doctor.Failed(checks) {
				return exitError{ExitFailed}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&profile, "profile", "", "profile of the shared AWS files to look at (default: the one that the environment says)")
	return cmd
}

// patient is what is examined.
type patient struct {
	config   string           // path of the client's file; empty when the environment names none
	sessions []*login.Session // the one that is named, or all
	main     *login.Session   // whose server counts; nil: that of the profile
	named    string           // the profile, when one is named
	profile  *awsfile.Profile
	shared   *awsfile.Shared
	trouble  error // why the client's file cannot be read
	unknown  []login.Unknown
}

func (c *client) patient(name, profile string) (*patient, error) {
	p := &patient{named: profile, shared: c.Shared()}
	active, _ := p.shared.Active(profile)
	p.profile, _ = p.shared.Profile(active)
	p.config, _ = c.ConfigPath()
	f, err := c.LoadConfig()
	if err != nil {
		p.trouble = err
		return p, nil
	}
	p.unknown = f.Unknown()
	for _, n := range f.Names() {
		if s, ok := f.Session(n); ok && (name == "" || n == name) {
			p.sessions = append(p.sessions, s)
		}
	}
	if name != "" && len(p.sessions) == 0 {
		return nil, login.Usage("there is no session %s: run %s configure %s --server URL", name, c.Self, name)
	}
	s, ok, err := c.Lookup(name)
	if err == nil && ok && (profile == "" || name != "") { // a profile that is named alone has a server of its own
		p.main = s
	}
	return p, err
}

// examinations lists them in the order in which they are told.
func (c *client) examinations(p *patient) []doctor.Probe {
	w := &doctor.Web{HTTP: c.HTTP, Getenv: c.Getenv, GOOS: runtime.GOOS, Now: c.Now}
	targets, sts, legacy := p.endpoints()
	var out []doctor.Probe
	probe := func(name string, look func(ctx context.Context) []doctor.Check) {
		out = append(out, doctor.Probe{Name: name, Look: look})
	}
	if len(targets) > 0 {
		probe("clock", func(ctx context.Context) []doctor.Check { return doctor.Clock(ctx, w, targets[0]) })
	}
	for _, t := range targets {
		probe("endpoint "+t.Service, func(ctx context.Context) []doctor.Check { return doctor.Endpoint(ctx, w, t) })
	}
	if len(sts) > 0 {
		probe("nearest sts", func(ctx context.Context) []doctor.Check { return doctor.Nearest(ctx, w, sts, legacy) })
	}
	probe("proxy", func(context.Context) []doctor.Check { return doctor.Proxies(w, targets) })
	probe("certificates", func(context.Context) []doctor.Check { return doctor.Certificates(c.Getenv, p.profile) })
	probe("region", func(context.Context) []doctor.Check { return doctor.Region(p.shared, p.profile) })
	probe("profile", func(ctx context.Context) []doctor.Check {
		return doctor.Profiles(ctx, c.Getenv, runtime.GOOS, p.named)
	})
	probe("long-term keys", func(context.Context) []doctor.Check { return doctor.LongTermKeys(p.shared) })
	probe("files", func(context.Context) []doctor.Check {
		return doctor.Files(runtime.GOOS, doctor.Places(p.shared, c.ownPlaces(p)...))
	})
	probe("vault", func(context.Context) []doctor.Check {
		return doctor.Vault(runtime.GOOS, c.Getenv, vault.System(c.Getenv))
	})
	probe("configuration", func(context.Context) []doctor.Check { return p.meaningless() })
	probe("session", func(ctx context.Context) []doctor.Check {
		if p.trouble != nil {
			return doctor.Sessions([]doctor.Session{{Name: "configuration", Trouble: p.trouble.Error()}}, c.Now())
		}
		return doctor.Sessions(c.sessionsOf(ctx, p), c.Now())
	})
	return out
}

// meaningless tells of what is in the client's file and counts for nothing.
func (p *patient) meaningless() []doctor.Check {
	const name = "configuration"
	var out []doctor.Check
	for _, u := range p.unknown {
		says := u.What + " in " + p.config + " is no session"
		if u.Session != "" {
			says = fmt.Sprintf("%s line %d: %s is no setting of a session, and counts for nothing", p.config, u.Line, u.What)
		}
		out = append(out, doctor.Check{Name: name, State: doctor.Warn, Says: says, Fix: "correct it, or take it out"})
	}
	if len(out) == 0 {
		out = append(out, doctor.Check{Name: name, State: doctor.OK, Says: "every setting counts"})
	}
	return out
}

// ownPlaces are the client's files. The folder of the vault itself is the vault's to look at.
func (c *client) ownPlaces(p *patient) []string {
	out := []string{p.config}
	if dir, err := vault.Folder(runtime.GOOS, c.Getenv); err == nil {
		out = append(out, filepath.Join(dir, "key"), filepath.Join(dir, "sessions"))
	}
	return out
}

// endpoints gives what the session or the profile needs, what of STS is to be measured, and the setting that prefers the global endpoint of STS.
func (p *patient) endpoints() (all, sts []doctor.Target, legacy string) {
	if s := p.main; s != nil && s.Endpoint != "" {
		one := []doctor.Target{{Service: "server", URL: s.Endpoint}}
		return one, one, ""
	}
	if p.main == nil {
		if url, _ := p.shared.Endpoint(p.profile, "STS"); url != "" {
			one := []doctor.Target{{Service: "sts", URL: url}}
			return one, one, ""
		}
	}
	region, _ := p.shared.Region(p.profile)
	if p.main != nil {
		region = p.main.Region
		if p.main.GlobalSTS() {
			return servicesOf(p.main, region), doctor.STS(region), "sts_regional_endpoints of session " + p.main.Name
		}
	}
	if region == "" {
		return nil, nil, ""
	}
	if setting := p.shared.Getenv("AWS_STS_REGIONAL_ENDPOINTS"); setting == "legacy" {
		legacy = "AWS_STS_REGIONAL_ENDPOINTS"
	} else if setting == "" && p.profile.Get("sts_regional_endpoints") == "legacy" {
		legacy = "sts_regional_endpoints of profile " + p.profile.Name
	}
	return servicesOf(p.main, region), doctor.STS(region), legacy
}

// servicesOf gives AWS's own endpoints that a session needs; those of no session are STS's.
func servicesOf(s *login.Session, region string) []doctor.Target {
	sts := doctor.Endpoints(region, "sts")
	if s != nil && s.GlobalSTS() {
		sts = doctor.STS(region)[1:]
	}
	switch {
	case s == nil || s.Kind == login.KindWebIdentity || s.Kind == login.KindKeys:
		return sts
	case s.Kind == login.KindSSO:
		return doctor.Endpoints(s.SSORegion, "oidc", "portal.sso")
	case s.IdentityPoolID == "":
		return doctor.Endpoints(region, "cognito-idp")
	case s.RoleARN == "":
		return doctor.Endpoints(region, "cognito-idp", "cognito-identity")
	}
	return append(doctor.Endpoints(region, "cognito-idp", "cognito-identity"), sts...)
}

// sessionsOf tells of each session what is kept of it.
func (c *client) sessionsOf(ctx context.Context, p *patient) []doctor.Session {
	out := make([]doctor.Session, len(p.sessions))
	for i, s := range p.sessions {
		out[i] = doctor.Session{Name: s.Name, SignIn: c.LoginCommand(s)}
		if err := s.Check(); err != nil {
			out[i].Trouble = err.Error()
			continue
		}
		if st, err := c.look(ctx, s); err != nil {
			out[i].Trouble = err.Error()
		} else {
			out[i].SignedIn, out[i].Renews = st.SignedIn, st.Renews
			if st.Expires != nil {
				out[i].Expires = *st.Expires
			}
		}
	}
	return out
}

// look tells the state of a session. Where nothing has been kept yet, the vault is not opened, which would make its folder.
func (c *client) look(ctx context.Context, s *login.Session) (*state, error) {
	dir, err := vault.Folder(runtime.GOOS, c.Getenv)
	if err == nil {
		if _, err = os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
			username, password := c.Given(s)
			itself := s.Kind == login.KindWebIdentity || s.Kind == login.KindUserPool && username != "" && password != ""
			return &state{SignedIn: itself, Renews: itself}, nil
		}
	}
	o, err := c.Open(s, login.Alone)
	if err != nil {
		return nil, err
	}
	return c.state(ctx, o)
}

// tellChecks prints what was found: a line for each, and a line below for what is to be done.
func (c *client) tellChecks(checks []doctor.Check) error {
	if c.asJSON {
		return c.printJSON(struct {
			Failed bool           `json:"failed"`
			Checks []doctor.Check `json:"checks"`
		}{doctor.Failed(checks), checks})
	}
	for _, k := range checks {
		text := fmt.Sprintf("%-7s %s: %s", k.State, k.Name, login.Printable(k.Says))
		if k.Fix != "" {
			text += "\n        -> " + login.Printable(k.Fix)
		}
		if _, err := fmt.Fprintln(c.Out, text); err != nil {
			return err
		}
	}
	return nil
}
