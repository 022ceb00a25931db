package directory

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Types of attributes.
const (
	StringType   = "String"
	NumberType   = "Number"
	DateTimeType = "DateTime"
	BooleanType  = "Boolean"
)

// StandardAttributes gives the attributes that every pool has, in the order in which they are shown: the OpenID Connect claims with Cognito's
// bounds (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html).
func StandardAttributes() []Attribute { return slices.Clone(standard) }

// standard is built once and never changed.
var standard = buildStandard()

func buildStandard() []Attribute {
	text := func(name string) Attribute {
		return Attribute{Name: name, Type: StringType, Mutable: true, Min: "0", Max: "2048"}
	}
	flag := func(name string) Attribute { return Attribute{Name: name, Type: BooleanType, Mutable: true} }
	birthdate := text("birthdate")
	birthdate.Min, birthdate.Max = "10", "10"
	return []Attribute{
		{Name: "sub", Type: StringType, Required: true, Min: "1", Max: "2048"},
		text("name"), text("given_name"), text("family_name"), text("middle_name"), text("nickname"), text("preferred_username"),
		text("profile"), text("picture"), text("website"), text("email"), flag("email_verified"), text("gender"), birthdate,
		text("zoneinfo"), text("locale"), text("phone_number"), flag("phone_number_verified"), text("address"),
		{Name: "updated_at", Type: NumberType, Mutable: true, Min: "0"},
	}
}

// IsUsername says that an attribute is the pool's user name.
func (p *Pool) IsUsername(attribute string) bool {
	return slices.Contains(p.UsernameAttributes, attribute)
}

// Attributes gives the whole schema of the pool: the standard attributes, as the pool changed them, then the custom ones.
func (p *Pool) Attributes() []Attribute {
	all := StandardAttributes()
	for _, a := range p.Schema {
		if i := slices.IndexFunc(all, func(s Attribute) bool { return s.Name == a.Name }); i >= 0 {
			all[i] = a
		} else {
			all = append(all, a)
		}
	}
	return all
}

// Attribute gives one attribute of the schema by its full name, such as "email" or "custom:tenant".
func (p *Pool) Attribute(name string) (Attribute, bool) {
	for _, a := range p.Schema {
		if a.Name == name {
			return a, true
		}
	}
	for _, a := range standard {
		if a.Name == name {
			return a, true
		}
	}
	return Attribute{}, false
}

// RequiredMissing lists the required attributes, without sub, that a set of attributes lacks, in the schema's order.
func (p *Pool) RequiredMissing(attributes map[string]string) []string {
	var missing []string
	for _, a := range p.Attributes() {
		if a.Required && a.Name != "sub" && attributes[a.Name] == "" {
			missing = append(missing, a.Name)
		}
	}
	return missing
}

// CheckAttributes holds new values against the schema. The answer is the message of Cognito's InvalidParameterException, "" when all is
// well. It judges values only; who may write which attribute is for the operation to know.
func (p *Pool) CheckAttributes(values map[string]string) string {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		a, ok := p.Attribute(name)
		switch {
		case !ok && strings.Contains(name, ":"):
			return "Attributes did not conform to the schema: Type for attribute {" + name + "} could not be determined"
		case !ok:
			return "Attributes did not conform to the schema: The attribute " + name + " is not defined in schema."
		}
		if problem := a.problem(values[name]); problem != "" {
			return problem
		}
	}
	return ""
}

// problem holds one value against the attribute. An empty value stands for no value, which only required attributes refuse.
func (a *Attribute) problem(value string) string {
	const nonconforming = "Attributes did not conform to the schema: "
	switch {
	case value == "" && a.Required:
		return nonconforming + a.Name + ": The attribute is required"
	case value == "":
		return ""
	case a.Name == "email" && !IsEmail(value):
		return "Invalid email address format."
	case a.Name == "phone_number" && !IsPhoneNumber(value):
		return "Invalid phone number format."
	}
	switch a.Type {
	case StringType:
		n := utf8.RuneCountInString(value)
		if low, ok := number(a.Min); ok && int64(n) < low {
			return fmt.Sprintf("%s%s: String must be at least %d characters long", nonconforming, a.Name, low)
		}
		if high, ok := number(a.Max); ok && int64(n) > high {
			return fmt.Sprintf("%s%s: String must be no longer than %d characters", nonconforming, a.Name, high)
		}
	case NumberType:
		v, ok := number(value)
		if !ok {
			return nonconforming + a.Name + ": Must be a number"
		}
		if low, ok := number(a.Min); ok && v < low {
			return fmt.Sprintf("%s%s: Number must be at least %d", nonconforming, a.Name, low)
		}
		if high, ok := number(a.Max); ok && v > high {
			return fmt.Sprintf("%s%s: Number must be no more than %d", nonconforming, a.Name, high)
		}
	case BooleanType:
		if value != "true" && value != "false" {
			return nonconforming + a.Name + ": Must be true or false"
		}
	case DateTimeType:
		if _, ok := number(value); !ok {
			return nonconforming + a.Name + ": Must be a time in seconds since 1970"
		}
	}
	return ""
}

func number(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && s[0] != '+'
}

// IsEmail says that s looks like an e-mail address: one @ with text around it, no white space or control characters, 254 bytes at most
// (RFC 5321 section 4.5.3.1.3). Whether it exists only a message can tell.
func IsEmail(s string) bool {
	at := strings.IndexByte(s, '@')
	if at < 1 || at > 64 || at == len(s)-1 || len(s) > 254 || strings.IndexByte(s[at+1:], '@') >= 0 {
		return false
	}
	domain := s[at+1:]
	if domain[0] == '.' || domain[0] == '-' || domain[len(domain)-1] == '.' || strings.Contains(domain, "..") {
		return false
	}
	for _, r := range s {
		if r <= ' ' || r == 0x7f || r == utf8.RuneError || strings.ContainsRune(`"(),:;<>[\]`, r) {
			return false
		}
	}
	return true
}

// IsPhoneNumber says that s is a number in E.164 form: a plus sign and up to 15 digits, the first not zero.
func IsPhoneNumber(s string) bool {
	if len(s) < 3 || len(s) > 16 || s[0] != '+' || s[1] == '0' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
