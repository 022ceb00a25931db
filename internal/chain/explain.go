package chain

import (
	"fmt"
	"strings"
)

// Explanation is what became of a chain, in words. The members are those of its JSON form.
type Explanation struct {
	Profile     string          `json:"profile"`
	ProfileFrom string          `json:"profileFrom,omitempty"`
	Region      string          `json:"region,omitempty"`
	RegionFrom  string          `json:"regionFrom,omitempty"`
	Links       []ExplainedLink `json:"links"`
	Findings    []string        `json:"findings"`
	Error       string          `json:"error,omitempty"`
}

// ExplainedLink is one of its links.
type ExplainedLink struct {
	Name     string   `json:"name"`
	State    string   `json:"state"`
	From     []string `json:"from,omitempty"`
	Why      string   `json:"why,omitempty"`
	HiddenBy string   `json:"hiddenBy,omitempty"`
}

// Explain puts it into words.
func (r *Resolution) Explain() *Explanation {
	e := &Explanation{Profile: r.Profile, ProfileFrom: r.ProfileFrom, Region: r.Region, Links: []ExplainedLink{}, Findings: []string{}}
	if r.Region != "" {
		e.RegionFrom = r.RegionFrom.String()
	}
	for _, l := range r.Links {
		x := ExplainedLink{Name: l.Label(), State: string(l.State), Why: l.Why, HiddenBy: l.HiddenBy}
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

// Text is the form for people. What files and servers say is in it as it is.
func (e *Explanation) Text() string {
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
	return b.String()
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
