package userpool

import (
	"slices"
	"strings"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
)

// checkTier refuses features that the pool's plan does not have
// (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-sign-in-feature-plans.html).
func checkTier(p *directory.Pool) error {
	lite, plus := p.Tier == string(api.UserPoolTierTypeLite), p.Tier == string(api.UserPoolTierTypePlus)
	var active []string
	for _, f := range []struct {
		name string
		on   bool
	}{
		{"Passwordless Sign-In", lite && slices.ContainsFunc(p.FirstFactors, func(f string) bool { return f != passwordFactor })},
		{"Email MFA", lite && p.MFA.Email},
		{"Password History", lite && p.Password.History > 0},
		{"Access Token Customization", lite && p.Triggers.PreTokenGenerationVersion > firstEvent},
		{"Threat Protection", !plus && p.AddOns.SecurityMode != "" && p.AddOns.SecurityMode != "OFF"},
	} {
		if f.on {
			active = append(active, f.name)
		}
	}
	return unavailable(p, active)
}

// unavailable names the features that are in the way of the pool's plan; nil for none.
func unavailable(p *directory.Pool, active []string) error {
	if len(active) == 0 {
		return nil
	}
	return api.FeatureUnavailableInTierException.New("The following features need to be disabled for the %s pricing tier configured: %s", p.Tier, strings.Join(active, ", "))
}
