package notify

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	stdmail "net/mail"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/mayfly-id/mayfly/internal/directory"
)

// MailConfig describes a mail gateway. URL, From, Dial, Now and Random are required.
type MailConfig struct {
	// URL is smtp://[user@]host[:port] or smtps://[user@]host[:port]. smtp begins in the clear and goes on under TLS (RFC 3207), without which nothing
	// is sent, unless the host is this machine; the port is 587 if none is given. smtps begins with TLS (RFC 8314), on port 465.
	URL      string
	Password string // of the URL's user
	From     string // sender where the pool names none, and envelope sender always: "Name <a@b>" or an address
	HELO     string // name of this server; empty: that of the machine
	Roots    *x509.CertPool
	Timeout  time.Duration // of one message; 0: ten seconds
	Dial     func(ctx context.Context, network, address string) (net.Conn, error)
	Now      func() time.Time
	Random   io.Reader
}

// String keeps the password out of logs.
func (MailConfig) String() string { return "mail gateway" }

// GoString keeps the password out of logs.
func (MailConfig) GoString() string { return "mail gateway" }

// mostConnections is how many messages are on their way at a time; more wait.
const mostConnections = 8

// Mailer sends mail through a gateway: one short connection for each message. It is safe for concurrent use.
type Mailer struct {
	c      MailConfig
	host   string
	port   int
	user   string
	secure bool // TLS from the first byte
	local  bool // this machine: TLS is not needed
	from   *stdmail.Address
	slots  chan struct{}
}

// NewMailer checks the configuration. It does not connect: a gateway may be down when the server starts.
func NewMailer(c MailConfig) (*Mailer, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" {
		return nil, errors.New("notify: want smtp://[user@]host[:port] or smtps://[user@]host[:port]")
	}
	m := &Mailer{c: c, host: u.Hostname(), user: u.User.Username(), secure: u.Scheme == "smtps", slots: make(chan struct{}, mostConnections)}
	m.local = isLoopback(m.host)
	m.port = 587
	if m.secure {
		m.port = 465
	}
	if text := u.Port(); text != "" {
		if m.port, err = strconv.Atoi(text); err != nil || m.port < 1 || m.port > 65535 {
			return nil, fmt.Errorf("notify: %s is no port", text)
		}
	}
	if m.from, err = parseAddress(c.From); err != nil {
		return nil, fmt.Errorf("notify: sender of mail: %w", err)
	}
	if (m.user == "") != (c.Password == "") {
		return nil, errors.New("notify: a mail gateway needs a user and a password, or neither")
	}
	if m.c.Timeout <= 0 {
		m.c.Timeout = 10 * time.Second
	}
	return m, nil
}

func isLoopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.Unmap().IsLoopback()
}

// parseAddress reads one address (RFC 5322 section 3.4). Line ends and other control characters are refused wherever they stand.
func parseAddress(text string) (*stdmail.Address, error) {
	if strings.ContainsFunc(text, isControl) {
		return nil, errors.New("an address has control characters")
	}
	a, err := stdmail.ParseAddress(text)
	if err != nil {
		return nil, errors.New("no e-mail address") // the parser's error repeats the address
	}
	if strings.ContainsFunc(a.Name+a.Address, isControl) {
		return nil, errors.New("an address has control characters")
	}
	return a, nil
}

// SendMail implements MailSender.
func (m *Mailer) SendMail(ctx context.Context, p *directory.Pool, message Message) error {
	letter, err := m.letter(p, message)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, m.c.Timeout)
	defer cancel()
	select {
	case m.slots <- struct{}{}:
		defer func() { <-m.slots }()
	case <-ctx.Done():
		return fmt.Errorf("notify: mail: %w", ctx.Err())
	}
	line := &line{mailer: m}
	client, err := m.client(line)
	if err != nil {
		return err
	}
	defer line.close()
	// The library watches the context while it connects only; afterwards, closing the connection ends what hangs.
	defer context.AfterFunc(ctx, line.close)()
	if err := client.DialAndSendWithContext(ctx, letter); err != nil && !letter.IsDelivered() {
		return fmt.Errorf("notify: mail: %w", err)
	}
	return nil
}

// client sets the library up for one message.
func (m *Mailer) client(l *line) (*gomail.Client, error) {
	policy := gomail.TLSMandatory
	switch {
	case m.secure:
		policy = gomail.NoTLS // the line is under TLS already
	case m.local:
		policy = gomail.TLSOpportunistic
	}
	options := []gomail.Option{
		gomail.WithPort(m.port), gomail.WithTimeout(m.c.Timeout), gomail.WithTLSPolicy(policy), gomail.WithTLSConfig(m.tls()),
		gomail.WithDialContextFunc(l.dial), gomail.WithoutNoop(),
	}
	if m.c.HELO != "" {
		options = append(options, gomail.WithHELO(m.c.HELO))
	}
	if m.user != "" {
		ways := []gomail.SMTPAuthType{gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin}
		if m.local {
			ways = []gomail.SMTPAuthType{gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlainNoEnc, gomail.SMTPAuthLoginNoEnc}
		}
		options = append(options, gomail.WithOpportunisticSMTPAuth(ways...), gomail.WithUsername(m.user), gomail.WithPassword(m.c.Password))
	}
	client, err := gomail.NewClient(m.host, options...)
	if err != nil {
		return nil, fmt.Errorf("notify: mail: %w", err)
	}
	return client, nil
}

func (m *Mailer) tls() *tls.Config {
	return &tls.Config{ServerName: m.host, RootCAs: m.c.Roots, MinVersion: tls.VersionTLS12, Time: m.c.Now}
}

// letter writes a message down. The envelope's sender is the operator's, who answers for the gateway; the pool chooses who it is from.
func (m *Mailer) letter(p *directory.Pool, message Message) (*gomail.Msg, error) {
	from, reply, err := m.senders(p, &message)
	if err != nil {
		return nil, err
	}
	to, err := parseAddress(message.To)
	if err != nil {
		return nil, fmt.Errorf("notify: recipient: %w", err)
	}
	if strings.ContainsFunc(message.Subject, isControl) {
		return nil, errors.New("notify: the subject has control characters")
	}
	var id [16]byte
	if _, err := io.ReadFull(m.c.Random, id[:]); err != nil {
		return nil, fmt.Errorf("notify: randomness: %w", err)
	}
	letter := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	letter.EnvelopeFromMailAddress(m.from)
	letter.FromMailAddress(from)
	letter.ToMailAddress(to)
	if reply != nil {
		letter.ReplyToMailAddress(reply)
	}
	letter.Subject(message.Subject)
	letter.SetDateWithValue(message.Time)
	letter.SetMessageIDWithValue(hex.EncodeToString(id[:]) + m.from.Address[strings.LastIndexByte(m.from.Address, '@'):])
	letter.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no answers by machines
	if message.HTML {
		if message.Plain == "" {
			message.Plain = plain(message.Body)
		}
		letter.SetBodyString(gomail.TypeTextPlain, message.Plain)
		letter.AddAlternativeString(gomail.TypeTextHTML, message.Body)
	} else {
		letter.SetBodyString(gomail.TypeTextPlain, message.Body)
	}
	return letter, nil
}

// senders reads who a message is from and where answers go: as the message says, else as the pool's EmailConfiguration does (From, else the address that
// SourceArn ends in), else the operator.
func (m *Mailer) senders(p *directory.Pool, message *Message) (from, reply *stdmail.Address, err error) {
	sender, answers := message.From, message.ReplyTo
	if c := p.EmailConfig; c != nil {
		_, identity, ok := strings.Cut(c.SourceARN, ":identity/")
		if !ok || !strings.Contains(identity, "@") {
			identity = ""
		}
		sender, answers = cmp.Or(sender, c.From, identity), cmp.Or(answers, c.ReplyTo)
	}
	from = m.from
	if sender != "" {
		if from, err = parseAddress(sender); err != nil {
			return nil, nil, fmt.Errorf("notify: the sender: %w", err)
		}
	}
	if answers != "" {
		if reply, err = parseAddress(answers); err != nil {
			return nil, nil, fmt.Errorf("notify: the address for answers: %w", err)
		}
	}
	return from, reply, nil
}
