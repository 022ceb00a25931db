// Package outbound owns the one way in which the server reaches others over HTTP: functions of triggers, webhooks, key sets of other issuers.
//
// Addresses that such requests go to come from administrators of tenants, and names behind them from whoever runs their DNS. So the address is
// checked when the connection is made, after the name was resolved, for each attempt: a name that first points to a public address and then to
// an inside one gains nothing (server-side request forgery, DNS rebinding). Only public unicast addresses are reached, unless the operator
// allows more; without TLS only addresses that the operator allows by name.
//
// Redirects are not followed, proxies of the environment are not asked, compressed answers are not requested, and time and size are bounded.
// Errors never hold a URL, because there may be a secret in it.
//
// It refuses to know what is sent and why. Mail does not go through it: its gateway is the operator's own choice.
package outbound
