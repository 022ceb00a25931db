// Package discovery serves the public configuration from which a client of API tokens finds pool, client and identity pool: the JSON object that
// the vendor's SDK reads, and the same as base64 text for the documented shell pipeline. Nothing in it is secret.
package discovery
