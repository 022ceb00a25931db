package shellenv

import (
	"errors"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/credentials"
)

// Shell is a language of assignments.
type Shell string

// The languages.
const (
	Bash       Shell = "bash" // and every other shell with the quotes of POSIX: sh, dash, ksh
	Zsh        Shell = "zsh"
	Fish       Shell = "fish"
	PowerShell Shell = "powershell" // 5.1 and later
	Dotenv     Shell = "dotenv"
	JSON       Shell = "json"
)

// Shells lists the languages.
func Shells() []Shell { return []Shell{Bash, Zsh, Fish, PowerShell, Dotenv, JSON} }

// ErrShell is the answer to a Shell that is not known.
var ErrShell = errors.New("the shell is to be one of bash, zsh, fish, powershell, dotenv and json")

// Parse reads the name of a language, or of a shell that has it, such as "pwsh" or "sh".
func Parse(name string) (Shell, error) {
	if s := Shell(name); slices.Contains(Shells(), s) {
		return s, nil
	}
	if s, ok := spoken(name); ok {
		return s, nil
	}
	return "", ErrShell
}

// How one evaluates what Write gives:
//
//	bash, zsh    eval "$(command)"
//	fish         command | source
//	powershell   command | Out-String | Invoke-Expression
//
// Each assignment ends with ";" as well, so that it is none the worse for a shell that puts the lines together.

// Write writes what sets variables, sorted by name, after what removes others. Nothing is written when there is an error. A name consists of letters, digits and
// "_", and begins with no digit. A value is any text without zero bytes; those of PowerShell and JSON are UTF-8, and those of dotenv as dotenvValue says. JSON is
// one object of texts, with null for what is removed. A dotenv file cannot remove a variable.
func (s Shell) Write(w io.Writer, set map[string]credentials.Secret, remove []string) error {
	if !slices.Contains(Shells(), s) {
		return ErrShell
	}
	for _, name := range remove {
		if _, twice := set[name]; twice {
			return &ValueError{Name: name, Shell: s, cause: errTwice}
		}
	}
	var text strings.Builder
	write := s.lines
	if s == JSON {
		write = writeJSON
	}
	if err := write(&text, set, remove); err != nil {
		return err
	}
	_, err := io.WriteString(w, text.String())
	return err
}

func (s Shell) lines(text *strings.Builder, set map[string]credentials.Secret, remove []string) error {
	for _, name := range slices.Sorted(slices.Values(remove)) {
		line, err := s.unset(name)
		if err != nil {
			return err
		}
		text.WriteString(line + "\n")
	}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		line, err := s.set(name, string(set[name]))
		if err != nil {
			return &ValueError{Name: name, Shell: s, cause: err}
		}
		text.WriteString(line + "\n")
	}
	return nil
}

// set gives the line that sets one variable.
func (s Shell) set(name, value string) (string, error) {
	if err := check(name, value); err != nil {
		return "", err
	}
	switch s {
	case Bash, Zsh:
		return "export " + name + "=" + posix(value) + ";", nil
	case Fish:
		return "set -gx " + name + " " + fish(value) + ";", nil
	case PowerShell:
		quoted, err := powerShell(value)
		return "$Env:" + name + " = " + quoted + ";", err
	case Dotenv:
		quoted, err := dotenvValue(value)
		return name + "=" + quoted, err
	}
	return "", ErrShell
}

// unset gives the line that removes one variable. One that is not there is no error.
func (s Shell) unset(name string) (string, error) {
	if err := check(name, ""); err != nil {
		return "", &ValueError{Name: name, Shell: s, cause: err}
	}
	switch s {
	case Bash, Zsh:
		return "unset " + name + ";", nil
	case Fish:
		return "set -e " + name + ";", nil
	case PowerShell:
		return "Remove-Item -LiteralPath Env:" + name + " -ErrorAction SilentlyContinue;", nil
	case Dotenv:
		return "", ErrNoRemoval
	}
	return "", ErrShell
}

// ErrNoRemoval is the answer to a removal in a language that has none.
var ErrNoRemoval = errors.New("a dotenv file cannot remove a variable")

// ValueError says that a variable cannot be written. It does not show the value.
type ValueError struct {
	Name  string
	Shell Shell
	cause error
}

// Error implements error.
func (e *ValueError) Error() string {
	return "the variable " + quotedName(e.Name) + " cannot be written for " + string(e.Shell) + ": " + e.cause.Error()
}

// Unwrap gives the cause.
func (e *ValueError) Unwrap() error { return e.cause }
