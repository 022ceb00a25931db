package userpool

import (
	"cmp"
	"time"

	"github.com/mayfly-id/mayfly/internal/pooledge"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
)

// clientView shows a client as DescribeUserPoolClient does; secret is empty for a client without one.
func clientView(c *directory.Client, secret string) *api.UserPoolClientType {
	v := &api.UserPoolClientType{
		ClientId: &c.ID, ClientName: &c.Name, UserPoolId: &c.PoolID, ClientSecret: pooledge.Optional(secret), CreationDate: &c.Created, LastModifiedDate: &c.Modified,
		RefreshTokenValidity: new(int(c.RefreshLife / unitOf(cmp.Or(c.RefreshUnit, "days")))),
		TokenValidityUnits: &api.TokenValidityUnitsType{
			AccessToken: pooledge.Optional(api.TimeUnitsType(c.AccessUnit)), IdToken: pooledge.Optional(api.TimeUnitsType(c.IDUnit)), RefreshToken: pooledge.Optional(api.TimeUnitsType(c.RefreshUnit)),
		},
		ReadAttributes: typed[string](c.ReadAttributes), WriteAttributes: typed[string](c.WriteAttributes),
		ExplicitAuthFlows: typed[api.ExplicitAuthFlowsType](c.GivenFlows), SupportedIdentityProviders: typed[string](c.Providers),
		AllowedOAuthFlowsUserPoolClient: new(false), EnableTokenRevocation: &c.Revocation,
		EnablePropagateAdditionalUserContextData: &c.PropagateContext, AuthSessionValidity: new(int(c.ChallengeLife / time.Minute)),
	}
	if c.AccessGiven {
		v.AccessTokenValidity = new(int(c.AccessLife / unitOf(cmp.Or(c.AccessUnit, "hours"))))
	}
	if c.IDGiven {
		v.IdTokenValidity = new(int(c.IDLife / unitOf(cmp.Or(c.IDUnit, "hours"))))
	}
	if c.ExistenceGiven {
		v.PreventUserExistenceErrors = new(api.PreventUserExistenceErrorTypesLegacy)
		if c.PreventExistence {
			v.PreventUserExistenceErrors = new(api.PreventUserExistenceErrorTypesEnabled)
		}
	}
	if c.Rotation {
		v.RefreshTokenRotation = &api.RefreshTokenRotationType{Feature: api.FeatureTypeEnabled, RetryGracePeriodSeconds: new(int(c.RotationGrace / time.Second))}
	}
	if o := c.OAuth; o != nil {
		v.AllowedOAuthFlowsUserPoolClient, v.AllowedOAuthFlows, v.AllowedOAuthScopes = &o.Enabled, typed[api.OAuthFlowType](o.Flows), typed[string](o.Scopes)
		v.CallbackURLs, v.LogoutURLs, v.DefaultRedirectURI = typed[string](o.CallbackURLs), typed[string](o.LogoutURLs), pooledge.Optional(o.DefaultRedirect)
	}
	if a := c.Analytics; a != nil {
		v.AnalyticsConfiguration = &api.AnalyticsConfigurationType{
			ApplicationId: pooledge.Optional(a.ApplicationID), ApplicationArn: pooledge.Optional(a.ApplicationARN), RoleArn: pooledge.Optional(a.RoleARN),
			ExternalId: pooledge.Optional(a.ExternalID), UserDataShared: &a.ShareUserData,
		}
	}
	return v
}
