package app

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/account"
	"github.com/mayfly-id/mayfly/internal/branding"
	"github.com/mayfly-id/mayfly/internal/factor"
	"github.com/mayfly-id/mayfly/internal/hosted"
	"github.com/mayfly-id/mayfly/internal/pooluser"
	"github.com/mayfly-id/mayfly/internal/profile"
	"github.com/mayfly-id/mayfly/internal/protection"
	"github.com/mayfly-id/mayfly/internal/signin"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/userimport"
	"github.com/mayfly-id/mayfly/internal/userpool"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/srp"
)

// pools are the services of user pools.
type pools struct {
	userpool   *userpool.Service
	pooluser   *pooluser.Service
	signin     *signin.Service
	factor     *factor.Service
	profile    *profile.Service
	hosted     *hosted.Service
	branding   *branding.Service
	imports    *userimport.Service
	protection *protection.Service
}

// operations lists what is bound.
func (p *pools) operations() [][]wire.Binding {
	return [][]wire.Binding{
		p.userpool.Operations(), p.pooluser.Operations(), p.signin.Operations(), p.profile.Operations(), p.factor.Operations(), p.hosted.Operations(),
		p.branding.Operations(), p.protection.Operations(), p.imports.Operations(),
	}
}

// imagesPath is where pictures of sign-in pages are served.
const imagesPath = "/_mayfly/images"

// cleanups remove what belongs to a pool that is deleted.
func cleanups() []userpool.Cleanup {
	return []userpool.Cleanup{factor.Cleanup, hosted.Cleanup, branding.Cleanup, protection.DeletePool, userimport.Cleanup}
}

// buildPools makes the services of user pools and connects them.
func (a *App) buildPools(o *outside) *pools {
	group := srp.Cognito()
	guard := protection.New(protection.Config{
		Store: a.db, Keys: a.ring, Notifier: o.sender, Log: a.logs, Passwords: o.passwords, Now: a.now, Random: a.random, Region: a.cfg.Region,
		FeedbackURL: a.cfg.URL + feedbackPath, Report: a.report,
	})
	mail := messenger{o.sender, guard, a.report}
	core := account.New(account.Config{
		Store: a.db, Keys: a.ring, Tokens: a.tokens, Notifier: mail, Group: group, Now: a.now, Random: a.random, FixedCode: a.cfg.FixedCode,
	})
	machine := signin.New(signin.Config{
		Core: core, Tokens: a.tokens, Triggers: o.triggers, Protection: guard, Outside: o.sender.Outside, Report: a.report,
	})
	factors := factor.New(factor.Config{
		Store: a.db, Keys: a.ring, Tokens: a.tokens, Sessions: machine, Group: group, Now: a.now, Random: a.random, Host: host(a.cfg.URL), Region: a.cfg.Region,
	})
	machine.Use(factors)
	return &pools{
		userpool: userpool.New(userpool.Config{
			Store: a.db, Keys: a.ring, PoolKeys: a.tokens, Tokens: a.tokens, Functions: o.triggers, Cleanup: cleanups(),
			ClientCleanup: []func(context.Context, store.Writer, string, string) error{branding.CleanupClient, protection.DeleteClient}, Now: a.now, Random: a.random, Region: a.cfg.Region,
		}),
		pooluser: pooluser.New(pooluser.Config{
			Store: a.db, Keys: a.ring, Tokens: a.tokens, Notifier: mail, Codes: addressCodes{core}, Hooks: o.triggers,
			Cleanup: []pooluser.Cleanup{account.DropCodes, factor.CleanupUser, protection.DeleteUser}, Group: group, Now: a.now, Random: a.random, Region: a.cfg.Region,
		}),
		signin: machine,
		factor: factors,
		profile: profile.New(profile.Config{
			Core: core, Tokens: a.tokens, Triggers: o.triggers, Sessions: machine, Protection: watch{guard}, URL: a.cfg.URL, Outside: o.sender.Outside, Report: a.report,
			Cleanup: []func(context.Context, store.Writer, string, string) error{factor.CleanupUser, protection.DeleteUser},
		}),
		protection: guard,
		hosted: hosted.New(hosted.Config{
			Store: a.db, Keys: a.ring, Fetch: o.client, ReadMetadata: providerMetadata, Now: a.now, Random: a.random, Region: a.cfg.Region, PublicURL: a.cfg.URL,
		}),
		branding: branding.New(branding.Config{
			Store: a.db, Keys: a.ring, Now: a.now, Random: a.random, Region: a.cfg.Region, ImagesURL: a.cfg.URL + imagesPath,
		}),
		imports: userimport.New(userimport.Config{Store: a.db, Keys: a.ring, Log: a.logs, Now: a.now, Random: a.random, Region: a.cfg.Region, PublicURL: a.cfg.URL}),
	}
}
