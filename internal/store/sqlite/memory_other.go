//go:build !linux

package sqlite

import "os"

func memoryDir() string { return os.TempDir() }
