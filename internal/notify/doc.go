// Package notify owns the messages that users get: invitations with a temporary password, codes and links, by e-mail or SMS.
//
// It refuses to know how codes and links are made or checked, and how functions are reached (hook.Invoker).
//
// The flow: a service commits its transaction and calls Send. A pool with a custom sender has the message, its code encrypted, handed to that
// function, and that is all. Otherwise the pool's template for the kind of message, or what its custom message function makes of it, becomes the
// text: {username}, {####} and {##text##} are replaced. The text goes to the mail gateway (Mailer) or the gateway for phones (Webhook). What has no
// gateway goes to the Outbox: the last thousand messages in memory, or a file of JSON lines in the data folder that only its owner may read; a
// person or a test reads it with List. What a gateway took is not kept.
//
// Messages hold secrets, because they are what the user receives. They never reach a log: Message prints redacted.
package notify
