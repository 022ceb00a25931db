package localcreds

import (
	"errors"
	"net"
	"os"
	"path/filepath"

	"github.com/mayfly-id/mayfly/credentials"
)

// Env gives the variables with which a child finds the container endpoint on a listener's address. tokenFile names a file that holds the token, as
// WriteTokenFile wrote it; empty puts the token into a variable.
func (s *Server) Env(a net.Addr, tokenFile string) (map[string]credentials.Secret, error) {
	own, err := loopback(a)
	if err != nil {
		return nil, err
	}
	env := map[string]credentials.Secret{"AWS_CONTAINER_CREDENTIALS_FULL_URI": credentials.Secret("http://" + own.String() + containerPath)}
	if tokenFile != "" {
		env["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = credentials.Secret(tokenFile)
	} else {
		env["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = s.token
	}
	return env, nil
}

// MetadataEnv gives the variables with which a program finds the metadata service on a listener's address.
func (s *Server) MetadataEnv(a net.Addr) (map[string]credentials.Secret, error) {
	if s.metadata == nil {
		return nil, errors.New("localcreds: the metadata service is off")
	}
	own, err := loopback(a)
	if err != nil {
		return nil, err
	}
	return map[string]credentials.Secret{
		"AWS_EC2_METADATA_SERVICE_ENDPOINT": credentials.Secret("http://" + own.String() + "/"), // botocore of 2022 puts paths behind it as it is
		"AWS_EC2_METADATA_DISABLED":         "false",
	}, nil
}

// WriteTokenFile writes the token, and no newline, to a file of mode 0600, beside it first and then renamed. Clients read the file again for each request.
func (s *Server) WriteTokenFile(path string) (err error) {
	t, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".tmp-*") // of mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(t.Name())
		}
	}()
	_, err = t.WriteString(string(s.token))
	if cerr := t.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return os.Rename(t.Name(), path)
}
