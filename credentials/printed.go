package credentials

import (
	"fmt"
	"io"
)

// What holds secrets, or leads to who holds some, prints its name alone. It is not enough that a Secret redacts itself: for a verb that does not fit, such as %s
// for a struct, package fmt goes through all pointers and asks nobody on the way.

func named(f fmt.State, name string) { _, _ = io.WriteString(f, "credentials."+name) }

func (Tokens) Format(f fmt.State, _ rune)          { named(f, "Tokens") }
func (LoginToken) Format(f fmt.State, _ rune)      { named(f, "LoginToken") }
func (AccessKey) Format(f fmt.State, _ rune)       { named(f, "AccessKey") }
func (SSORegistration) Format(f fmt.State, _ rune) { named(f, "SSORegistration") }
func (APIToken) Format(f fmt.State, _ rune)        { named(f, "APIToken") }
func (Password) Format(f fmt.State, _ rune)        { named(f, "Password") }
func (SRP) Format(f fmt.State, _ rune)             { named(f, "SRP") }
func (UserPool) Format(f fmt.State, _ rune)        { named(f, "UserPool") }
func (Refresh) Format(f fmt.State, _ rune)         { named(f, "Refresh") }
func (SSORefresh) Format(f fmt.State, _ rune)      { named(f, "SSORefresh") }
func (MFA) Format(f fmt.State, _ rune)             { named(f, "MFA") }
func (AssumeRole) Format(f fmt.State, _ rune)      { named(f, "AssumeRole") }
func (WebIdentityRole) Format(f fmt.State, _ rune) { named(f, "WebIdentityRole") }
func (SessionToken) Format(f fmt.State, _ rune)    { named(f, "SessionToken") }
func (IdentityPool) Format(f fmt.State, _ rune)    { named(f, "IdentityPool") }
func (SSORole) Format(f fmt.State, _ rune)         { named(f, "SSORole") }
func (SSO) Format(f fmt.State, _ rune)             { named(f, "SSO") }
func (SSODevice) Format(f fmt.State, _ rune)       { named(f, "SSODevice") }
func (SSOBrowser) Format(f fmt.State, _ rune)      { named(f, "SSOBrowser") }
func (*Session) Format(f fmt.State, _ rune)        { named(f, "Session") }
func (*Cached) Format(f fmt.State, _ rune)         { named(f, "Cached") }
func (*LoginSession) Format(f fmt.State, _ rune)   { named(f, "LoginSession") }
func (registration) Format(f fmt.State, _ rune)    { named(f, "registration") }
