// Package organization performs the operations of AWS Organizations: the accounts of this deployment, the tree they stand in, and the service
// control policies (SCPs) that limit them.
//
// It owns the records of organizations, member accounts, organizational units, policies and what is attached where, which services an
// organization trusts, and who administers them on its behalf. The account of the deployment is the management account; others are made with
// CreateAccount, and what they need elsewhere is made through Accounts in the same transaction.
//
// Three questions are asked by other packages, two of them on the way of every decision:
//
//	ServiceControl(account)  the SCPs of a member account, one level for the root, each unit and the account
//	Of(account)              the organization that an account is in, its place there and what it administers
//	Scope(path)              the accounts below a place, and what limits them there
//
// Every operation that changes an organization raises the version of its row, in the same transaction. An answer that was built is in force as
// long as the cached row has the version that it was built from, so that a warm answer costs two look-ups in memory (tree.go).
//
// It refuses to know how a decision is made, and what a service does that an organization trusts.
package organization
