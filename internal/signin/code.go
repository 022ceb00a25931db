package signin

import (
	"context"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// codeKind is what a code is good for.
type codeKind string

const (
	signUpCode codeKind = "sign-up"
	resetCode  codeKind = "reset"
)

func verifyKind(attribute string) codeKind { return codeKind("verify-" + attribute) }

// Bounds of codes (https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html). Six digits are a million guesses: an attacker who may
// try five for each of five codes an hour has one in forty thousand.
const (
	signUpLife  = 24 * time.Hour
	resetLife   = time.Hour
	maxAttempts = 5 // wrong answers to one code
	maxSent     = 5 // codes for one user and purpose in a sendWindow
	sendWindow  = time.Hour
)

func (k codeKind) life() time.Duration {
	if k == resetCode {
		return resetLife
	}
	return signUpLife
}

// pendingCode is a code that is made but not stored or sent.
type pendingCode struct {
	doc         code
	digits      string
	message     string // kind of the message, in the Notifier's words
	destination string // empty: there is nobody to send it to
}

// newCode makes a code for the address that an attribute of the user holds.
func (s *Service) newCode(p *directory.Pool, u *directory.User, kind codeKind, attribute, message string) (*pendingCode, error) {
	digits, err := s.digits()
	if err != nil {
		return nil, err
	}
	c := &pendingCode{digits: digits, message: message, destination: u.Attributes[attribute]}
	hash := s.keys.MAC(seal.Code, p.ID, codeInput(u.Sub, kind, digits))
	address := s.keys.MAC(seal.Code, p.ID, addressInput(c.destination))
	c.doc = code{
		PoolID: p.ID, Sub: u.Sub, Kind: kind, Attribute: attribute,
		Address: address[:], Hash: hash[:], Until: s.now().Add(kind.life()),
	}
	return c, nil
}

func codeInput(sub string, kind codeKind, digits string) []byte {
	return []byte("code\x00" + sub + "\x00" + string(kind) + "\x00" + digits)
}

func addressInput(address string) []byte { return []byte("address\x00" + address) }

// digits draws six digits, all equally likely.
func (s *Service) digits() (string, error) {
	if s.fixed != "" {
		return s.fixed, nil
	}
	const n, fair = 1_000_000, 1<<32 - 1<<32%1_000_000
	for {
		var b [4]byte
		if err := s.draw(b[:]); err != nil {
			return "", err
		}
		if v := uint64(binary.BigEndian.Uint32(b[:])); v < fair {
			return fmt.Sprintf("%06d", v%n), nil
		}
	}
}

// putCode stores a code over the one before it, within the limit of codes an hour.
func (s *Service) putCode(ctx context.Context, w store.Writer, c *pendingCode) error {
	now := s.now()
	doc := c.doc
	row, err := codes.Get(ctx, w, doc.PoolID, doc.Sub, string(doc.Kind))
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && !now.Before(row.Doc.Since.Add(sendWindow)):
		doc.Sent, doc.Since = 1, now
	case err != nil:
		return err
	case row.Doc.Sent >= maxSent:
		return limitExceeded()
	default:
		doc.Sent, doc.Since = row.Doc.Sent+1, row.Doc.Since
	}
	return codes.Upsert(ctx, w, &doc)
}

// send hands the code to the user, after it was stored, and tells where it went.
func (s *Service) send(ctx context.Context, p *directory.Pool, u *directory.User, c *pendingCode) (*api.CodeDeliveryDetailsType, error) {
	if err := s.notifier.SendCode(ctx, p, u, c.message, c.digits, c.destination); err != nil {
		return nil, api.CodeDeliveryFailureException.New("Unable to deliver the message").Because(err)
	}
	return delivery(c.doc.Attribute, c.destination), nil
}

// storeAndSend does both, in this order: a code that is not stored must not be on its way.
func (s *Service) storeAndSend(ctx context.Context, p *directory.Pool, u *directory.User, c *pendingCode) (*api.CodeDeliveryDetailsType, error) {
	if err := s.db.Update(ctx, func(w store.Writer) error { return s.putCode(ctx, w, c) }); err != nil {
		return nil, err
	}
	return s.send(ctx, p, u, c)
}

// pretendToSend stores a code for a user who does not exist, so that its limits are the same, and tells where it would have gone.
func (s *Service) pretendToSend(ctx context.Context, p *directory.Pool, typed string, kind codeKind) (*api.CodeDeliveryDetailsType, error) {
	ghost := s.ghostOf(p, typed)
	u := ghost.user()
	attribute, address := "email", p.Canonical(typed)
	switch {
	case directory.IsPhoneNumber(address):
		attribute = "phone_number"
	case !directory.IsEmail(address):
		id := s.keys.PRF(seal.FakeUser, p.ID, "address\x00"+u.Sub)
		address = string('a'+rune(id[0]%26)) + "@" + string('a'+rune(id[1]%26))
	}
	u.Attributes = map[string]string{attribute: address}
	c, err := s.newCode(p, u, kind, attribute, "")
	if err != nil {
		return nil, err
	}
	if err := s.db.Update(ctx, func(w store.Writer) error { return s.putCode(ctx, w, c) }); err != nil {
		return nil, err
	}
	return delivery(attribute, address), nil
}

// delivery says where a code went, masked as Cognito masks it: "a***@e***" or "+*******1234".
func delivery(attribute, address string) *api.CodeDeliveryDetailsType {
	medium, masked := api.DeliveryMediumTypeEmail, ""
	if attribute == "phone_number" {
		medium = api.DeliveryMediumTypeSms
		hidden := max(len(address)-5, 0)
		masked = "+" + strings.Repeat("*", hidden) + address[min(1+hidden, len(address)):]
	} else {
		local, domain, _ := strings.Cut(address, "@")
		masked = first(local) + "***@" + first(domain) + "***"
	}
	return &api.CodeDeliveryDetailsType{AttributeName: &attribute, DeliveryMedium: &medium, Destination: &masked}
}

func first(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return s[:size]
}

// redeem checks a code and, when it is right, uses it up in the same transaction as what then does; an error of then leaves the code as it was.
// A wrong answer is counted in a transaction that commits.
func (s *Service) redeem(ctx context.Context, p *directory.Pool, sub string, kind codeKind, given string, then func(ctx context.Context, w store.Writer, c *code) error) error {
	var refused error
	err := s.db.Update(ctx, func(w store.Writer) error {
		refused = nil
		row, err := codes.Get(ctx, w, p.ID, sub, string(kind))
		switch {
		case errors.Is(err, store.ErrNotFound):
			refused = api.ExpiredCodeException.New("Invalid code provided, please request a code again.")
			return nil
		case err != nil:
			return err
		case row.Doc.Attempts >= maxAttempts:
			refused = limitExceeded()
			return nil
		case !s.now().Before(row.Doc.Until):
			refused = api.ExpiredCodeException.New("Invalid code provided, please request a code again.")
			return nil
		case !s.isMAC(p.ID, codeInput(sub, kind, given), row.Doc.Hash):
			refused = mismatch()
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

func mismatch() error {
	return api.CodeMismatchException.New("Invalid verification code provided, please try again.")
}

// isMAC compares with the keyed hashes under every key of the ring.
func (s *Service) isMAC(poolID string, data, want []byte) bool {
	same := 0
	for _, mac := range s.keys.MACs(seal.Code, poolID, data) {
		same |= subtle.ConstantTimeCompare(mac[:], want)
	}
	return same == 1
}

// prove marks the address that a code went to as verified, if the user still has it.
func (s *Service) prove(u *directory.User, c *code) {
	if value := u.Attributes[c.Attribute]; value != "" && s.isMAC(u.PoolID, addressInput(value), c.Address) {
		u.Attributes[c.Attribute+"_verified"] = "true"
	}
}
