package protection

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// line is one line of a log, as Cognito writes it
// (https://docs.aws.amazon.com/cognito/latest/developerguide/exporting-quotas-and-usage.html).
type line struct {
	EventTimestamp string    `json:"eventTimestamp"` // milliseconds since 1970
	EventSource    string    `json:"eventSource"`
	LogLevel       string    `json:"logLevel"`
	Message        any       `json:"message"`
	LogSourceID    logSource `json:"logSourceId"`
}

type logSource struct {
	UserPoolID string `json:"userPoolId"`
}

// activity is the message of a line about an event. City, country, provider and feedback are members that Cognito
// writes; here they are always empty: no place is looked up, and feedback comes after the line.
type activity struct {
	Version      string      `json:"version"`
	EventID      string      `json:"eventId"`
	EventType    string      `json:"eventType"`
	UserSub      string      `json:"userSub"`
	UserName     string      `json:"userName"`
	UserPoolID   string      `json:"userPoolId"`
	ClientID     string      `json:"clientId"`
	CreationDate string      `json:"creationDate"`
	Response     string      `json:"eventResponse"`
	RiskLevel    string      `json:"riskLevel"`
	RiskDecision string      `json:"riskDecision"`
	Challenges   []challenge `json:"challenges"`
	DeviceName   string      `json:"deviceName"`
	IPAddress    string      `json:"ipAddress"`
	RequestID    string      `json:"requestId"`
	Provider     string      `json:"idpName"`
	Compromised  string      `json:"compromisedCredentialDetected"`
	City         string      `json:"city"`
	Country      string      `json:"country"`
	FeedbackAt   string      `json:"eventFeedbackDate"`
	Feedback     string      `json:"eventFeedbackValue"`
	FeedbackBy   string      `json:"eventFeedbackProvider"`
	HasContext   string      `json:"hasContextData"`
}

// deliverEvent writes an event into the log of the pool's user activity, where there is one.
func (s *Service) deliverEvent(ctx context.Context, e *directory.AuthEvent) error {
	c, err := s.logConfig(ctx, e.Attempt.Pool.ID)
	if err != nil || c.AuthEvents == "" {
		return err
	}
	a, t := &e.Attempt, traitsOf(&e.Attempt)
	m := activity{
		Version: "1", EventID: e.ID, EventType: a.Kind, UserSub: a.User.Sub, UserName: a.User.Username, UserPoolID: a.Pool.ID, ClientID: a.ClientID,
		CreationDate: e.Time.UTC().Format("Mon Jan 02 15:04:05 UTC 2006"), Response: e.Response, RiskLevel: e.Assessment.Level, RiskDecision: e.Assessment.Decision,
		Challenges: append([]challenge{}, e.Challenges...), DeviceName: t.Agent, IPAddress: t.IP, RequestID: e.RequestID,
		Compromised: strconv.FormatBool(e.Assessment.Compromised), HasContext: strconv.FormatBool(a.Encoded != ""),
	}
	return s.write(ctx, a.Pool.ID, c.AuthEvents, "USER_ACTIVITY", "INFO", m)
}

// NotificationFailed writes that a message did not reach its user into the log of the pool's notifications, where there is one. It works in every mode.
// why must hold no secret; of it 1,000 bytes are written.
func (s *Service) NotificationFailed(ctx context.Context, m directory.Message, why error) error {
	c, err := s.logConfig(ctx, m.Pool.ID)
	if err != nil || c.Notifications == "" {
		return err
	}
	text := m.Medium + " message for " + m.Kind
	if m.User != nil {
		text += " to user " + m.User.Sub
	}
	text += " was not delivered: " + why.Error()
	details := struct {
		Details string `json:"details"`
	}{text[:min(len(text), 1000)]}
	return s.write(ctx, m.Pool.ID, c.Notifications, "USER_NOTIFICATION", "ERROR", details)
}

func (s *Service) logConfig(ctx context.Context, poolID string) (*logConfig, error) {
	row, err := logConfigs.GetCached(ctx, s.Store, poolID)
	if errors.Is(err, store.ErrNotFound) {
		return &logConfig{}, nil
	}
	return &row.Doc, err
}

func (s *Service) write(ctx context.Context, poolID, to, source, level string, message any) error {
	text, err := json.Marshal(line{strconv.FormatInt(s.Now().UnixMilli(), 10), source, level, message, logSource{poolID}})
	if err == nil {
		err = s.Log.Write(ctx, "user-pool/"+poolID+"/"+to, text)
	}
	if err != nil {
		return fmt.Errorf("protection: log: %w", err)
	}
	return nil
}
