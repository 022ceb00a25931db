package caller

import "github.com/mayfly-id/mayfly/iampolicy"

// ForPolicies gives the caller as policies know them.
func (p *Principal) ForPolicies() iampolicy.Principal {
	out := iampolicy.Principal{ARN: p.ARN, Account: p.Account, UniqueID: p.UniqueID}
	switch p.Kind {
	case Root:
		out.Type = iampolicy.AccountRoot
	case User:
		out.Type = iampolicy.User
	case AssumedRole:
		out.Type, out.RoleARN = iampolicy.AssumedRole, p.EntityARN
	case FederatedUser:
		out.Type = iampolicy.FederatedUser
		if p.UniqueID != p.Account { // a user vouched for them, not the account itself
			out.UserARN = p.EntityARN
		}
	default:
		out.Type = iampolicy.Anonymous
	}
	if p.Session != nil {
		out.Federated = p.Session.Provider
	}
	return out
}
