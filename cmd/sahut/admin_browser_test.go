package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sahut/configs"
	"sahut/queue"
	"sahut/sip/siptest"
)

// An administrator changes a queue while a caller waits: she sees what it means,
// what would change, what it would have done, and applies it; a second one was
// faster, and nothing of either is lost; then all of it is taken back. The caller
// notices nothing.
func TestChromiumAdmin(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	caller := s.dial(siptest.Options{})
	s.until("she waits", func() bool { return len(s.journal(queue.QueueEntered)) == 1 })
	_, began, err := (directory{s.store}).Routing()
	s.must("read routing", err)
	p := s.openScreen()
	p.arrive("admin", "/admin?lang=en#queues")

	p.unfold("Who rings")
	p.write("Ring for", "25s")
	p.reads("25s each")
	p.press("Check and apply…")
	p.reads("“Ring for” changes from 20s to 25s")
	p.picture("admin-1-review")
	p.press("Try it on the last weeks")
	p.js("what it would have done", fmt.Sprintf(waiting, `return document.querySelector("dialog[open] .trial table") ? "yes" : "";`))
	p.picture("admin-2-whatif")
	p.write("Why (for the history, optional)", "longer at night")
	p.press("Apply")
	p.reads(fmt.Sprintf("This is revision %d.", began.Number+1))
	if got := s.hotline(); got.RingFor.D() != 25*time.Second {
		t.Errorf("ring_for is %s", got.RingFor)
	}

	p.write("Ring for", "30s")
	s.editAs("admin", func(r *configs.Routing) {
		r.Queues[0].RingFor, r.Queues[0].MaxWait = configs.Duration(40*time.Second), configs.Duration(20*time.Minute)
	})
	p.press("Check and apply…")
	p.reads("Somebody else changed the routing meanwhile")
	p.reads("40s")
	p.picture("admin-3-conflict")
	p.do("leave it", chromedp.KeyEvent(kb.Escape))
	p.js("it is left", fmt.Sprintf(waiting, `return document.querySelector("dialog[open]") ? "" : "yes";`))
	p.reads("1 change not applied yet")
	p.press("Check and apply…")
	p.press("Put both together")
	p.reads("1 change not applied yet")
	p.press("Check and apply…")
	p.press("Apply")
	p.reads(fmt.Sprintf("This is revision %d.", began.Number+3))
	if got := s.hotline(); got.RingFor.D() != 30*time.Second || got.MaxWait.D() != 20*time.Minute {
		t.Errorf("ring_for is %s, max_wait %s", got.RingFor, got.MaxWait)
	}

	p.js("to the history", `location.hash = "#history"`)
	p.reads("longer at night")
	p.must("go back", p.click(fmt.Sprintf(waiting, fmt.Sprintf(`return document.getElementById("back-%d")`, began.Number))))
	p.must("go back, sure", p.click(fmt.Sprintf(waiting, `return document.querySelector("dialog[open] .btn.primary")`)))
	p.reads(fmt.Sprintf("This is revision %d.", began.Number+4))
	if got := s.hotline(); got.RingFor.D() != 20*time.Second {
		t.Errorf("after going back ring_for is %s", got.RingFor)
	}
	if list, err := s.desk.Waiting(s.ctx); err != nil || len(list) != 1 {
		t.Errorf("who waits: %v, %v; the caller was lost", list, err)
	}
	s.must("she hangs up", caller.Hangup(s.ctx))
}

// The first day of a house: an administrator who was led through nothing makes a
// queue, its number, an account and its volunteer, applies them, and it takes calls.
func TestChromiumAdminFirstDay(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	p := s.openScreen()
	p.arrive("admin", "/admin?lang=en")
	follow := func(name string) {
		t.Helper()
		p.must("follow "+name, p.click(fmt.Sprintf(waiting, fmt.Sprintf(`return [...document.querySelectorAll("a")].find((e) => e.textContent.trim() === %q && e.getClientRects().length)`, name))))
	}
	follow("Make a queue: where callers wait, and what they hear")
	p.press("Add a queue")
	p.write("Short name", "anak")
	p.write("Shown as", "Children")
	follow("Name the number callers dial, and its queue")
	p.press("Add a number")
	p.write("Number", configs.DemoNumber)
	follow("Add accounts, and say which queues they answer")
	p.press("Add sari as a volunteer")
	p.picture("admin-12-first-day")
	p.js("back to the queue", `location.hash = "#queues"`)
	p.write("Short name", "remaja") // which the number and sari name
	p.reads("What named it names remaja now, in 2 places.")
	p.press("Check and apply…")
	p.reads("Queue remaja is added")
	p.reads("Volunteer sari is added")
	p.press("Apply")
	p.reads("This is revision 1.")
	p.js("nothing is missing", fmt.Sprintf(waiting, `return document.querySelector(".begin") ? "" : "yes"`))

	v, _ := s.volunteer("sari")
	caller := s.dial(siptest.Options{})
	v.Answer(s.offered(v).ID)
	if call := s.talking(v); call.Queue != "remaja" {
		t.Errorf("the call came in %s", call.Queue)
	}
	s.must("she hangs up", caller.Hangup(s.ctx))
}

// Whatever comes between, nothing she typed is lost: a mistake leads to its field and
// back, the sign-in ends and goes on in place, the network is away while she applies,
// the page is loaded anew with a field not even left. And it is hers alone.
func TestChromiumAdminLosesNothing(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	v, _ := s.volunteer("sari")
	caller := s.dial(siptest.Options{})
	v.Answer(s.offered(v).ID)
	s.talking(v)
	p := s.openScreen()
	p.mayFail = "ERR_INTERNET_DISCONNECTED" // as the console calls it while the network is away
	p.arrive("admin", "/admin?lang=en#queues")
	field := func(id, value string) {
		t.Helper()
		p.js(id+" is at hand", fmt.Sprintf(waiting, fmt.Sprintf(`const f = document.getElementById(%q); return document.activeElement === f && f.getClientRects().length && f.value === %q ? "yes" : ""`, id, value)))
	}

	p.press("Add a queue")
	field("f-queues-1-id", "queue1")
	p.keys("Anak!")
	p.reads("no number, menu or queue leads here")
	p.press("Check and apply…")
	p.js("what is to be mended is seen", fmt.Sprintf(waiting, `const h = document.getElementById("problems-title"), r = h?.getBoundingClientRect(); return h && document.activeElement === h && r.top > 0 && r.bottom < innerHeight ? "yes" : ""`))
	p.js("to the hours", `location.hash = "#hours"`)
	p.press("Add opening hours") // whose calendar finds a mistake of its own
	p.write("To", "25:00")
	p.reads("2 things to mend")
	p.write("To", "22:00")
	p.reads("1 thing to mend")
	p.press("Queue New queue › Short name")
	field("f-queues-1-id", "queue1Anak!")
	p.picture("admin-9-mistake")
	p.js("all of it again", `(document.activeElement.select(), "yes")`)
	p.keys("anak")
	field("f-queues-1-id", "anak") // it did not fold away when it was right

	_, err := chromedp.Call(p.tab, network.ClearBrowserCookies, cdp.Empty{})
	s.must("her sign-in ends", err)
	p.press("Check and apply…")
	p.reads("With your password you go on where you are.")
	for _, password := range []string{"not hers", s.password} {
		p.js("her password is asked", `new Promise((done) => { // the field has the focus, or gets it
			const look = () => { const f = document.getElementById("again"); if (f && document.activeElement === f) { removeEventListener("focusin", look); f.select(); done("yes"); } };
			addEventListener("focusin", look);
			look(); })`)
		p.keys(password, kb.Enter)
		if password != s.password {
			p.reads("The user name or the password is wrong.")
		}
	}
	p.js("it goes on", fmt.Sprintf(waiting, `return document.querySelector("dialog[open]") ? "" : "yes"`))
	p.press("Check and apply…")
	p.reads("Queue anak is added")
	p.reads("New queue: no number, menu or queue leads here; no volunteer answers this queue.")
	p.offline(true)
	p.press("Apply")
	p.js("the dialog says so", fmt.Sprintf(waiting, `return document.querySelector("dialog[open] [role=alert]")?.textContent.includes("does not answer") ? "yes" : ""`))
	p.picture("admin-10-offline")
	p.offline(false)
	p.press("Apply")
	p.js("it is applied", fmt.Sprintf(waiting, `return document.querySelector(".foot .ok")?.textContent.includes("Applied.") ? "yes" : ""`))

	p.js("half a word", `(() => { for (const d of document.querySelectorAll("details")) d.open = true; const f = document.getElementById("f-queues-1-ring-for"); f.focus(); f.select(); addEventListener("beforeunload", (e) => sessionStorage.setItem("asked", e.defaultPrevented)); return "there"; })()`)
	p.keys("33s")
	p.reads("Each volunteer rings for 33s.")
	p.reload()
	p.js("it is still there", fmt.Sprintf(waiting, `return document.getElementById("f-queues-1-ring-for")?.value === "33s" && sessionStorage.getItem("asked") === "true" ? "yes" : ""`))
	p.js("a line in the text", fmt.Sprintf(waiting, `location.hash = "routing"; const f = document.getElementById("yaml"); if (!f?.value) return "";
		f.value += "# mine\n"; f.dispatchEvent(new Event("input", { bubbles: true })); location.hash = "queues"; return "written"`))
	for range 2 { // seen neither time
		p.keys(kb.Tab) // a page that was never touched may not ask
		p.reload()
		p.js("the form's", fmt.Sprintf(waiting, `return document.getElementById("f-queues-1-ring-for")?.value === "33s" ? "yes" : ""`))
	}
	p.js("the text's", fmt.Sprintf(waiting, `location.hash = "routing"; const f = document.getElementById("yaml"); return f?.value.endsWith("# mine\n") ? "yes" : ""`))
	p.press("Sign out")
	p.do("somebody else", chromedp.WaitVisible(chromedp.CSS("#username")))
	if left := p.js("what is left in the tab", `sessionStorage.getItem("sahut.draft") ?? "nothing"`); left != "nothing" {
		t.Error("the draft is still in the tab")
	}
	p.arrive("rina", "/admin?lang=en#queues")
	p.reads("Only an administrator can change it.")
	p.js("it is not hers", fmt.Sprintf(waiting, `return document.getElementById("f-queues-1-ring-for") ? (document.getElementById("f-queues-1-ring-for").value === "20s" && !document.querySelector(".draft-bar") ? "yes" : "no") : ""`))
	p.press("Sign out")
	p.do("the admin again", chromedp.WaitVisible(chromedp.CSS("#username")))
	p.arrive("admin", "/admin?lang=en#volunteers")
	p.must("disable her", p.click(fmt.Sprintf(waiting, `return document.getElementById("dis-sari")`)))
	p.reads("sari is with a caller now.")
	p.picture("admin-11-disable")
	p.press("Cancel")
	if s.talking(v) == nil {
		t.Error("the talk broke off though nothing was done")
	}
	s.must("she hangs up", caller.Hangup(s.ctx))
}

// The same house in Indonesian and without a mouse: opening hours with a mistake
// said at its field, a prompt recorded, the messages of a call as a ladder, an
// account.
func TestChromiumAdminByKeyboard(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	p := s.openScreen()
	p.do("in Indonesian", chromedp.Navigate("http://"+s.web.Addr().String()+"/signin?lang=id&next=/admin"), chromedp.WaitVisible(chromedp.CSS("#username")))
	p.keys("admin", kb.Tab, s.password)
	p.do("arrive", chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(chromedp.CSS(".admin-nav")))
	p.reads("Keadaan sekarang")
	p.js("no tour in the way", `localStorage.setItem("sahut.tour.admin", "seen"); "done"`)

	p.enter("Jam buka")
	p.enter("Tambah jam buka")
	p.reads("Buka 5 dari 7 hari")
	p.tabTo("f-hours-0-weekly-0-to")
	p.keys("25:00", kb.Tab)
	p.reads("“25:00” bukan jam: tulis seperti 22:00; akhir hari adalah 24:00.")
	p.reads("Kalender belum dapat menampilkan draf ini")
	p.js("at its field", fmt.Sprintf(waiting, `const f = document.getElementById("f-hours-0-weekly-0-to");
		return f.getAttribute("aria-invalid") === "true" && document.getElementById(f.getAttribute("aria-describedby").split(" ").pop()).textContent.includes("bukan jam") ? "yes" : ""`))
	p.picture("admin-4-hours-id")
	p.tabTo("f-hours-0-weekly-0-to")
	p.keys("06:00", kb.Tab)
	p.reads("08.00–06.00")
	p.picture("admin-5-hours-id")

	p.enter("Rekaman")
	p.js("see the microphone", `(() => { const get = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
		navigator.mediaDevices.getUserMedia = async (c) => (window.microphone = await get(c)); return "yes"; })()`)
	p.enter("Rekam")
	p.js("it hears", fmt.Sprintf(waiting, `return document.querySelector("meter")?.value > 0.05 ? "yes" : ""`))
	p.picture("admin-6-recording-id")
	p.enter("Hentikan rekaman")
	p.tabTo("record-name")
	p.keys("salam-baru", kb.Enter)
	p.reads("Tersimpan.")
	p.js("it is there", fmt.Sprintf(waiting, `return document.getElementById("phone-salam-baru")?.closest("li").textContent.includes("unggahan") ? "yes" : ""`))
	p.enter("Hapus")
	p.js("it is gone", fmt.Sprintf(waiting, `return document.getElementById("phone-salam-baru") ? "" : "yes"`))
	p.enter("Rekam")
	p.js("it hears again", fmt.Sprintf(waiting, `return document.getElementById("record-stop") ? "yes" : ""`))

	p.enter("Saluran") // elsewhere: nobody is recorded any more
	p.reads("Jejak SIP")
	p.js("the microphone is off", `(() => { if (!window.microphone.getTracks().every((t) => t.readyState === "ended")) throw new Error("still on"); return "yes"; })()`)
	p.enter("Jejak selama 5 menit")
	p.reads("Hentikan jejak")
	caller := s.dial(siptest.Options{})
	s.must("she hangs up", caller.Hangup(s.ctx))
	p.enter("Muat ulang")
	p.js("the ladder", fmt.Sprintf(waiting, `return document.querySelector("svg.ladder")?.textContent.includes("INVITE") ? "yes" : ""`))
	p.picture("admin-7-ladder-id")

	p.enter("Relawan")
	p.tabTo("new-name")
	p.keys("budi")
	p.tabTo("new-password")
	p.keys("empat kata yang panjang", kb.Enter)
	p.js("the account", fmt.Sprintf(waiting, `return document.getElementById("role-budi")?.textContent === "Relawan" ? "yes" : ""`))
	p.enter("Tambah akun") // a mistake, said at its field in the page's language
	p.reads("Terlalu pendek: pakai sedikitnya 10 karakter.")
	p.tabTo("Tambahkan budi sebagai relawan") // who answers nothing yet
	p.keys(kb.Enter)
	p.js("she is among those who answer", fmt.Sprintf(waiting, `return document.activeElement.value === "budi" && document.activeElement.id.startsWith("f-agents-") ? "yes" : ""`))
	p.picture("admin-8-accounts-id")
}

// arrive signs somebody in who goes to a page.
func (p *screen) arrive(name, page string) {
	p.t.Helper()
	p.do("sign in", chromedp.SendKeys(chromedp.CSS("#username"), name), chromedp.SendKeys(chromedp.CSS("#password"), p.password))
	p.do("arrive", chromedp.Click(chromedp.CSS("button[type=submit]")), chromedp.WaitVisible(chromedp.CSS("#main, [role=status]")))
	p.js("no tour in the way", `for (const page of ["admin", "board", "reports"]) localStorage.setItem("sahut.tour." + page, "seen"); "done"`)
	p.do("go to "+page, chromedp.Navigate("about:blank"), chromedp.Navigate("http://"+p.web.Addr().String()+page))
}

// write puts text into the field of that label, as typed, and leaves it.
func (p *screen) write(label, text string) {
	p.t.Helper()
	p.js("go to "+label, fmt.Sprintf(waiting, fmt.Sprintf(`
		const l = [...document.querySelectorAll("label")].find((l) => l.textContent.trim() === %q && l.getClientRects().length);
		const f = l && document.getElementById(l.htmlFor);
		if (!f) return "";
		f.focus(); f.select(); return "there";`, label)))
	p.keys(text, kb.Tab)
}

// unfold opens the part of that name.
func (p *screen) unfold(name string) {
	p.t.Helper()
	p.must("unfold "+name, p.click(fmt.Sprintf(waiting, fmt.Sprintf(`return [...document.querySelectorAll("summary")].find((e) => e.textContent.trim() === %q && e.getClientRects().length)`, name))))
}

// keys presses them one after the other.
func (p *screen) keys(all ...string) {
	p.t.Helper()
	for _, k := range all {
		p.do("press keys", chromedp.KeyEvent(k))
	}
}

// enter goes to what is called so by Tab, and presses it.
func (p *screen) enter(name string) {
	p.t.Helper()
	p.js(name+" is there", fmt.Sprintf(waiting, fmt.Sprintf(`return [...document.querySelectorAll("a, button")].find((e) => e.textContent.trim() === %q && e.getClientRects().length) ? "yes" : ""`, name)))
	p.tabTo(name)
	p.keys(kb.Enter)
}

// hotline is its queue as the document in force says.
func (s *site) hotline() configs.Queue {
	s.t.Helper()
	r, _, err := (directory{s.store}).Routing()
	s.must("read routing", err)
	return r.Queues[0]
}

// editAs applies a change of the routing as another administrator would, by the
// API.
func (s *site) editAs(name string, edit func(*configs.Routing)) {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	s.must("cookies", err)
	web := &http.Client{Jar: jar}
	ask := func(method, path, etag string, body, into any) string {
		b, err := json.Marshal(body)
		s.must(path, err)
		r, err := http.NewRequestWithContext(s.ctx, method, "http://"+s.web.Addr().String()+"/api/v1/"+path, bytes.NewReader(b))
		s.must(path, err)
		r.Header.Set("X-Sahut", "1")
		r.Header.Set("Content-Type", "application/json")
		if etag != "" {
			r.Header.Set("If-Match", etag)
		}
		res, err := web.Do(r)
		s.must(path, err)
		defer res.Body.Close()
		if res.StatusCode != http.StatusOK {
			s.t.Fatalf("%s %s as %s: %d", method, path, name, res.StatusCode)
		}
		if into != nil {
			s.must(path, json.NewDecoder(res.Body).Decode(into))
		}
		return res.Header.Get("ETag")
	}
	ask("POST", "session", "", map[string]string{"username": name, "password": s.password}, nil)
	var r configs.Routing
	etag := ask("GET", "routing", "", nil, &r)
	edit(&r)
	ask("PUT", "routing", etag, r, nil)
}
