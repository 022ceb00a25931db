package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/internal/chain"
	"github.com/mayfly-id/mayfly/internal/login"
)

func (c *client) whoami() *cobra.Command {
	var t login.Target
	var explain bool
	cmd := &cobra.Command{
		Use:   "whoami [session or profile]",
		Short: "Ask the server who one is",
		Long: `Get the credentials and ask STS who they stand for.

With --explain: tell where an AWS SDK in this environment takes its credentials from, link by link in the SDK's order, which link answers, and which are configured and hidden
by it. No service is asked.`,
		Example: `  mayfly whoami work
  mayfly whoami --explain
  mayfly whoami --explain --profile build`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			t.Name = arg(args)
			if explain {
				return c.explainChain(cmd.Context(), &t)
			}
			src, k, err := c.Credentials(cmd.Context(), &t)
			if err != nil {
				return err
			}
			id, err := src.Server.WhoAmI(cmd.Context(), k)
			if err != nil {
				return err
			}
			return c.show(map[string]string{"account": id.Account, "arn": id.ARN, "userId": id.UserID, "from": src.Title}, login.Printable(id.ARN))
		},
	}
	targetFlags(cmd, &t)
	cmd.Flags().BoolVar(&explain, "explain", false, "tell where an SDK takes its credentials from, and what is hidden")
	return cmd
}

// explained is the JSON form of --explain.
type explained struct {
	Profile     string          `json:"profile"`
	ProfileFrom string          `json:"profileFrom,omitempty"`
	Region      string          `json:"region,omitempty"`
	RegionFrom  string          `json:"regionFrom,omitempty"`
	Links       []explainedLink `json:"links"`
	Findings    []string        `json:"findings"`
	Error       string          `json:"error,omitempty"`
}

type explainedLink struct {
	Name     string   `json:"name"`
	State    string   `json:"state"`
	From     []string `json:"from,omitempty"`
	Why      string   `json:"why,omitempty"`
	HiddenBy string   `json:"hiddenBy,omitempty"`
}

// explainChain walks along the chain and tells of every link.
func (c *client) explainChain(ctx context.Context, t *login.Target) error {
	if t.Account != "" || t.Role != "" {
		return login.Usage("--explain tells of profiles and the environment: --account and --role are not for it")
	}
	if t.Profile != "" && t.Name != "" {
		return login.Usage("--profile excludes a session, --account and --role")
	}
	profile := t.Profile
	if profile == "" {
		profile = t.Name
	}
	if _, ok := c.Shared().Profile(t.Name); t.Name != "" && !ok {
		if _, is, err := c.Lookup(t.Name); err == nil && is {
			return login.Usage("%s is a session of this program, which SDKs know by a profile alone: run %s setup profiles %s", t.Name, c.Self, t.Name)
		}
	}
	r := c.Chain(c.Shared(), profile, false).Resolve(ctx)
	e := c.explained(r)
	if c.asJSON {
		if err := c.printJSON(e); err != nil {
			return err
		}
	} else if _, err := fmt.Fprint(c.Out, e.text()); err != nil {
		return err
	}
	if r.Err != nil {
		return exitError{ExitFailed}
	}
	return nil
}

func (c *client) explained(r *chain.Resolution) *explained {
	e := &explained{Profile: r.Profile, ProfileFrom: r.ProfileFrom, Region: r.Region, Links: []explainedLink{}, Findings: []string{}}
	if r.Region != "" {
		e.RegionFrom = r.RegionFrom.String()
	}
	for _, l := range r.Links {
		x := explainedLink{Name: l.Label(), State: string(l.State), Why: l.Why, HiddenBy: l.HiddenBy}
		for _, p := range l.From {
			x.From = append(x.From, p.String())
		}
		e.Links = append(e.Links, x)
	}
	for _, f := range r.Findings {
		e.Findings = append(e.Findings, f.Text)
	}
	if r.Err != nil {
		e.Error = r.Err.Error()
	}
	return e
}

// text is the form for people.
func (e *explained) text() string {
	var b strings.Builder
	from := func(s string) string {
		if s == "" {
			return ""
		}
		return " (" + s + ")"
	}
	fmt.Fprintf(&b, "profile %s%s\nRegion %s%s\n", e.Profile, from(e.ProfileFrom), orNone(e.Region), from(e.RegionFrom))
	for _, l := range e.Links {
		fmt.Fprintf(&b, "  %-10s %s%s\n", l.State, l.Name, from(strings.Join(l.From, ", ")))
		if l.HiddenBy != "" {
			fmt.Fprintf(&b, "             behind %s\n", l.HiddenBy)
		}
		if l.Why != "" {
			fmt.Fprintf(&b, "             %s\n", l.Why)
		}
	}
	for _, f := range e.Findings {
		fmt.Fprintf(&b, "note: %s\n", f)
	}
	if e.Error != "" {
		fmt.Fprintf(&b, "no credentials: %s\n", e.Error)
	}
	return printableLines(b.String())
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// printableLines keeps line breaks, which printable takes out.
func printableLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = login.Printable(l)
	}
	return strings.Join(lines, "\n")
}
