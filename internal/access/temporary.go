package access

import "github.com/mayfly-id/mayfly/internal/caller"

// mayCall holds what AWS refuses to some callers whatever their policies say, so that nobody makes credentials outlive those they came with
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html):
//
//   - sessions of GetFederationToken, and of GetSessionToken without MFA, may not call IAM; those of temporary delegation may, which are for setting up
//     roles, as far as the policy goes that was delegated
//     (https://docs.aws.amazon.com/IAM/latest/UserGuide/temporary-delegation-understanding-permissions.html);
//   - sessions of GetSessionToken may call AssumeRole and GetCallerIdentity of STS and nothing else of it, those of GetFederationToken
//     GetCallerIdentity alone;
//   - sessions of any kind may not call GetSessionToken and GetFederationToken;
//   - the account root may not assume roles, nor the roots of other accounts.
func mayCall(req *caller.Request, p *caller.Principal) error {
	switch req.Service {
	case "iam":
		if !mayCallIAM(p) {
			return &AuthError{Problem: UnknownKey, Message: "The security token included in the request is invalid"}
		}
	case "sts":
		return mayCallSTS(req.Operation, p)
	}
	return nil
}

func mayCallIAM(p *caller.Principal) bool {
	switch p.Kind {
	case caller.AssumedRole:
		return true
	case caller.User, caller.Root:
		return p.Session == nil || !p.Session.MFAAt.IsZero() || p.AssumedRoot() || p.Delegated()
	}
	return false
}

func mayCallSTS(operation string, p *caller.Principal) error {
	if operation == "AssumeRole" && p.Kind == caller.Root {
		return &Denied{Message: "Roles may not be assumed by root accounts."}
	}
	if operation == "AssumeRoot" && p.Kind == caller.Root {
		return &Denied{Message: "AssumeRoot may not be called by root accounts."}
	}
	if p.Session == nil || operation == "GetCallerIdentity" {
		return nil
	}
	switch p.Kind {
	case caller.AssumedRole:
		if operation != "GetSessionToken" && operation != "GetFederationToken" {
			return nil
		}
	case caller.User:
		if operation == "AssumeRole" {
			return nil
		}
	}
	return &Denied{Message: "Cannot call " + operation + " with session credentials"}
}
