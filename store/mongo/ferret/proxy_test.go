package ferret

import (
	"bytes"
	"net"
	"net/url"
	"sync"
	"testing"
)

// proxy stands between a store and the server and can spoil the connection.
type proxy struct {
	listener net.Listener
	target   string

	mu    sync.Mutex
	down  bool
	lose  []byte // the answer to the next message that holds this is lost, and with it the connection
	hang  bool   // the connection stays open instead, and silent
	conns map[net.Conn]bool
}

func newProxy(t *testing.T) *proxy {
	t.Helper()
	target, err := url.Parse(server.URI)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l, target: target.Host, conns: map[net.Conn]bool{}}
	go p.accept()
	t.Cleanup(func() { l.Close(); p.set(true) })
	return p
}

func (p *proxy) uri() string { return "mongodb://" + p.listener.Addr().String() + "/" }

// set takes the server away, or gives it back.
func (p *proxy) set(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = down
	if down {
		for c := range p.conns {
			c.Close()
		}
	}
}

// loseAnswerTo lets the answer to one insert into a collection be lost. With hang
// the connection falls silent, otherwise it ends.
func (p *proxy) loseAnswerTo(collection string, hang bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hang = hang
	p.lose = append([]byte("insert\x00"), append([]byte{byte(len(collection) + 1), 0, 0, 0}, collection...)...)
}

func (p *proxy) hangs() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hang
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		upstream, err := net.Dial("tcp", p.target)
		if err != nil {
			client.Close()
			continue
		}
		p.mu.Lock()
		p.conns[client], p.conns[upstream] = true, true
		if p.down {
			client.Close()
			upstream.Close()
		}
		p.mu.Unlock()
		go p.carry(client, upstream)
	}
}

func (p *proxy) carry(client, upstream net.Conn) {
	var lost sync.Once
	deaf := make(chan struct{})
	go func() {
		defer client.Close()
		buf := make([]byte, 1<<16)
		for {
			n, err := upstream.Read(buf)
			if err != nil {
				return
			}
			select {
			case <-deaf: // the server has done its work, and nobody hears of it
				if p.hangs() {
					continue
				}
				return
			default:
			}
			if _, err := client.Write(buf[:n]); err != nil {
				return
			}
		}
	}()
	buf := make([]byte, 1<<20)
	for {
		n, err := client.Read(buf)
		if n > 0 {
			p.mu.Lock()
			if len(p.lose) > 0 && bytes.Contains(buf[:n], p.lose) {
				p.lose = nil
				lost.Do(func() { close(deaf) })
			}
			p.mu.Unlock()
			if _, err := upstream.Write(buf[:n]); err != nil {
				break
			}
		}
		if err != nil {
			break
		}
	}
	upstream.Close()
}
