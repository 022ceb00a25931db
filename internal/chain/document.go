package chain

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// document is a JSON object whose members are told by their exact names.
type document map[string]json.RawMessage

func parse(b []byte) (document, bool) {
	var d document
	ok := json.Unmarshal(b, &d) == nil && d != nil
	return d, ok
}

// text gives a member that is a string; "" when it is not there, or something else.
func (d document) text(name string) string {
	var s *string
	if json.Unmarshal(d[name], &s) != nil || s == nil {
		return ""
	}
	return *s
}

// What a document of credentials is refused for. No error repeats a part of it.
var (
	errDocument   = errors.New("the answer is no JSON object")
	errNoKeyID    = errors.New("the answer has no AccessKeyId")
	errNoSecret   = errors.New("the answer has no SecretAccessKey")
	errExpiration = errors.New("the answer has an Expiration that is no time of RFC 3339")
	errExpired    = errors.New("the answer has credentials that have ended")
)

// credentials reads AccessKeyId, SecretAccessKey, Expiration and AccountId, and the session token by the name that it has there.
func (d document) credentials(token, source string, now time.Time) (aws.Credentials, error) {
	c := aws.Credentials{
		AccessKeyID: d.text("AccessKeyId"), SecretAccessKey: d.text("SecretAccessKey"), SessionToken: d.text(token), AccountID: d.text("AccountId"), Source: source,
	}
	switch {
	case c.AccessKeyID == "":
		return aws.Credentials{}, errNoKeyID
	case c.SecretAccessKey == "":
		return aws.Credentials{}, errNoSecret
	}
	if end, ok := d["Expiration"]; !ok || string(end) == "null" {
		return c, nil
	}
	t, err := time.Parse(time.RFC3339, d.text("Expiration"))
	if err != nil {
		return aws.Credentials{}, errExpiration
	}
	if !now.Before(t) {
		return aws.Credentials{}, errExpired
	}
	c.CanExpire, c.Expires = true, t.UTC()
	return c, nil
}
