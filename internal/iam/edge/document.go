package edge

import (
	"errors"
	"net/url"
	"strings"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
)

// Parse reads a policy document at the door. A document that AWS would not take is MalformedPolicyDocument.
func Parse(document string, g iampolicy.Grammar) (*iampolicy.Policy, error) {
	p, err := iampolicy.Parse([]byte(document), g)
	if err != nil {
		return nil, Malformed(err)
	}
	return p, nil
}

// Malformed turns an error of iampolicy into MalformedPolicyDocument, and leaves other errors as they are.
func Malformed(err error) error {
	var bad *iampolicy.ParseError
	if errors.As(err, &bad) {
		return iamapi.MalformedPolicyDocumentException.New("%s", bad.Message).For(bad.Explain()).Because(err)
	}
	return err
}

// Encode gives a policy document as IAM returns it: URL-encoded after RFC 3986, so that a space is %20.
func Encode(document string) string {
	return strings.ReplaceAll(url.QueryEscape(document), "+", "%20")
}

// ParsePolicyARN refuses what is not the ARN of a managed policy.
func ParsePolicyARN(arn string) error {
	if !isPolicyARN(arn) {
		return ValidationError.New("ARN %s is not valid.", arn)
	}
	return nil
}

// ParseBoundaryARN is ParsePolicyARN for what is to be a permissions boundary, where AWS answers with another code.
func ParseBoundaryARN(arn string) error {
	if !isPolicyARN(arn) {
		return iamapi.InvalidInputException.New("ARN %s is not valid.", arn)
	}
	return nil
}

func isPolicyARN(arn string) bool {
	return strings.HasPrefix(arn, "arn:") && strings.Contains(arn, ":policy/")
}
