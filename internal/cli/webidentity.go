package cli

import (
	"path/filepath"

	"github.com/mayfly-id/mayfly/credentials"
)

// openWebIdentity makes a session ready whose token somebody else writes into a file. It signs in by itself.
func (c *client) openWebIdentity(o *opened) error {
	options, err := o.options()
	if err != nil {
		return err
	}
	o.keys = &credentials.WebIdentityRole{Client: o.server, Tokens: &credentials.TokenFile{Path: filepath.Clean(o.tokenFile)}, RoleARN: o.roleARN, Options: options}
	return nil
}
