// Package app wires the server: it opens the store and the keys, builds every service, connects the small interfaces they declare, and owns
// the start and the end of everything. It holds no rules of its own.
//
//	Open      store -> deployment -> key ring -> services -> pipeline -> first tenant
//	Handler   the routes
//	Run       background work, until the context ends
//	Close     in the reverse order
package app
