package audit

import (
	"strconv"
	"time"

	"github.com/mayfly-id/mayfly/internal/wire"
)

// Entry is one decision.
type Entry struct {
	Time           time.Time
	RequestID      string
	Service        string // short name, such as "sts"
	Operation      string
	Region         string
	SourceIP       string
	UserAgent      string
	PrincipalKind  string
	PrincipalARN   string // empty for anonymous callers
	UserID         string
	EntityARN      string // of the IAM entity behind a session, such as its role with the role's path
	AccessKeyID    string
	SourceIdentity string
	Provider       string    // that vouched for the session's user
	Delegation     string    // id of the delegation request by which somebody else has the user's session
	MFAAt          time.Time // when the session's user proved a second factor; zero: they did not
	Action         string    // such as "sts:AssumeRole"; empty when the operation needs no permission
	Resource       string
	Allowed        bool
	Reason         string // kind of policy that refused, in AWS's words; empty when allowed
}

// append writes the entry as one line of JSON. Absent parts are left out.
func (e *Entry) append(b []byte) []byte {
	b = append(b, `{"time":"`...)
	b = e.Time.UTC().AppendFormat(b, time.RFC3339Nano)
	b = append(b, '"')
	for _, f := range [...]struct{ name, value string }{
		{"requestId", e.RequestID}, {"service", e.Service}, {"operation", e.Operation}, {"region", e.Region},
		{"sourceIp", e.SourceIP}, {"userAgent", e.UserAgent}, {"principalKind", e.PrincipalKind}, {"principal", e.PrincipalARN},
		{"userId", e.UserID}, {"entity", e.EntityARN}, {"accessKeyId", e.AccessKeyID}, {"sourceIdentity", e.SourceIdentity}, {"provider", e.Provider},
		{"delegation", e.Delegation},
		{"action", e.Action}, {"resource", e.Resource}, {"reason", e.Reason},
	} {
		if f.value == "" {
			continue
		}
		b = append(append(append(b, `,"`...), f.name...), `":`...)
		b = wire.AppendJSONString(b, f.value)
	}
	if !e.MFAAt.IsZero() {
		b = append(b, `,"mfaAt":"`...)
		b = append(e.MFAAt.UTC().AppendFormat(b, time.RFC3339), '"')
	}
	b = append(b, `,"allowed":`...)
	b = strconv.AppendBool(b, e.Allowed)
	return append(b, '}', '\n')
}
