package protection

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// feedbackToken is the purpose of the tokens in notices.
const feedbackToken seal.Purpose = "seal/auth-feedback"

// feedbackLife is how long a notice can be answered.
const feedbackLife = 30 * 24 * time.Hour

// Who gave feedback, as EventFeedbackType shows them.
const (
	byAdmin = "Admin"
	byUser  = "User"
)

// AdminUpdateAuthEventFeedback takes an administrator's word on whether an event was the user's.
func (s *Service) AdminUpdateAuthEventFeedback(ctx context.Context, in *api.AdminUpdateAuthEventFeedbackRequest) (*api.AdminUpdateAuthEventFeedbackResponse, error) {
	p, err := s.watched(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	u, err := s.user(ctx, p, in.Username)
	if err != nil {
		return nil, err
	}
	if err := s.feedback(ctx, u, in.EventId, string(in.FeedbackValue), byAdmin); err != nil {
		return nil, err
	}
	return &api.AdminUpdateAuthEventFeedbackResponse{}, nil
}

// UpdateAuthEventFeedback takes the user's word, with the token of their notice. Without a token that fits, it does not tell whether there is such a pool,
// user or event.
func (s *Service) UpdateAuthEventFeedback(ctx context.Context, in *api.UpdateAuthEventFeedbackRequest) (*api.UpdateAuthEventFeedbackResponse, error) {
	if err := s.userFeedback(ctx, in.UserPoolId, in.Username, in.EventId, in.FeedbackToken, string(in.FeedbackValue)); err != nil {
		return nil, err
	}
	return &api.UpdateAuthEventFeedbackResponse{}, nil
}

var errFeedbackToken = errors.New("feedback token does not fit")

func (s *Service) userFeedback(ctx context.Context, poolID, name, eventID, token, value string) error {
	u, err := s.openFeedback(ctx, poolID, name, eventID, token)
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, errFeedbackToken) {
		return api.NotAuthorizedException.New("Invalid feedback token.")
	}
	if err != nil {
		return err
	}
	return s.feedback(ctx, u, eventID, value, byUser)
}

// openFeedback gives the user to whom a token was sent.
func (s *Service) openFeedback(ctx context.Context, poolID, name, eventID, token string) (*directory.User, error) {
	pool, err := directory.Pools.GetCached(ctx, s.Store, poolID)
	if err != nil {
		return nil, err
	}
	row, err := directory.FindUser(ctx, s.Store, &pool.Doc, name)
	if err != nil {
		return nil, err
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil {
		return nil, errFeedbackToken
	}
	plain, err := s.Keys.Open(ctx, feedbackToken, poolID, sealed, feedbackAAD(&row.Doc, eventID))
	if err != nil || len(plain) != 8 || s.Now().Unix() >= int64(binary.BigEndian.Uint64(plain)) { // #nosec G115 -- it is as it was put there
		return nil, errFeedbackToken
	}
	if !pool.Doc.Watched() {
		return nil, notEnabled(poolID)
	}
	return &row.Doc, nil
}

// newFeedback makes the token of a notice: base64url of the sealed time at which it ends, in seconds since 1970, bound to the pool, the user and the event.
func (s *Service) newFeedback(u *directory.User, eventID string) (string, error) {
	ends := binary.BigEndian.AppendUint64(nil, uint64(s.Now().Add(feedbackLife).Unix())) // #nosec G115 -- the clock is past 1970
	sealed, err := s.Keys.Seal(feedbackToken, u.PoolID, ends, feedbackAAD(u, eventID))
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

func feedbackAAD(u *directory.User, eventID string) []byte {
	return seal.AAD("auth-event-feedback", u.PoolID, u.Sub, eventID)
}

func (s *Service) feedback(ctx context.Context, u *directory.User, eventID, value, by string) error {
	return s.Store.Update(ctx, func(w store.Writer) error {
		row, err := events.Get(ctx, w, u.PoolID, u.Sub, eventID)
		if errors.Is(err, store.ErrNotFound) {
			return api.ResourceNotFoundException.New("Event %s does not exist.", eventID)
		}
		if err != nil {
			return err
		}
		row.Doc.Feedback, row.Doc.FeedbackBy, row.Doc.FeedbackAt = value, by, s.now()
		return events.Update(ctx, w, &row)
	})
}
