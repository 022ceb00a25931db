package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/notify"
	"github.com/mayfly-id/mayfly/internal/profile"
	"github.com/mayfly-id/mayfly/internal/protection"
)

// feedbackPath is where the links of notices about sign-ins lead.
const feedbackPath = "/_mayfly/feedback"

// openPasswords opens the list of compromised passwords: the common ones, and those in the operator's file. A file of sorted hashes stays open and is
// searched where it lies; any other is read as one password a line.
func openPasswords(path string) (protection.PasswordList, *os.File, error) {
	if path == "" {
		return protection.Common(), nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("MAYFLY_PASSWORD_LIST: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("MAYFLY_PASSWORD_LIST: %w", err), f.Close())
	}
	if hashes, err := protection.OpenHashes(f, info.Size()); err == nil {
		return protection.Lists{protection.Common(), hashes}, f, nil
	}
	words, err := protection.ReadWords(io.NewSectionReader(f, 0, info.Size()))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, nil, fmt.Errorf("MAYFLY_PASSWORD_LIST: %w", err)
	}
	return protection.Lists{protection.Common(), words}, nil, nil
}

// messenger sends messages, and tells the pool's log of those that do not reach their users.
type messenger struct {
	sender     *notify.Sender
	protection *protection.Service
	report     func(error)
}

// Send sends a message.
func (m messenger) Send(ctx context.Context, message directory.Message) error {
	err := m.sender.Send(ctx, message)
	if err != nil {
		if lerr := m.protection.NotificationFailed(ctx, message, err); lerr != nil {
			m.report(lerr)
		}
	}
	return err
}

// watch is threat protection as profiles see it.
type watch struct{ protection *protection.Service }

// Refuses implements profile.Protection.
func (w watch) Refuses(ctx context.Context, p *directory.Pool, clientID, action, password string) (bool, error) {
	return w.protection.Refuses(ctx, p, clientID, action, password)
}

// Record implements profile.Protection.
func (w watch) Record(ctx context.Context, e profile.Event) error {
	r := caller.RequestFrom(ctx)
	ip, err := netip.ParseAddr(e.IP)
	if err != nil {
		ip = r.SourceIP // not stated, or no address
	}
	return w.protection.Save(ctx, &directory.AuthEvent{
		Attempt:  directory.Attempt{Pool: e.Pool, ClientID: e.ClientID, User: e.User, Kind: e.Type, IP: ip, Encoded: e.Device},
		Response: e.Response, RequestID: r.ID,
	})
}
