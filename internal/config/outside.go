package config

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/jws"
)

// Outside says whom the server may reach, and how. Everything is empty by default: then it reaches nobody but public https addresses that an
// administrator names, and messages go to the local outbox.
type Outside struct {
	Allow            []netip.Prefix // addresses beside public ones that may be reached; MAYFLY_OUTBOUND_ALLOW: addresses or prefixes with commas
	CAFile           string         // PEM file with certificates of authorities to trust beside the system's; MAYFLY_CA_FILE
	FunctionsFile    string         // JSON file: where functions of triggers are; MAYFLY_FUNCTIONS
	SMTP             string         // mail gateway: smtp://[user@]host[:port] or smtps://…; MAYFLY_SMTP
	SMTPPasswordFile string         // MAYFLY_SMTP_PASSWORD_FILE
	MailFrom         string         // sender of mail where the pool names none; MAYFLY_MAIL_FROM
	SMSWebhook       string         // URL that takes messages for phones; MAYFLY_SMS_WEBHOOK
	SMSSecretFile    string         // secret that signs them; MAYFLY_SMS_WEBHOOK_SECRET_FILE
	MessageKeysFile  string         // JSON file: KMS key ARN -> file with 32 bytes in hex, for custom senders; MAYFLY_MESSAGE_KEYS
	PasswordList     string         // file with compromised passwords: SHA-1 hashes in ascending order, or one password a line; MAYFLY_PASSWORD_LIST
	RotateSigning    time.Duration  // age at which the signing keys of a user pool are replaced; MAYFLY_ROTATE_SIGNING_KEYS
}

func (o *Outside) read(getenv func(string) string) error {
	o.RotateSigning = 180 * 24 * time.Hour
	for name, to := range map[string]*string{
		"MAYFLY_CA_FILE": &o.CAFile, "MAYFLY_FUNCTIONS": &o.FunctionsFile, "MAYFLY_SMTP": &o.SMTP, "MAYFLY_SMTP_PASSWORD_FILE": &o.SMTPPasswordFile,
		"MAYFLY_MAIL_FROM": &o.MailFrom, "MAYFLY_SMS_WEBHOOK": &o.SMSWebhook, "MAYFLY_SMS_WEBHOOK_SECRET_FILE": &o.SMSSecretFile,
		"MAYFLY_MESSAGE_KEYS": &o.MessageKeysFile, "MAYFLY_PASSWORD_LIST": &o.PasswordList,
	} {
		*to = getenv(name)
	}
	if text := getenv("MAYFLY_ROTATE_SIGNING_KEYS"); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil {
			return fmt.Errorf("MAYFLY_ROTATE_SIGNING_KEYS: %w", err)
		}
		o.RotateSigning = d
	}
	var err error
	o.Allow, err = prefixes("MAYFLY_OUTBOUND_ALLOW", getenv("MAYFLY_OUTBOUND_ALLOW"))
	return err
}

// minSigningAge is the least age of a signing key: verifiers keep a key set for an hour, and each key is published that long before its first use.
const minSigningAge = 24 * time.Hour

func (o *Outside) check() (problems []error) {
	if o.RotateSigning < minSigningAge {
		problems = append(problems, fmt.Errorf("MAYFLY_ROTATE_SIGNING_KEYS: every %s is too often: one day at least", o.RotateSigning))
	}
	if u, err := url.Parse(o.SMTP); o.SMTP != "" && (err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "") {
		problems = append(problems, errors.New("MAYFLY_SMTP: want smtp://[user@]host[:port] or smtps://[user@]host[:port]"))
	} else if o.SMTP != "" {
		if _, secret := u.User.Password(); secret {
			problems = append(problems, errors.New("MAYFLY_SMTP: the password belongs into MAYFLY_SMTP_PASSWORD_FILE"))
		}
		if o.MailFrom == "" {
			problems = append(problems, errors.New("MAYFLY_SMTP needs MAYFLY_MAIL_FROM"))
		}
	}
	if u, err := url.Parse(o.SMSWebhook); o.SMSWebhook != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil) {
		problems = append(problems, errors.New("MAYFLY_SMS_WEBHOOK: want an http(s) URL without a user"))
	}
	return problems
}

// Secret reads a secret from a file of the operator, without the line's end; empty when no file is named.
func Secret(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	text := strings.TrimRight(string(b), "\r\n")
	if text == "" {
		return "", fmt.Errorf("%s is empty", path)
	}
	return text, nil
}

// MessageKeys reads the keys of custom senders: KMS key ARN -> 32 bytes.
func (o *Outside) MessageKeys() (map[string][]byte, error) {
	if o.MessageKeysFile == "" {
		return nil, nil
	}
	b, err := os.ReadFile(o.MessageKeysFile)
	if err != nil {
		return nil, fmt.Errorf("MAYFLY_MESSAGE_KEYS: %w", err)
	}
	var files map[string]string
	if err := jws.StrictObject(b, &files); err != nil {
		return nil, fmt.Errorf("MAYFLY_MESSAGE_KEYS: %w", err)
	}
	keys := make(map[string][]byte, len(files))
	for arn, path := range files {
		text, err := Secret(path)
		if err != nil {
			return nil, fmt.Errorf("MAYFLY_MESSAGE_KEYS: %w", err)
		}
		key, err := hex.DecodeString(text)
		if err != nil || len(key) != 32 {
			return nil, fmt.Errorf("MAYFLY_MESSAGE_KEYS: %s: want 64 hexadecimal digits", path)
		}
		keys[arn] = key
	}
	return keys, nil
}

// prefixes reads addresses and prefixes separated by commas.
func prefixes(name, list string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for text := range strings.SplitSeq(list, ",") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		p, err := netip.ParsePrefix(text)
		if a, aerr := netip.ParseAddr(text); aerr == nil {
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %q is no address or prefix", name, text)
		}
		out = append(out, p)
	}
	return out, nil
}
