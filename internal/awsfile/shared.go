package awsfile

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
)

// Shared is the view of both shared files, as an AWS SDK in this environment has it.
type Shared struct {
	Config, Credentials         *File
	ConfigPath, CredentialsPath string
	// Home is the folder that has .aws; empty when the environment does not say.
	Home string
	// Problems are files that are there and cannot be read. As in the AWS SDKs they count as empty.
	Problems []error

	getenv func(string) string
}

// Load reads the files that the environment names: AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE, or config and credentials in .aws below HOME, on Windows
// below USERPROFILE. goos is the operating system as Go names it (runtime.GOOS).
func Load(getenv func(string) string, goos string) *Shared {
	s := &Shared{Home: getenv("HOME"), getenv: getenv}
	if goos == "windows" {
		s.Home = getenv("USERPROFILE")
	}
	s.ConfigPath, s.Config = s.file("AWS_CONFIG_FILE", "config")
	s.CredentialsPath, s.Credentials = s.file("AWS_SHARED_CREDENTIALS_FILE", "credentials")
	return s
}

func (s *Shared) file(variable, name string) (string, *File) {
	path := s.getenv(variable)
	if path == "" {
		if s.Home == "" {
			return "", Parse(nil)
		}
		path = filepath.Join(s.Home, ".aws", name)
	}
	b, err := ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.Problems = append(s.Problems, err)
	}
	return path, Parse(b)
}

// Getenv gives a variable of the environment that the view was loaded in.
func (s *Shared) Getenv(name string) string { return s.getenv(name) }

// Active says which profile counts, and where that is said: the one that is named, or AWS_PROFILE, or AWS_DEFAULT_PROFILE, or "default". from is empty for a
// named one and for the default.
func (s *Shared) Active(named string) (name, from string) {
	if named != "" {
		return named, ""
	}
	for _, v := range []string{"AWS_PROFILE", "AWS_DEFAULT_PROFILE"} {
		if name := s.getenv(v); name != "" {
			return name, v
		}
	}
	return "default", ""
}

// Profile is what both files say of a profile, by key in lower case.
type Profile struct {
	Name string
	Keys map[string]Value
	// Partial is where an access key stands without its secret, or the other way round, in the file that counts. AWS SDKs refuse such a profile.
	Partial Place
}

// Get gives the text of a key; "" when it is not there.
func (p *Profile) Get(key string) string {
	if p == nil {
		return ""
	}
	return string(p.Keys[key].Text)
}

// From says where a key is configured.
func (p *Profile) From(key string) Place { return p.Keys[key].From }

const (
	keyID     = "aws_access_key_id"
	secretKey = "aws_secret_access_key"
	tokenKey  = "aws_session_token"
)

// Profile merges what both files say of a profile. What the credentials file says counts before the config file. An access key, its secret and its session token
// come from one file. In the config file "profile default" goes before "default".
func (s *Shared) Profile(name string) (*Profile, bool) {
	p := &Profile{Name: name, Keys: map[string]Value{}}
	section := "profile " + name
	if name == "default" && !s.Config.Has(section) {
		section = name
	}
	in, found := s.Config.Section(section)
	p.merge(s.ConfigPath, section, in)
	in, more := s.Credentials.Section(name)
	if strings.HasPrefix(name, "profile ") || strings.HasPrefix(name, "sso-session ") || strings.HasPrefix(name, "services ") {
		in, more = nil, false // no names of profiles
	}
	if more {
		p.merge(s.CredentialsPath, name, in)
	}
	return p, found || more
}

// merge puts what one file says over what the one before said.
func (p *Profile) merge(path, section string, in map[string]Value) {
	_, id := in[keyID]
	_, secret := in[secretKey]
	p.Partial = Place{}
	if id != secret {
		p.Partial = Place{File: path, Section: section, Line: max(in[keyID].From.Line, in[secretKey].From.Line)}
	}
	for key, v := range in {
		if (key == keyID || key == secretKey || key == tokenKey) && !(id && secret) && p.Keys[keyID].Text != "" {
			continue
		}
		v.From.File = path
		p.Keys[key] = v
	}
	if id && secret {
		if _, token := in[tokenKey]; !token {
			delete(p.Keys, tokenKey) // one of other keys opens nothing
		}
	}
}

// Profiles lists the names of all profiles, in the order of the config file and then of the credentials file.
func (s *Shared) Profiles() []string {
	var out []string
	seen := map[string]bool{}
	add := func(name string) {
		if name != "" && !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	for _, n := range s.Config.Sections() {
		if rest, ok := strings.CutPrefix(n, "profile "); ok {
			add(rest)
		} else if n == "default" {
			add(n)
		}
	}
	for _, n := range s.Credentials.Sections() {
		if !strings.Contains(n, " ") || !strings.HasPrefix(n, "profile ") && !strings.HasPrefix(n, "sso-session ") && !strings.HasPrefix(n, "services ") {
			add(n)
		}
	}
	return out
}

// SSOSession gives what the config file says of an sso-session, by key in lower case.
func (s *Shared) SSOSession(name string) (map[string]Value, bool) {
	in, ok := s.Config.Section("sso-session " + strings.TrimSpace(name))
	for k, v := range in {
		v.From.File = s.ConfigPath
		in[k] = v
	}
	return in, ok
}

// Region gives the Region for a profile, and where that is said: AWS_REGION, AWS_DEFAULT_REGION, or the profile.
func (s *Shared) Region(p *Profile) (region string, from Place) {
	for _, v := range []string{"AWS_REGION", "AWS_DEFAULT_REGION"} {
		if region := s.getenv(v); region != "" {
			return region, Place{Variable: v}
		}
	}
	if p == nil {
		return "", Place{}
	}
	return p.Get("region"), p.From("region")
}
