// Package delegation performs the operations of IAM temporary delegation: a product provider (the requestor) asks for access to a
// customer's account, somebody there (the owner) takes the request on, and whoever may (the approver) accepts it and lets an exchange
// token go to the requestor, who trades it for credentials (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies-temporary-delegation.html).
//
//	UNASSIGNED -> ASSIGNED -> [PENDING_APPROVAL] -> ACCEPTED -> FINALIZED -> token traded once
//	                  \______________\__________________\-> REJECTED        every state ends as EXPIRED
//
// What is asked for is a policy template with its parameters filled in (template.go): rendered once, when the request is made, so that what
// is accepted is what was shown. It becomes the session policy of a session of the approver: the requestor may do what both the
// template and the approver's own policies allow, and nothing else. That is decided by the policy engine at every use, not here.
//
// The exchange token leaves through the requestor's notification channel and nowhere else; the store holds a keyed hash of it.
//
// It refuses to know how messages reach a channel, how sessions are minted (sts) and how requests are authenticated and decided.
package delegation
