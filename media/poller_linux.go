package media

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

// maxPollers bounds the goroutines that receive for all legs: each takes some
// 50,000 packets a second.
const maxPollers = 4

// pollers share the sockets of all legs. A leg's sockets are not the runtime
// poller's: it asks for word when there is room to send, and the kernel gives
// it after every packet sent. These ask only for packets, take many sockets'
// at one waking, and need no second call to learn that there is no more.
type pollers struct {
	mu   sync.Mutex // guards next
	next int
	all  []*poller
}

func startPollers() (*pollers, error) {
	ps := new(pollers)
	for range min(maxPollers, runtime.GOMAXPROCS(0)) {
		p, err := startPoller()
		if err != nil {
			ps.stop()
			return nil, err
		}
		ps.all = append(ps.all, p)
	}
	return ps, nil
}

// stop ends the goroutines and waits for them; the sockets are closed before.
func (ps *pollers) stop() {
	for _, p := range ps.all {
		_ = p.file.Close()
		<-p.gone
	}
}

// poller is one goroutine and the sockets it receives from. It waits on its
// epoll instance as one waits on a file.
type poller struct {
	file *os.File
	conn syscall.RawConn
	fd   int
	gone chan struct{}

	mu      sync.RWMutex // guards sockets
	sockets map[int32]*socket

	// owned by run
	events [64]syscall.EpollEvent
	ready  int
	buf    [1500]byte
	from   sockaddr
}

func startPoller() (*poller, error) {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("wait for sound: %w", err)
	}
	if err := syscall.SetNonblock(fd, true); err != nil { // or os would not wait for it
		_ = syscall.Close(fd)
		return nil, fmt.Errorf("wait for sound: %w", err)
	}
	p := &poller{file: os.NewFile(uintptr(fd), "epoll"), fd: fd, gone: make(chan struct{}), sockets: make(map[int32]*socket)}
	if p.conn, err = p.file.SyscallConn(); err != nil {
		_ = p.file.Close()
		return nil, fmt.Errorf("wait for sound: %w", err)
	}
	go p.run()
	return p, nil
}

func (p *poller) run() {
	defer close(p.gone)
	for {
		if err := p.conn.Read(p.poll); err != nil {
			return // closed
		}
		for i := range p.ready {
			p.mu.RLock()
			s := p.sockets[p.events[i].Fd]
			p.mu.RUnlock()
			if s != nil {
				s.receive(p)
			}
		}
	}
}

// poll asks which sockets have packets. False means none: wait.
func (p *poller) poll(fd uintptr) (done bool) {
	n, _, errno := syscall.RawSyscall6(syscall.SYS_EPOLL_PWAIT, fd, uintptr(unsafe.Pointer(&p.events)), uintptr(len(p.events)), 0, 0, 0)
	if p.ready = int(n); errno != 0 {
		p.ready = 0
	}
	return p.ready > 0 || errno == syscall.EINTR
}

// socket is one of a leg's two UDP sockets.
type socket struct {
	fd     int
	poller *poller
	hear   func(now time.Time, from netip.AddrPort, b []byte)

	reading sync.Mutex   // held while hear runs
	sending sync.RWMutex // held while a packet is sent; no lock is taken under it
	closed  bool         // guarded by both
}

// listen binds a socket. Package net knows best how; only its poller is not
// asked to serve it.
func (ps *pollers) listen(at netip.AddrPort, dscp int) (*socket, error) {
	// An unspecified address gives a socket for IPv4 and IPv6.
	c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(at))
	if err != nil {
		return nil, err
	}
	defer c.Close()
	markPackets(c, dscp)
	raw, err := c.SyscallConn()
	if err != nil {
		return nil, err
	}
	s := new(socket)
	var errno syscall.Errno
	err = raw.Control(func(fd uintptr) {
		var own uintptr
		own, _, errno = syscall.RawSyscall(syscall.SYS_FCNTL, fd, syscall.F_DUPFD_CLOEXEC, 0)
		s.fd = int(own)
	})
	if err != nil {
		return nil, err
	}
	if errno != 0 {
		return nil, errno
	}
	ps.mu.Lock()
	s.poller = ps.all[ps.next%len(ps.all)]
	ps.next++
	ps.mu.Unlock()
	return s, nil
}

// serve has hear called with what comes, one packet at a time.
func (s *socket) serve(hear func(now time.Time, from netip.AddrPort, b []byte)) error {
	s.hear = hear
	p := s.poller
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sockets[int32(s.fd)] = s
	return syscall.EpollCtl(p.fd, syscall.EPOLL_CTL_ADD, s.fd, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(s.fd)})
}

// receive takes one packet, if there is one: the next asks for its own turn,
// so that a flood on one socket leaves the others theirs.
func (s *socket) receive(p *poller) {
	s.reading.Lock()
	defer s.reading.Unlock()
	if s.closed {
		return
	}
	p.from.n = maxSockaddr
	n, _, errno := syscall.RawSyscall6(syscall.SYS_RECVFROM, uintptr(s.fd), uintptr(unsafe.Pointer(&p.buf)), uintptr(len(p.buf)),
		syscall.MSG_DONTWAIT, uintptr(unsafe.Pointer(&p.from.raw)), uintptr(unsafe.Pointer(&p.from.n)))
	if errno == 0 { // others are such as ECONNREFUSED, and over with this call
		s.hear(time.Now(), p.from.get(), p.buf[:n])
	}
}

// Control calls f with the socket, as syscall.RawConn does.
func (s *socket) Control(f func(fd uintptr)) error {
	s.sending.RLock()
	defer s.sending.RUnlock()
	if s.closed {
		return net.ErrClosed
	}
	f(uintptr(s.fd))
	return nil
}

// outlet is a way to send from the socket.
func (s *socket) outlet() (*outlet, error) { return newOutlet(s) }

// close ends the socket and waits for the packet in hand.
func (s *socket) close() {
	p := s.poller
	p.mu.Lock()
	if p.sockets[int32(s.fd)] == s {
		delete(p.sockets, int32(s.fd))
		_ = syscall.EpollCtl(p.fd, syscall.EPOLL_CTL_DEL, s.fd, nil)
	}
	p.mu.Unlock()
	s.reading.Lock()
	defer s.reading.Unlock()
	s.sending.Lock()
	defer s.sending.Unlock()
	if !s.closed {
		s.closed = true
		_ = syscall.Close(s.fd)
	}
}
