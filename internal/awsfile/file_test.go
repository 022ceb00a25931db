package awsfile

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const sample = "# of the team\n" +
	"[default]\n" +
	"Region = eu-west-1   # near\n" +
	"output=json\n" +
	"s3 =\n" +
	"  max_concurrent_requests = 20 # stays in\n" +
	"  addressing_style = path\n" +
	"\n" +
	"; another\n" +
	"[ profile  dev ] # mine\n" +
	"role_arn: arn:aws:iam::111122223333:role/dev\n" +
	"credential_process = /bin/a \\\n" +
	"   and more\n" +
	"region = eu-west-1\n" +
	"no key here\n" +
	"\n" +
	"[profile \"with space\"]\n" +
	"region = 'us-east-1'\n" +
	"[services local]\n" +
	"sts =\n" +
	"  endpoint_url = http://localhost:8080\n" +
	"[profile dev]\n" +
	"region = eu-north-1\n"

func TestParse(t *testing.T) {
	f := Parse([]byte("lost = 1\n" + sample))
	want := []string{"default", "profile dev", "profile with space", "services local"}
	if d := cmp.Diff(want, f.Sections()); d != "" {
		t.Error(d)
	}
	for _, c := range []struct{ section, key, want string }{
		{"default", "region", "eu-west-1"},
		{"default", "REGION", "eu-west-1"},
		{"default", "output", "json"},
		{"default", "s3", ""},
		{"profile dev", "role_arn", "arn:aws:iam::111122223333:role/dev"},
		{"profile dev", "credential_process", "/bin/a \\\nand more"},
		{"profile   'dev'", "region", "eu-north-1"},
		{"profile with space", "region", "us-east-1"},
	} {
		v, ok := f.Get(c.section, c.key)
		if !ok || string(v.Text) != c.want {
			t.Errorf("%s %s: %q, %v", c.section, c.key, string(v.Text), ok)
		}
	}
	if _, ok := f.Get("default", "lost"); ok {
		t.Error("a key before all sections is in one")
	}
	v, _ := f.Get("default", "s3")
	for key, want := range map[string]string{"max_concurrent_requests": "20 # stays in", "addressing_style": "path"} {
		if got, ok := v.In(key); !ok || got != want {
			t.Errorf("s3 %s: %q", key, got)
		}
	}
	if v, _ := f.Get("profile dev", "region"); v.From.Line != 24 {
		t.Errorf("the last region of dev is in line %d", v.From.Line)
	}
}

func TestParseLikeTheSDK(t *testing.T) {
	for _, c := range []struct{ name, text, key, want string }{
		{"value with a hash", "[a]\nk = x#y\n", "k", "x#y"},
		{"comment after a tab", "[a]\nk = x\t;y\n", "k", "x"},
		{"colon before equals", "[a]\nk: x=y\n", "k", "x=y"},
		{"indented key after a value", "[a]\nj = 1\n  k = 2 # c\n", "k", "2"},
		{"indented key first", "[a]\n  k = 2\n", "k", "2"},
		{"indented header", "  [a]\nk = v\n", "k", "v"},
		{"end of line of Windows", "[a]\r\nk = v\r\n", "k", "v"},
		{"continuation of Windows", "[a]\r\nk = v\r\n  w\r\n", "k", "v\nw"},
		{"no end of line", "[a]\nk = v", "k", "v"},
		{"separator within a comment", "[a]\nk = v\nj #x = y\n", "k", "v"},
		{"hash in a name", "[a]\nk = v\n[profile a#b]\nk = w\n", "k", "v"},
		{"half of a quote", "[a]\nk = \"\n", "k", "\""},
	} {
		v, ok := Parse([]byte(c.text)).Get("a", c.key)
		if !ok || string(v.Text) != c.want {
			t.Errorf("%s: %q, %v", c.name, string(v.Text), ok)
		}
	}
	if k := Parse([]byte("[a]\nj #x = y\n")).Keys("a"); len(k) != 0 {
		t.Errorf("a key whose separator is in a comment: %q", k)
	}
}

func TestSetKeepsTheRest(t *testing.T) {
	for _, c := range []struct{ name, section, key, value, old, want string }{
		{"comment and spelling", "default", "region", "us-west-2", "Region = eu-west-1   # near\n", "Region = us-west-2   # near\n"},
		{"no spaces", "default", "output", "yaml", "output=json\n", "output=yaml\n"},
		{"colon", "profile dev", "role_arn", "arn:x", "role_arn: arn:aws:iam::111122223333:role/dev\n", "role_arn: arn:x\n"},
		{"the last of two", "profile dev", "region", "af-south-1", "region = eu-north-1\n", "region = af-south-1\n"},
		{"continued value", "profile dev", "credential_process", "b", "credential_process = /bin/a \\\n   and more\n", "credential_process = b\n"},
		{"quotes go", "profile with space", "region", "x", "'us-east-1'", "x"},
		{"a new key", "profile with space", "Output", "text", "region = 'us-east-1'\n", "region = 'us-east-1'\nOutput = text\n"},
		{"a new section", "profile new", "region", "x", "region = eu-north-1\n", "region = eu-north-1\n\n[profile new]\nregion = x\n"},
		{"a block", "default", "s3", "none", "s3 =\n  max_concurrent_requests = 20 # stays in\n  addressing_style = path\n", "s3 = none\n"},
	} {
		for _, eol := range []string{"\n", "\r\n"} {
			f := Parse([]byte(strings.ReplaceAll(sample, "\n", eol)))
			if err := f.Set(c.section, c.key, c.value); err != nil {
				t.Errorf("%s: %v", c.name, err)
				continue
			}
			want := strings.ReplaceAll(strings.Replace(sample, c.old, c.want, 1), "\n", eol)
			if d := cmp.Diff(want, string(f.Bytes())); d != "" {
				t.Errorf("%s: %s", c.name, d)
			}
		}
	}
}

func TestSetRefuses(t *testing.T) {
	for _, c := range []struct{ section, key, value string }{
		{"default", "region", ""}, {"default", "region", " x"}, {"default", "region", "x\ny"}, {"default", "region", "x # y"}, {"default", "region", "'x'"},
		{"default", "region", "#x"}, {"default", "region", "x\x85y"}, {"default", "region", "x\xff"}, {"default", "re=gion", "x"}, {"default", "", "x"}, {"default", "# a", "x"},
		{"profile a b", "k", "x"}, {"profile a]b", "k", "x"}, {"profile a#b", "k", "x"}, {"", "k", "x"}, {"profile \"a\nb\"", "k", "x"},
	} {
		f := Parse([]byte(sample))
		if err := f.Set(c.section, c.key, c.value); !errors.Is(err, ErrText) {
			t.Errorf("%q %q %q: %v", c.section, c.key, c.value, err)
		}
		if string(f.Bytes()) != sample {
			t.Errorf("%q %q %q: the file has changed", c.section, c.key, c.value)
		}
	}
}

func TestEditsThatWouldChangeOthers(t *testing.T) {
	const text = "[a]\nblock =\nown = 1\n  k = 2\n"
	f := Parse([]byte(text))
	if _, err := f.Unset("a", "own"); !errors.Is(err, ErrEntangled) || string(f.Bytes()) != text {
		t.Errorf("k would go into the block: %v, %q", err, f.Bytes())
	}
}

func TestSetIn(t *testing.T) {
	f := Parse([]byte(sample))
	for _, c := range [][3]string{{"services local", "sts", "http://other"}, {"services local", "sso_oidc", "http://oidc"}, {"services two", "sts", "http://two"}} {
		if err := f.SetIn(c[0], c[1], "endpoint_url", c[2]); err != nil {
			t.Fatal(err)
		}
		v, _ := f.Get(c[0], c[1])
		if got, _ := v.In("endpoint_url"); got != c[2] {
			t.Errorf("%v: %q", c, got)
		}
	}
	if err := f.SetIn("default", "s3", "max_concurrent_requests", "3"); err != nil {
		t.Error(err)
	}
	if err := f.SetIn("default", "region", "k", "v"); !errors.Is(err, ErrEntangled) {
		t.Errorf("a key with a value of its own: %v", err)
	}
	want := strings.Replace(sample, "20 # stays in", "3", 1)
	want = strings.Replace(want, "http://localhost:8080\n", "http://other\nsso_oidc =\n  endpoint_url = http://oidc\n", 1) + "\n[services two]\nsts =\n  endpoint_url = http://two\n"
	if d := cmp.Diff(want, string(f.Bytes())); d != "" {
		t.Error(d)
	}
}

func TestUnsetAndRemove(t *testing.T) {
	f := Parse([]byte(sample))
	if was, err := f.Unset("profile dev", "region"); !was || err != nil {
		t.Fatal(was, err)
	}
	want := strings.Replace(strings.Replace(sample, "region = eu-west-1\n", "", 1), "region = eu-north-1\n", "", 1)
	if d := cmp.Diff(want, string(f.Bytes())); d != "" {
		t.Error(d)
	}
	if was, err := f.Unset("profile dev", "region"); was || err != nil {
		t.Error("twice:", was, err)
	}
	f = Parse([]byte(sample))
	if was, err := f.Remove("profile dev"); !was || err != nil {
		t.Fatal(was, err)
	}
	from, to := strings.Index(sample, "[ profile"), strings.Index(sample, "[profile \"with")
	want = strings.TrimSuffix(sample[:from]+sample[to:], "[profile dev]\nregion = eu-north-1\n")
	if d := cmp.Diff(want, string(f.Bytes())); d != "" {
		t.Error(d)
	}
	if was, err := f.Remove("profile dev"); was || err != nil {
		t.Error("twice:", was, err)
	}
	f = Parse([]byte("[a]\nk = v\n# out = of use\n\n# of b\n[b]\nk = v\n"))
	if _, err := f.Remove("a"); err != nil || string(f.Bytes()) != "# of b\n[b]\nk = v\n" {
		t.Errorf("%v %q", err, f.Bytes())
	}
	f = Parse([]byte("[a]\nk = v\n# of b\n[b]\nk = v\n"))
	if _, err := f.Remove("a"); err != nil || string(f.Bytes()) != "# of b\n[b]\nk = v\n" {
		t.Errorf("%v %q", err, f.Bytes())
	}
}

func TestBlock(t *testing.T) {
	const one = "[profile one]\nregion = x\n"
	f := Parse([]byte(sample))
	if _, ok, err := f.Block("work"); ok || err != nil {
		t.Fatal(ok, err)
	}
	if err := f.SetBlock("work", one); err != nil {
		t.Fatal(err)
	}
	want := sample + "\n# begin mayfly work\n" + one + "# end mayfly work\n"
	if d := cmp.Diff(want, string(f.Bytes())); d != "" {
		t.Error(d)
	}
	if err := f.Set("profile after", "region", "y"); err != nil {
		t.Fatal(err)
	}
	after := string(f.Bytes())[len(want):]
	if err := f.SetBlock("work", "[profile two]\nregion = z"); err != nil {
		t.Fatal(err)
	}
	want = sample + "\n# begin mayfly work\n[profile two]\nregion = z\n# end mayfly work\n" + after
	if d := cmp.Diff(want, string(f.Bytes())); d != "" {
		t.Error(d)
	}
	if f.Has("profile one") || !f.Has("profile two") {
		t.Error("sections", f.Sections())
	}
	if text, ok, err := f.Block("work"); text != "[profile two]\nregion = z\n" || !ok || err != nil {
		t.Error(text, ok, err)
	}
	if err := f.SetBlock("work", ""); err != nil || string(f.Bytes()) != sample+after {
		t.Errorf("%v %q", err, f.Bytes())
	}
}

func TestBlockRefuses(t *testing.T) {
	for _, c := range []struct {
		name, file, block, text string
		want                    error
	}{
		{"no header", "", "work", "region = x\n", ErrText},
		{"a mark within", "", "work", "[a]\n# end mayfly work\n", ErrText},
		{"a name of two words", "", "a b", "[a]\n", ErrText},
		{"no end", "# begin mayfly work\n[a]\n", "work", "[a]\n", ErrBlock},
		{"no beginning", "[a]\n# end mayfly work\n", "work", "[a]\n", ErrBlock},
		{"two", strings.Repeat("# begin mayfly work\n# end mayfly work\n", 2), "work", "[a]\n", ErrBlock},
		{"one in the other", "# begin mayfly work\n# begin mayfly b\n# end mayfly b\n# end mayfly work\n", "work", "[a]\n", ErrBlock},
		{"keys after it", "# begin mayfly work\n[a]\n# end mayfly work\nk = v\n", "work", "[b]\n", ErrEntangled},
	} {
		f := Parse([]byte(c.file))
		if err := f.SetBlock(c.block, c.text); !errors.Is(err, c.want) || string(f.Bytes()) != c.file {
			t.Errorf("%s: %v %q", c.name, err, f.Bytes())
		}
	}
	f := Parse([]byte("# begin mayfly work\n[a]\n# end mayfly\n[b]\n"))
	if text, ok, err := f.Block("work"); text != "[a]\n" || !ok || err != nil {
		t.Error("an end without a name:", text, ok, err)
	}
}

func TestValuesPrintRedacted(t *testing.T) {
	f := Parse([]byte("[a]\naws_secret_access_key = s3cr3t\nb =\n  t = s3cr3t\n"))
	in, _ := f.Section("a")
	o, _ := parseObject([]byte(`{"a":"s3cr3t"}`))
	token, login := &SSOToken{AccessToken: "s3cr3t", rest: &o}, &LoginToken{DPoPKey: "s3cr3t", rest: &o, inner: &o}
	profile := &Profile{Name: "a", Keys: in}
	for _, v := range []any{f, *f, in, in["b"], o, token, *token, login, *login, profile, *profile, []any{token, login, profile, &Registration{rest: &o}, &RoleCredentials{rest: &o}}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			if got := fmt.Sprintf(verb, v); strings.Contains(got, "s3cr3t") || strings.Contains(got, fmt.Sprintf("%x", "s3cr3t")) || strings.Contains(got, "51 99 114") {
				t.Errorf("%T with %s: %s", v, verb, got)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(sample), "region", "x")
	f.Add([]byte("[a]\r\nk=\r\n  b = c"), "k", "y")
	f.Add([]byte("\xef\xbb\xbf[a]\n[]\n= 1\n[b"), "z", "=")
	f.Fuzz(func(t *testing.T, b []byte, key, value string) {
		file := Parse(b)
		if !bytes.Equal(file.Bytes(), b) {
			t.Fatal("reading and writing is not the identity")
		}
		sections := append(file.Sections(), "profile new")
		for _, s := range sections[max(0, len(sections)-4):] {
			before, was := file.model(), string(file.Bytes())
			lines := len(file.lines)
			_, there := file.Get(s, key)
			if err := file.Set(s, key, value); err != nil {
				if string(file.Bytes()) != was {
					t.Fatal("a refused edit has changed the file")
				}
				continue
			}
			if v, ok := file.Get(s, key); !ok || string(v.Text) != value {
				t.Fatalf("%q %q: %q after setting %q", s, key, string(v.Text), value)
			}
			before.section(s)[lower(key)] = said{text: value}
			if !file.model().equal(before) {
				t.Fatal("another key has changed")
			}
			if there && len(file.lines) > lines {
				t.Fatal("a key that was there has added a line")
			}
			if n := changed(Parse([]byte(was)).lines, file.lines); there && len(file.lines) == lines && n > 1 {
				t.Fatalf("%d lines have changed", n)
			}
		}
	})
}

// changed counts the lines that differ between two files of one length.
func changed(a, b []string) int {
	n := 0
	for i := range a {
		if i < len(b) && a[i] != b[i] {
			n++
		}
	}
	return n
}
