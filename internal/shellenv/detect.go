package shellenv

import "strings"

// Detect tells which shell is to evaluate the text: that of the parent, by the name of its program as Parent gives it, where that is one; else that of SHELL,
// which is only the shell that a person logs in with; else PowerShell where it has left its variable and there is no SHELL, as on Windows; else Bash.
func Detect(getenv func(string) string, parent string) Shell {
	if s, ok := spoken(parent); ok {
		return s
	}
	login := getenv("SHELL")
	if s, ok := spoken(login); ok {
		return s
	}
	if login == "" && getenv("PSModulePath") != "" {
		return PowerShell
	}
	return Bash
}

// spoken gives the language of a shell by the name or the path of its program, such as "/usr/bin/fish", "-zsh" (which logs in) or "pwsh.exe".
func spoken(program string) (Shell, bool) {
	name := strings.ToLower(program[strings.LastIndexAny(program, `/\`)+1:])
	name = strings.TrimSuffix(strings.TrimPrefix(name, "-"), ".exe")
	switch name {
	case "bash", "sh", "dash", "ash", "ksh", "ksh93", "mksh", "busybox":
		return Bash, true
	case "zsh":
		return Zsh, true
	case "fish":
		return Fish, true
	case "pwsh", "pwsh-preview", "powershell", "powershell_ise":
		return PowerShell, true
	}
	return "", false
}
