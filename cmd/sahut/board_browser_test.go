package main

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	cdp "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sahut/agentui"
	"sahut/agentui/livetest"
	"sahut/media/mediatest"
	"sahut/queue"
	"sahut/sip/siptest"
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
	s.ways = map[string]bool{l.Addr().String(): true}
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

// office signs a supervisor in and opens one of her pages.
func (p *screen) office(page, lang string) {
	p.t.Helper()
	p.do("sign in", chromedp.SendKeys(chromedp.CSS("#username"), "rina"), chromedp.SendKeys(chromedp.CSS("#password"), p.password))
	p.do("arrive", chromedp.Click(chromedp.CSS("button[type=submit]")), chromedp.WaitVisible(chromedp.CSS("#main, [role=status]")))
	// What she was shown around and what keeps the screen on are counted from the start.
	p.do("open "+page, chromedp.Navigate("http://"+p.web.Addr().String()+"/"+page+"?lang="+lang))
}

// listens notes what the page's alert region says from now on.
const listens = `(() => {
	window.said = []; window.locks = 0;
	const note = (n) => { const at = n.nodeType === 1 ? n : n.parentElement; if (at?.closest?.('[role=alert]') && n.textContent.trim()) window.said.push(n.textContent.trim()); };
	new MutationObserver((list) => list.forEach((m) => m.addedNodes.forEach(note))).observe(document, {subtree: true, childList: true});
	Object.defineProperty(navigator, "wakeLock", {value: {request: async () => { window.locks++; return {addEventListener() {}, release: async () => {}}; }}});
	return "listening"; })()`

// A supervisor's evening in a real browser, with real calls: who waits and why, an
// alarm that is told once, listening up to taking over, which the volunteer sees,
// what happened with its notes, closing and opening, telling everybody, and the
// big screen.
func TestChromiumSupervisor(t *testing.T) {
	t.Parallel()
	s := open(t, withRina)
	sari, _ := s.inRoom("sari", sariVoice)
	sari.Send("pause", map[string]any{"reason": "break"})
	_, err := sari.AwaitState(s.ctx, queue.Paused)
	s.must("pause", err)
	p := s.openScreen()
	p.office("board", "en")
	p.js("listen to the alerts", listens)
	p.reads("Nobody waits.")

	caller := s.dial(siptest.Options{From: "0811223344"})
	p.reads("Who waits")
	p.press("Why?")
	p.reads("is on a pause")
	p.reads("Callers wait and nobody is there")
	p.picture("board-1-waits")
	p.press("Seen")
	p.js("put aside", fmt.Sprintf(waiting, `return document.querySelector(".alarms") ? "" : "gone";`))
	p.js("another supervisor's", `sessionStorage.setItem("sahut-board-alarms", sessionStorage.getItem("sahut-board-alarms").replace("rina", "dewi")); "done"`)
	p.reload() // who takes over has put nothing aside
	p.reads("Callers wait and nobody is there")
	p.press("Seen")
	p.js("put aside again", fmt.Sprintf(waiting, `return document.querySelector(".alarms") ? "" : "gone";`))
	p.reload() // it stays put aside, and is not told again
	p.js("listen to the alerts", listens)
	p.press("Why?")
	if is := p.js("still put aside", fmt.Sprintf(waiting, `return document.querySelector("tr.why") ? (document.querySelector(".alarms") || document.title.startsWith("!") ? "back" : "aside") : "";`)); is != "aside" {
		t.Errorf("after a reload the alarm is %s", is)
	}

	// Who rings is there; when she no longer does, the alarm is one again.
	sari.Send("ready", nil)
	first := s.offered(sari)
	p.js("why follows", fmt.Sprintf(waiting, `return document.querySelector("tr.why")?.innerText.includes("is rung") && !document.querySelector(".alarms") ? "yes" : "";`))
	sari.Send("decline", map[string]any{"offer": first.ID})
	sari.Send("pause", map[string]any{"reason": "break"})
	p.reads("Callers wait and nobody is there")
	sari.Send("ready", nil)
	sari.Answer(s.offered(sari).ID)
	contact := s.talking(sari).Contact
	sari.Send("sos", map[string]any{"contact": contact, "on": true})
	p.reads("Sari calls for help") // although no supervisor is on shift
	sari.Send("sos", map[string]any{"contact": contact, "on": false})
	p.js("the call for help is over", fmt.Sprintf(waiting, `return document.querySelector(".alarms") ? "" : "gone";`))
	rina, rinaEar := s.inRoom("rina", rinaVoice)
	p.js("open", fmt.Sprintf(waiting, `const d = document.querySelector(".people details"); if (!d) return ""; d.open = true; return "open";`))
	for _, c := range []struct {
		press  string
		mode   queue.Mode
		caller []float64
	}{
		{"Listen", queue.ModeListen, []float64{sariVoice}},
		{"Whisper", queue.ModeWhisper, []float64{sariVoice}},
		{"Join", queue.ModeBarge, []float64{sariVoice, rinaVoice}},
	} {
		p.press(c.press)
		_, err := sari.Await(s.ctx, func(a queue.AgentView) bool {
			return a.Call != nil && len(a.Call.Watched) == 1 && a.Call.Watched[0].Mode == c.mode && a.Call.Watched[0].Name == "Rina"
		})
		s.must("the volunteer sees "+c.press, err)
		rinaEar.Say(mediatest.ToneSound(rinaVoice))
		s.hearsJust("the caller", caller.Media().Hears(), c.caller...)
	}
	p.reads("Rina: Join")
	p.picture("board-2-joined")
	p.press("Take over")
	if call := s.talking(rina); call.Contact != contact {
		t.Errorf("she has %+v", call)
	}
	s.hearsJust("the caller", caller.Media().Hears(), rinaVoice)
	s.must("hang up", caller.Hangup(s.ctx))
	book := &notes{store: s.store, log: slog.New(slog.DiscardHandler)}
	_, err = sari.AwaitState(s.ctx, queue.WrapUp)
	s.must("she writes", err)
	s.must("a note", book.Write(agentui.Note{Contact: contact, Agent: "sari", Saved: time.Now(), Text: said}))
	for _, v := range []*livetest.Volunteer{sari, rina} {
		v.Send("wrapup.finish", map[string]any{"contact": contact, "disposition": "silent"})
		_, err = v.AwaitState(s.ctx, queue.Ready)
		s.must("done", err)
	}

	p.js("the story", fmt.Sprintf(waiting, fmt.Sprintf(`const b = document.getElementById("look-%s"); if (!b || !b.closest("tr").innerText.includes("Answered")) return ""; b.click(); return "open";`, contact)))
	for _, line := range []string{"Sari was rung.", "Rina, a supervisor, takes part: listens.", "Rina now joins."} {
		p.reads(line)
	}
	p.press("Read the notes")
	p.reads(said)
	p.picture("board-3-story")
	p.js("close", `document.querySelector("dialog[open]").close(); "closed"`)

	p.press("Close now")
	p.js("for how long", fmt.Sprintf(waiting, `const f = document.querySelector("dialog[open] form"); if (!f) return ""; f.requestSubmit(); return "sent";`))
	p.reads("closed by hand")
	p.press("Open")
	p.js("open again", fmt.Sprintf(waiting, `return document.querySelector("[id^=close-hotline]") && !document.body.innerText.includes("closed by hand") ? "open" : "";`))

	p.press("Tell all volunteers")
	p.do("write", chromedp.SendKeys(chromedp.CSS("#announce-text"), "Uji saluran pukul 14.00"))
	p.press("Show it")
	p.reads("Uji saluran pukul 14.00")
	p.press("Take back")
	p.js("taken back", fmt.Sprintf(waiting, `return document.body.innerText.includes("Uji saluran") ? "" : "gone";`))

	p.press("Big screen")
	p.js("the big screen", fmt.Sprintf(waiting, `return document.querySelector(".board.tv .tv-main") && location.search === "?tv" && window.locks === 1 && !document.querySelector(".tv-main button") ? "yes" : "";`))
	p.picture("board-4-tv")
	p.press("Leave big screen")
	p.reads("Latest calls")
	if told := p.js("alarms told", `String(window.said.filter((x) => x.startsWith("Callers wait and nobody is there")).length)`); told != "1" {
		t.Errorf("the second alarm was told %s times: %s", told, p.js("said", `JSON.stringify(window.said)`))
	}
	if read := s.journal(queue.NoteRead); len(read) != 1 || read[0].By != "rina" {
		t.Errorf("the journal has %+v", read)
	}
}

// The same page and the reports without a mouse, in Indonesian: a caller who waits,
// listening, a report's figures down to one call, and the files.
func TestChromiumSupervisorByKeyboard(t *testing.T) {
	t.Parallel()
	dir, wib := t.TempDir(), time.FixedZone("WIB", 7*3600)
	yesterday := time.Now().In(wib).AddDate(0, 0, -1)
	morning := time.Date(yesterday.Year(), yesterday.Month(), yesterday.Day(), 8, 10, 0, 0, wib)
	answeredBefore(t, dir, morning, morning.Add(4*time.Hour), morning.Add(4*time.Hour+time.Minute))
	s := openIn(t, dir, nil, withRina)
	sari, _ := s.inRoom("sari", sariVoice)
	sari.Send("pause", map[string]any{"reason": "break"})
	_, err := sari.AwaitState(s.ctx, queue.Paused)
	s.must("pause", err)
	caller := s.dial(siptest.Options{From: "0811223344"})
	p := s.openScreen()
	p.office("board", "id")
	enter := func(what string) {
		t.Helper()
		p.tabTo(what)
		p.do("press "+what, chromedp.KeyEvent(kb.Enter))
	}
	p.reads("Yang menunggu")
	p.js("the tour away", fmt.Sprintf(waiting, `const b = document.querySelector(".tour button[id$=skip], .tour .btn.ghost"); if (b) b.click(); document.activeElement.blur(); return document.querySelector("[id^=why-]") ? "yes" : "";`))
	enter("Mengapa?")
	p.reads("sedang istirahat")
	sari.Send("ready", nil)
	sari.Answer(s.offered(sari).ID)
	s.talking(sari)
	s.inRoom("rina", rinaVoice)
	p.js("she may", fmt.Sprintf(waiting, `return document.querySelector(".people summary") ? "yes" : "";`))
	enter("Ikut serta")
	enter("Dengarkan")
	_, err = sari.Await(s.ctx, func(a queue.AgentView) bool { return a.Call != nil && len(a.Call.Watched) == 1 })
	s.must("the volunteer sees it", err)
	p.picture("board-5-keyboard-id")
	s.must("hang up", caller.Hangup(s.ctx))
	s.until("it is in the books", func() bool { return len(s.journal(queue.CallOver)) == 4 }) // with the three of yesterday

	p.do("the reports", chromedp.Navigate("http://"+s.web.Addr().String()+"/reports?lang=id"))
	p.reads("penelepon di antrean")
	p.js("begin at the top", `document.activeElement.blur(); ""`)
	enter("Hari ini")
	p.reads("1 penelepon di antrean")
	enter("1 panggilan, tampilkan")
	p.reads("1 panggilan.")
	enter("Apa yang terjadi")
	p.reads("Panggilan masuk.")
	p.picture("reports-1-keyboard-id")
	p.do("close both", chromedp.KeyEvent(kb.Escape))
	p.js("the list again", fmt.Sprintf(waiting, `const d = document.querySelector("dialog[open]"); return d && d.innerText.includes("1 panggilan.") ? "yes" : "";`))
	p.do("close", chromedp.KeyEvent(kb.Escape))
	p.js("T", fmt.Sprintf(waiting, `return document.querySelector("dialog[open]") ? "" : "closed";`))

	// The bars of the chart, from one to the next.
	enter("Kemarin")
	p.reads("3 penelepon di antrean")
	p.js("the bars", fmt.Sprintf(waiting, `return document.querySelectorAll(".bar-key").length === 2 && [...document.querySelectorAll(".presets [aria-pressed=true]")].map((b) => b.innerText).join() === "Kemarin" ? "two" : "";`))
	for tabs := 0; p.js("focus", `document.activeElement.className`) != "bar-key"; tabs++ {
		if tabs > 60 {
			t.Fatal("no bar is in the order of Tab")
		}
		p.do("Tab", chromedp.KeyEvent(kb.Tab))
	}
	p.do("the next bar, and open it", chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.Enter))
	p.reads("2 panggilan.")
	p.reads("12.00")
	p.picture("reports-2-bar-id")
	p.do("close", chromedp.KeyEvent(kb.Escape))
	p.js("closed", fmt.Sprintf(waiting, `return document.querySelector("dialog[open]") || document.activeElement.className !== "bar-key" ? "" : "back at its bar";`))
	p.do("no further than the last", chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.Home))
	if at := p.js("the first bar", `document.activeElement.getAttribute("aria-label")`); !strings.Contains(at, "08.00: 1 dijawab, 0 pergi") {
		t.Errorf("the first bar says %q", at)
	}

	// Volunteers' time has nothing to open; it says what it is made of, and why.
	p.js("a figure of time", `document.getElementById("kpi-occupancy").click(); "asked"`)
	p.reads("tidak ada angka tentang satu orang")
	p.do("close", chromedp.KeyEvent(kb.Escape))

	// The form moves on, and what is shown does not.
	p.js("another T", `(() => { document.querySelector(".question details").open = true; const t = document.getElementById("t"); t.value = "90"; t.dispatchEvent(new Event("change")); return "typed"; })()`)
	p.reads("Formulir di atas berisi pertanyaan lain")
	p.reads("T 20s")
	if link := p.js("the link", `document.getElementById("csv").href`); !strings.Contains(link, "t=20s") {
		t.Errorf("the file would be of %s", link)
	}
	line := p.js("the line", `JSON.stringify([...document.querySelector("sahut-chart").plot.data[1]])`)
	before := p.js("the chart", `window.plotWas = document.querySelector("sahut-chart").plot; "kept"`)
	enter("Tampilkan")
	p.reads("T 1m30s")
	p.js("drawn anew from "+line+before, `new Promise((done, fail) => { const end = performance.now() + 20000; const look = () => document.querySelector("sahut-chart").plot !== window.plotWas ? done("anew") : performance.now() > end ? fail(new Error("the old line")) : requestAnimationFrame(look); look(); })`)

	downloads := t.TempDir()
	_, err = chromedp.Call(p.tab, cdp.SetDownloadBehavior, cdp.SetDownloadBehaviorParams{Behavior: cdp.SetDownloadBehaviorBehaviorAllow, DownloadPath: downloads, EventsEnabled: new(true)})
	s.must("allow downloads", err)
	for what, begins := range map[string]string{"Unduh CSV": "\xef\xbb\xbfstart,", "Unduh Excel": "PK"} {
		done := chromedp.Events(p.tab, cdp.DownloadProgress)
		enter(what)
		for e, err := range done {
			s.must("download", err)
			if e.State == cdp.DownloadProgressStateCompleted {
				break
			}
		}
		files, err := filepath.Glob(filepath.Join(downloads, "sahut-*"))
		s.must("look", err)
		if len(files) != 1 {
			t.Fatalf("%s left %v", what, files)
		}
		text, err := os.ReadFile(files[0])
		s.must("read", err)
		if !strings.HasPrefix(string(text), begins) {
			t.Errorf("%s begins %q", what, text[:min(20, len(text))])
		}
		s.must("clear", os.Remove(files[0]))
	}
}
