package directory

import (
	"net/netip"
	"time"
)

// Watched tells whether threat protection looks at a pool's users at all. Where it does not, nothing is assessed, recorded or read.
func (p *Pool) Watched() bool {
	return p.AddOns.SecurityMode == "AUDIT" || p.AddOns.SecurityMode == "ENFORCED"
}

// Attempt is something that somebody tries in the name of a user, for threat protection to judge. It prints without its password.
type Attempt struct {
	Pool      *Pool
	ClientID  string
	User      *User      // nil: nobody has the name
	Kind      string     // SignIn, SignUp, ForgotPassword, PasswordChange or ResendCode, as EventType spells them
	IP        netip.Addr // the user's address; not valid: unknown
	Encoded   string     // EncodedData of UserContextData or ContextData; empty: none
	UserAgent string     // of the user's browser; empty: unknown
	DeviceKey string     // of a tracked device that has proved itself; empty: none
	Password  string     // in clear where the flow has it (not with SRP); empty: it is not looked at
	Custom    bool       // the flow is custom authentication, which has a mode of its own
}

// String keeps the password out of logs.
func (a Attempt) String() string { return a.Kind + " attempt" }

// GoString keeps the password out of logs.
func (a Attempt) GoString() string { return a.String() }

// Assessment is what threat protection thinks of an attempt. The zero value is that of a pool without it.
type Assessment struct {
	Decision    string // NoRisk, AccountTakeover or Block; empty: nothing was assessed
	Level       string // Low, Medium or High; empty: no risk
	Compromised bool   // the password is known to others
	Action      string // what to do: BLOCK, MFA_IF_CONFIGURED, MFA_REQUIRED; NO_ACTION and empty: nothing
	Notify      bool   // the user is to be told
}

// AuthEvent is an attempt and what became of it.
type AuthEvent struct {
	Attempt    Attempt
	Assessment Assessment
	ID         string    // empty: drawn when it is recorded
	Time       time.Time // set when it is recorded
	Response   string    // Pass, Fail or InProgress
	Challenges []Challenge
	RequestID  string
}

// Challenge is the outcome of one step of a sign-in.
type Challenge struct {
	Name     string `json:"name"`     // Password or Mfa
	Response string `json:"response"` // Success or Failure
}
