package script

import "os/exec"

// alone takes the terminal of whoever runs the tests from a process. Here none is looked for without a console.
func alone(*exec.Cmd) {}
