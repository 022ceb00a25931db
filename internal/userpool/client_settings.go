package userpool

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/internal/pooledge"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
)

// localProvider is the pool itself among SupportedIdentityProviders.
const localProvider = "COGNITO"

// Defaults of an app client
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html).
const (
	day                  = 24 * time.Hour
	defaultTokenLife     = time.Hour
	defaultRefreshLife   = 30 * day
	defaultChallengeLife = 3 // minutes
)

// settingsOf gives the settings of an update in the shape of those of a creation, so that both go the same way.
func settingsOf(in *api.UpdateUserPoolClientRequest) *api.CreateUserPoolClientRequest {
	return &api.CreateUserPoolClientRequest{
		AccessTokenValidity: in.AccessTokenValidity, AllowedOAuthFlows: in.AllowedOAuthFlows,
		AllowedOAuthFlowsUserPoolClient: in.AllowedOAuthFlowsUserPoolClient, AllowedOAuthScopes: in.AllowedOAuthScopes,
		AnalyticsConfiguration: in.AnalyticsConfiguration, AuthSessionValidity: in.AuthSessionValidity, CallbackURLs: in.CallbackURLs,
		DefaultRedirectURI: in.DefaultRedirectURI, EnableTokenRevocation: in.EnableTokenRevocation, ExplicitAuthFlows: in.ExplicitAuthFlows,
		EnablePropagateAdditionalUserContextData: in.EnablePropagateAdditionalUserContextData, IdTokenValidity: in.IdTokenValidity,
		LogoutURLs: in.LogoutURLs, PreventUserExistenceErrors: in.PreventUserExistenceErrors, ReadAttributes: in.ReadAttributes,
		RefreshTokenRotation: in.RefreshTokenRotation, RefreshTokenValidity: in.RefreshTokenValidity,
		SupportedIdentityProviders: in.SupportedIdentityProviders, TokenValidityUnits: in.TokenValidityUnits, WriteAttributes: in.WriteAttributes,
	}
}

// applyClient writes the settings into a client, whose secret is there by now. doing is "creating" or "updating", for the texts of errors.
func applyClient(p *directory.Pool, c *directory.Client, in *api.CreateUserPoolClientRequest, doing string) error {
	for _, f := range []struct {
		kind  string
		names []string
		keep  *[]string
	}{{"read", in.ReadAttributes, &c.ReadAttributes}, {"write", in.WriteAttributes, &c.WriteAttributes}} {
		for _, name := range f.names {
			a, ok := p.Attribute(name)
			if !ok || a.DeveloperOnly || f.kind == "write" && (name == "sub" || strings.HasSuffix(name, "_verified")) {
				return api.InvalidParameterException.New("Invalid %s attributes specified while %s a client", f.kind, doing)
			}
		}
		*f.keep = unique(f.names)
	}
	c.Providers = unique(in.SupportedIdentityProviders)
	c.Revocation = in.EnableTokenRevocation == nil || *in.EnableTokenRevocation
	c.PreventExistence = pooledge.Deref(in.PreventUserExistenceErrors) == api.PreventUserExistenceErrorTypesEnabled
	c.ExistenceGiven = in.PreventUserExistenceErrors != nil
	c.ChallengeLife = time.Duration(cmp.Or(pooledge.Deref(in.AuthSessionValidity), defaultChallengeLife)) * time.Minute
	c.Rotation, c.RotationGrace = false, 0
	if r := in.RefreshTokenRotation; r != nil && r.Feature == api.FeatureTypeEnabled {
		c.Rotation, c.RotationGrace = true, time.Duration(pooledge.Deref(r.RetryGracePeriodSeconds))*time.Second
	}
	c.PropagateContext = pooledge.Deref(in.EnablePropagateAdditionalUserContextData)
	if c.PropagateContext && !hasSecret(c) {
		return api.InvalidParameterException.New("EnablePropagateAdditionalUserContextData can be enabled only for a client with a client secret.")
	}
	for _, step := range []func() error{
		func() error { return applyAnalytics(c, in.AnalyticsConfiguration) },
		func() error { return applyFlows(p, c, texts(in.ExplicitAuthFlows)) },
		func() error { return applyOAuth(c, in) },
		func() error { return applyLives(c, in) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// applyAnalytics keeps the AnalyticsConfiguration: an application by its id, with the role and external id to write with, or by its ARN.
func applyAnalytics(c *directory.Client, in *api.AnalyticsConfigurationType) error {
	c.Analytics = nil
	if in == nil {
		return nil
	}
	a := &directory.Analytics{
		ApplicationID: pooledge.Deref(in.ApplicationId), ApplicationARN: pooledge.Deref(in.ApplicationArn), RoleARN: pooledge.Deref(in.RoleArn),
		ExternalID: pooledge.Deref(in.ExternalId), ShareUserData: pooledge.Deref(in.UserDataShared),
	}
	switch {
	case (a.ApplicationID == "") == (a.ApplicationARN == ""):
		return api.InvalidParameterException.New("AnalyticsConfiguration must have either ApplicationId or ApplicationArn.")
	case a.ApplicationID != "" && (a.RoleARN == "" || a.ExternalID == ""):
		return api.InvalidParameterException.New("RoleArn and ExternalId are required with ApplicationId.")
	}
	c.Analytics = a
	return nil
}

// applyFlows keeps the flows as they were given and as they count. The older names stand for a client that signs in with SRP in any case; they
// cannot be mixed with the newer ones.
func applyFlows(p *directory.Pool, c *directory.Client, given []string) error {
	c.GivenFlows = unique(given)
	if len(c.GivenFlows) == 0 {
		c.Flows = []string{"ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"}
		if c.Rotation {
			c.Flows = c.Flows[1:]
		}
		return nil
	}
	older := 0
	for _, f := range c.GivenFlows {
		if !strings.HasPrefix(f, "ALLOW_") {
			older++
		}
	}
	if older != 0 && older != len(c.GivenFlows) {
		return api.InvalidParameterException.New("1 validation error detected: Value '[%s]' at 'explicitAuthFlows' failed to satisfy constraint: "+
			"legacy values cannot be mixed with values that have the ALLOW_ prefix.", strings.Join(c.GivenFlows, ", "))
	}
	if c.Rotation && slices.Contains(c.GivenFlows, "ALLOW_REFRESH_TOKEN_AUTH") {
		return api.InvalidParameterException.New("ALLOW_REFRESH_TOKEN_AUTH cannot be enabled when refresh token rotation is enabled.")
	}
	if p.Tier == string(api.UserPoolTierTypeLite) && slices.Contains(c.GivenFlows, "ALLOW_USER_AUTH") {
		return unavailable(p, []string{"Passwordless Sign-In"})
	}
	c.Flows = c.GivenFlows
	if older == 0 {
		return nil
	}
	c.Flows = olderFlows(c)
	return nil
}

// olderFlows translates the names without a prefix. CUSTOM_AUTH_FLOW_ONLY takes away SRP, which every other client has.
func olderFlows(c *directory.Client) []string {
	flows := []string{"ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"}
	if !c.Rotation {
		flows = append(flows, "ALLOW_REFRESH_TOKEN_AUTH")
	}
	if slices.Contains(c.GivenFlows, "CUSTOM_AUTH_FLOW_ONLY") {
		flows = flows[1:]
	}
	for _, f := range c.GivenFlows {
		switch f {
		case "ADMIN_NO_SRP_AUTH":
			flows = append(flows, "ALLOW_ADMIN_USER_PASSWORD_AUTH")
		case "USER_PASSWORD_AUTH":
			flows = append(flows, "ALLOW_USER_PASSWORD_AUTH")
		}
	}
	return flows
}

// applyLives reads how long tokens live: id and access tokens 5 minutes to a day, refresh tokens an hour to ten years.
func applyLives(c *directory.Client, in *api.CreateUserPoolClientRequest) error {
	units := pooledge.Deref(in.TokenValidityUnits)
	c.AccessUnit, c.IDUnit, c.RefreshUnit = string(pooledge.Deref(units.AccessToken)), string(pooledge.Deref(units.IdToken)), string(pooledge.Deref(units.RefreshToken))
	c.AccessGiven, c.IDGiven = in.AccessTokenValidity != nil, in.IdTokenValidity != nil
	c.AccessLife = life(in.AccessTokenValidity, cmp.Or(c.AccessUnit, "hours"), defaultTokenLife)
	c.IDLife = life(in.IdTokenValidity, cmp.Or(c.IDUnit, "hours"), defaultTokenLife)
	c.RefreshLife = life(in.RefreshTokenValidity, cmp.Or(c.RefreshUnit, "days"), defaultRefreshLife)
	for _, l := range []time.Duration{c.AccessLife, c.IDLife} {
		if l < 5*time.Minute || l > day {
			return api.InvalidParameterException.New("Invalid range for token validity.")
		}
	}
	if c.RefreshLife < time.Hour || c.RefreshLife > 3650*day {
		return api.InvalidParameterException.New("Invalid range for token validity.")
	}
	return nil
}

// life multiplies without overflow: the model bounds n to ten years of seconds, which in days is far above what any token may have.
func life(n *int, unit string, def time.Duration) time.Duration {
	if pooledge.Deref(n) == 0 {
		return def
	}
	u := unitOf(unit)
	if time.Duration(*n) > 3651*day/u {
		return 3651 * day
	}
	return time.Duration(*n) * u
}

func unitOf(name string) time.Duration {
	switch name {
	case "seconds":
		return time.Second
	case "minutes":
		return time.Minute
	case "hours":
		return time.Hour
	}
	return day
}
