package certificate

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
)

// mostBlocks bounds the PEM blocks that are read of one text: a chain of certificates is much shorter.
const mostBlocks = 20

var errPEM = errors.New("not a sequence of PEM blocks")

// readPEM reads a text that consists of PEM blocks without headers (RFC 7468) and of space between them.
func readPEM(text string) ([]*pem.Block, error) {
	if n := strings.Count(text, "-----BEGIN "); n == 0 || n > mostBlocks {
		return nil, errPEM
	}
	var blocks []*pem.Block
	rest := bytes.TrimSpace([]byte(text))
	for len(rest) > 0 {
		if !bytes.HasPrefix(rest, []byte("-----BEGIN ")) {
			return nil, errPEM // Decode would pass over other text
		}
		block, after := pem.Decode(rest)
		if block == nil || len(block.Headers) > 0 || bytes.Count(rest[:len(rest)-len(after)], []byte("-----BEGIN ")) != 1 {
			return nil, errPEM // Decode would pass over a block that it cannot read
		}
		blocks = append(blocks, block)
		rest = bytes.TrimSpace(after)
	}
	return blocks, nil
}

// readCertificates reads PEM blocks that are certificates.
func readCertificates(text string) ([]*x509.Certificate, error) {
	blocks, err := readPEM(text)
	if err != nil {
		return nil, err
	}
	out := make([]*x509.Certificate, len(blocks))
	for i, b := range blocks {
		if b.Type != "CERTIFICATE" {
			return nil, errPEM
		}
		if out[i], err = x509.ParseCertificate(b.Bytes); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// readCertificate reads a single certificate.
func readCertificate(text string) (*x509.Certificate, error) {
	all, err := readCertificates(text)
	if err != nil {
		return nil, err
	}
	if len(all) != 1 {
		return nil, errPEM
	}
	return all[0], nil
}
