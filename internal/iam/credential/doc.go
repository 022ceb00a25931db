// Package credential performs the operations of IAM on long-term access keys, of users and of the account itself.
//
// A secret leaves once, in the answer to CreateAccessKey; at rest it is sealed and bound to its key id and owner. When a key was last used is
// noted in memory (Tracker) and written in the background, at most once a minute for each key: authentication never waits for a write.
//
// It refuses to know how signatures are verified: package principal opens secrets for that.
package credential
