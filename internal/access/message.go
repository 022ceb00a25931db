package access

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// Messages encodes what a refusal says more than its text, so that only those read it who may call DecodeAuthorizationMessage in the account.
type Messages interface {
	EncodeMessage(account string, message []byte) (string, error)
}

// authorizationMessage is the decoded form of a refusal
// (https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html). The members sourcePolicy… of a statement are our own.
type authorizationMessage struct {
	Allowed           bool            `json:"allowed"`
	ExplicitDeny      bool            `json:"explicitDeny"`
	RefusedBy         string          `json:"refusedBy,omitempty"`
	MatchedStatements items[matched]  `json:"matchedStatements"`
	Failures          items[struct{}] `json:"failures"`
	Context           messageContext  `json:"context"`
}

type items[T any] struct {
	Items []T `json:"items"`
}

type matched struct {
	StatementID      string `json:"statementId"`
	Index            int    `json:"index"`
	Effect           string `json:"effect"`
	SourcePolicyID   string `json:"sourcePolicyId"`
	SourcePolicyType string `json:"sourcePolicyType"`
}

type messageContext struct {
	Principal  messagePrincipal        `json:"principal"`
	Action     string                  `json:"action"`
	Resource   string                  `json:"resource"`
	Conditions items[messageCondition] `json:"conditions"`
}

type messagePrincipal struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	ARN  string `json:"arn"`
}

type messageCondition struct {
	Key    string              `json:"key"`
	Values items[messageValue] `json:"values"`
}

type messageValue struct {
	Value string `json:"value"`
}

// mostMessage bounds a message, in bytes: it travels in a header.
const mostMessage = 3000

// encode gives the encoded form of a refusal, empty where there is none to give. What a role of another account trusts and how it is tagged stays between
// that account and its role.
func (a *Authorizer) encode(ctx context.Context, p *caller.Principal, ask *caller.Ask) (string, error) {
	if a.Messages == nil || p.Account == "" {
		return "", nil
	}
	e, err := a.evaluation(ctx, p, ask)
	if err != nil {
		return "", err
	}
	own := !ask.Trust || strings.HasPrefix(ask.Resource, "arn:aws:iam::"+p.Account+":")
	m := authorizationMessage{Context: messageContext{
		Principal: messagePrincipal{ID: p.UserID, Name: p.Name, ARN: p.ARN}, Action: ask.Action, Resource: clip(ask.Resource, mostResource),
	}}
	m.Failures.Items, m.MatchedStatements.Items = []struct{}{}, []matched{}
	m.Context.Conditions.Items = []messageCondition{}
	if own {
		d := iampolicy.Explain(&e.set, &e.request)
		m.ExplicitDeny, m.RefusedBy = d.Explicit, string(d.By)
		for i := range d.Matched {
			s := &d.Matched[i]
			if s.Type == iampolicy.ServiceControl { // what limits a member is not the member's to read
				continue
			}
			m.MatchedStatements.Items = append(m.MatchedStatements.Items, matched{s.Sid, s.Index, strings.ToUpper(s.Effect), s.PolicyID, string(s.Type)})
		}
	}
	for _, key := range contextKeys(ask) {
		if !own && ofResource(key) {
			continue
		}
		if values, ok := e.context.Lookup(key); ok {
			c := messageCondition{Key: key}
			for _, v := range values {
				c.Values.Items = append(c.Values.Items, messageValue{clip(v, mostText)})
			}
			m.Context.Conditions.Items = append(m.Context.Conditions.Items, c)
		}
	}
	return a.sealed(p.Account, &m)
}

// ofResource tells the keys that only the resource itself answers.
func ofResource(key string) bool {
	return strings.HasPrefix(key, "aws:resourcetag/") || strings.HasPrefix(key, "iam:resourcetag/")
}

// sealed encodes a message. One that is too long loses its conditions first, and then its statements; what is too long even so has no encoded form.
func (a *Authorizer) sealed(account string, m *authorizationMessage) (string, error) {
	b, err := json.Marshal(m)
	if err == nil && len(b) > mostMessage {
		m.Context.Conditions.Items = []messageCondition{}
		b, err = json.Marshal(m)
	}
	if err == nil && len(b) > mostMessage {
		m.MatchedStatements.Items = []matched{}
		b, err = json.Marshal(m)
	}
	if err != nil || len(b) > mostMessage {
		return "", err
	}
	return a.Messages.EncodeMessage(account, b)
}

// contextKeys lists the keys that a message shows: those of the operation and the global ones that most policies ask for.
func contextKeys(ask *caller.Ask) []string {
	keys := []string{
		"aws:CurrentTime", "aws:MultiFactorAuthAge", "aws:MultiFactorAuthPresent", "aws:PrincipalOrgID", "aws:RequestedRegion", "aws:ResourceAccount",
		"aws:SecureTransport", "aws:SourceIdentity", "aws:SourceIp", "aws:TokenIssueTime",
	}
	for i := range keys {
		keys[i] = caller.Fold(keys[i])
	}
	return append(keys, sortedKeys(ask.Context)...)
}
