// Package identity performs the operations of IAM on users, roles and groups: who there is.
//
// It owns their names, paths, tags, trust policies and memberships, and when they may be deleted. A trust policy's users and roles are
// translated to their unique ids when it is stored and back when it is shown (trust.go), so that one who is deleted and created
// anew under the same name is not trusted.
//
// What they may do is the business of package policy, with which secrets they prove who they are that of package credential. It refuses to
// know how a request is authenticated or decided.
package identity
