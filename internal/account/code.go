package account

import (
	"context"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/seal"
)

// CodeKind is what a code is good for.
type CodeKind string

// The kinds, beside those of VerifyKind.
const (
	SignUpCode CodeKind = "sign-up"
	ResetCode  CodeKind = "reset"
)

// VerifyKind is the kind of the codes that verify an attribute: email or phone_number.
func VerifyKind(attribute string) CodeKind { return CodeKind("verify-" + attribute) }

// Bounds of codes (https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html). Six digits are a million guesses: an attacker who may
// try five for each of five codes an hour has one in forty thousand.
const (
	SignUpLife  = 24 * time.Hour
	resetLife   = time.Hour
	MaxAttempts = 5 // wrong answers to one code
	MaxSent     = 5 // codes for one user and purpose in a SendWindow
	SendWindow  = time.Hour
)

func (k CodeKind) life() time.Duration {
	if k == ResetCode {
		return resetLife
	}
	return SignUpLife
}

// PendingCode is a code that is made but not stored or sent. Client, metadata and link are added to its message by who makes it.
type PendingCode struct {
	Message directory.Message
	doc     Code
}

// Medium is how messages reach what an attribute holds: SMS for phone_number, else EMAIL.
func Medium(attribute string) string {
	if attribute == "phone_number" {
		return "SMS"
	}
	return "EMAIL"
}

// NewCode makes a code for the address that an attribute of the user holds.
func (s *Core) NewCode(p *directory.Pool, u *directory.User, kind CodeKind, attribute, message string) (*PendingCode, error) {
	digits, err := s.Digits(6)
	if err != nil {
		return nil, err
	}
	destination := u.Attributes[attribute]
	c := &PendingCode{Message: directory.Message{Pool: p, User: u, Kind: message, Medium: Medium(attribute), Destination: destination, Code: digits}}
	hash := s.Keys.MAC(seal.Code, p.ID, codeInput(u.Sub, kind, digits))
	address := s.Keys.MAC(seal.Code, p.ID, addressInput(destination))
	c.doc = Code{
		PoolID: p.ID, Sub: u.Sub, Kind: kind, Attribute: attribute,
		Address: address[:], Hash: hash[:], Until: s.Now().Add(kind.life()),
	}
	return c, nil
}

func codeInput(sub string, kind CodeKind, digits string) []byte {
	return []byte("code\x00" + sub + "\x00" + string(kind) + "\x00" + digits)
}

func addressInput(address string) []byte { return []byte("address\x00" + address) }

// Digits draws a code of so many digits, six to eight, all equally likely. A server whose users are not real gives its fixed code, filled up with
// its own digits.
func (s *Core) Digits(count int) (string, error) {
	if s.FixedCode != "" {
		return (s.FixedCode + s.FixedCode)[:max(count, len(s.FixedCode))], nil
	}
	n := uint64(1)
	for range count {
		n *= 10
	}
	fair := 1<<32 - 1<<32%n
	for {
		var b [4]byte
		if err := s.Draw(b[:]); err != nil {
			return "", err
		}
		if v := uint64(binary.BigEndian.Uint32(b[:])); v < fair {
			return fmt.Sprintf("%0*d", count, v%n), nil
		}
	}
}

// PutCode stores a code over the one before it, within the limit of codes an hour.
func (s *Core) PutCode(ctx context.Context, w store.Writer, c *PendingCode) error {
	now := s.Now()
	doc := c.doc
	row, err := codes.Get(ctx, w, doc.PoolID, doc.Sub, string(doc.Kind))
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && !now.Before(row.Doc.Since.Add(SendWindow)):
		doc.Sent, doc.Since = 1, now
	case err != nil:
		return err
	case row.Doc.Sent >= MaxSent:
		return LimitExceeded()
	default:
		doc.Sent, doc.Since = row.Doc.Sent+1, row.Doc.Since
	}
	return codes.Upsert(ctx, w, &doc)
}

// Send hands the code to the user, after it was stored, and tells where it went.
func (s *Core) Send(ctx context.Context, c *PendingCode) (*api.CodeDeliveryDetailsType, error) {
	if err := s.Deliver(ctx, c.Message); err != nil {
		return nil, err
	}
	return delivery(c.doc.Attribute, c.Message.Destination), nil
}

// Deliver hands a message over. What the notifier says in the protocol's words (a trigger of the pool failed) is said to the caller.
func (s *Core) Deliver(ctx context.Context, m directory.Message) error {
	err := s.Notifier.Send(ctx, m)
	if _, spoken := wire.AsError(err); err == nil || spoken {
		return err
	}
	return api.CodeDeliveryFailureException.New("Unable to deliver the message").Because(err)
}

// StoreAndSend does both, in this order: a code that is not stored must not be on its way.
func (s *Core) StoreAndSend(ctx context.Context, c *PendingCode) (*api.CodeDeliveryDetailsType, error) {
	if err := s.Store.Update(ctx, func(w store.Writer) error { return s.PutCode(ctx, w, c) }); err != nil {
		return nil, err
	}
	return s.Send(ctx, c)
}

// PretendToSend stores a code for a user who does not exist, so that its limits are the same, and tells where it would have gone.
func (s *Core) PretendToSend(ctx context.Context, p *directory.Pool, typed string, kind CodeKind) (*api.CodeDeliveryDetailsType, error) {
	ghost := s.GhostOf(p, typed)
	u := ghost.User()
	attribute, address := s.ghostAddress(p, u, typed, kind)
	u.Attributes = map[string]string{attribute: address}
	c, err := s.NewCode(p, u, kind, attribute, "")
	if err != nil {
		return nil, err
	}
	if err := s.Store.Update(ctx, func(w store.Writer) error { return s.PutCode(ctx, w, c) }); err != nil {
		return nil, err
	}
	return delivery(attribute, address), nil
}

// ghostAddress makes up where a ghost's code goes: to an address of a kind that the pool sends such codes to, which is what was typed where that is one.
func (s *Core) ghostAddress(p *directory.Pool, u *directory.User, typed string, kind CodeKind) (attribute, address string) {
	email, phone := slices.Contains(p.AutoVerified, "email"), slices.Contains(p.AutoVerified, "phone_number")
	if kind == ResetCode {
		email, phone = slices.Contains(p.RecoveryOrder, "verified_email"), slices.Contains(p.RecoveryOrder, "verified_phone_number")
	}
	if !email && !phone { // any, or none to anybody
		email, phone = true, true
	}
	address = p.Canonical(typed)
	id := s.Keys.PRF(seal.FakeUser, p.ID, "address\x00"+u.Sub)
	switch {
	case phone && directory.IsPhoneNumber(address):
		return "phone_number", address
	case email && directory.IsEmail(address):
		return "email", address
	case email:
		return "email", string('a'+rune(id[0]%26)) + "@" + string('a'+rune(id[1]%26))
	}
	return "phone_number", fmt.Sprintf("+1%010d", binary.BigEndian.Uint64(id[2:])%1e10)
}

// Masked shows an address as Cognito shows it: "a***@e***" or "+*******1234".
func Masked(attribute, address string) string {
	if attribute == "phone_number" {
		hidden := max(len(address)-5, 0)
		return "+" + strings.Repeat("*", hidden) + address[min(1+hidden, len(address)):]
	}
	local, domain, _ := strings.Cut(address, "@")
	return first(local) + "***@" + first(domain) + "***"
}

// delivery says where a code went.
func delivery(attribute, address string) *api.CodeDeliveryDetailsType {
	medium, masked := api.DeliveryMediumType(Medium(attribute)), Masked(attribute, address)
	return &api.CodeDeliveryDetailsType{AttributeName: &attribute, DeliveryMedium: &medium, Destination: &masked}
}

func first(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return s[:size]
}

// Redeem checks a code and, when it is right, uses it up in the same transaction as what then does; an error of then leaves the code as it was.
// A wrong answer is counted in a transaction that commits.
func (s *Core) Redeem(ctx context.Context, p *directory.Pool, sub string, kind CodeKind, given string, then func(ctx context.Context, w store.Writer, c *Code) error) error {
	var refused error
	err := s.Store.Update(ctx, func(w store.Writer) error {
		refused = nil
		row, err := codes.Get(ctx, w, p.ID, sub, string(kind))
		switch {
		case errors.Is(err, store.ErrNotFound):
			refused = api.ExpiredCodeException.New("Invalid code provided, please request a code again.")
			return nil
		case err != nil:
			return err
		case row.Doc.Attempts >= MaxAttempts:
			refused = LimitExceeded()
			return nil
		case !s.Now().Before(row.Doc.Until):
			refused = api.ExpiredCodeException.New("Invalid code provided, please request a code again.")
			return nil
		case !s.isMAC(p.ID, codeInput(sub, kind, given), row.Doc.Hash):
			refused = Mismatch()
			row.Doc.Attempts++
			return codes.Update(ctx, w, &row)
		}
		if err := codes.Delete(ctx, w, p.ID, sub, string(kind)); err != nil {
			return err
		}
		return then(ctx, w, &row.Doc)
	})
	if err == nil {
		err = refused
	}
	return err
}

// Mismatch is the error for a wrong code.
func Mismatch() error {
	return api.CodeMismatchException.New("Invalid verification code provided, please try again.")
}

// isMAC compares with the keyed hashes under every key of the ring.
func (s *Core) isMAC(poolID string, data, want []byte) bool {
	same := 0
	for _, mac := range s.Keys.MACs(seal.Code, poolID, data) {
		same |= subtle.ConstantTimeCompare(mac[:], want)
	}
	return same == 1
}

// Fits tells whether a code is right, and uses nothing up: Redeem does, and counts. Work that only who has the code may ask for waits for it.
func (s *Core) Fits(ctx context.Context, p *directory.Pool, sub string, kind CodeKind, given string) (bool, error) {
	row, err := codes.Get(ctx, s.Store, p.ID, sub, string(kind))
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	c := &row.Doc
	return err == nil && c.Attempts < MaxAttempts && s.Now().Before(c.Until) && s.isMAC(p.ID, codeInput(sub, kind, given), c.Hash), err
}

// Reaches tells whether the user still has the address that a code went to.
func (s *Core) Reaches(u *directory.User, c *Code) bool {
	value := u.Attributes[c.Attribute]
	return value != "" && s.isMAC(u.PoolID, addressInput(value), c.Address)
}

// Prove marks the address that a code went to as verified, if the user still has it.
func (s *Core) Prove(u *directory.User, c *Code) {
	if s.Reaches(u, c) {
		u.Attributes[c.Attribute+"_verified"] = "true"
	}
}
