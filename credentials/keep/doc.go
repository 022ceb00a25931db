// Package keep has small secrets by name, for the threads of a process or the processes of a user, and renews them once for all.
//
//	Store   where they are: Memory, Files, or the caller's own
//	Kept    something with its life, by the clock of who gave it
//	Holder  the process's copy, which gets what is kept, or brings something new under the lock of its name
//
// It knows nothing of what is kept: tokens, credentials and registrations are package credentials'.
package keep
