package main

import (
	"io"
	"net"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// cable is a way to the site that can hang: what goes over it then stays open and
// carries nothing more, as a connection does whose network has changed. New
// connections work.
type cable struct {
	net.Listener
	to    string
	mu    sync.Mutex // guards plugs
	plugs []chan struct{}
}

func (s *site) cable() *cable {
	s.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	s.must("listen", err)
	c := &cable{Listener: l, to: s.web.Addr().String()}
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			plug := make(chan struct{})
			c.mu.Lock()
			c.plugs = append(c.plugs, plug)
			c.mu.Unlock()
			go c.carry(in, plug)
		}
	}()
	s.t.Cleanup(func() { l.Close() })
	return c
}

func (c *cable) carry(in net.Conn, plug chan struct{}) {
	out, err := net.Dial("tcp", c.to)
	if err != nil {
		in.Close()
		return
	}
	var over sync.WaitGroup
	for from, to := range map[net.Conn]net.Conn{in: out, out: in} {
		over.Go(func() {
			defer to.Close()
			buf := make([]byte, 32<<10)
			for {
				n, err := from.Read(buf)
				select {
				case <-plug: // reads on, and says nothing
					_, _ = io.Copy(io.Discard, from)
					return
				default:
				}
				if n > 0 {
					_, _ = to.Write(buf[:n])
				}
				if err != nil {
					return
				}
			}
		})
	}
	over.Wait()
}

// hang pulls every plug there is.
func (c *cable) hang() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, plug := range c.plugs {
		close(plug)
	}
	c.plugs = nil
}

// A wallboard whose connection hangs without a word says that it is old, connects
// anew by itself, and shows what happened meanwhile.
func TestChromiumBoardRecovers(t *testing.T) {
	t.Parallel()
	s := open(t, withRina)
	cable := s.cable()
	p := s.openScreen()
	p.do("open the board", chromedp.Navigate("http://"+cable.Addr().String()+"/signin?lang=en"))
	p.do("sign in", chromedp.SendKeys(chromedp.CSS("#username"), "rina"), chromedp.SendKeys(chromedp.CSS("#password"), s.password))
	p.do("arrive", chromedp.Click(chromedp.CSS("button[type=submit]")), chromedp.WaitVisible(chromedp.CSS("#main, [role=status]")))
	p.do("go to the board", chromedp.Navigate("http://"+cable.Addr().String()+"/board?lang=en"))
	p.reads("up to date")
	p.reads("Nobody is on shift.")
	cable.hang()
	p.reads("the server does not answer")
	p.picture("board-stale")
	s.onShift("sari")
	p.reads("up to date")
	p.reads("1 volunteer on shift")
}
