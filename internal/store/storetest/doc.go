// Package storetest states what every engine of the store must do, as a suite
// that runs over each of them, and opens small stores for the tests of other
// packages.
//
// It owns no engine: Run is given a way to open one. It refuses to know how an
// engine works; whatever it asserts is a promise of package store.
package storetest
