package protection

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/pooledge"
	"github.com/mayfly-id/mayfly/internal/store"
)

const inProgress = "InProgress"

// maxEvents is how many sign-ins that passed, and how many other events, are kept of a user.
const maxEvents = 500

// sweep bounds the old events that one new event drives out.
const sweep = 8

// Record keeps what became of an attempt, in the caller's transaction. It draws the ID of an event that has none and sets its time; a sign-in that goes on
// is recorded as InProgress, and its ID stays with the challenge for Complete. Attempts in names that nobody has, and pools without threat protection,
// leave nothing.
func (s *Service) Record(ctx context.Context, w store.Writer, e *directory.AuthEvent) error {
	a := &e.Attempt
	if mode(a.Pool, a.Custom) == "" || a.User == nil {
		return nil
	}
	e.Time = s.now()
	if e.ID == "" {
		var err error
		if e.ID, err = newID(s.Now(), s.Random); err != nil {
			return err
		}
	}
	row := event{
		PoolID: a.Pool.ID, Sub: a.User.Sub, ID: e.ID, Time: e.Time, ClientID: a.ClientID, Type: a.Kind, Response: e.Response, Challenges: e.Challenges,
		Decision: e.Assessment.Decision, Level: e.Assessment.Level, Compromised: e.Assessment.Compromised, traits: traitsOf(a),
	}
	if err := events.Insert(ctx, w, &row); err != nil {
		return err
	}
	return bound(ctx, w, &row)
}

// Complete adds the outcome of further steps to a sign-in that was recorded as InProgress, in the caller's transaction. Of the event it takes the pool,
// the user, the ID, the Response and the Challenges that are new; it gives back the time, the assessment and all challenges. An event that has ended,
// or is no longer kept, stays as it is.
func (s *Service) Complete(ctx context.Context, w store.Writer, e *directory.AuthEvent) error {
	a := &e.Attempt
	if mode(a.Pool, a.Custom) == "" || a.User == nil || e.ID == "" {
		return nil
	}
	row, err := events.Get(ctx, w, a.Pool.ID, a.User.Sub, e.ID)
	if errors.Is(err, store.ErrNotFound) || err == nil && row.Doc.Response != inProgress {
		return nil
	}
	if err != nil {
		return err
	}
	row.Doc.Response = e.Response
	row.Doc.Challenges = append(row.Doc.Challenges, e.Challenges...)
	if err := events.Update(ctx, w, &row); err != nil {
		return err
	}
	e.Time, e.Challenges = row.Doc.Time, row.Doc.Challenges
	e.Assessment = directory.Assessment{Decision: row.Doc.Decision, Level: row.Doc.Level, Compromised: row.Doc.Compromised}
	return bound(ctx, w, &row.Doc)
}

// Tell tells others about an event after its transaction has committed: the log of the pool, and the user where the assessment says so. It is best
// effort: failures go to Report. A mail may take as long as its gateway does; callers that must not wait run it aside.
func (s *Service) Tell(ctx context.Context, e *directory.AuthEvent) {
	if mode(e.Attempt.Pool, e.Attempt.Custom) == "" || e.Attempt.User == nil || e.ID == "" {
		return
	}
	if err := s.deliverEvent(ctx, e); err != nil {
		s.Report(err)
	}
	if !e.Assessment.Notify {
		return
	}
	if err := s.notify(ctx, e); err != nil {
		s.Report(fmt.Errorf("protection: notice: %w", err))
	}
}

// Save is Record, in a transaction of its own, and Tell.
func (s *Service) Save(ctx context.Context, e *directory.AuthEvent) error {
	if mode(e.Attempt.Pool, e.Attempt.Custom) == "" || e.Attempt.User == nil {
		return nil
	}
	if err := s.Store.Update(ctx, func(w store.Writer) error { return s.Record(ctx, w, e) }); err != nil {
		return err
	}
	s.Tell(ctx, e)
	return nil
}

// bound drives out the oldest events of a user where there are too many of the kind of e.
func bound(ctx context.Context, w store.Writer, e *event) error {
	index := byOther
	if e.passed() {
		index = byPass
	}
	n, err := events.Count(ctx, w, index, e.PoolID, e.Sub)
	if err != nil || n <= maxEvents {
		return err
	}
	old, err := events.List(ctx, w, store.Query{Index: index, Prefix: []string{e.PoolID, e.Sub}, Limit: int(min(n-maxEvents, sweep))})
	if err != nil {
		return err
	}
	for i := range old.Rows {
		if err := events.Delete(ctx, w, e.PoolID, e.Sub, old.Rows[i].Doc.ID); err != nil {
			return err
		}
	}
	return nil
}

// newID makes a UUID of version 7 (RFC 9562 section 5.7): milliseconds, 12 bits of their fraction (method 3 of section 6.2), and 62 random bits.
func newID(now time.Time, random io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[8:]); err != nil {
		return "", fmt.Errorf("randomness: %w", err)
	}
	ms := now.UnixMilli()
	fraction := (now.UnixNano() - ms*int64(time.Millisecond)) * 4096 / int64(time.Millisecond)
	binary.BigEndian.PutUint64(b[:8], uint64(ms)<<16|7<<12|uint64(fraction)&0xfff) // #nosec G115 -- the clock is past 1970
	b[8] = b[8]&0x3f | 0x80
	t := hex.EncodeToString(b[:])
	return t[:8] + "-" + t[8:12] + "-" + t[12:16] + "-" + t[16:20] + "-" + t[20:], nil
}

// AdminListUserAuthEvents lists the history of a user, newest first.
func (s *Service) AdminListUserAuthEvents(ctx context.Context, in *api.AdminListUserAuthEventsRequest) (*api.AdminListUserAuthEventsResponse, error) {
	p, err := s.watched(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	u, err := s.user(ctx, p, in.Username)
	if err != nil {
		return nil, err
	}
	listing := pooledge.Listing{"AdminListUserAuthEvents", p.ID, u.Sub}
	after, err := s.edge.Cursor(ctx, listing, in.NextToken)
	if err != nil {
		return nil, err
	}
	q := store.Query{Prefix: []string{p.ID, u.Sub}, After: after, Limit: pooledge.Limit(in.MaxResults, pooledge.PageSize), Descending: true}
	page, err := events.List(ctx, s.Store, q)
	if err != nil {
		return nil, pooledge.PageError(err)
	}
	out := &api.AdminListUserAuthEventsResponse{AuthEvents: make([]api.AuthEventType, len(page.Rows))}
	for i := range page.Rows {
		out.AuthEvents[i] = view(&page.Rows[i].Doc)
	}
	out.NextToken, err = s.edge.Token(ctx, listing, page.Next)
	return out, err
}

// view shows an event.
func view(e *event) api.AuthEventType {
	kind, answer := api.EventType(e.Type), api.EventResponseType(e.Response)
	out := api.AuthEventType{EventId: &e.ID, EventType: &kind, CreationDate: &e.Time, EventResponse: &answer, ChallengeResponses: []api.ChallengeResponseType{}}
	for _, c := range e.Challenges {
		name, result := api.ChallengeName(c.Name), api.ChallengeResponse(c.Response)
		out.ChallengeResponses = append(out.ChallengeResponses, api.ChallengeResponseType{ChallengeName: &name, ChallengeResponse: &result})
	}
	if e.Decision != "" {
		decision := api.RiskDecisionType(e.Decision)
		out.EventRisk = &api.EventRiskType{RiskDecision: &decision, CompromisedCredentialsDetected: &e.Compromised}
		if e.Level != "" {
			out.EventRisk.RiskLevel = new(api.RiskLevelType(e.Level))
		}
	}
	if e.IP != "" || e.Agent != "" || e.Timezone != "" {
		out.EventContextData = &api.EventContextDataType{
			IpAddress: pooledge.Optional(e.IP), DeviceName: pooledge.Optional(e.Agent), Timezone: pooledge.Optional(e.Timezone),
		}
	}
	if e.Feedback != "" {
		out.EventFeedback = &api.EventFeedbackType{FeedbackValue: api.FeedbackValueType(e.Feedback), Provider: e.FeedbackBy, FeedbackDate: &e.FeedbackAt}
	}
	return out
}
