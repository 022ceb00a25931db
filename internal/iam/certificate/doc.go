// Package certificate performs the operations of IAM on X.509 certificates: signing certificates of users and of the account itself, and the
// TLS server certificates that an account keeps.
//
// What comes in is read strictly (pem.go, check.go): PEM blocks and nothing else, keys of a usual kind and size, within their time; the private
// key of a server certificate fits it, and its chain is in order. That key is sealed, bound to its row, and never shown.
//
// It refuses to know who uses certificates: nothing here is trusted for anything by being uploaded.
package certificate
