package login

import (
	"github.com/mayfly-id/mayfly/internal/vault"
)

// vault opens the place where tokens and credentials are kept, sealed. A home that cannot be written to is said once: everything works, and nothing is kept.
func (c *World) vault() (*vault.Vault, error) {
	v, err := vault.Open(vault.Options{Getenv: c.Getenv, Keyring: vault.System(c.Getenv), Memo: vault.Kernel(), Random: c.Random})
	if err != nil {
		return nil, err
	}
	if why := v.State().Memory; why != nil {
		c.Say("nothing is kept from one command to the next: %v", why)
	}
	return v, nil
}
