package doctor

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/mayfly-id/mayfly/internal/awsfile"
	"github.com/mayfly-id/mayfly/internal/chain"
)

const nameProfile = "profile"

// Profiles looks for what hides what in the shared AWS files and the environment: everything about the profile that counts (named, or the one that the
// environment says), and what the other profiles have in themselves. The metadata service is not asked.
func Profiles(ctx context.Context, getenv func(string) string, goos, named string) []Check {
	quiet := func(name string) string {
		if name == "AWS_EC2_METADATA_DISABLED" {
			return "true"
		}
		return getenv(name)
	}
	c := &chain.Chain{Shared: awsfile.Load(quiet, goos), Profile: named}
	r := c.Resolve(ctx)
	var out []Check
	for _, f := range r.Findings {
		out = append(out, finding(f, true))
	}
	for _, name := range c.Shared.Profiles() {
		if name == r.Profile {
			continue
		}
		for _, f := range c.Inspect(name) {
			out = append(out, finding(f, false))
		}
	}
	if len(out) == 0 {
		out = append(out, ok(nameProfile, "nothing in the shared AWS files and the environment hides anything"))
	}
	return out
}

// finding makes a check. counts says whether it is about the profile in use: the mistakes of others keep no client from working.
func finding(f chain.Finding, counts bool) Check {
	says := strings.TrimSuffix(f.Text, ".")
	if f.Profile != "" {
		says = "profile " + f.Profile + ": " + says
	}
	var places []string
	for _, p := range f.Places {
		places = append(places, p.String())
	}
	if len(places) > 0 {
		says += " (" + strings.Join(places, ", ") + ")"
	}
	fix, fatal := remedy(f.Code)
	if fatal && counts {
		return fail(nameProfile, says, fix)
	}
	return warn(nameProfile, says, fix)
}

// remedy says what to do about a finding, and whether SDKs stop at it.
func remedy(code string) (fix string, fatal bool) {
	switch code {
	case "environment-keys-incomplete":
		return "set both variables, or take both away", false
	case "environment-keys-ended":
		return `take the old keys away: eval "$(mayfly env --unset)"`, true
	case "environment-keys-hide-profile":
		return `take the keys away: eval "$(mayfly env --unset)"; or take the variable away that names the profile`, false
	case "profile-missing":
		return "correct the variable, or write the profile", true
	case "profile-refused":
		return "correct the profile", true
	case "file-unreadable":
		return "see who may read the file", true
	case "section-ignored":
		return "rename the section", false
	case "services-missing":
		return "correct the key services, or write the section", false
	}
	return "take away what is not meant to count", false
}

const nameLongTerm = "long-term keys"

// LongTermKeys looks for access keys of IAM users, which do not end, in the shared AWS files and in the environment. Their ids begin with AKIA
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes); nothing else of them is looked at, or told.
func LongTermKeys(s *awsfile.Shared) []Check {
	const fix = "use a session instead, by credential_process or exec; then deactivate the key and take it away"
	var out []Check
	for _, f := range []struct {
		file *awsfile.File
		path string
	}{{s.Credentials, s.CredentialsPath}, {s.Config, s.ConfigPath}} {
		for _, section := range f.file.Sections() {
			v, _ := f.file.Get(section, "aws_access_key_id")
			if longTerm(string(v.Text)) {
				name := strings.TrimPrefix(section, "profile ")
				out = append(out, warn(nameLongTerm, fmt.Sprintf("profile %s has a key that does not end, in %s line %d", name, f.path, v.From.Line), fix))
			}
		}
	}
	for _, v := range []string{"AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY"} {
		if longTerm(s.Getenv(v)) {
			out = append(out, warn(nameLongTerm, v+" is a key that does not end", fix))
		}
	}
	if len(out) == 0 {
		out = append(out, ok(nameLongTerm, "no key that does not end lies in the shared AWS files or the environment"))
	}
	return out
}

func longTerm(id string) bool { return strings.HasPrefix(id, "AKIA") }

const nameRegion = "region"

// regionShape is how names of Regions look: "eu-west-1", "us-gov-east-1", "eusc-de-east-1".
var regionShape = regexp.MustCompile(`^[a-z]{2,5}(-[a-z]+)+-[0-9]{1,2}$`)

// Region looks whether SDKs know where to go. p may be nil.
func Region(s *awsfile.Shared, p *awsfile.Profile) []Check {
	const fix = "set region in the profile, or AWS_REGION and AWS_DEFAULT_REGION"
	region, from := s.Region(p)
	if region == "" {
		return []Check{warn(nameRegion, "no Region is set for AWS SDKs", fix)}
	}
	var out []Check
	if !regionShape.MatchString(region) {
		out = append(out, warn(nameRegion, from.String()+" is not of the form of a Region, such as eu-west-1", fix))
	}
	one, other := s.Getenv("AWS_REGION"), s.Getenv("AWS_DEFAULT_REGION")
	if one != "" && other != "" && one != other {
		out = append(out, warn(nameRegion, "AWS_REGION and AWS_DEFAULT_REGION differ: most SDKs read the first, boto3 the second", "give both the same value"))
	}
	if len(out) == 0 {
		out = append(out, ok(nameRegion, region+", by "+from.String()))
	}
	return out
}
