package protection

import (
	"context"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// wholePool stands for the client of the configuration of all clients that have none of their own. No client can be named so.
const wholePool = "*"

// riskConfig is what a pool, or one client of it, does about risks.
type riskConfig struct {
	PoolID   string    `json:"poolId"`
	ClientID string    `json:"clientId"` // or wholePool
	Modified time.Time `json:"modified"`

	Compromised *compromisedConfig `json:"compromised,omitempty"`
	Takeover    *takeoverConfig    `json:"takeover,omitempty"`
	Exceptions  *exceptions        `json:"exceptions,omitempty"`
}

// compromisedConfig says what to do about passwords that others know.
type compromisedConfig struct {
	Action string   `json:"action"`           // BLOCK, NO_ACTION
	Filter []string `json:"filter,omitempty"` // SIGN_IN, PASSWORD_CHANGE, SIGN_UP; empty: all
}

// takeoverConfig says what to do about sign-ins that may not be the user's.
type takeoverConfig struct {
	Low    *response     `json:"low,omitempty"`
	Medium *response     `json:"medium,omitempty"`
	High   *response     `json:"high,omitempty"`
	Notify *notifyConfig `json:"notify,omitempty"`
}

type response struct {
	Action string `json:"action"` // BLOCK, MFA_IF_CONFIGURED, MFA_REQUIRED, NO_ACTION
	Notify bool   `json:"notify,omitempty"`
}

// notifyConfig is the NotifyConfiguration.
type notifyConfig struct {
	SourceARN string `json:"sourceArn"`
	From      string `json:"from,omitempty"`
	ReplyTo   string `json:"replyTo,omitempty"`
	Block     *mail  `json:"block,omitempty"`
	MFA       *mail  `json:"mfa,omitempty"`
	NoAction  *mail  `json:"noAction,omitempty"`
}

// mail is the text of a notice, with placeholders.
type mail struct {
	Subject string `json:"subject"`
	HTML    string `json:"html,omitempty"`
	Text    string `json:"text,omitempty"`
}

// exceptions are ranges of addresses in CIDR notation, as the administrator wrote them.
type exceptions struct {
	Blocked []string `json:"blocked,omitempty"`
	Skipped []string `json:"skipped,omitempty"`
}

var riskConfigs = store.NewTable("risk_configurations", store.Spec[riskConfig]{
	Key: []store.Column[riskConfig]{
		{Name: "pool_id", Value: func(c *riskConfig) string { return c.PoolID }},
		{Name: "client_id", Value: func(c *riskConfig) string { return c.ClientID }},
	},
})

// logConfig is where the logs of a pool go: ARNs; empty: nowhere.
type logConfig struct {
	PoolID        string `json:"poolId"`
	Notifications string `json:"notifications,omitempty"` // userNotification at ERROR, a log group
	AuthEvents    string `json:"authEvents,omitempty"`    // userAuthEvents at INFO
}

var logConfigs = store.NewTable("log_deliveries", store.Spec[logConfig]{
	Key: []store.Column[logConfig]{{Name: "pool_id", Value: func(c *logConfig) string { return c.PoolID }}},
})

// event is a row of a user's history. Its ID is a UUID of version 7, so that the order of ids is that of time.
type event struct {
	PoolID     string                `json:"poolId"`
	Sub        string                `json:"sub"`
	ID         string                `json:"id"`
	Time       time.Time             `json:"time"`
	ClientID   string                `json:"clientId,omitempty"`
	Type       string                `json:"type"`
	Response   string                `json:"response"`
	Decision   string                `json:"decision,omitempty"`
	Level      string                `json:"level,omitempty"`
	Challenges []directory.Challenge `json:"challenges,omitempty"`

	Compromised bool `json:"compromised,omitempty"`
	traits

	Feedback   string    `json:"feedback,omitempty"` // Valid, Invalid
	FeedbackBy string    `json:"feedbackBy,omitempty"`
	FeedbackAt time.Time `json:"feedbackAt,omitzero"`
}

// passed tells whether an event is a sign-in that was let through.
func (e *event) passed() bool { return e.Type == "SignIn" && e.Response == "Pass" }

func eventColumn(name string, value func(*event) string) store.Column[event] {
	return store.Column[event]{Name: name, Value: value}
}

var (
	eventPool = eventColumn("pool_id", func(e *event) string { return e.PoolID })
	eventID   = eventColumn("id", func(e *event) string { return e.ID })
)

// eventLife is how long history is kept
// (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-adaptive-authentication.html: two years).
const eventLife = 2 * 365 * 24 * time.Hour

// Sign-ins that passed and everything else are two lists with a bound each: no number of failures drives out what a user's usual places are.
const (
	byPass  = "by_pass"
	byOther = "by_other"
)

var events = store.NewTable("auth_events", store.Spec[event]{
	Key: []store.Column[event]{eventPool, eventColumn("sub", func(e *event) string { return e.Sub }), eventID},
	Indexes: []store.Index[event]{
		{Name: byPass, Columns: []store.Column[event]{eventPool, eventColumn("passed_by", func(e *event) string { return e.Sub }), eventID}, Present: (*event).passed},
		{Name: byOther, Columns: []store.Column[event]{eventPool, eventColumn("other_by", func(e *event) string { return e.Sub }), eventID}, Present: func(e *event) bool { return !e.passed() }},
	},
	Expires:  func(e *event) time.Time { return e.Time.Add(eventLife) },
	Uncached: true,
})

// Tables lists the tables of this package, for opening the store.
func Tables() []store.AnyTable { return []store.AnyTable{riskConfigs, logConfigs, events} }

// DeletePool removes everything of a pool that this package keeps, in the transaction that deletes the pool.
func DeletePool(ctx context.Context, w store.Writer, poolID string) error {
	if _, err := riskConfigs.DeleteAll(ctx, w, "", poolID); err != nil {
		return err
	}
	if _, err := logConfigs.DeleteAll(ctx, w, "", poolID); err != nil {
		return err
	}
	_, err := events.DeleteAll(ctx, w, "", poolID)
	return err
}

// DeleteClient removes the risk configuration of a client, in the transaction that deletes the client.
func DeleteClient(ctx context.Context, w store.Writer, poolID, clientID string) error {
	_, err := riskConfigs.DeleteAll(ctx, w, "", poolID, clientID)
	return err
}

// DeleteUser removes the history of a user, in the transaction that deletes the user.
func DeleteUser(ctx context.Context, w store.Writer, poolID, sub string) error {
	_, err := events.DeleteAll(ctx, w, "", poolID, sub)
	return err
}
