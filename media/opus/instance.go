package opus

import (
	"context"
	_ "embed" // the codec
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

//go:embed opus.wasm
var wasm []byte

var (
	errClosed  = errors.New("the Opus codec is closed")
	errTrapped = errors.New("the Opus codec stopped")
)

// program is the codec compiled for this machine, once a process.
type program struct {
	runtime wazero.Runtime
	code    wazero.CompiledModule
}

// compiled compiles it when it is needed first. Where wazero has no compiler it is
// not used: interpreted it would take longer than the sound does. Where the system
// lets no memory become code (systemd's MemoryDenyWriteExecute) wazero panics.
var compiled = sync.OnceValues(func() (p *program, err error) {
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, fmt.Errorf("compile the codec (does the service have MemoryDenyWriteExecute?): %v", r)
		}
	}()
	if a := runtime.GOARCH; a != "amd64" && a != "arm64" {
		return nil, fmt.Errorf("not on %s", a)
	}
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigCompiler().WithDebugInfoEnabled(false))
	code, err := r.CompileModule(ctx, wasm)
	if err != nil {
		return nil, err
	}
	return &program{r, code}, nil
})

// instance is one running codec: a memory and what works on it.
type instance struct {
	module                                api.Module
	encode, look, decode, recover, forget api.Function
	stack                                 [3]uint64

	// Windows of its memory, which never moves: it cannot grow.
	pcmIn, pcmOut, packetIn, packetOut []byte
}

func open() (*instance, error) {
	p, err := compiled()
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	m, err := p.runtime.InstantiateModule(ctx, p.code, wazero.NewModuleConfig().WithName("").WithStartFunctions())
	if err != nil {
		return nil, err
	}
	in := &instance{
		module: m, encode: m.ExportedFunction("encode"), look: m.ExportedFunction("look"), decode: m.ExportedFunction("decode"),
		recover: m.ExportedFunction("recover"), forget: m.ExportedFunction("forget"),
	}
	for _, w := range []struct {
		name string
		size uint32
		to   *[]byte
	}{
		{"pcm_in", 2 * FrameSize, &in.pcmIn}, {"pcm_out", 2 * MostInOne, &in.pcmOut},
		{"packet_in", MaxPacket, &in.packetIn}, {"packet_out", MaxPacket, &in.packetOut},
	} {
		at, err := in.call(m.ExportedFunction(w.name), 0, 0)
		if err != nil {
			in.close()
			return nil, err
		}
		var ok bool
		if *w.to, ok = m.Memory().Read(uint32(at), w.size); !ok {
			in.close()
			return nil, fmt.Errorf("%s lies outside of its memory", w.name)
		}
	}
	if _, err := in.begin(m.ExportedFunction("open")); err != nil {
		in.close()
		return nil, err
	}
	return in, nil
}

func (in *instance) begin(open api.Function) (int, error) {
	in.stack = [3]uint64{Bitrate, complexity, expectedLoss}
	return in.result(open.CallWithStack(context.Background(), in.stack[:]))
}

// call calls a function of at most two arguments. A negative result is one of
// libopus's errors.
func (in *instance) call(f api.Function, a, b uint64) (int, error) {
	in.stack[0], in.stack[1] = a, b
	return in.result(f.CallWithStack(context.Background(), in.stack[:]))
}

func (in *instance) result(trapped error) (int, error) {
	if trapped != nil {
		return 0, fmt.Errorf("%w: %w", errTrapped, trapped)
	}
	if n := int32(uint32(in.stack[0])); n >= 0 {
		return int(n), nil
	}
	return 0, ErrPacket
}

func (in *instance) close() { _ = in.module.Close(context.Background()) }
