package opus

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// Where memory cannot become code, as in a service with MemoryDenyWriteExecute, there
// is no Opus, and that is an error: a panic here would end every call of the house.
func TestNoCodeMayBeMade(t *testing.T) {
	const child = "SAHUT_NO_CODE"
	if os.Getenv(child) == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestNoCodeMayBeMade$", "-test.v")
		cmd.Env = append(os.Environ(), child+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		} else if strings.Contains(string(out), "--- SKIP") {
			t.Skip("this kernel cannot refuse it")
		}
		return
	}
	const prSetMDWE, refuseExecGain = 65, 1 // linux/prctl.h, from 6.3
	if _, _, errno := syscall.RawSyscall6(syscall.SYS_PRCTL, prSetMDWE, refuseExecGain, 0, 0, 0, 0); errno != 0 {
		t.Skip(errno)
	}
	for range 2 {
		if c, err := New(); err == nil || c != nil || !strings.Contains(err.Error(), "MemoryDenyWriteExecute") {
			t.Fatalf("%v, %v", c, err)
		}
	}
}
