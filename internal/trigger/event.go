package trigger

import (
	"encoding/json"

	"github.com/mayfly-id/mayfly/internal/hook"
	"github.com/mayfly-id/mayfly/jws"
)

// Texts of events where there is nothing to tell, as AWS writes them.
const (
	noClient = "CLIENT_ID_NOT_APPLICABLE"
	noSDK    = "aws-sdk-unknown-unknown"
)

// event is what a function gets
// (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html).
type event struct {
	Version       string          `json:"version"`
	Source        hook.Source     `json:"triggerSource"`
	Region        string          `json:"region"`
	PoolID        string          `json:"userPoolId"`
	Username      string          `json:"userName"`
	CallerContext callerContext   `json:"callerContext"`
	Request       any             `json:"request"`
	Response      json.RawMessage `json:"response"`
}

type callerContext struct {
	SDK    string `json:"awsSdkVersion"`
	Client string `json:"clientId"`
}

// newEvent writes the event of a call.
func newEvent(c hook.Call, version string, request, response any) ([]byte, error) {
	blank, err := blankResponse(c.Source, response)
	if err != nil {
		return nil, err
	}
	client := c.ClientID
	if client == "" {
		client = noClient
	}
	return json.Marshal(event{
		Version: version, Source: c.Source, Region: c.Pool.Region, PoolID: c.Pool.ID, Username: c.Username,
		CallerContext: callerContext{SDK: noSDK, Client: client}, Request: request, Response: blank,
	})
}

// blankResponse is the response that a function is to fill in: every member it may set, with null, or for pre sign-up with false, as AWS sends it.
func blankResponse(source hook.Source, response any) (json.RawMessage, error) {
	if response == nil {
		return json.RawMessage("{}"), nil
	}
	b, err := json.Marshal(response)
	if err != nil || source.Trigger() == "PreSignUp" {
		return b, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(b, &members); err != nil {
		return nil, err
	}
	for name, value := range members {
		switch string(value) {
		case `""`, "false", "0":
			members[name] = json.RawMessage("null")
		}
	}
	return json.Marshal(members)
}

// answer is what is read of a function's answer: either the event came back, or an error instead of it.
type answer struct {
	Response     json.RawMessage `json:"response"`
	ErrorMessage *string         `json:"errorMessage"`
}

// readAnswer decodes the response of an answer over response. An answer that holds an error instead is failure.
func readAnswer(body []byte, response any) (failure *string, ok bool) {
	var a answer
	if jws.StrictObject(body, &a) != nil {
		return nil, false
	}
	if a.Response == nil {
		return a.ErrorMessage, a.ErrorMessage != nil
	}
	if response == nil {
		var ignored struct{}
		return nil, jws.StrictObject(a.Response, &ignored) == nil
	}
	return nil, jws.StrictObject(a.Response, response) == nil
}
