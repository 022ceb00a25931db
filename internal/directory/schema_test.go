package directory

import (
	"slices"
	"strings"
	"testing"
)

func TestIsEmail(t *testing.T) {
	for s, want := range map[string]bool{
		"a@b": true, "a.b+c@x.example": true, "ä@x.example": true, strings.Repeat("a", 64) + "@x.example": true,
		"": false, "@": false, "a@": false, "@b": false, "a": false, "a@b@c": false, "a b@c": false, "a@b\n": false, "a@b\r\nBcc: c@d": false,
		"a@b,c@d": false, "<a@b>": false, "a@.b": false, "a@b.": false, "a@b..c": false, "a@-b": false, "a\x00@b": false, "a@b\xff": false,
		strings.Repeat("a", 65) + "@x.example": false, "a@" + strings.Repeat("b", 253): false,
	} {
		if IsEmail(s) != want {
			t.Errorf("IsEmail(%q) is %v", s, !want)
		}
	}
}

func TestIsPhoneNumber(t *testing.T) {
	for s, want := range map[string]bool{
		"+15550100": true, "+12": true, "+123456789012345": true,
		"": false, "+": false, "+1": false, "15550100": false, "+05550100": false, "+1234567890123456": false, "+1555-0100": false, "+1 5": false, "+١٢٣": false,
	} {
		if IsPhoneNumber(s) != want {
			t.Errorf("IsPhoneNumber(%q) is %v", s, !want)
		}
	}
}

// FuzzAddresses: what passes as an address can stand in a header line, and no text is both kinds.
func FuzzAddresses(f *testing.F) {
	for _, s := range []string{"a@b", "+15550100", "a@b\r\nx", "+1@b", "@"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		email, phone := IsEmail(s), IsPhoneNumber(s)
		if email && phone {
			t.Fatalf("%q is both", s)
		}
		if (email || phone) && strings.ContainsAny(s, "\r\n\x00 ,;<>\"") {
			t.Fatalf("%q passes", s)
		}
		if email && strings.Count(s, "@") != 1 {
			t.Fatalf("%q passes as an e-mail address", s)
		}
	})
}

func TestStandardAttributes(t *testing.T) {
	all := StandardAttributes()
	if len(all) != 20 {
		t.Fatalf("%d attributes", len(all))
	}
	for _, a := range all {
		if a.Required != (a.Name == "sub") || a.Mutable != (a.Name != "sub") || a.DeveloperOnly {
			t.Errorf("%s is %+v", a.Name, a)
		}
	}
}

func TestPoolAttributes(t *testing.T) {
	p := &Pool{Schema: []Attribute{{Name: "email", Type: StringType, Required: true}, {Name: "custom:t", Type: StringType}, {Name: "name", Type: StringType, Required: true}}}
	all := p.Attributes()
	if len(all) != 21 || all[20].Name != "custom:t" || !all[1].Required || !all[10].Required {
		t.Errorf("attributes are %+v", all)
	}
	if got := p.RequiredMissing(map[string]string{"name": ""}); !slices.Equal(got, []string{"name", "email"}) {
		t.Errorf("missing are %v", got)
	}
	if got := p.RequiredMissing(map[string]string{"name": "a", "email": "b"}); got != nil {
		t.Errorf("missing are %v", got)
	}
}

func TestBirthdate(t *testing.T) {
	p := &Pool{}
	for value, ok := range map[string]bool{"2000-01-02": true, "": true, "2000-1-2": false, "2000-01-02T": false} {
		if got := p.CheckAttributes(map[string]string{"birthdate": value}); (got == "") != ok {
			t.Errorf("%q: %q", value, got)
		}
	}
}

func TestPasswordProblem(t *testing.T) {
	all := DefaultPasswordPolicy()
	for password, want := range map[string]string{
		"Passw0rd!":   "",
		"Pass w0rd":   "", // a space inside counts as a symbol
		" Passw0rd":   "symbol",
		"Passw0rd ":   "symbol",
		"Pässw0rd":    "symbol", // letters beyond ASCII are neither
		"ÄÖÜ1äöü!":    "uppercase",
		"äöüäöü!":     "not long enough",
		"Passw０rd!":   "numeric",
		"PASSW0RD!":   "lowercase",
		"passw0rd!":   "uppercase",
		"Passw0rd€€€": "symbol",
	} {
		got := all.Problem(password)
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", password, got, want)
		}
	}
	none := PasswordPolicy{MinLength: 6}
	if got := none.Problem("aaaaaa"); got != "" {
		t.Errorf("policy without classes says %q", got)
	}
	for _, c := range Symbols {
		if got := all.Problem("Passw0rd" + string(c)); got != "" {
			t.Errorf("%q: %q", c, got)
		}
	}
}
