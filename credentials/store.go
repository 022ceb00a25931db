package credentials

import "github.com/mayfly-id/mayfly/credentials/keep"

// Store keeps small secrets by name: in memory (Memory), in files (Files), or wherever the caller likes. Package keep has its methods, and what else works with one.
type Store = keep.Store

// Memory is a Store within a process.
type Memory = keep.Memory

// Files is a Store in a folder, for the processes of a user.
type Files = keep.Files

// Sealer seals what Files keeps.
type Sealer = keep.Sealer

// ErrNotStored is the answer of a Store for a name under which nothing is kept, or nothing that can be read.
var ErrNotStored = keep.ErrNotStored
