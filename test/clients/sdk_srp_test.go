package clients

import (
	"maps"
	"math/big"
	"slices"
	"testing"
	"time"

	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// TestSDKSRPRefusals shows that the exchange is real: nothing but the password's proof for this very challenge is let in.
func TestSDKSRPRefusals(t *testing.T) {
	t.Parallel()
	f := start(t)
	c := f.sdk(t, keys{})
	s := newSRPClient(t)
	begin := func() map[string]string {
		t.Helper()
		return must[*idp.InitiateAuthOutput](t)(beginSRP(t.Context(), c, f.ClientID, f.APIAccessKey, s.valueA())).ChallengeParameters
	}
	right := func(challenge map[string]string) map[string]string {
		return s.answer(t, f.UserPoolID, f.APISecretKey, challenge, time.Now())
	}
	refused := func(what string, answer map[string]string) {
		t.Helper()
		t.Run(what, func(t *testing.T) {
			_, err := answerSRP(t.Context(), c, f.ClientID, answer)
			wantError[*types.NotAuthorizedException](t, err, "Incorrect username or password.")
		})
	}
	refused("a wrong password", s.answer(t, f.UserPoolID, "wrong", begin(), time.Now()))
	made := right(begin())
	made["PASSWORD_CLAIM_SIGNATURE"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	refused("a made-up proof", made)
	refused("a proof of another day", s.answer(t, f.UserPoolID, f.APISecretKey, begin(), time.Now().Add(-48*time.Hour)))
	changed := right(begin())
	changed["PASSWORD_CLAIM_SECRET_BLOCK"] = tamper(changed["PASSWORD_CLAIM_SECRET_BLOCK"])
	t.Run("a changed secret block", func(t *testing.T) {
		_, err := answerSRP(t.Context(), c, f.ClientID, changed)
		wantError[*types.NotAuthorizedException](t, err, "")
	})

	used := right(begin())
	must[*idp.RespondToAuthChallengeOutput](t)(answerSRP(t.Context(), c, f.ClientID, used))
	if _, err := answerSRP(t.Context(), c, f.ClientID, used); err == nil {
		t.Error("a challenge was answered twice")
	} else {
		wantError[*types.NotAuthorizedException](t, err, "")
	}
	for what, a := range map[string]string{"zero": "0", "the modulus": s.n.Text(16), "twice the modulus": new(big.Int).Lsh(s.n, 1).Text(16), "no number": "xyz"} {
		t.Run("A is "+what, func(t *testing.T) {
			_, err := beginSRP(t.Context(), c, f.ClientID, f.APIAccessKey, a)
			wantError[*types.InvalidParameterException](t, err, "")
		})
	}
}

// TestSDKUnknownUser compares what a stranger sees of a user that does not exist with what they see of one that does.
func TestSDKUnknownUser(t *testing.T) {
	t.Parallel()
	f := start(t)
	c := f.sdk(t, keys{})
	s := newSRPClient(t)
	const ghost = "3f2f5f4e-0b5c-4c0e-9d57-51f2a8d3a111"
	known := must[*idp.InitiateAuthOutput](t)(beginSRP(t.Context(), c, f.ClientID, f.APIAccessKey, s.valueA())).ChallengeParameters
	unknown := must[*idp.InitiateAuthOutput](t)(beginSRP(t.Context(), c, f.ClientID, ghost, s.valueA())).ChallengeParameters
	if a, b := slices.Sorted(maps.Keys(known)), slices.Sorted(maps.Keys(unknown)); !slices.Equal(a, b) {
		t.Errorf("the challenges have the members %v and %v", a, b)
	}
	if len(known["SECRET_BLOCK"]) != len(unknown["SECRET_BLOCK"]) {
		t.Errorf("the secret blocks have %d and %d characters", len(known["SECRET_BLOCK"]), len(unknown["SECRET_BLOCK"]))
	}
	again := must[*idp.InitiateAuthOutput](t)(beginSRP(t.Context(), c, f.ClientID, ghost, s.valueA())).ChallengeParameters
	if again["SALT"] != unknown["SALT"] || again["SRP_B"] == unknown["SRP_B"] {
		t.Error("an unknown user's salt changes, or the server's value does not")
	}
	_, err := answerSRP(t.Context(), c, f.ClientID, s.answer(t, f.UserPoolID, f.APISecretKey, again, time.Now()))
	wantError[*types.NotAuthorizedException](t, err, "Incorrect username or password.")
}
