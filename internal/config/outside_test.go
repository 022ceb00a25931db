package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/config"
)

func TestOutsideIsChecked(t *testing.T) {
	for name, change := range map[string]func(*config.Outside){
		"MAYFLY_ROTATE_SIGNING_KEYS":         func(o *config.Outside) { o.RotateSigning = time.Hour },
		"want smtp://":                       func(o *config.Outside) { o.SMTP, o.MailFrom = "https://mail", "a@b.example" },
		"MAYFLY_SMTP_PASSWORD_FILE":          func(o *config.Outside) { o.SMTP, o.MailFrom = "smtp://u:p@mail", "a@b.example" },
		"MAYFLY_SMTP needs MAYFLY_MAIL_FROM": func(o *config.Outside) { o.SMTP = "smtp://mail" },
		"MAYFLY_SMS_WEBHOOK":                 func(o *config.Outside) { o.SMSWebhook = "ftp://h/x" },
		"without a user":                     func(o *config.Outside) { o.SMSWebhook = "https://u:p@h/x" },
	} {
		c := good(t)
		change(&c.Outside)
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := good(t)
	c.Outside.SMTP, c.Outside.MailFrom, c.Outside.SMSWebhook = "smtps://u@mail.example:465", "a@b.example", "http://127.0.0.1:9/sms"
	if err := c.Check(); err != nil {
		t.Error(err)
	}
}

func TestMessageKeys(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	key := write("key", strings.Repeat("ab", 32)+"\n")
	o := config.Outside{MessageKeysFile: write("keys", `{"arn:aws:kms:us-east-1:111122223333:key/1":"`+key+`"}`)}
	keys, err := o.MessageKeys()
	if err != nil || len(keys["arn:aws:kms:us-east-1:111122223333:key/1"]) != 32 {
		t.Errorf("%v, %v", keys, err)
	}
	write("key", "abcd")
	if _, err := o.MessageKeys(); err == nil || strings.Contains(err.Error(), "abcd") {
		t.Errorf("a short key: %v", err)
	}
	write("keys", `[]`)
	if _, err := o.MessageKeys(); err == nil {
		t.Error("a list was taken")
	}
	if keys, err := (&config.Outside{}).MessageKeys(); keys != nil || err != nil {
		t.Errorf("without a file: %v, %v", keys, err)
	}
}

func TestSecret(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	for text, want := range map[string]string{"s3cret\n": "s3cret", "a b\r\n": "a b"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := config.Secret(path); got != want || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	}
	if err := os.WriteFile(path, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Secret(path); err == nil {
		t.Error("an empty secret was taken")
	}
	if got, err := config.Secret(""); got != "" || err != nil {
		t.Errorf("no file: %q, %v", got, err)
	}
}
