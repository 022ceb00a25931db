package arn_test

import (
	"testing"

	"github.com/mayfly-id/mayfly/arn"
)

func TestIsServiceLinkedRole(t *testing.T) {
	for text, want := range map[string]bool{
		"arn:aws:iam::1:role/aws-service-role/x.amazonaws.com/R":    true,
		"arn:aws-cn:iam::1:role/aws-service-role/x.amazonaws.com/R": true,
		"arn:aws:iam::1:role/R":                                     false,
		"arn:aws:iam::1:role/a/aws-service-role/R":                  false,
		"arn:aws:iam::1:role/x:role/aws-service-role/R":             false,
		"arn:aws:iam::1:user/x:role/aws-service-role/ann":           false,
		"arn:aws:iam::1:user/aws-service-role/ann":                  false,
		"arn:aws:sts::1:role/aws-service-role/R":                    false,
		"x:aws:iam::1:role/aws-service-role/R":                      false,
		"role/aws-service-role/R":                                   false,
		"":                                                          false,
	} {
		if got := arn.IsServiceLinkedRole(text); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}
