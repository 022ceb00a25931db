package shellenv

import (
	"os"
	"strconv"
	"strings"
)

// Parent gives the name of the program that started this one, such as "bash". Empty when it is not known.
func Parent() string {
	name, err := os.ReadFile("/proc/" + strconv.Itoa(os.Getppid()) + "/comm") // proc(5): the first 15 bytes of the name, and a newline
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(string(name), "\n")
}
