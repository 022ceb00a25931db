package notify

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mayfly-id/mayfly/internal/directory"
)

func TestTemplates(t *testing.T) {
	own := &directory.Pool{
		Invite: directory.MessageTemplate{Subject: "IS", Email: "IE", SMS: "IP"}, Verification: directory.MessageTemplate{Subject: "VS", Email: "VE", SMS: "VP"},
		LinkSubject: "LS", LinkMessage: "LE", SMSAuthMessage: "AP", MFA: directory.MFAConfig{EmailMessage: "AE", EmailSubject: "AS"},
	}
	plain := &directory.Pool{}
	for _, c := range []struct {
		pool         *directory.Pool
		kind         Kind
		medium, link string
		want         text
	}{
		{own, Invitation, "EMAIL", "", text{"IS", "IE"}},
		{own, Invitation, "SMS", "", text{"", "IP"}},
		{own, SignUp, "EMAIL", "", text{"VS", "VE"}},
		{own, SignUp, "EMAIL", "https://x", text{"LS", "LE"}},
		{own, SignUp, "SMS", "https://x", text{"", "VP"}},
		{own, ForgotPassword, "SMS", "", text{"", "VP"}},
		{own, Authentication, "EMAIL", "", text{"AS", "AE"}},
		{own, Authentication, "SMS", "", text{"", "AP"}},
		{plain, Invitation, "EMAIL", "", text{inviteSubject, inviteBody}},
		{plain, SignUp, "EMAIL", "https://x", text{linkSubject, linkBody}},
		{plain, Authentication, "EMAIL", "", text{signInSubject, signInBody}},
		{plain, Authentication, "SMS", "", text{"", signInBody}},
		{own, Takeover, "EMAIL", "", text{takeoverSubject, takeoverBody}},
	} {
		m := &directory.Message{Pool: c.pool, Kind: string(c.kind), Medium: c.medium, Link: c.link}
		got := template(m)
		if c.medium == "SMS" {
			got.subject = "" // a message for a phone has none
		}
		if got != c.want {
			t.Errorf("%s by %s: %+v, want %+v", c.kind, c.medium, got, c.want)
		}
	}
}

func TestRender(t *testing.T) {
	v := values{username: "<ann>", code: "a&b", link: `https://x.example/?a="1"&b=2`}
	for _, c := range []struct {
		text, want string
		markup     bool
	}{
		{"{username} {####}", "<ann> a&b", false},
		{"<b>{username}</b> {####}", "<b>&lt;ann&gt;</b> a&amp;b", true},
		{"{##Press me##}", `<a href="https://x.example/?a=&#34;1&#34;&amp;b=2">Press me</a>`, true},
		{"{##a##} {##b##}", `<a href="https://x.example/?a=&#34;1&#34;&amp;b=2">a</a> <a href="https://x.example/?a=&#34;1&#34;&amp;b=2">b</a>`, true},
		{"{##}{####} {####", "{##}a&b {####", false},
	} {
		if diff := cmp.Diff(c.want, v.render(c.text, c.markup)); diff != "" {
			t.Errorf("%s: %s", c.text, diff)
		}
	}
	if got := (values{username: "{####}", code: "{username}"}).render("{username}{####}{##x##}", false); got != "{####}{username}{##x##}" {
		t.Errorf("values were replaced again: %s", got)
	}
}

func TestPlain(t *testing.T) {
	for body, want := range map[string]string{
		"<style>b{color:red}</style><b>Hi</b>":  "Hi",
		`<a href='https://x.example'>there</a>`: "there (https://x.example)",
		`<a name="x">there</a></a>`:             "there",
		"a<br/>b<BR>c":                          "a\nb\nc",
		"1 < 2 &lt; 3":                          "1 < 2 < 3",
		"<p>a</p><p></p><p></p><p>b</p>":        "a\n\nb",
		`<img alt="a > b" src="x">c<!-- no -->`: "c",
		`<table><tr><td>x</td></tr></table>`:    "x",
	} {
		if got := plain(body); got != want {
			t.Errorf("%s becomes %q, want %q", body, got, want)
		}
	}
}

// FuzzPlain: a text without markup stays as it is; no text grows beyond the addresses of its links.
func FuzzPlain(f *testing.F) {
	for _, seed := range []string{`<a href="x">y</a>`, "<p>a<br>b", "<style>x</style>", "&lt;b&gt;", "<a <a <a", `<a href='"'>`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		got := plain(body)
		if want := strings.TrimSpace(blanks.ReplaceAllString(body, "\n\n")); !strings.ContainsAny(body, "<&") && got != want {
			t.Errorf("%q becomes %q", body, got)
		}
		if strings.Contains(got, "\n\n\n") {
			t.Error("there are holes in the text")
		}
		if len(got) > 2*len(body)+16 {
			t.Errorf("%d bytes become %d", len(body), len(got))
		}
	})
}

// FuzzRender: whatever users call themselves, they add no tag to an HTML text, and what stands for a placeholder is not looked at again.
func FuzzRender(f *testing.F) {
	for _, seed := range [][3]string{{"ann", "123456", "https://x"}, {"<script>", "{username}", "\"><b>"}, {"{##x##}", "{####}", "'"}} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, username, code, link string) {
		got := values{username, code, link}.render("<p>{username}<br>{####}</p>", true)
		if strings.Count(got, "<") != 3 || strings.Count(got, ">") != 3 {
			t.Errorf("%q %q become %s", username, code, got)
		}
		if link == "" {
			return
		}
		linked := values{link: link}.render("{##go##}", true)
		if strings.Count(linked, `"`) != 2 || strings.Count(linked, "<") != 2 {
			t.Errorf("%q becomes %s", link, linked)
		}
		if got := (values{username: username, code: code}).render("{username}|{####}", false); got != username+"|"+code {
			t.Errorf("%q|%q becomes %q", username, code, got)
		}
	})
}
