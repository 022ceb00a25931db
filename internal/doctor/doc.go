// Package doctor finds what keeps a client from working: a clock that is wrong, a server that cannot be reached, files that others can read, keys that hide others.
//
//	Probe (looks at one thing, with what it needs as parameters) -> Check (what it found, and what to do)
//	Run: all probes side by side, each for a limited time -> the checks in the order of the probes
//
// It owns what is looked at, from when on that is a trouble, and the words for it. It refuses to know what a session is made of: sessions, endpoints and the
// folder of the vault are given. It takes the environment as a function, the time and the operating system as parameters, and the HTTP client that the commands
// themselves use, with its proxy and its certificates.
//
// Nothing is changed, nobody signs in, no program is run, the metadata service is not asked, and no secret is in a Check.
package doctor
