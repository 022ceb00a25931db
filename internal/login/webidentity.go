package login

import (
	"path/filepath"

	"github.com/mayfly-id/mayfly/credentials"
)

// openWebIdentity makes a session ready whose token somebody else writes into a file. It signs in by itself.
func (c *World) openWebIdentity(o *Opened) error {
	options, err := o.options()
	if err != nil {
		return err
	}
	o.Keys = &credentials.WebIdentityRole{Client: o.Server, Tokens: &credentials.TokenFile{Path: filepath.Clean(o.TokenFile)}, RoleARN: o.RoleARN, Options: options}
	return nil
}
