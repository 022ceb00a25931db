// Package notify owns the messages that users get: invitations with a temporary password and confirmation codes, by e-mail or SMS.
//
// It renders the pool's templates ({username} and {####} are replaced; empty templates stand for Cognito's own texts) and hands the message
// to an Outbox. For now the outbox is local: the last thousand messages in memory, or a file of JSON lines in the data folder that only its
// owner may read. It refuses to know how codes are made or checked.
//
// The flow: a service commits its transaction, calls SendInvitation or SendCode, the message is rendered and put into the outbox; a person or
// a test reads it with List.
//
// Messages hold secrets, because they are what the user receives. They never reach a log: Message prints redacted.
package notify
