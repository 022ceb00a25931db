package credential

import (
	"strings"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
)

// target is a service that has credentials of its own.
type target struct {
	name   string
	prefix string // begins the API keys of the service; empty when it takes a user name and a password
}

// targets lists the services
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_service-specific-creds.html and
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_api_keys_for_aws_services.html).
func targets() []target {
	return []target{
		{name: "codecommit.amazonaws.com"},
		{name: "cassandra.amazonaws.com"},
		{name: "bedrock.amazonaws.com", prefix: "ABSK"},
		{name: "aws-external-anthropic.amazonaws.com", prefix: "AEAA"},
		{name: "cloudwatch.amazonaws.com", prefix: "APIAACWM"},
		{name: "logs.amazonaws.com", prefix: "ACWL"},
	}
}

// longestName bounds what an error repeats of a request.
const longestName = 128

// findTarget finds a service by its name, without regard to ASCII case. AWS answers NoSuchEntity for one it does not know, although its model
// also has an error of its own for it.
func findTarget(name string) (target, error) {
	if len(name) > longestName || strings.Trim(name, draw.Alphanumeric+".-") != "" {
		return target{}, edge.ValidationError.New("ServiceName must be the name of a service, such as codecommit.amazonaws.com.")
	}
	folded := record.Fold(name)
	for _, t := range targets() {
		if t.name == folded {
			return t, nil
		}
	}
	return target{}, iamapi.NoSuchEntityException.New("No such service %s is supported for Service Specific Credentials", name)
}
