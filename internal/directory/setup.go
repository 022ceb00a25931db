package directory

// MFASetup is a sign-in that has stopped at MFA_SETUP: the user has to set up a software token before they get in. Whoever runs the
// challenges makes and reads it; whoever makes the software token only carries it from one step to the next.
type MFASetup struct {
	Pool   *Pool
	Client *Client
	Sub    string
	Opaque any // of the one who runs the challenges
}
