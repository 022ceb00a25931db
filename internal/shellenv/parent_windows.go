package shellenv

import (
	"os"
	"reflect"

	"golang.org/x/sys/windows"
)

// Parent gives the name of the program that started this one, such as "pwsh.exe". Empty when it is not known.
func Parent() string {
	all, err := windows.CreateToolhelp32Snapshot(windows.TH32CS_SNAPPROCESS, 0)
	if err != nil {
		return ""
	}
	defer windows.CloseHandle(all)
	entry := windows.ProcessEntry32{Size: uint32(reflect.TypeFor[windows.ProcessEntry32]().Size())}
	parent := uint32(os.Getppid())
	for err = windows.Process32First(all, &entry); err == nil; err = windows.Process32Next(all, &entry) {
		if entry.ProcessID == parent {
			return windows.UTF16ToString(entry.ExeFile[:])
		}
	}
	return ""
}
