package vault

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/mayfly-id/mayfly/credentials"
)

// Keyring keeps secrets for the user of a machine: the Secret Service of a desktop, the Keychain of macOS, the Credential Manager of Windows.
type Keyring interface {
	// Get gives the secret of an account. ErrNoKey when it has none.
	Get(account string) (credentials.Secret, error)
	Set(account string, secret credentials.Secret) error
}

var (
	// ErrNoKey is a keyring's answer for an account it has nothing of.
	ErrNoKey = errors.New("vault: the keyring has no such key")
	// ErrNoKeyring says that the machine has no keyring.
	ErrNoKeyring = errors.New("vault: there is no keyring")
	// ErrSlowKeyring says that the keyring did not answer in time: it hangs, or asks a person.
	ErrSlowKeyring = errors.New("vault: the keyring did not answer in time")
)

// System gives the operating system's keyring, and nil where none can be: on a machine without a session bus, asking for one would start it.
func System(getenv func(string) string) Keyring {
	switch runtime.GOOS {
	case "darwin", "windows":
		return system{}
	}
	if address := getenv("DBUS_SESSION_BUS_ADDRESS"); address != "" && address != "autolaunch:" {
		return system{}
	}
	if _, err := os.Stat("/run/user/" + strconv.Itoa(os.Getuid()) + "/bus"); err == nil {
		return system{}
	}
	return nil
}

// service names the program in the keyring.
const service = "mayfly"

type system struct{}

// Get implements Keyring.
func (system) Get(account string) (credentials.Secret, error) {
	text, err := keyring.Get(service, account)
	if errors.Is(err, keyring.ErrNotFound) {
		return "", ErrNoKey
	}
	return credentials.Secret(text), err
}

// Set implements Keyring.
func (system) Set(account string, secret credentials.Secret) error {
	return keyring.Set(service, account, string(secret))
}

// patient asks a keyring, and not for long. One that has failed is not asked again by this process: it would only make the person wait again.
type patient struct {
	ring   Keyring
	wait   time.Duration
	failed error
}

func (p *patient) get(account string) (credentials.Secret, error) {
	return p.ask(func() (credentials.Secret, error) { return p.ring.Get(account) })
}

func (p *patient) set(account string, secret credentials.Secret) error {
	_, err := p.ask(func() (credentials.Secret, error) { return "", p.ring.Set(account, secret) })
	return err
}

// ask lets a question run beside. There is no way to take it back: it ends with its answer or with the process.
func (p *patient) ask(question func() (credentials.Secret, error)) (credentials.Secret, error) {
	if p.ring == nil {
		return "", ErrNoKeyring
	}
	if p.failed != nil {
		return "", p.failed
	}
	type reply struct {
		secret credentials.Secret
		err    error
	}
	replies := make(chan reply, 1)
	go func() {
		var r reply
		defer func() {
			if e := recover(); e != nil { // what answers on the bus is any program of the user's, and the library believes what it says
				r = reply{err: fmt.Errorf("vault: the keyring answered nonsense")}
			}
			replies <- r
		}()
		r.secret, r.err = question()
	}()
	var r reply
	select {
	case r = <-replies:
	case <-time.After(p.wait):
		r.err = ErrSlowKeyring
	}
	if r.err != nil && !errors.Is(r.err, ErrNoKey) {
		p.failed = r.err
	}
	return r.secret, r.err
}

// trouble is why the keyring does not serve, as far as it has been asked.
func (p *patient) trouble() error {
	if p.ring == nil {
		return ErrNoKeyring
	}
	return p.failed
}
