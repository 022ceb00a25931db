package vault

import "github.com/mayfly-id/mayfly/credentials"

// Memo remembers a secret of the keyring for the user's next processes, for a while, in memory. Nothing of it is sure: what is remembered may be gone.
type Memo interface {
	Remember(account string, secret credentials.Secret)
	Recall(account string) credentials.Secret // empty when it is gone
}
