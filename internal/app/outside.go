package app

import (
	"crypto/x509"
	"fmt"
	"net"
	"os"

	"github.com/mayfly-id/mayfly/internal/config"
	"github.com/mayfly-id/mayfly/internal/notify"
	"github.com/mayfly-id/mayfly/internal/outbound"
	"github.com/mayfly-id/mayfly/internal/protection"
	"github.com/mayfly-id/mayfly/internal/trigger"
)

// outside is what reaches others: one guarded client, and what speaks through it. The mail gateway alone has its own connections: its address is the
// operator's, and SMTP is not HTTP.
type outside struct {
	client   *outbound.Client
	triggers *trigger.Invoker
	sender   *notify.Sender

	passwords protection.PasswordList
}

// openOutside reads the operator's files.
func (a *App) openOutside() (*outside, error) {
	o := &a.cfg.Outside
	roots, err := certificates(o.CAFile)
	if err != nil {
		return nil, err
	}
	out := &outside{client: outbound.New(outbound.Config{Allow: o.Allow, RootCAs: roots, Now: a.now})}
	functions, err := readFunctions(o.FunctionsFile)
	if err != nil {
		return nil, err
	}
	out.triggers = trigger.New(trigger.Config{Functions: functions, Client: out.client, Now: a.now})
	c := notify.Config{Outbox: a.outbox, Triggers: out.triggers, Now: a.now, Random: a.random}
	if c.Keys, err = o.MessageKeys(); err != nil {
		return nil, err
	}
	if o.SMTP != "" {
		password, err := config.Secret(o.SMTPPasswordFile)
		if err != nil {
			return nil, fmt.Errorf("MAYFLY_SMTP_PASSWORD_FILE: %w", err)
		}
		if c.Mail, err = notify.NewMailer(notify.MailConfig{
			URL: o.SMTP, Password: password, From: o.MailFrom, Roots: roots, Dial: new(net.Dialer).DialContext, Now: a.now, Random: a.random,
		}); err != nil {
			return nil, err
		}
	}
	if o.SMSWebhook != "" {
		secret, err := config.Secret(o.SMSSecretFile)
		if err != nil {
			return nil, fmt.Errorf("MAYFLY_SMS_WEBHOOK_SECRET_FILE: %w", err)
		}
		c.SMS = &notify.Webhook{URL: o.SMSWebhook, Secret: secret, Client: out.client, Now: a.now, Random: a.random}
	}
	out.sender = notify.New(c)
	if out.passwords, a.passwordFile, err = openPasswords(o.PasswordList); err != nil {
		return nil, err
	}
	return out, nil
}

// readFunctions reads the file of functions; nil without one.
func readFunctions(path string) (map[string]trigger.Target, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("MAYFLY_FUNCTIONS: %w", err)
	}
	functions, err := trigger.ParseFunctions(text, config.Secret)
	if err != nil {
		return nil, fmt.Errorf("MAYFLY_FUNCTIONS: %w", err)
	}
	return functions, nil
}

// certificates gives the system's authorities and those of a file; nil, which stands for the system's, without one.
func certificates(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("MAYFLY_CA_FILE: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("MAYFLY_CA_FILE: %w", err)
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("MAYFLY_CA_FILE: %s has no certificate", path)
	}
	return pool, nil
}
