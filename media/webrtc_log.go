package media

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/pion/logging"
)

// pionLogs hands pion's messages to our log as debug lines, whatever level
// pion gave them: a stranger's packet makes pion warn, and the address in that
// warning may be a volunteer's home.
type pionLogs struct{ log *slog.Logger }

// NewLogger implements logging.LoggerFactory.
func (p pionLogs) NewLogger(scope string) logging.LeveledLogger {
	return pionLog{p.log.With("pion", scope)}
}

type pionLog struct{ log *slog.Logger }

func (p pionLog) say(format string, args ...any) {
	if ctx := context.Background(); p.log.Enabled(ctx, slog.LevelDebug) {
		p.log.DebugContext(ctx, fmt.Sprintf(format, args...))
	}
}

func (p pionLog) Trace(string)                {}
func (p pionLog) Tracef(string, ...any)       {}
func (p pionLog) Debug(string)                {}
func (p pionLog) Debugf(string, ...any)       {}
func (p pionLog) Info(m string)               { p.say("%s", m) }
func (p pionLog) Infof(f string, args ...any) { p.say(f, args...) }
func (p pionLog) Warn(m string)               { p.say("%s", m) }
func (p pionLog) Warnf(f string, args ...any) { p.say(f, args...) }
func (p pionLog) Error(m string)              { p.say("%s", m) }
func (p pionLog) Errorf(f string, args ...any) {
	p.say(f, args...)
}
