package clients

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
)

// TestSDKIAMPages walks through lists with the SDK's own paginators, one entry a page.
func TestSDKIAMPages(t *testing.T) {
	t.Parallel()
	f := start(t)
	root := f.sdk(t, f.root())
	ctx := t.Context()
	one := aws.Int32(1)
	policy := must[*iam.CreatePolicyOutput](t)(root.iam.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("p"), PolicyDocument: aws.String(anyOf)})).Policy.Arn
	for _, n := range []string{"a", "b", "c"} {
		robot(t, root, n, "")
		must[*iam.TagUserOutput](t)(root.iam.TagUser(ctx, &iam.TagUserInput{UserName: aws.String("a"), Tags: []types.Tag{{Key: &n, Value: aws.String("")}}}))
		must[*iam.AttachUserPolicyOutput](t)(root.iam.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: &n, PolicyArn: policy}))
	}
	got := ""
	for p := iam.NewListUsersPaginator(root.iam, &iam.ListUsersInput{MaxItems: one}); p.HasMorePages(); {
		for _, u := range must[*iam.ListUsersOutput](t)(p.NextPage(ctx)).Users {
			got += *u.UserName
		}
	}
	for p := iam.NewListUserTagsPaginator(root.iam, &iam.ListUserTagsInput{UserName: aws.String("a"), MaxItems: one}); p.HasMorePages(); {
		for _, tag := range must[*iam.ListUserTagsOutput](t)(p.NextPage(ctx)).Tags {
			got += *tag.Key + *tag.Value
		}
	}
	var attached []string
	for p := iam.NewListEntitiesForPolicyPaginator(root.iam, &iam.ListEntitiesForPolicyInput{PolicyArn: policy, MaxItems: one}); p.HasMorePages(); {
		for _, u := range must[*iam.ListEntitiesForPolicyOutput](t)(p.NextPage(ctx)).PolicyUsers {
			attached = append(attached, *u.UserName)
		}
	}
	slices.Sort(attached) // no order is promised for them
	got += strings.Join(attached, "")
	for p := iam.NewGetAccountAuthorizationDetailsPaginator(root.iam, &iam.GetAccountAuthorizationDetailsInput{
		Filter: []types.EntityType{types.EntityTypeUser}, MaxItems: one,
	}); p.HasMorePages(); {
		for _, u := range must[*iam.GetAccountAuthorizationDetailsOutput](t)(p.NextPage(ctx)).UserDetailList {
			got += *u.UserName
		}
	}
	if want := "abc" + "abc" + "abc" + "abc"; got != want {
		t.Errorf("pages gave %q, want %q", got, want)
	}
}

// TestSDKIAMWaiters waits for what is there, and for what is not.
func TestSDKIAMWaiters(t *testing.T) {
	t.Parallel()
	f := start(t)
	root := f.sdk(t, f.root())
	robot(t, root, "robot", "")
	if err := iam.NewUserExistsWaiter(root.iam).Wait(t.Context(), &iam.GetUserInput{UserName: aws.String("robot")}, time.Minute); err != nil {
		t.Error(err)
	}
	w := iam.NewRoleExistsWaiter(root.iam, func(o *iam.RoleExistsWaiterOptions) { o.MinDelay, o.MaxDelay = time.Millisecond, 2*time.Millisecond })
	if err := w.Wait(t.Context(), &iam.GetRoleInput{RoleName: aws.String("absent")}, 50*time.Millisecond); err == nil {
		t.Error("a role that is not there is waited for with success")
	}
}

// TestSDKIAMCredentials follows what a user has beside access keys, and the SDK's own types for refusals about them.
func TestSDKIAMCredentials(t *testing.T) {
	t.Parallel()
	f := start(t)
	root := f.sdk(t, f.root())
	ctx := t.Context()
	name := aws.String("robot")
	robot(t, root, *name, "")

	_, err := root.iam.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: name})
	wantError[*types.NoSuchEntityException](t, err, "robot")
	_, err = root.iam.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: name, Password: aws.String("short")})
	wantError[*types.PasswordPolicyViolationException](t, err, "")
	made := must[*iam.CreateLoginProfileOutput](t)(root.iam.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: name, Password: aws.String("Correct-Horse-1")}))
	if made.LoginProfile.CreateDate == nil || made.LoginProfile.PasswordResetRequired {
		t.Errorf("the login profile is %+v", made.LoginProfile)
	}
	_, err = root.iam.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: name, Password: aws.String("Correct-Horse-1")})
	wantError[*types.EntityAlreadyExistsException](t, err, "robot")

	dev := must[*iam.CreateVirtualMFADeviceOutput](t)(root.iam.CreateVirtualMFADevice(ctx, &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: aws.String("phone")})).VirtualMFADevice
	seed := string(dev.Base32StringSeed)
	_, err = root.iam.EnableMFADevice(ctx, &iam.EnableMFADeviceInput{UserName: name, SerialNumber: dev.SerialNumber, AuthenticationCode1: aws.String(totp(t, seed, -200)), AuthenticationCode2: aws.String(totp(t, seed, -199))})
	wantError[*types.InvalidAuthenticationCodeException](t, err, "")
	must[*iam.EnableMFADeviceOutput](t)(root.iam.EnableMFADevice(ctx, &iam.EnableMFADeviceInput{UserName: name, SerialNumber: dev.SerialNumber,
		AuthenticationCode1: aws.String(totp(t, seed, -1)), AuthenticationCode2: aws.String(totp(t, seed, 0))}))
	shown := must[*iam.GetMFADeviceOutput](t)(root.iam.GetMFADevice(ctx, &iam.GetMFADeviceInput{SerialNumber: dev.SerialNumber, UserName: name}))
	if aws.ToString(shown.UserName) != "robot" || shown.EnableDate == nil {
		t.Errorf("the device is %+v", shown)
	}
	_, err = root.iam.DeleteVirtualMFADevice(ctx, &iam.DeleteVirtualMFADeviceInput{SerialNumber: dev.SerialNumber})
	wantError[*types.DeleteConflictException](t, err, "")

	_, err = root.iam.UploadSSHPublicKey(ctx, &iam.UploadSSHPublicKeyInput{UserName: name, SSHPublicKeyBody: aws.String("ssh-rsa AAAA")})
	wantError[*types.InvalidPublicKeyException](t, err, "")
	_, err = root.iam.UploadSigningCertificate(ctx, &iam.UploadSigningCertificateInput{UserName: name, CertificateBody: aws.String("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")})
	wantError[*types.MalformedCertificateException](t, err, "")
	_, err = root.iam.CreateServiceSpecificCredential(ctx, &iam.CreateServiceSpecificCredentialInput{UserName: name, ServiceName: aws.String("nothing.amazonaws.com")})
	wantError[*types.NoSuchEntityException](t, err, "No such service nothing.amazonaws.com")
	c := must[*iam.CreateServiceSpecificCredentialOutput](t)(root.iam.CreateServiceSpecificCredential(ctx, &iam.CreateServiceSpecificCredentialInput{
		UserName: name, ServiceName: aws.String("codecommit.amazonaws.com"),
	})).ServiceSpecificCredential
	reset := must[*iam.ResetServiceSpecificCredentialOutput](t)(root.iam.ResetServiceSpecificCredential(ctx, &iam.ResetServiceSpecificCredentialInput{
		UserName: name, ServiceSpecificCredentialId: c.ServiceSpecificCredentialId,
	})).ServiceSpecificCredential
	if aws.ToString(reset.ServicePassword) == "" || *reset.ServicePassword == *c.ServicePassword || *reset.ServiceUserName != *c.ServiceUserName {
		t.Error("the reset password is the old one, or another user's")
	}
	_, err = root.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: name})
	wantError[*types.DeleteConflictException](t, err, "")
}

// TestSDKIAMReports makes reports and jobs, whose ids come back, and simulations.
func TestSDKIAMReports(t *testing.T) {
	t.Parallel()
	f := start(t)
	root := f.sdk(t, f.root())
	ctx := t.Context()
	user := f.sdk(t, robot(t, root, "robot", allow(`"iam:ListUsers"`, "*")))
	must[*iam.ListUsersOutput](t)(user.iam.ListUsers(ctx, nil))

	_, err := root.iam.GetCredentialReport(ctx, nil)
	wantError[*types.CredentialReportNotPresentException](t, err, "")
	_, err = root.iam.GetServiceLastAccessedDetails(ctx, &iam.GetServiceLastAccessedDetailsInput{JobId: aws.String("00000000-0000-4000-8000-000000000000")})
	wantError[*types.NoSuchEntityException](t, err, "")
	arn := aws.String("arn:aws:iam::" + f.Account + ":user/robot")
	job := must[*iam.GenerateServiceLastAccessedDetailsOutput](t)(root.iam.GenerateServiceLastAccessedDetails(ctx, &iam.GenerateServiceLastAccessedDetailsInput{Arn: arn})).JobId
	details := &iam.GetServiceLastAccessedDetailsOutput{}
	for details.JobStatus = types.JobStatusTypeInProgress; details.JobStatus == types.JobStatusTypeInProgress; {
		details = must[*iam.GetServiceLastAccessedDetailsOutput](t)(root.iam.GetServiceLastAccessedDetails(ctx, &iam.GetServiceLastAccessedDetailsInput{JobId: job}))
	}
	if details.JobStatus != types.JobStatusTypeCompleted || details.JobCompletionDate == nil || len(details.ServicesLastAccessed) != 1 ||
		*details.ServicesLastAccessed[0].ServiceNamespace != "iam" || details.ServicesLastAccessed[0].LastAuthenticated == nil {
		t.Errorf("what the user reached: %+v", details)
	}
	for p := iam.NewSimulatePrincipalPolicyPaginator(root.iam, &iam.SimulatePrincipalPolicyInput{
		PolicySourceArn: arn, ActionNames: []string{"iam:ListUsers", "iam:CreateUser"}, MaxItems: aws.Int32(1),
	}); p.HasMorePages(); {
		for _, r := range must[*iam.SimulatePrincipalPolicyOutput](t)(p.NextPage(ctx)).EvaluationResults {
			if (r.EvalDecision == types.PolicyEvaluationDecisionTypeAllowed) != (*r.EvalActionName == "iam:ListUsers") {
				t.Errorf("%s: %s", *r.EvalActionName, r.EvalDecision)
			}
		}
	}
	_, err = root.iam.SimulateCustomPolicy(ctx, &iam.SimulateCustomPolicyInput{PolicyInputList: []string{`{"Statement":7}`}, ActionNames: []string{"iam:ListUsers"}})
	wantError[*types.InvalidInputException](t, err, "")
}

// TestSDKServiceLinkedRole makes a role that a service owns, and deletes it with a task.
func TestSDKServiceLinkedRole(t *testing.T) {
	t.Parallel()
	f := start(t)
	root := f.sdk(t, f.root())
	ctx := t.Context()
	_, err := root.iam.CreateServiceLinkedRole(ctx, &iam.CreateServiceLinkedRoleInput{AWSServiceName: aws.String("nothing.amazonaws.com")})
	wantError[*types.InvalidInputException](t, err, "")
	r := must[*iam.CreateServiceLinkedRoleOutput](t)(root.iam.CreateServiceLinkedRole(ctx, &iam.CreateServiceLinkedRoleInput{AWSServiceName: aws.String("elasticbeanstalk.amazonaws.com")})).Role
	_, err = root.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: r.RoleName})
	wantError[*types.UnmodifiableEntityException](t, err, "")
	task := must[*iam.DeleteServiceLinkedRoleOutput](t)(root.iam.DeleteServiceLinkedRole(ctx, &iam.DeleteServiceLinkedRoleInput{RoleName: r.RoleName})).DeletionTaskId
	for status := types.DeletionTaskStatusTypeNotStarted; status != types.DeletionTaskStatusTypeSucceeded; {
		out := must[*iam.GetServiceLinkedRoleDeletionStatusOutput](t)(root.iam.GetServiceLinkedRoleDeletionStatus(ctx, &iam.GetServiceLinkedRoleDeletionStatusInput{DeletionTaskId: task}))
		if status = out.Status; status == types.DeletionTaskStatusTypeFailed {
			t.Fatalf("the deletion failed: %+v", out.Reason)
		}
	}
	_, err = root.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: r.RoleName})
	wantError[*types.NoSuchEntityException](t, err, "")
}

// TestSDKOutboundTokens makes tokens that say who their bearer is to others.
func TestSDKOutboundTokens(t *testing.T) {
	t.Parallel()
	f := start(t)
	root := f.sdk(t, f.root())
	ctx := t.Context()
	user := f.sdk(t, robot(t, root, "robot", allow(`"sts:GetWebIdentityToken"`, "*")))
	in := &sts.GetWebIdentityTokenInput{Audience: []string{"https://api.example.com"}, SigningAlgorithm: aws.String("ES384")}
	_, err := user.sts.GetWebIdentityToken(ctx, in)
	wantError[*ststypes.OutboundWebIdentityFederationDisabledException](t, err, "")
	_, err = root.iam.GetOutboundWebIdentityFederationInfo(ctx, nil)
	wantError[*types.FeatureDisabledException](t, err, "")
	on := must[*iam.EnableOutboundWebIdentityFederationOutput](t)(root.iam.EnableOutboundWebIdentityFederation(ctx, nil))
	_, err = root.iam.EnableOutboundWebIdentityFederation(ctx, nil)
	wantError[*types.FeatureEnabledException](t, err, "")
	out := must[*sts.GetWebIdentityTokenOutput](t)(user.sts.GetWebIdentityToken(ctx, in))
	if left := time.Until(aws.ToTime(out.Expiration)); left <= 0 || left > 5*time.Minute {
		t.Errorf("the token lives for %s, want five minutes", left)
	}
	claims := verified(t, *on.IssuerIdentifier, "https://api.example.com", *out.WebIdentityToken)
	if want := "arn:aws:iam::" + f.Account + ":user/robot"; claims.Subject != want {
		t.Errorf("the token speaks of %s, want %s", claims.Subject, want)
	}
	_, err = f.sdk(t, robot(t, root, "other", "")).sts.GetWebIdentityToken(ctx, in)
	wantCode(t, err, "AccessDenied", "sts:GetWebIdentityToken")
}
