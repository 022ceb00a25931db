// Package desktop is the machine in front of a person: the terminal that questions are asked at, the browser, the network with the certificates that the person trusts, and
// the name by which other programs call this one.
package desktop
