package password_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/wire"
)

func TestAccountPasswordPolicy(t *testing.T) {
	h := newHouse(t)
	none := "The Password Policy with domain name 111122223333 cannot be found."
	_, err := h.GetAccountPasswordPolicy(h.root, &wire.Empty{})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, none)
	_, err = h.DeleteAccountPasswordPolicy(h.root, &wire.Empty{})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "The account policy with name PasswordPolicy cannot be found.")

	h.policy(t, iamapi.UpdateAccountPasswordPolicyRequest{
		MinimumPasswordLength: new(12), RequireLowercaseCharacters: new(true), RequireUppercaseCharacters: new(true), RequireNumbers: new(true),
		RequireSymbols: new(true), AllowUsersToChangePassword: new(true), MaxPasswordAge: new(90), PasswordReusePrevention: new(5), HardExpiry: new(true),
	})
	got := get[*iamapi.GetAccountPasswordPolicyResponse](t)(h.GetAccountPasswordPolicy(h.ann, &wire.Empty{})).PasswordPolicy
	if d := cmp.Diff(iamapi.PasswordPolicy{
		MinimumPasswordLength: new(12), RequireLowercaseCharacters: new(true), RequireUppercaseCharacters: new(true), RequireNumbers: new(true),
		RequireSymbols: new(true), AllowUsersToChangePassword: new(true), ExpirePasswords: new(true), MaxPasswordAge: new(90), PasswordReusePrevention: new(5), HardExpiry: new(true),
	}, got); d != "" {
		t.Error(d)
	}
	h.policy(t, iamapi.UpdateAccountPasswordPolicyRequest{RequireNumbers: new(true)}) // nothing of the former stays
	got = get[*iamapi.GetAccountPasswordPolicyResponse](t)(h.GetAccountPasswordPolicy(h.root, &wire.Empty{})).PasswordPolicy
	if d := cmp.Diff(iamapi.PasswordPolicy{
		MinimumPasswordLength: new(6), RequireLowercaseCharacters: new(false), RequireUppercaseCharacters: new(false), RequireNumbers: new(true),
		RequireSymbols: new(false), AllowUsersToChangePassword: new(false), ExpirePasswords: new(false),
	}, got); d != "" {
		t.Error(d)
	}
	_, err = h.GetAccountPasswordPolicy(iamtest.Root(iamtest.Other), &wire.Empty{})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "")
	get[any](t)(h.DeleteAccountPasswordPolicy(h.root, &wire.Empty{}))
	_, err = h.GetAccountPasswordPolicy(h.root, &wire.Empty{})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, none)
}

func TestRules(t *testing.T) {
	yes := new(true)
	for _, tt := range []struct {
		name   string
		policy *iamapi.UpdateAccountPasswordPolicyRequest
		good   []string
		bad    []string
	}{
		{"AWS's default", nil, []string{"abcdEF12", "abcdef1!", "ABCDEF1!", "abcdEF|'"}, []string{"abcEF1!", "abcdefgh", "abcdefg1", "12345678!", "abcdéÉéÉ", ""}},
		{"the account's name", nil, []string{"Example-Corp2"}, []string{"Example-Corp1", "example-Corp1", "OPS-1@example.com"}},
		{"length", &iamapi.UpdateAccountPasswordPolicyRequest{MinimumPasswordLength: new(10)}, []string{"abcdefghij", "éééééééééé"}, []string{"abcdefghi", "ééééééééé"}},
		{"unsaid length", &iamapi.UpdateAccountPasswordPolicyRequest{}, []string{"abcdef"}, []string{"abcde"}},
		{"lower case", &iamapi.UpdateAccountPasswordPolicyRequest{RequireLowercaseCharacters: yes}, []string{"ABCDEf"}, []string{"ABCDE1!", "ABCDEé"}},
		{"upper case", &iamapi.UpdateAccountPasswordPolicyRequest{RequireUppercaseCharacters: yes}, []string{"abcdeF"}, []string{"abcde1!", "abcdeÉ"}},
		{"numbers", &iamapi.UpdateAccountPasswordPolicyRequest{RequireNumbers: yes}, []string{"abcde1"}, []string{"abcdeF!", "abcde²"}},
		{"symbols", &iamapi.UpdateAccountPasswordPolicyRequest{RequireSymbols: yes}, []string{"abcde'", "abcde="}, []string{"abcdeF1", "abcde.", "abcde?", "abcde "}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			if tt.policy != nil {
				h.policy(t, *tt.policy)
			}
			for _, text := range tt.bad {
				iamtest.Fails(t, h.create(text), iamapi.PasswordPolicyViolationException, "Password does not conform to the account password policy.")
			}
			must(t, h.create(tt.good[0]))
			for _, text := range tt.good {
				must(t, h.update(text))
			}
			for _, text := range tt.bad {
				iamtest.Fails(t, h.update(text), iamapi.PasswordPolicyViolationException, "")
				iamtest.Fails(t, h.change(tt.good[0], text), iamapi.PasswordPolicyViolationException, "")
			}
			if h.row(t).Failures != 0 {
				t.Error("a refused new password counts as a guess at the old one")
			}
		})
	}
}

func TestLongestPassword(t *testing.T) {
	h := newHouse(t)
	long := strings.Repeat("aB3!", 32)
	must(t, h.create(long))
	iamtest.Fails(t, h.change(long[:127]+"x", first), denied(), "")
	must(t, h.change(long, first))
}
