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
	AccessKeyID    string
	SourceIdentity string
	Action         string // such as "sts:AssumeRole"; empty when the operation needs no permission
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
		{"userId", e.UserID}, {"accessKeyId", e.AccessKeyID}, {"sourceIdentity", e.SourceIdentity},
		{"action", e.Action}, {"resource", e.Resource}, {"reason", e.Reason},
	} {
		if f.value == "" {
			continue
		}
		b = append(append(append(b, `,"`...), f.name...), `":`...)
		b = wire.AppendJSONString(b, f.value)
	}
	b = append(b, `,"allowed":`...)
	b = strconv.AppendBool(b, e.Allowed)
	return append(b, '}', '\n')
}
