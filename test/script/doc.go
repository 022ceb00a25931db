// Package script tells the stories of the server from end to end: testdata/*.txtar, each run against the real binary.
//
// It owns the commands that the stories are written in. Everything is asked over HTTP, the way any client would; nothing of the
// server but its binary takes part, and the tables of services are written here anew, so that a mistake in the server's own is not repeated.
//
//	server ARGS...              start "mayfly up", wait until it is ready, export what it prints
//	stop                        interrupt it; it must end well
//	aws SERVICE OPERATION ...   one request, signed with -as NAME; "! aws" wants a refusal
//	srp USER PASSWORD           a sign-in with Secure Remote Password
//	http METHOD PATH            a plain request
//	refused STATUS CODE TEXT    the last answer is this error, in its protocol's shape
//	get, is, has                parts of the last answer
//	use NAME KEY SECRET TOKEN   credentials for -as
//	session NAME                the credentials in the last answer, for -as
//	header VAR NAME             a header of the last answer
//	base64 VAR BLOB             the text behind a blob
//	decoded PATH                a part of the last answer that is JSON becomes the last answer
//	issuer, issue VAR FILE      an OpenID Connect provider and its tokens
//	functions FILE, called      endpoint of triggers, and what it was asked
//	totp VAR SECRET             the code of a software token
//	verify TOKEN                a token against the published keys, with another library; the claims become the last answer
package script
