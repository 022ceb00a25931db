// Package samlmeta reads the metadata of a SAML identity provider (OASIS SAML V2.0 Metadata, section 2.4.3): who it is, where it takes
// requests, and which certificates it signs with.
//
// It refuses to know the network, pools and the verification of messages. It reads one spelling of XML only: UTF-8, no document type, no
// processing instructions, no attribute twice, bounded in length, depth and number of elements, and nothing that the standard library would
// write back differently (golang.org/issue/43168), so that no two readers can take two things out of one document.
//
// The flow: Parse walks the tokens to hold them against those rules, decodes the descriptor, and takes from it the one identity provider that
// speaks SAML 2.0.
package samlmeta
