package clients

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
)

// TestSDKRootAccess enables centralized root access for an organization, which the CLI makes, and goes into a member account for one task.
func TestSDKRootAccess(t *testing.T) {
	t.Parallel()
	awsCLI(t)
	f := start(t)
	admin := newCLI(t, f).as(f.root())
	root := f.sdk(t, f.root())
	ctx := t.Context()
	_, err := root.iam.ListOrganizationsFeatures(ctx, nil)
	wantError[*types.OrganizationNotFoundException](t, err, "")
	admin.run("organizations", "create-organization", "--feature-set", "ALL")
	_, err = root.iam.EnableOrganizationsRootSessions(ctx, nil)
	wantError[*types.ServiceAccessNotEnabledException](t, err, "")
	admin.run("organizations", "enable-aws-service-access", "--service-principal", "iam.amazonaws.com")
	on := must[*iam.EnableOrganizationsRootSessionsOutput](t)(root.iam.EnableOrganizationsRootSessions(ctx, nil))
	if len(on.EnabledFeatures) != 1 || on.EnabledFeatures[0] != types.FeatureTypeRootSessions {
		t.Errorf("the features are %v", on.EnabledFeatures)
	}
	request := admin.run("organizations", "create-account", "--email", "dev@example.com", "--account-name", "dev").text("CreateAccountStatus", "Id")
	member := admin.run("organizations", "describe-create-account-status", "--create-account-request-id", request).text("CreateAccountStatus", "AccountId")

	auditor := f.sdk(t, robot(t, root, "auditor", allow(`"sts:AssumeRoot"`, "arn:aws:iam::"+member+":root")))
	task := func(name string) *sts.AssumeRootInput {
		return &sts.AssumeRootInput{TargetPrincipal: &member, TaskPolicyArn: &ststypes.PolicyDescriptorType{Arn: aws.String("arn:aws:iam::aws:policy/root-task/" + name)}}
	}
	_, err = auditor.sts.AssumeRoot(ctx, task("IAMAuditRootUserCredentials"))
	wantCode(t, err, "AccessDenied", "sts:AssumeRoot") // a task on credentials, which are not yet managed centrally
	both := must[*iam.EnableOrganizationsRootCredentialsManagementOutput](t)(root.iam.EnableOrganizationsRootCredentialsManagement(ctx, nil))
	if len(both.EnabledFeatures) != 2 {
		t.Errorf("the features are %v", both.EnabledFeatures)
	}
	out := must[*sts.AssumeRootOutput](t)(auditor.sts.AssumeRoot(ctx, task("IAMAuditRootUserCredentials")))
	if left := time.Until(*out.Credentials.Expiration); left <= 0 || left > 15*time.Minute {
		t.Errorf("the session lives for %s, want fifteen minutes", left)
	}
	inside := f.sdk(t, fromSTS(out.Credentials))
	if who := must[*gciOut](t)(inside.sts.GetCallerIdentity(ctx, nil)); *who.Arn != "arn:aws:iam::"+member+":root" {
		t.Errorf("the caller is %s", *who.Arn)
	}
	if got := must[*iam.ListAccessKeysOutput](t)(inside.iam.ListAccessKeys(ctx, nil)); len(got.AccessKeyMetadata) != 0 {
		t.Errorf("the new account's root has keys: %v", got.AccessKeyMetadata)
	}
	_, err = inside.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("u")})
	wantCode(t, err, "AccessDenied", "iam:CreateUser")
	_, err = auditor.sts.AssumeRoot(ctx, task("NoSuchTask"))
	wantCode(t, err, "ValidationError", "")
	keeper := f.sdk(t, robot(t, root, "keeper", allow(`"sts:*"`, "*")))
	own := task("IAMAuditRootUserCredentials")
	own.TargetPrincipal = &f.Account
	_, err = keeper.sts.AssumeRoot(ctx, own) // the management account's own root is not opened
	wantCode(t, err, "AccessDenied", "sts:AssumeRoot")
	must[*iam.DisableOrganizationsRootCredentialsManagementOutput](t)(root.iam.DisableOrganizationsRootCredentialsManagement(ctx, nil))
	_, err = auditor.sts.AssumeRoot(ctx, task("IAMAuditRootUserCredentials"))
	wantCode(t, err, "AccessDenied", "")
}
