// Package vault opens the place where the client keeps its sessions: a credentials.Store of sealed files in a folder of the user's.
//
// It owns where the folder is, who may look into it, and the key. It refuses to know what is kept.
//
//	<folder>/sessions/   the files, sealed with XAES-256-GCM, each bound to its name
//	<folder>/key         the key, of mode 0600, on a machine without a keyring; key.lock keeps two first processes apart
//
// The key is in the operating system's keyring where one answers within two seconds. Where none does, or it has to ask, the key is made in the key file, and what
// is sealed from then on is sealed with that one, so that all processes of the machine agree, with a desktop or without. A sealed file names its key: what the
// other key has sealed stays readable for who has that one.
//
// On Linux the kernel holds the keyring's key for a quarter of an hour (keyrings(7), of the user, in memory that is not swapped), so that a process from a warm
// cache makes two system calls instead of a conversation on D-Bus. Whoever can read it there, a process of the same user, can ask the open keyring for it too.
//
// A key that is lost, or another one, makes files absent, which is for the person to sign in again. A folder or a key file that others can read is an error.
// Where nothing can be written, the store is in memory, and State says why.
package vault
