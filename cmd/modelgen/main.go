// Command modelgen writes the packages of internal/awsapi from the service model facts in internal/awsapi/models.
//
// Usage: go run ./cmd/modelgen [-models DIR] [-out DIR]
//
// It refuses a model that uses a trait no codec implements, so that a gap is a build error and not a surprise at run time.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// packages names the Go package, the IAM action prefix and the code of a failed validation for each model file.
// The codes are what the services were seen to answer; they are not part of the models.
var packages = map[string]target{
	"sts":              {pkg: "stsapi", action: "sts", invalid: "ValidationError"},
	"iam":              {pkg: "iamapi", action: "iam", invalid: "ValidationError"},
	"cognito-idp":      {pkg: "cognitoidpapi", action: "cognito-idp", invalid: "InvalidParameterException"},
	"cognito-identity": {pkg: "cognitoidentityapi", action: "cognito-identity", invalid: "ValidationException"},
	"sso":              {pkg: "ssoapi", action: "sso", invalid: "InvalidRequestException"},
	"sso-oidc":         {pkg: "ssooidcapi", action: "sso-oauth", invalid: "InvalidRequestException"},
	"sso-admin":        {pkg: "ssoadminapi", action: "sso", invalid: "ValidationException"},
	"identitystore":    {pkg: "identitystoreapi", action: "identitystore", invalid: "ValidationException"},
	"rolesanywhere":    {pkg: "rolesanywhereapi", action: "rolesanywhere", invalid: "ValidationException"},
	"eks-auth":         {pkg: "eksauthapi", action: "eks-auth", invalid: "InvalidParameterException"},
	"signin":           {pkg: "signinapi", action: "signin", invalid: "ValidationException"},
	"organizations":    {pkg: "organizationsapi", action: "organizations", invalid: "InvalidInputException"},
}

type target struct{ pkg, action, invalid string }

func main() {
	models := flag.String("models", "internal/awsapi/models", "folder with the model facts")
	out := flag.String("out", "internal/awsapi", "folder that receives one package per service")
	flag.Parse()
	if err := run(*models, *out); err != nil {
		fmt.Fprintln(os.Stderr, "modelgen:", err)
		os.Exit(1)
	}
}

func run(models, out string) error {
	files, err := filepath.Glob(filepath.Join(models, "*.json"))
	if err != nil {
		return err
	}
	if len(files) != len(packages) {
		return fmt.Errorf("%d models in %s, expected %d", len(files), models, len(packages))
	}
	for _, file := range files {
		name := trimExt(filepath.Base(file))
		t, ok := packages[name]
		if !ok {
			return fmt.Errorf("no package is named for model %s", name)
		}
		m, err := readModel(file)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := generate(m, t, filepath.Join(out, t.pkg)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func trimExt(s string) string { return s[:len(s)-len(filepath.Ext(s))] }
