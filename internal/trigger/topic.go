package trigger

import (
	"context"

	"github.com/mayfly-id/mayfly/arn"
)

// isTopic tells whether a text is the ARN of a topic: arn:<partition>:sns:<region>:<account>:<name>.
func isTopic(text string) bool {
	a, err := arn.Parse(text)
	return err == nil && a.Service == "sns" && a.Region != "" && a.AccountID != "" && validName(a.Resource)
}

// Publish sends a message to the endpoint of a topic, which the operator has named by its ARN, signed as events of functions are. known is false when there is
// none; the endpoint of all functions, "*", is none of a topic's. Nil says that the endpoint has taken the message, by a status of 2xx.
func (i *Invoker) Publish(ctx context.Context, topicARN string, message []byte) (known bool, err error) {
	f := i.functions[topicARN]
	if f == nil || !f.topic {
		return false, nil
	}
	got, err := i.call(ctx, f, topicARN, message)
	if err == nil && got.failed {
		err = &brokenError{reason: "the endpoint refused the message"}
	}
	return true, err
}
