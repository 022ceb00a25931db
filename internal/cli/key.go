package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/desktop"
	"github.com/mayfly-id/mayfly/internal/login"
)

func (c *client) key() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "key",
		Short: "Keep long-term keys sealed, and replace them",
		Long: `Keep the long-term access key of an IAM user, sealed, for a session of kind keys. What programs get of it is short-term: a session of the user, with a second factor where
the session has mfa_serial, or of the role in role_arn. The key itself never leaves.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return login.Usage("want: key add, key rotate or key rm") },
	}
	cmd.AddCommand(c.keyAdd(), c.keyRotate(), c.keyRemove())
	return cmd
}

// keyAnswer is what the commands tell. The members are those of the JSON form.
type keyAnswer struct {
	Session     string `json:"session"`
	AccessKeyID string `json:"accessKeyId,omitempty"`
	ARN         string `json:"arn,omitempty"`
	Replaced    string `json:"replaced,omitempty"` // the access key that is deleted at the server
}

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
	cmd.Flags().StringVar(&from.file, "secret-file", "", "file with the secret, or with JSON")
	cmd.Flags().BoolVar(&from.stdin, "secret-stdin", false, "read the secret, or JSON, from standard input")
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
		return nil, login.Usage("session %s is of kind %s, and has no long-term keys", s.Name, s.Kind)
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

// mostKey bounds what is read of a key.
const mostKey = 64 << 10

// readKey reads an access key from where the flags say, or asks for it.
func (c *client) readKey(ctx context.Context, id string, from *secretSource) (*login.LongTerm, error) {
	var b []byte
	var err error
	switch {
	case from.file != "" && from.stdin:
		return nil, login.Usage("--secret-file and --secret-stdin exclude each other")
	case from.file != "":
		b, err = os.ReadFile(from.file)
	case from.stdin:
		b, err = io.ReadAll(io.LimitReader(c.In, mostKey))
	default:
		return c.askKey(ctx, id)
	}
	if err != nil {
		return nil, err
	}
	if b = bytes.TrimSpace(b); len(b) > 0 && b[0] == '{' {
		if id != "" {
			return nil, login.Usage("--access-key-id is for a secret alone: JSON has its own")
		}
		return parseKey(b)
	}
	secret, err := line(b)
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

// lasting refuses to go on where a key would be lost with the process that has it.
func lasting(o *login.Opened) error {
	if why := o.Store.State().Memory; why != nil {
		return fmt.Errorf("a key cannot be kept here: %w", why)
	}
	return nil
}

// openForKey opens a session of kind keys.
func (c *client) openForKey(name string) (*login.Opened, error) {
	s, err := c.Choose(name)
	if err != nil {
		return nil, err
	}
	if s.Kind != login.KindKeys {
		return nil, login.Usage("session %s is of kind %s, and has no long-term keys", s.Name, s.Kind)
	}
	return c.Open(s, login.Attended)
}

func (c *client) keyRotate() *cobra.Command {
	return &cobra.Command{
		Use:   "rotate [session]",
		Short: "Replace the access key by a new one, and delete the old one",
		Long: `Have the server make a new access key, keep it, see that it works, and delete the old one at the server. If something fails on the way, the old key stays good or the
new one is kept already: run it again. Where the session has mfa_serial, the requests are made with a session that has the second factor.`,
		Example: "  mayfly key rotate work",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := c.openForKey(arg(args))
			if err != nil {
				return err
			}
			return c.rotateKey(cmd.Context(), o)
		},
	}
}

// rotateKey replaces the key in an order in which no step that fails loses the only good one.
func (c *client) rotateKey(ctx context.Context, o *login.Opened) error {
	if err := lasting(o); err != nil {
		return err
	}
	unlock, err := o.Store.Lock(ctx, o.KeysName())
	if err != nil {
		return err
	}
	defer unlock()
	k, err := c.LongTermKeys(ctx, o)
	if err != nil {
		return err
	}
	by := k.Credentials()
	if o.MfaSerial != "" { // policies of self-managed keys ask for the second factor
		if by, err = o.User.Retrieve(ctx); err != nil {
			return err
		}
	}
	if k.Before != "" { // what an earlier rotation has left: a user has two keys at most
		if err := deleteKey(ctx, o, by, k.Before); err != nil {
			return err
		}
	}
	whole := context.WithoutCancel(ctx) // a key that is on its way is kept, or is deleted again, whoever has lost patience
	made, err := o.Server.CreateAccessKey(whole, by)
	if credentials.IsCode(err, "LimitExceeded") {
		return fmt.Errorf("%w: the user has two keys; delete the one at the server that is not %s, and run this again", err, k.AccessKeyID)
	}
	if err != nil {
		return err
	}
	next := &login.LongTerm{AccessKeyID: made.ID, SecretAccessKey: string(made.Secret), Account: k.Account, Before: k.AccessKeyID}
	if err := o.KeepLongTerm(whole, next); err != nil {
		return errors.Join(err, deleteKey(whole, o, by, made.ID)) // nobody has its secret
	}
	if err := c.settled(ctx, o, next); err != nil {
		return err
	}
	if err := o.ForgetKeys(ctx); err != nil {
		return err
	}
	if o.MfaSerial == "" {
		by = next.Credentials()
	}
	if err := deleteKey(ctx, o, by, k.AccessKeyID); err != nil {
		return err
	}
	next.Before = ""
	if err := o.KeepLongTerm(ctx, next); err != nil {
		return err
	}
	return c.show(keyAnswer{Session: o.Name, AccessKeyID: next.AccessKeyID, Replaced: k.AccessKeyID},
		o.Name+": "+next.AccessKeyID+" is in the place of "+k.AccessKeyID+", which is deleted")
}

// deleteKey deletes an access key at the server; one that is not there any more is no error.
func deleteKey(ctx context.Context, o *login.Opened, by aws.Credentials, id string) error {
	err := o.Server.DeleteAccessKey(ctx, by, id)
	if credentials.IsCode(err, "NoSuchEntity") {
		return nil
	}
	return err
}

// settled waits until a new key works everywhere: AWS takes some seconds to spread one.
func (c *client) settled(ctx context.Context, o *login.Opened, k *login.LongTerm) error {
	stop := func() {}
	defer func() { stop() }()
	for pause := time.Second; ; pause *= 2 {
		_, err := o.Server.WhoAmI(ctx, k.Credentials())
		if err == nil || !credentials.IsCode(err, "InvalidClientTokenId", "SignatureDoesNotMatch", "AccessDenied") || pause > 16*time.Second {
			return err
		}
		if pause == time.Second {
			stop = desktop.Waiting(c.Err, c.Live, "Waiting until the new key works")
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (c *client) keyRemove() *cobra.Command {
	var atServer bool
	cmd := &cobra.Command{
		Use:     "rm [session]",
		Short:   "Forget an access key",
		Long:    "Forget the access key and what is kept of its session. With --delete the server deletes it too, first.",
		Example: "  mayfly key rm work --delete",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := c.openForKey(arg(args))
			if err != nil {
				return err
			}
			return c.removeKey(cmd.Context(), o, atServer)
		},
	}
	cmd.Flags().BoolVar(&atServer, "delete", false, "delete the key at the server too")
	return cmd
}

func (c *client) removeKey(ctx context.Context, o *login.Opened, atServer bool) error {
	unlock, err := o.Store.Lock(ctx, o.KeysName())
	if err != nil {
		return err
	}
	defer unlock()
	k, err := c.LongTermKeys(ctx, o)
	if err != nil {
		return err
	}
	answer := keyAnswer{Session: o.Name, AccessKeyID: k.AccessKeyID}
	text := o.Name + ": " + k.AccessKeyID + " is forgotten"
	if atServer {
		by := k.Credentials()
		if o.MfaSerial != "" {
			if by, err = o.User.Retrieve(ctx); err != nil {
				return err
			}
		}
		if k.Before != "" { // what a rotation has left
			if err := deleteKey(ctx, o, by, k.Before); err != nil {
				return err
			}
		}
		if err := deleteKey(ctx, o, by, k.AccessKeyID); err != nil {
			return err
		}
		answer.Replaced, text = k.AccessKeyID, text+", and deleted at the server"
	}
	if err := errors.Join(o.Store.Delete(ctx, o.KeysName()), o.ForgetKeys(ctx)); err != nil {
		return err
	}
	return c.show(answer, text)
}
