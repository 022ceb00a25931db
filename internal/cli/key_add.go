package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/internal/login"
)

func (c *client) keyAdd() *cobra.Command {
	var from secretSource
	var id string
	given := &login.Session{}
	cmd := &cobra.Command{
		Use:   "add [session]",
		Short: "Keep an access key, after asking the server whose it is",
		Long: `Keep an access key. The secret is asked for at the terminal, or read from a file or standard input: the secret alone, with --access-key-id, or the JSON of a
credential_process, as other programs export keys. A session that is not configured yet is made, of kind keys.`,
		Example: `  mayfly key add work --region eu-west-1
  aws-vault export --no-session --format=json work | mayfly key add work --region eu-west-1 --secret-stdin
  mayfly key add work --region eu-west-1 --mfa-serial arn:aws:iam::123456789012:mfa/me`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := c.keySession(arg(args), given, cmd.Flags().Changed)
			if err != nil {
				return err
			}
			k, err := c.readKey(cmd.Context(), id, &from)
			if err != nil {
				return err
			}
			return c.addKey(cmd.Context(), s, k)
		},
	}
	cmd.Flags().StringVar(&id, "access-key-id", "", "the access key id (default: it is asked for, or in the JSON)")
	from.flags(cmd, "secret", "file with the secret, or with JSON", "read the secret, or JSON, from standard input")
	for _, set := range given.Settings() {
		switch set.Key {
		case "region", "endpoint", "mfa_serial", "role_arn":
			cmd.Flags().StringVar(set.Text, flagName(set.Key), "", "setting "+set.Key)
		}
	}
	return cmd
}

// keySession finds or makes the session that is to have a key.
func (c *client) keySession(name string, given *login.Session, changed func(string) bool) (*login.Session, error) {
	s, ok, err := c.Lookup(name)
	if err != nil {
		return nil, err
	}
	if ok && s.Kind != login.KindKeys {
		return nil, withoutKeys(s)
	}
	s.Kind = login.KindKeys
	s.Take(given, func(key string) bool { return changed(flagName(key)) })
	if s.Region == "" {
		shared := c.Shared()
		active, _ := shared.Active("")
		p, _ := shared.Profile(active)
		s.Region, _ = shared.Region(p)
	}
	return s, s.Check()
}

// readKey reads an access key from where the flags say, or asks for it.
func (c *client) readKey(ctx context.Context, id string, from *secretSource) (*login.LongTerm, error) {
	if !from.given() {
		return c.askKey(ctx, id)
	}
	b, err := from.read(c.In)
	if err != nil {
		return nil, err
	}
	if b = bytes.TrimSpace(b); len(b) > 0 && b[0] == '{' {
		if id != "" {
			return nil, login.Usage("--access-key-id is for a secret alone: JSON has its own")
		}
		return parseKey(b)
	}
	secret, err := from.line(b)
	if err != nil {
		return nil, err
	}
	return checkKey(&login.LongTerm{AccessKeyID: id, SecretAccessKey: string(secret)})
}

func (c *client) askKey(ctx context.Context, id string) (*login.LongTerm, error) {
	if !c.Terminal.Present() {
		return nil, login.Usage("no key: use --secret-file or --secret-stdin where there is no terminal")
	}
	if id == "" {
		var err error
		if id, err = c.Terminal.Line(ctx, "Access key id: "); err != nil {
			return nil, err
		}
	}
	secret, err := c.Terminal.Secret(ctx, "Secret access key: ")
	if err != nil {
		return nil, err
	}
	return checkKey(&login.LongTerm{AccessKeyID: strings.TrimSpace(id), SecretAccessKey: strings.TrimSpace(secret)})
}

// parseKey reads the document of a credential_process.
func parseKey(b []byte) (*login.LongTerm, error) {
	var d processOutput
	if err := json.Unmarshal(b, &d); err != nil {
		return nil, login.Usage("the JSON cannot be read")
	}
	if d.SessionToken != "" {
		return nil, login.Usage("these are short-term credentials: a key that is kept has no session token")
	}
	return checkKey(&login.LongTerm{AccessKeyID: d.AccessKeyId, SecretAccessKey: d.SecretAccessKey})
}

func checkKey(k *login.LongTerm) (*login.LongTerm, error) {
	if !strings.HasPrefix(k.AccessKeyID, "AKIA") || strings.Trim(k.AccessKeyID, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
		return nil, login.Usage("want the id of a long-term access key, which begins with AKIA: --access-key-id")
	}
	if k.SecretAccessKey == "" || strings.ContainsAny(k.SecretAccessKey, " \t\r\n") {
		return nil, login.Usage("the secret access key is empty or has white space")
	}
	return k, nil
}

// addKey asks whose the key is, and keeps it. A key that the server does not know is not kept.
func (c *client) addKey(ctx context.Context, s *login.Session, k *login.LongTerm) error {
	o, err := c.Open(s, login.Alone)
	if err != nil {
		return err
	}
	if err := lasting(o); err != nil {
		return err
	}
	who, err := o.Server.WhoAmI(ctx, k.Credentials())
	if err != nil {
		return err
	}
	k.Account = who.Account
	unlock, err := o.Store.Lock(ctx, o.KeysName())
	if err != nil {
		return err
	}
	defer unlock()
	if old, err := c.LongTermKeys(ctx, o); err == nil && old.AccessKeyID != k.AccessKeyID {
		c.Say("%s is forgotten for it, and is still good at the server.", old.AccessKeyID)
	}
	if err := o.KeepLongTerm(ctx, k); err != nil {
		return err
	}
	if err := o.ForgetKeys(ctx); err != nil {
		return err
	}
	f, err := c.LoadConfig()
	if err != nil {
		return err
	}
	if err := f.Put(ctx, s); err != nil {
		return err
	}
	return c.show(keyAnswer{Session: s.Name, AccessKeyID: k.AccessKeyID, ARN: who.ARN}, s.Name+": the key "+k.AccessKeyID+" of "+login.Printable(who.ARN)+" is kept")
}
