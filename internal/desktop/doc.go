// Package desktop is the machine in front of a person: the terminal that questions are asked at, the browser (also for a page whose address is a secret), the network with the certificates that the person trusts, and
// the name by which other programs call this one.
package desktop
