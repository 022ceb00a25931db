package notify

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mayfly-id/mayfly/internal/directory"
)

func mailer(t *testing.T, s *sink, change func(*MailConfig)) *Mailer {
	t.Helper()
	c := MailConfig{
		URL: "smtp://" + s.Addr().String(), From: "Mayfly <no-reply@id.example>", HELO: "id.example", Roots: s.Roots, Now: time.Now, Random: rand.Reader,
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, s.Addr().String()) // whatever the name says
		},
	}
	if change != nil {
		change(&c)
	}
	m, err := NewMailer(c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func letterTo(to string) Message {
	return Message{Time: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC), Medium: Email, To: to, Subject: "Grüße", Body: "Your code is 123456.\n.\nBye", Code: "123456"}
}

// parts reads a letter: header, and bodies by type.
func parts(t *testing.T, data string) (mail.Header, map[string]string) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		out[kind] = unquoted(t, m.Body)
		return m.Header, out
	}
	r := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return m.Header, out
		}
		if err != nil {
			t.Fatal(err)
		}
		kind, _, err := mime.ParseMediaType(p.Header.Get("Content-Type"))
		if err != nil {
			t.Fatal(err)
		}
		out[kind] = unquoted(t, p)
	}
}

func unquoted(t *testing.T, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(quotedprintable.NewReader(r))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(strings.ReplaceAll(string(b), "\r\n", "\n"))
}

func TestMailUnderTLS(t *testing.T) {
	for name, c := range map[string]struct {
		sink func(*sink)
		url  string
	}{
		"STARTTLS":                 {nil, "smtp://mail.example"},
		"STARTTLS on this machine": {nil, ""},
		"TLS from the first byte":  {func(s *sink) { s.secure = true }, "smtps://mail.example"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSink(t, c.sink)
			m := mailer(t, s, func(mc *MailConfig) {
				if c.url != "" {
					mc.URL = c.url
				}
			})
			if err := m.SendMail(t.Context(), &directory.Pool{}, letterTo("ann@x.example")); err != nil {
				t.Fatal(err)
			}
			got := s.got()
			if len(got) != 1 || !got[0].tls {
				t.Fatalf("the sink got %d letters, or in the clear", len(got))
			}
			if !strings.HasPrefix(got[0].from, "MAIL FROM:<no-reply@id.example>") || got[0].to != "RCPT TO:<ann@x.example>" {
				t.Errorf("envelope %s, %s", got[0].from, got[0].to)
			}
			header, bodies := parts(t, got[0].data)
			subject, err := new(mime.WordDecoder).DecodeHeader(header.Get("Subject"))
			if err != nil || subject != "Grüße" || header.Get("From") != `"Mayfly" <no-reply@id.example>` || header.Get("Auto-Submitted") != "auto-generated" {
				t.Errorf("header %v, %v", header, err)
			}
			if when, err := header.Date(); err != nil || !when.Equal(letterTo("").Time) {
				t.Errorf("date %v, %v", when, err)
			}
			if diff := cmp.Diff(map[string]string{"text/plain": "Your code is 123456.\n.\nBye"}, bodies); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMailNeedsTLS(t *testing.T) {
	for name, c := range map[string]struct {
		sink   func(*sink)
		change func(*MailConfig)
	}{
		"the gateway offers none":                {func(s *sink) { s.startTLS = false }, func(c *MailConfig) { c.URL = "smtp://mail.example" }},
		"the name is another":                    {nil, func(c *MailConfig) { c.URL = "smtp://other.example" }},
		"nobody vouches":                         {func(s *sink) { s.secure = true }, func(c *MailConfig) { c.URL, c.Roots = "smtps://mail.example", nil }},
		"STARTTLS, nobody vouches, this machine": {nil, func(c *MailConfig) { c.Roots = nil }},
		"smtps to one that speaks in the clear":  {nil, func(c *MailConfig) { c.URL, c.Timeout = "smtps://mail.example", 500*time.Millisecond }},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSink(t, c.sink)
			if err := mailer(t, s, c.change).SendMail(t.Context(), &directory.Pool{}, letterTo("ann@x.example")); err == nil {
				t.Error("it was sent")
			}
			if n := len(s.got()); n != 0 {
				t.Errorf("the sink got %d letters", n)
			}
		})
	}
}

func TestMailInTheClearOnThisMachine(t *testing.T) {
	s := newSink(t, func(s *sink) { s.startTLS = false; s.auth = "post:secret" })
	m := mailer(t, s, func(c *MailConfig) {
		c.URL, c.Password = "smtp://post@"+s.Addr().String(), "secret"
	})
	if err := m.SendMail(t.Context(), &directory.Pool{}, letterTo("ann@x.example")); err != nil {
		t.Fatal(err)
	}
	if got := s.got(); len(got) != 1 || got[0].tls || got[0].user != "post" {
		t.Errorf("the sink got %d letters", len(got))
	}
}

func TestMailPassword(t *testing.T) {
	for _, c := range []struct {
		auth string
		sent int
	}{{"post:secret", 1}, {"post:other", 0}, {"", 0}} {
		s := newSink(t, func(s *sink) { s.auth = c.auth })
		m := mailer(t, s, func(c *MailConfig) { c.URL, c.Password = "smtp://post@mail.example:2525", "secret" })
		err := m.SendMail(t.Context(), &directory.Pool{}, letterTo("ann@x.example"))
		if (err == nil) != (c.sent == 1) || len(s.got()) != c.sent {
			t.Errorf("%q: %d letters, error %v", c.auth, len(s.got()), err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Error("the error tells the password")
		}
	}
}

func TestMailRefusal(t *testing.T) {
	s := newSink(t, func(s *sink) { s.refuse = "550 nobody here" })
	if err := mailer(t, s, nil).SendMail(t.Context(), &directory.Pool{}, letterTo("ann@x.example")); err == nil {
		t.Error("a refused letter counts as sent")
	}
}

func TestMailEndsInTime(t *testing.T) {
	s := newSink(t, func(s *sink) { s.deaf = true })
	m := mailer(t, s, func(c *MailConfig) { c.Timeout = 200 * time.Millisecond })
	begun := time.Now()
	if err := m.SendMail(t.Context(), &directory.Pool{}, letterTo("ann@x.example")); err == nil {
		t.Error("it was sent to nobody")
	}
	if d := time.Since(begun); d > 5*time.Second {
		t.Errorf("it took %v", d)
	}
}

func TestMailFromThePool(t *testing.T) {
	for _, c := range []struct {
		config      directory.EmailConfig
		from, reply string
	}{
		{directory.EmailConfig{From: "Shop <shop@x.example>", ReplyTo: "help@x.example"}, `"Shop" <shop@x.example>`, "<help@x.example>"},
		{directory.EmailConfig{SourceARN: "arn:aws:ses:eu-west-1:123456789012:identity/ses@x.example"}, "<ses@x.example>", ""},
		{directory.EmailConfig{SourceARN: "arn:aws:ses:eu-west-1:123456789012:identity/x.example"}, `"Mayfly" <no-reply@id.example>`, ""},
		{directory.EmailConfig{SourceARN: "arn:aws:ses:eu-west-1:123456789012:identity/x.example", From: "a@x.example"}, "<a@x.example>", ""},
	} {
		s := newSink(t, nil)
		if err := mailer(t, s, nil).SendMail(t.Context(), &directory.Pool{EmailConfig: &c.config}, letterTo("ann@x.example")); err != nil {
			t.Fatal(err)
		}
		header, _ := parts(t, s.got()[0].data)
		if header.Get("From") != c.from || header.Get("Reply-To") != c.reply || !strings.HasPrefix(s.got()[0].from, "MAIL FROM:<no-reply@id.example>") {
			t.Errorf("%+v: from %s, reply to %s, envelope %s", c.config, header.Get("From"), header.Get("Reply-To"), s.got()[0].from)
		}
	}
}

// TestMailHeadersStayOurs tries to add header lines and recipients.
func TestMailHeadersStayOurs(t *testing.T) {
	s := newSink(t, nil)
	m := mailer(t, s, nil)
	long := letterTo("ann@x.example")
	long.Subject = "Hi\r\nBcc: eve@x.example"
	for name, c := range map[string]struct {
		pool    directory.Pool
		message Message
	}{
		"line end in the recipient":  {message: letterTo("ann@x.example\r\nBcc: eve@x.example")},
		"two recipients":             {message: letterTo("ann@x.example, eve@x.example")},
		"encoded line end in a name": {message: letterTo("=?utf-8?q?Ann=0D=0ABcc:_eve@x.example?= <ann@x.example>")},
		"line end in the subject":    {message: long},
		"line end in the pool's sender": {
			pool: directory.Pool{EmailConfig: &directory.EmailConfig{From: "a@x.example\r\nBcc: eve@x.example"}}, message: letterTo("ann@x.example"),
		},
		"line end in the address for answers": {
			pool: directory.Pool{EmailConfig: &directory.EmailConfig{ReplyTo: "a@x.example\nBcc: eve@x.example"}}, message: letterTo("ann@x.example"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := m.SendMail(t.Context(), &c.pool, c.message); err == nil {
				t.Error("it was sent")
			}
			if n := len(s.got()); n != 0 {
				t.Errorf("the sink got %d letters", n)
			}
		})
	}
}

func TestMailWithTags(t *testing.T) {
	s := newSink(t, nil)
	letter := letterTo("ann@x.example")
	letter.HTML = true
	letter.Body = `<p>Hello,</p>Press <a href="https://x.example/?a=1&amp;b=2">here</a>.<br>Bye &amp; thanks`
	if err := mailer(t, s, nil).SendMail(t.Context(), &directory.Pool{}, letter); err != nil {
		t.Fatal(err)
	}
	_, bodies := parts(t, s.got()[0].data)
	want := map[string]string{"text/html": letter.Body, "text/plain": "Hello,\nPress here (https://x.example/?a=1&b=2).\nBye & thanks"}
	if diff := cmp.Diff(want, bodies); diff != "" {
		t.Error(diff)
	}
	letter.Plain = "In other words"
	if err := mailer(t, s, nil).SendMail(t.Context(), &directory.Pool{}, letter); err != nil {
		t.Fatal(err)
	}
	_, bodies = parts(t, s.got()[1].data)
	if diff := cmp.Diff(map[string]string{"text/html": letter.Body, "text/plain": letter.Plain}, bodies); diff != "" {
		t.Error(diff)
	}
}

// TestNamesAreNoTags: a letter is HTML when its template is, never because a name or a password looks like a tag. Whoever signs up chooses their name, and
// the letter goes to whomever they say; and of a password nothing may be swallowed.
func TestNamesAreNoTags(t *testing.T) {
	const name, password = `<a/href="//evil.example">Reset</a>`, "Aa1<b>cd!"
	for template, want := range map[string]map[string]string{
		"":                                {"text/plain": "Your username is " + name + " and temporary password is " + password + "."},
		"{username} has {####}":           {"text/plain": name + " has " + password},
		"<p>{username}</p> has {####}":    {"text/html": "<p>&lt;a/href=&#34;//evil.example&#34;&gt;Reset&lt;/a&gt;</p> has Aa1&lt;b&gt;cd!", "text/plain": name + "\n has " + password},
		"5 < 6 and {####} > {username} ,": {"text/plain": "5 < 6 and " + password + " > " + name + " ,"},
	} {
		s := newSink(t, nil)
		sender := New(Config{Outbox: NewOutbox(), Mail: mailer(t, s, nil), Now: time.Now})
		user := &directory.User{Username: name, Attributes: map[string]string{"email": "ann@x.example"}}
		p := &directory.Pool{ID: "p", Invite: directory.MessageTemplate{Email: template}}
		if err := invite(t.Context(), sender, p, user, "EMAIL", name, password); err != nil {
			t.Fatal(err)
		}
		if _, bodies := parts(t, s.got()[0].data); cmp.Diff(want, bodies) != "" {
			t.Errorf("%q: %s", template, cmp.Diff(want, bodies))
		}
	}
}

func TestMailerRefusesConfigurations(t *testing.T) {
	good := MailConfig{URL: "smtp://post@mail.example", Password: "secret", From: "a@x.example"}
	for name, change := range map[string]func(*MailConfig){
		"scheme":             func(c *MailConfig) { c.URL = "http://mail.example" },
		"no host":            func(c *MailConfig) { c.URL = "smtp://" },
		"port":               func(c *MailConfig) { c.URL = "smtp://post@mail.example:99999" },
		"no sender":          func(c *MailConfig) { c.From = "" },
		"line end in sender": func(c *MailConfig) { c.From = "a@x.example\r\nBcc: e@x.example" },
		"no password":        func(c *MailConfig) { c.Password = "" },
		"password of nobody": func(c *MailConfig) { c.URL = "smtp://mail.example" },
		"not a URL":          func(c *MailConfig) { c.URL = "smtp://%zz" },
	} {
		c := good
		change(&c)
		if _, err := NewMailer(c); err == nil {
			t.Errorf("%s: accepted", name)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error tells the password", name)
		}
	}
	if _, err := NewMailer(good); err != nil {
		t.Error(err)
	}
	if s := fmt.Sprintf("%v %+v %#v", good, good, good); strings.Contains(s, "secret") {
		t.Error("it prints its password")
	}
}
