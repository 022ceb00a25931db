// Package config is the server's configuration: one struct, filled from the environment and flags, checked whole before anything starts.
package config
