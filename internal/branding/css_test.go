package branding

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseCSS(t *testing.T) {
	_, err := ParseCSS(`
/* a { b: c } */
.logo-customizable {
	max-width: 60%;
	padding: 25px 0px 25px 10px
}
.submitButton-customizable:hover{color:#fff;background-color: RGBA(1, 2,3,.5) !important;}
.banner-customizable {}`)
	if err == nil {
		t.Error("a function in upper case passes")
	}
	got, err := ParseCSS("/* a { b: c } */\n.logo-customizable {\n\tmax-width: 60%;\n\tpadding: 25px  0px\n25px 10px\n}\n.submitButton-customizable:hover{color:#fff;background-color: rgba(1, 2,3,.5) !important;}.banner-customizable {}")
	if err != nil {
		t.Fatal(err)
	}
	want := []Rule{
		{".logo-customizable", []Declaration{{"max-width", "60%"}, {"padding", "25px 0px 25px 10px"}}},
		{".submitButton-customizable:hover", []Declaration{{"color", "#fff"}, {"background-color", "rgba(1, 2,3,.5) !important"}}},
		{".banner-customizable", nil},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestBadCSS(t *testing.T) {
	in := func(declaration string) string { return ".label-customizable{" + declaration + "}" }
	for text, want := range map[string]string{
		"body{color:red}":                        "'body' is not a class",
		".label-customizable,body{color:red}":    "is not a class",
		".label-customizable:focus{color:red}":   "is not a class",
		"@import 'a';.label-customizable{}":      "is not a class",
		"@media print{.label-customizable{}}":    "is not a class",
		".label-customizable":                    "no body",
		".label-customizable{color:red":          "does not end",
		"/* .label-customizable{}":               "comment does not end",
		".label-custom/**/izable{color:red}":     "is not a class",
		"</style><script>{}":                     "'?/style??script?'",
		in("position:fixed"):                     "'position' is not a property",
		in("color"):                              "no value",
		in("color:"):                             "not allowed",
		in("color:!important"):                   "not allowed",
		in("background:url(https://a.example/)"): "not allowed",
		in("background:url(a)"):                  "not allowed",
		in("width:expression(alert)"):            "not allowed",
		in("width:calc(1px)"):                    "not allowed",
		in(`color:\72 ed`):                       "not allowed",
		in("color:red<b>"):                       "not allowed",
		in("color:rgb(1"):                        "not allowed",
		in("color:rgb(rgb(1))"):                  "not allowed",
		in("color:red)"):                         "not allowed",
		in("color:'red'"):                        "not allowed",
		in("color:" + strings.Repeat("r", 201)):  "not allowed",
		in(strings.Repeat("color:red;", 51)):     "declarations",
		strings.Repeat(in(""), 201):              "rules",
	} {
		_, err := ParseCSS(text)
		var css CSSError
		if !errors.As(err, &css) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: error is %v, want %q", text, err, want)
		}
	}
}

// FuzzCSS: what passes, written again, is read as the same, and holds nothing that ends a style element, loads or escapes.
func FuzzCSS(f *testing.F) {
	f.Add(".logo-customizable {\n\tmax-width: 60%;\n}\n/* */.inputField-customizable:focus { border-color: rgba(1,2,3,.4) !important }")
	f.Add(".label-customizable{color:url(x)}")
	f.Add("/*/.label-customizable{color:red}*/")
	f.Fuzz(func(t *testing.T, text string) {
		rules, err := ParseCSS(text)
		if err != nil {
			if strings.ContainsAny(err.Error(), "<>&\x00\n") {
				t.Fatalf("error is %q", err)
			}
			return
		}
		var b strings.Builder
		for _, r := range rules {
			b.WriteString(r.Selector + "{")
			for _, d := range r.Declarations {
				if strings.ContainsAny(d.Value, "<>{};:@\\\"'&*") || strings.Contains(strings.ToLower(d.Value), "url(") || !slices.Contains(properties(), d.Property) {
					t.Fatalf("%q passes", d)
				}
				b.WriteString(d.Property + ":" + d.Value + ";")
			}
			b.WriteString("}")
		}
		again, err := ParseCSS(b.String())
		if err != nil {
			t.Fatalf("%q is not read again: %v", b.String(), err)
		}
		if diff := cmp.Diff(rules, again); diff != "" {
			t.Fatal(diff)
		}
	})
}
