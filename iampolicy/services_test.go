package iampolicy_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/iampolicy"
)

func TestActionsOfStatements(t *testing.T) {
	p, err := iampolicy.Parse([]byte(`{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":["S3:Get*","*","a:**?"],"Resource":"arn:aws:s3:::${aws:username}"},
		{"Effect":"Deny","NotAction":"iam:CreateUser","Resource":["arn:aws:s3:::b","*"]},
		{"Effect":"Deny","Action":"iam:*","NotResource":"*"},
		{"Effect":"Deny","Action":"iam:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`), iampolicy.IdentityPolicy)
	if err != nil {
		t.Fatal(err)
	}
	want := []iampolicy.Actions{
		{Allow: true, Patterns: []string{"s3:get*", "*", "a:*?"}},
		{Not: true, Patterns: []string{"iam:createuser"}, Always: true},
		{Patterns: []string{"iam:*"}},
		{Patterns: []string{"iam:*"}},
	}
	if diff := cmp.Diff(want, p.Actions()); diff != "" {
		t.Error(diff)
	}
}

func TestAllowsAction(t *testing.T) {
	p, err := iampolicy.Parse([]byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:Get*","s3:PutObject"],"Resource":"arn:aws:s3:::b"},
		{"Effect":"Deny","Action":"iam:GetUser","Resource":"*"},{"Effect":"Allow","NotAction":["iam:*","s3:*","sts:Get*"],"Resource":"*"}]}`), iampolicy.IdentityPolicy)
	if err != nil {
		t.Fatal(err)
	}
	for action, want := range map[string]bool{
		"iam:GetUser": true, "IAM:getuser": true, "iam:CreateUser": false, "s3:PutObject": true, "s3:PutObjectAcl": false, "sts:AssumeRole": true, "sts:GetCallerIdentity": false,
	} {
		if got := p.AllowsAction(action); got != want {
			t.Errorf("%s: %v", action, got)
		}
	}
}
