// Package credential performs the operations of IAM on long-term credentials: access keys of users and of the account itself, SSH public
// keys of users, and what users have for one service alone.
//
// A secret leaves once, in the answer to the operation that makes it. That of an access key is sealed at rest and bound to its key id and
// owner; of a service-specific one there is a keyed hash. When an access key was last used is noted in memory (Tracker) and written in the
// background, at most once a minute for each key: authentication never waits for a write.
//
// It refuses to know how signatures are verified: package principal opens secrets for that.
package credential
