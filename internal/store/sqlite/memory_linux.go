package sqlite

import (
	"os"
	"syscall"
)

// sharedMemory is where Linux mounts a file system that lives in memory.
const sharedMemory = "/dev/shm"

// memoryRoom is the least room worth using there; containers often give 64 MiB.
const memoryRoom = 128 << 20

func memoryDir() string {
	var s syscall.Statfs_t
	if err := syscall.Statfs(sharedMemory, &s); err != nil || s.Bavail*uint64(s.Bsize) < memoryRoom {
		return os.TempDir()
	}
	if err := syscall.Access(sharedMemory, 2|1); err != nil { // may write and enter
		return os.TempDir()
	}
	return sharedMemory
}
