package credential

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
)

// Bounds on the modulus of an SSH key, in bits. The lower one is AWS's
// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_UploadSSHPublicKey.html), the upper one what OpenSSH makes at most.
const (
	leastModulus = 2048
	mostModulus  = 16384
)

const sshRSA = ssh.KeyAlgoRSA

// parseSSHKey reads an RSA public key: a line of OpenSSH ("ssh-rsa", base64, comment) or PEM, in the forms PUBLIC KEY (RFC 5280) and
// RSA PUBLIC KEY (RFC 8017). What is neither is UnrecognizedPublicKeyEncoding, a key of another kind or size InvalidPublicKey.
func parseSSHKey(body string) (key ssh.PublicKey, isPEM bool, err error) {
	body = strings.TrimSpace(body)
	if strings.HasPrefix(body, "-----BEGIN ") {
		key, err = parsePEMKey(body)
		return key, true, err
	}
	key, err = parseLineKey(body)
	return key, false, err
}

func parseLineKey(line string) (ssh.PublicKey, error) {
	fields := strings.Fields(line)
	if strings.ContainsAny(line, "\r\n") || len(fields) < 2 {
		return nil, unrecognized()
	}
	if fields[0] != sshRSA {
		for _, other := range []string{"ssh-", "ecdsa-", "sk-"} {
			if strings.HasPrefix(fields[0], other) {
				return nil, notRSA()
			}
		}
		return nil, unrecognized()
	}
	wire, err := base64.StdEncoding.Strict().DecodeString(fields[1])
	if err != nil {
		return nil, invalidKey("The SSH public key is not encoded in base64.")
	}
	key, err := ssh.ParsePublicKey(wire)
	if err != nil {
		return nil, invalidKey("The SSH public key could not be read.")
	}
	return checkKey(key, wire)
}

func parsePEMKey(body string) (ssh.PublicKey, error) {
	block, rest := pem.Decode([]byte(body))
	if block == nil || len(block.Headers) > 0 || len(bytes.TrimSpace(rest)) > 0 || strings.Count(body, "-----BEGIN ") != 1 { // Decode passes over what it cannot read
		return nil, unrecognized()
	}
	var public any
	var err error
	switch block.Type {
	case "PUBLIC KEY":
		public, err = x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		public, err = x509.ParsePKCS1PublicKey(block.Bytes)
	default: // a private key, too
		return nil, unrecognized()
	}
	if err != nil {
		return nil, invalidKey("The public key could not be read.")
	}
	if _, ok := public.(*rsa.PublicKey); !ok {
		return nil, notRSA()
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		return nil, invalidKey("The public key could not be read.")
	}
	return checkKey(key, nil)
}

// checkKey takes RSA keys of a usual size. wire, when there is one, must be the only spelling of the key, so that one key cannot be uploaded twice.
func checkKey(key ssh.PublicKey, wire []byte) (ssh.PublicKey, error) {
	public := rsaOf(key)
	if public == nil {
		return nil, notRSA()
	}
	if n := public.N.BitLen(); public.N.Sign() <= 0 || public.N.Bit(0) == 0 || n < leastModulus || n > mostModulus || public.E < 3 || public.E%2 == 0 {
		return nil, invalidKey("The public key must be RSA with a length of 2048 to 16384 bits.")
	}
	if wire != nil && !bytes.Equal(key.Marshal(), wire) {
		return nil, invalidKey("The SSH public key could not be read.")
	}
	return key, nil
}

// rsaOf gives the RSA key in an SSH key; nil when it is of another kind.
func rsaOf(key ssh.PublicKey) *rsa.PublicKey {
	holder, ok := key.(ssh.CryptoPublicKey)
	if !ok || key.Type() != sshRSA {
		return nil
	}
	public, _ := holder.CryptoPublicKey().(*rsa.PublicKey)
	return public
}

// encodeSSHKey spells a stored key as PEM (PUBLIC KEY) or as a line of OpenSSH.
func encodeSSHKey(wire []byte, asPEM bool) (string, error) {
	key, err := ssh.ParsePublicKey(wire)
	if err != nil {
		return "", err
	}
	if !asPEM {
		return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key))), nil
	}
	der, err := x509.MarshalPKIXPublicKey(rsaOf(key))
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))), nil
}

func unrecognized() error {
	return iamapi.UnrecognizedPublicKeyEncodingException.New("The public key must be encoded in ssh-rsa format or PEM format.")
}

func notRSA() error { return invalidKey("The public key must be an RSA key.") }

func invalidKey(message string) error { return iamapi.InvalidPublicKeyException.New("%s", message) }
