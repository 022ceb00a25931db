// Package shellenv writes assignments of environment variables in the languages of shells, for a shell to evaluate.
//
//	names and values -> Shell.Write -> text that gives the same values back, byte for byte, whatever they hold
//	SHELL, parent    -> Detect      -> Shell
//
// It owns quoting: no value can end its quotes, and so become a command. What a language cannot say is an error, never an approximation. It refuses to know
// which variables there are to be.
package shellenv
