// Package localcreds hands out short-term credentials on this machine, to programs that know how to ask a container or an instance for them.
//
//	a request -> guard (peer, Host, no proxy) -> container: bearer token -> Provider
//	                                          -> metadata:  session token (IMDSv2) -> Provider
//
// It owns the two protocols as the SDKs of AWS speak them, and who may ask: a peer on this machine, that names the listener's own address, and has the token
// that was made for it. It refuses to know where credentials come from (an aws.CredentialsProvider, which keeps them and renews them), which child gets the
// variables, and what a person types. The instance metadata service is off unless it is asked for: everybody on the machine may open a session of it.
package localcreds
