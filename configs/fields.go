package configs

import (
	"reflect"
	"strings"
)

// Field is one field of the admin's routing form.
type Field struct {
	Key     string   `json:"key"`  // queues[].ring_for
	Type    string   `json:"type"` // as Setting.Type
	Label   Label    `json:"label"`
	Help    Label    `json:"help"`
	Default string   `json:"default"`
	Choices []Choice `json:"choices,omitempty"`
	Refers  string   `json:"refers,omitempty"` // queues, prompts: the value names one of these
}

// Choice is one value a field can have.
type Choice struct {
	Value string `json:"value"`
	Label Label  `json:"label"`
}

// Fields returns every key of the routing document with the words of the form.
func Fields() []Field {
	var all []Field
	eachKey(reflect.TypeFor[Routing](), "", func(path string, f reflect.StructField) {
		w := formWords[path]
		out := Field{Key: path, Type: typeWord(f), Label: Label{w.en, w.id}, Help: Label{f.Tag.Get("doc"), w.help},
			Default: f.Tag.Get("default"), Refers: refers[path]}
		if tag := f.Tag.Get("choices"); tag != "" {
			for _, c := range strings.Split(tag, ",") {
				out.Choices = append(out.Choices, Choice{c, choiceWords[c]})
			}
		}
		all = append(all, out)
	})
	return all
}

// refers says what a text names.
var refers = map[string]string{
	"numbers[].queue":     "queues",
	"queues[].exit.queue": "queues",
	"queues[].exit.words": "prompts",
	"queues[].greeting":   "prompts",
	"queues[].music":      "prompts",
	"queues[].comfort":    "prompts",

	"blocked.prompt":                    "prompts",
	"blocked.queue":                     "queues",
	"messages.consent":                  "prompts",
	"messages.thanks":                   "prompts",
	"numbers[].menu":                    "menus",
	"menus[].prompt":                    "prompts",
	"menus[].queue":                     "queues",
	"menus[].choices[].menu":            "menus",
	"menus[].choices[].queue":           "queues",
	"queues[].hours":                    "hours",
	"queues[].when_closed.queue":        "queues",
	"queues[].when_closed.words":        "prompts",
	"queues[].ladder[].prompt":          "prompts",
	"queues[].ladder[].choices[].queue": "queues",
	"agents[].queues":                   "queues",

	"agents[].tiers[].queue": "queues",

	"shifts.weekly[].agents": "agents",
	"shifts.weekly[].queues": "queues",
	"shifts.dates[].agents":  "agents",
	"shifts.dates[].queues":  "queues",
}

var choiceWords = map[string]Label{
	"id":           {"Indonesian", "Bahasa Indonesia"},
	"en":           {"English", "Bahasa Inggris"},
	"longest_idle": {"Who has been idle longest", "Yang paling lama menganggur"},
	"ring_all":     {"Everyone at once", "Semua sekaligus"},
	"round_robin":  {"In turn", "Bergiliran"},

	"fewest_calls":     {"Who answered fewest today", "Yang paling sedikit menjawab hari ini"},
	"least_talk":       {"Who talked least today", "Yang paling sedikit berbicara hari ini"},
	"linear":           {"Always from the top of the list", "Selalu dari atas daftar"},
	"random":           {"By lot", "Acak"},
	"weighted_random":  {"By lot, by weight", "Acak menurut bobot"},
	"ring_n":           {"Several at once", "Beberapa sekaligus"},
	"ring_progressive": {"One more every few seconds", "Bertambah satu setiap beberapa detik"},
	"closed":           {"Closed", "Tutup"},
	"open24":           {"Open day and night", "Buka siang malam"},
	"windows":          {"Open as the windows say", "Buka menurut jendela waktu"},
	"keep":             {"They wait on", "Tetap menunggu"},
	"exit":             {"They go where callers go while it is closed", "Dialihkan seperti saat tutup"},
	"yes":              {"All of them", "Semua"},
	"no":               {"None", "Tidak ada"},
	"limit":            {"Only up to the limit", "Hanya sampai batas"},
	"more":             {"Beyond the limit: more than", "Di atas batas: lebih dari"},
	"none":             {"There is none", "Tanpa waktu mencatat"},
	"timed":            {"After its time", "Setelah waktunya"},
	"timed_extendable": {"After its time, which she may extend", "Setelah waktunya, dapat diperpanjang"},
	"until_done":       {"When she is done", "Bila relawan selesai"},
	"stay":             {"Wait on", "Tetap menunggu"},
	"callback":         {"Be called back", "Ditelepon kembali"},
	"message":          {"Leave a message", "Meninggalkan pesan"},
	"queue":            {"Another queue", "Antrean lain"},
	"number":           {"Another line", "Saluran lain"},
	"low_class":        {"Answered after everybody else", "Dijawab setelah yang lain"},
	"words":            {"Hears the words for blocked callers", "Mendengar kata untuk penelepon yang diblokir"},
	"data":             {"Somebody was helped", "Ada yang dibantu"},
	"non_data":         {"Nothing to write down", "Tidak ada yang dicatat"},
	"":                 {"Not said", "Tidak disebut"},
	"f":                {"Woman", "Perempuan"},
	"m":                {"Man", "Laki-laki"},
}

// formWords are the words of the form: the label in both languages and the
// help in Indonesian. The English help is the field's doc tag.
var formWords = map[string]struct{ en, id, help string }{
	"numbers":            {"Numbers", "Nomor", "Nomor yang dihubungi penelepon dan antrean tujuannya."},
	"numbers[].number":   {"Number", "Nomor", "Nomor sebagaimana dikirim operator, hanya angka atau diawali +."},
	"numbers[].queue":    {"Queue", "Antrean", "Antrean yang dimasuki peneleponnya."},
	"numbers[].menu":     {"Menu", "Menu", "Menu yang ditanyakan lebih dulu; kosong: tanpa menu. Yang kembali ke tempatnya, atau setelah percakapan terputus, tidak ditanya lagi."},
	"numbers[].language": {"Language", "Bahasa", "Bahasa suara yang diputar: id atau en."},

	"menus":                      {"Menus", "Menu", "Yang ditanyakan kepada penelepon sebelum masuk antrean."},
	"menus[].id":                 {"Short name", "Nama pendek", "Nama pendek yang tetap, dipakai oleh nomor dan menu lain."},
	"menus[].prompt":             {"Prompt", "Rekaman", "Rekaman yang menyebutkan pilihannya."},
	"menus[].timeout":            {"Time to think", "Waktu berpikir", "Berapa lama penelepon boleh berpikir setelah rekaman selesai."},
	"menus[].repeat":             {"Asked again", "Ditanya lagi", "Berapa kali ditanya lagi bila ia tidak menekan apa pun, atau menekan tombol lain."},
	"menus[].choices":            {"Choices", "Pilihan", "Arti setiap tombol."},
	"menus[].choices[].key":      {"Key", "Tombol", "Tombol: 1 sampai 9, * atau #. 0 dua kali langsung mengakhiri panggilan, jadi bukan pilihan."},
	"menus[].choices[].menu":     {"Then the menu", "Lalu menu", "Menu berikutnya; paling banyak dua tingkat."},
	"menus[].choices[].queue":    {"Queue", "Antrean", "Antrean yang dimasuki; kosong: antrean menu ini."},
	"menus[].choices[].language": {"Language", "Bahasa", "Bahasa semua yang didengarnya mulai sekarang, dan bahasa relawan."},
	"menus[].choices[].gender":   {"Volunteer's gender", "Jenis kelamin relawan", "Jenis kelamin relawan, yang hanya dapat dilepas oleh penelepon sendiri."},
	"menus[].choices[].topic":    {"Topic", "Topik", "Bidang yang dikuasai relawan."},
	"menus[].choices[].danger":   {"In danger now", "Dalam bahaya sekarang", "Ia dalam bahaya sekarang: didahulukan dari semua yang tidak, dan tidak ditanya menu lagi."},
	"menus[].queue":              {"Queue of the others", "Antrean yang lain", "Antrean bagi yang tidak memilih, dan bagi pilihan tanpa antrean."},

	"hours":                               {"Hours", "Jam buka", "Kapan antrean buka."},
	"hours[].id":                          {"Short name", "Nama pendek", "Nama pendek yang tetap, dipakai oleh antrean."},
	"hours[].time_zone":                   {"Time zone", "Zona waktu", "Waktu setempat yang dipakai: Asia/Jakarta (WIB), Asia/Makassar (WITA), Asia/Jayapura (WIT), atau nama IANA lain."},
	"hours[].open24":                      {"Day and night", "Siang malam", "Buka siang malam, kecuali pada hari khusus."},
	"hours[].weekly":                      {"Every week", "Setiap minggu", "Kapan buka dalam minggu biasa; satu hari boleh punya beberapa jendela waktu."},
	"hours[].weekly[].days":               {"Days", "Hari", "Pada hari apa dimulai: mon, tue, wed, thu, fri, sat, sun."},
	"hours[].weekly[].from":               {"From", "Dari", "Kapan dimulai, seperti 08:00."},
	"hours[].weekly[].to":                 {"To", "Sampai", "Kapan berakhir, seperti 22:00 atau 24:00; lebih awal dari permulaan berarti hari berikutnya."},
	"hours[].exceptions":                  {"Special days", "Hari khusus", "Hari yang tidak seperti setiap minggu."},
	"hours[].exceptions[].date":           {"Date", "Tanggal", "Harinya, seperti 2026-12-25."},
	"hours[].exceptions[].label":          {"Why", "Alasan", "Hari libur, kekurangan relawan. Relawan dan laporan melihatnya."},
	"hours[].exceptions[].open":           {"Open", "Buka", "Tutup sepanjang hari, buka siang malam, atau menurut jendela waktu."},
	"hours[].exceptions[].windows":        {"Windows", "Jendela waktu", "Kapan buka pada hari itu."},
	"hours[].exceptions[].windows[].from": {"From", "Dari", "Kapan dimulai, seperti 08:00."},
	"hours[].exceptions[].windows[].to":   {"To", "Sampai", "Kapan berakhir, seperti 22:00 atau 24:00; lebih awal dari permulaan berarti hari berikutnya."},

	"queues":                     {"Queues", "Antrean", "Barisan tempat penelepon menunggu."},
	"queues[].id":                {"Short name", "Nama pendek", "Nama pendek yang tetap, dipakai oleh nomor, relawan, dan laporan."},
	"queues[].label":             {"Shown as", "Tampil sebagai", "Yang dilihat relawan saat panggilan berdering."},
	"queues[].strategy":          {"Who rings first", "Siapa berdering dulu", "Siapa yang berdering lebih dulu, dan berapa sekaligus."},
	"queues[].ring_for":          {"Ring for", "Lama berdering", "Berapa lama peramban seorang relawan berdering sebelum relawan berikutnya dicoba."},
	"queues[].ring_n":            {"Ring at once", "Berdering sekaligus", "Berapa yang berdering sekaligus dengan strategi ring_n."},
	"queues[].ring_step":         {"One more every", "Bertambah setiap", "Dengan strategi ring_progressive satu relawan lagi berdering setiap selang ini; yang sudah berdering tetap berdering."},
	"queues[].weight":            {"Weight", "Bobot", "Di antara antrean yang berbagi relawan, penelepon dari antrean yang lebih berbobot dilayani lebih dulu."},
	"queues[].max_expected_wait": {"Longest expected wait", "Perkiraan tunggu terlama", "Yang akan menunggu lebih lama dari ini langsung menempuh jalan keluar; 0s tanpa batas. Antrean kosong menerima siapa pun."},
	"queues[].max_ratio":         {"Most waiting per volunteer", "Jumlah menunggu per relawan", "Berapa penelepon boleh menunggu untuk setiap relawan yang sedang bekerja; 0 berarti tanpa batas. Antrean kosong menerima siapa pun."},
	"queues[].resume_for":        {"Place is kept for", "Tempat disimpan selama", "Yang menutup telepon saat menunggu dan menelepon lagi dalam waktu ini mendapat tempatnya kembali; 0s tidak pernah."},
	"queues[].drop_return_for":   {"Broken talk is resumed within", "Percakapan terputus dilanjutkan dalam", "Yang percakapannya terputus dan menelepon lagi dalam waktu ini didahulukan, ke relawan yang sama lebih dulu; 0s tidak pernah."},

	"queues[].steps":               {"Steps", "Langkah", "Siapa lagi boleh berdering bila penelepon sudah menunggu beberapa lama."},
	"queues[].steps[].after":       {"After", "Setelah", "Berapa lama penelepon sudah menunggu dalam antrean ini saat langkah diambil."},
	"queues[].steps[].tiers":       {"Up to tier", "Sampai tingkat", "Mulai sekarang relawan sampai tingkat ini berdering. Antrean dengan langkah seperti ini mulai dengan tingkat 0 saja."},
	"queues[].steps[].strategy":    {"Who rings first", "Siapa berdering dulu", "Siapa yang berdering lebih dulu mulai sekarang; kosong: seperti sebelumnya."},
	"queues[].steps[].drop":        {"May lack", "Boleh tidak terpenuhi", "Yang dimintanya dan kini boleh tidak terpenuhi: topic; atau language, bila ia setuju saat ditanya. Jenis kelamin relawan tidak pernah dilepas."},
	"queues[].steps[].supervisors": {"Ring supervisors", "Dering penyelia", "Mulai sekarang penyelia antrean ini juga berdering. Tanpa langkah seperti ini mereka berdering seperti yang lain."},
	"queues[].steps[].mobiles":     {"Ring mobiles", "Dering ponsel", "Mulai sekarang yang menjawab lewat ponselnya juga berdering. Tanpa langkah seperti ini mereka berdering seperti yang lain."},

	"queues[].greeting":                  {"Greeting", "Salam pembuka", "Rekaman yang didengar setiap penelepon pertama kali."},
	"queues[].music":                     {"Music", "Musik", "Rekaman yang berulang selama penelepon menunggu atau ditahan."},
	"queues[].announce_position":         {"Tell positions", "Sebut urutan", "Urutan mana yang disebut: semua, tidak ada, hanya sampai batas, atau di atas batas bahwa lebih dari sekian orang di depannya."},
	"queues[].announce_limit":            {"Last position told", "Urutan terakhir yang disebut", "Urutan terakhir yang disebut, dengan limit dan more; 0 tanpa batas."},
	"queues[].announce_wait":             {"Tell the wait", "Sebut lama tunggu", "Apakah ia diberi tahu perkiraan lamanya, dalam menit dari dan sampai; tidak pernah bertambah, dan tidak disebut sebelum dapat diketahui."},
	"queues[].comfort":                   {"Comfort lines", "Kata penenang", "Rekaman yang disebut bergantian selama menunggu; kosong: bawaan, bahwa ia tidak sendiri dan bahwa 0 dua kali mengakhiri panggilan."},
	"queues[].comfort_every":             {"Comfort every", "Penenang setiap", "Seberapa sering salah satunya disebut, bila tidak ada yang lain; 0s tidak pernah."},
	"queues[].announce_every":            {"Announce position every", "Umumkan posisi setiap", "Seberapa sering penelepon diberi tahu posisinya, bila membaik; 0s tidak pernah."},
	"queues[].max_waiting":               {"Most callers waiting", "Jumlah menunggu terbanyak", "Berapa penelepon boleh menunggu sekaligus; 0 berarti tanpa batas."},
	"queues[].max_wait":                  {"Longest wait", "Tunggu paling lama", "Paling lama penelepon menunggu sebelum jalan keluar ditempuh."},
	"queues[].max_wait_nobody":           {"Longest wait with nobody on shift", "Tunggu paling lama tanpa relawan", "Berapa lama penelepon menunggu selama tidak ada relawan antrean ini yang bertugas. Yang tidak menanggapi atau tanpa suara tidak dihitung; istirahat dihitung hadir setengah jam."},
	"queues[].ladder":                    {"Ladder", "Tangga", "Yang dikatakan kepada penelepon yang sudah lama menunggu, dan yang dapat dipilihnya saat itu."},
	"queues[].ladder[].after":            {"After", "Setelah", "Berapa lama ia sudah menunggu dalam antrean ini. Relawan yang sedang berdering tidak pernah dipotong: dikatakan setelah dering selesai."},
	"queues[].ladder[].prompt":           {"Prompt", "Rekaman", "Rekaman yang diputar, dan yang menyebutkan pilihannya bila ada."},
	"queues[].ladder[].choices":          {"Choices", "Pilihan", "Arti setiap tombol. Yang tidak menekan apa pun tetap menunggu."},
	"queues[].ladder[].choices[].key":    {"Key", "Tombol", "Tombol: 1 sampai 9, * atau #."},
	"queues[].ladder[].choices[].do":     {"Does", "Akibatnya", "Tetap menunggu; ditelepon kembali dengan tempat tetap, bila aman; meninggalkan pesan; ke antrean lain; atau dihubungkan ke saluran lain."},
	"queues[].ladder[].choices[].queue":  {"Queue", "Antrean", "Antreannya, bila ke antrean lain."},
	"queues[].ladder[].choices[].number": {"Number", "Nomor", "Nomor saluran lain; harus diizinkan pada panggilan keluar."},

	"queues[].hours":               {"Hours", "Jam buka", "Kapan buka; kosong: selalu."},
	"queues[].closed":              {"Closed now", "Tutup sekarang", "Menutup antrean sekarang, apa pun jam bukanya."},
	"queues[].closed.until":        {"Until", "Sampai", "Sampai kapan, seperti 2026-12-24T20:00:00+07:00; setelah itu buka sendiri. Kosong: tidak ditutup."},
	"queues[].closed.reason":       {"Why", "Alasan", "Alasannya, bagi yang melihat riwayat."},
	"queues[].min_planned":         {"Volunteers planned at least", "Relawan terjadwal paling sedikit", "Berapa relawan seharusnya dijadwalkan selama antrean buka; bila kurang, jadwal tugas menunjukkan celah. 0 tidak pernah."},
	"queues[].cover":               {"Also planned", "Juga terjadwal", "Siapa lagi yang seharusnya dijadwalkan selama antrean buka, misalnya seorang perempuan atau yang berbahasa Inggris."},
	"queues[].cover[].language":    {"Speaks", "Berbahasa", "Yang menguasainya, seperti id atau en; kosong: bahasa apa pun."},
	"queues[].cover[].gender":      {"Gender", "Jenis kelamin", "Jenis kelaminnya: f atau m; kosong: siapa pun."},
	"queues[].cover[].at_least":    {"At least", "Paling sedikit", "Berapa orang."},
	"queues[].when_closed":         {"While closed", "Selama tutup", "Ke mana penelepon selama tutup; kosong: mendengar rekaman closed."},
	"queues[].when_closed.queue":   {"Another queue", "Antrean lain", "Antrean yang mengambil alih; batas tunggunya dimulai dari awal."},
	"queues[].when_closed.words":   {"Words", "Kata-kata", "Rekaman yang diputar sebelum panggilan berakhir."},
	"queues[].when_closed.message": {"A message", "Pesan", "Ia boleh meninggalkan pesan; lalu panggilan berakhir."},
	"queues[].at_closing":          {"Who waits at closing time", "Yang menunggu saat tutup", "Tetap menunggu dan dijawab (keep), ditanya apakah lebih baik ditelepon kembali dan bila tidak tetap menunggu (callback), atau dialihkan seperti saat tutup (exit)."},
	"queues[].exit.message":        {"A message", "Pesan", "Ia boleh meninggalkan pesan; lalu panggilan berakhir."},

	"queues[].exit":                 {"Way out", "Jalan keluar", "Yang terjadi bila penelepon menunggu terlalu lama: antrean lain, kata penutup, atau pesan."},
	"queues[].exit.queue":           {"Another queue", "Antrean lain", "Antrean yang mengambil alih; batas tunggunya dimulai dari awal."},
	"queues[].exit.words":           {"Closing words", "Kata penutup", "Rekaman yang diputar sebelum panggilan berakhir."},
	"queues[].callback":             {"Call-back", "Telepon balik", "Bagaimana penelepon ditelepon kembali bila ia memilihnya di tangga, atau dijanjikan."},
	"queues[].callback.window":      {"Safe for", "Aman selama", "Siapa menjawab dengan tombol bahwa aman, boleh ditelepon selama ini sejak saat itu, tidak lebih lama. Relawan atau admin dapat mencatat waktu yang lebih tepat."},
	"queues[].callback.trust":       {"Answers count for", "Jawaban berlaku selama", "Berapa lama jawaban yang dicatat relawan atau admin berlaku; 336h adalah 14 hari."},
	"queues[].callback.attempts":    {"Attempts", "Percobaan", "Berapa kali ia ditelepon paling banyak sebelum berhenti mencoba."},
	"queues[].callback.gap":         {"Between attempts", "Jeda percobaan", "Berapa lama setelah panggilan yang tidak sampai, panggilan berikut boleh dibuat."},
	"queues[].callback.expires":     {"Given up after", "Berhenti setelah", "Kapan berhenti, apa pun yang sudah dicoba."},
	"queues[].callback.per_day":     {"Calls within 24 hours", "Panggilan dalam 24 jam", "Berapa kali satu nomor ditelepon balik dalam 24 jam paling banyak, apa pun alasannya. Yang lebih kecil antara ini dan percobaan berlaku."},
	"queues[].callback.hide_number": {"Hide our number", "Sembunyikan nomor kami", "Apakah teleponnya tidak menampilkan nomor ketika ia ditelepon balik. Relawan dapat mencatat lain untuk seorang penelepon."},
	"queues[].wrap_up_mode":         {"Writing time ends", "Akhir waktu mencatat", "Bagaimana waktu mencatat berakhir: tanpa; setelah waktunya; setelah waktunya yang dapat diperpanjang; atau bila relawan selesai, paling lama satu jam."},
	"queues[].wrap_up":              {"Writing time", "Waktu mencatat", "Waktu relawan mencatat setelah kontak; 0s tanpa."},
	"queues[].wrap_up_extend":       {"Extend adds", "Tambahan waktu", "Berapa lama satu kali menekan Perpanjang menambah."},
	"queues[].short_abandon":        {"Short call below", "Panggilan singkat di bawah", "Penelepon yang pergi dalam waktu ini dihitung sebagai abandoned_short."},

	"queues[].show_safety": {"Show safety marks", "Tampilkan tanda keamanan", "Apakah panggilan yang berdering menyebutkan yang diketahui dari nomornya tentang keamanan penelepon: tidak aman ditelepon, akan ditelepon kembali, percakapan terakhir terputus. Nomor bukan bukti siapa yang menelepon, jadi tidak, kecuali Anda memilihnya. Yang ditekannya dalam panggilan ini selalu ditampilkan."},
	"queues[].supervision": {"Supervision", "Penyeliaan", "Apakah penyelia boleh mendengarkan percakapan antrean ini, berbisik kepada relawan, bergabung, atau mengambil alih. Sebutkan di kata sambutan bahwa ada yang mungkin mendengarkan. SOS seorang relawan tetap dijawab."},

	"agents":          {"Volunteers", "Relawan", "Para relawan yang menjawab, dan untuk antrean mana."},
	"agents[].id":     {"User name", "Nama pengguna", "Nama yang dipakainya untuk masuk."},
	"agents[].name":   {"Alias", "Nama samaran", "Nama samaran di layar, tidak pernah disampaikan kepada penelepon."},
	"agents[].queues": {"Answers", "Menjawab", "Antrean yang dijawabnya."},
	"agents[].dial":   {"May call out", "Boleh menelepon keluar", "Apakah ia boleh menelepon keluar, ke nomor yang diizinkan."},
	"agents[].mobile": {"Own mobile", "Ponsel pribadi", "Nomor ponselnya dengan kode negara, bila ia boleh didering di sana; penelepon tidak pernah melihatnya."},

	"agents[].tiers":         {"Tiers", "Tingkat", "Untuk antrean yang mendering dia lebih lambat daripada yang lain; yang lain tingkat 0."},
	"agents[].tiers[].queue": {"Queue", "Antrean", "Salah satu antrean yang dijawabnya."},
	"agents[].tiers[].tier":  {"Tier", "Tingkat", "0 berdering lebih dulu; tingkat lebih tinggi hanya bila tidak ada yang bebas di tingkat lebih rendah."},
	"agents[].languages":     {"Languages", "Bahasa", "Bahasa yang dikuasainya, seperti id atau en; kosong berarti id."},
	"agents[].gender":        {"Gender", "Jenis kelamin", "Untuk penelepon yang meminta perempuan atau laki-laki. Yang meminta hanya dihubungkan dengan relawan yang diketahui jenis kelaminnya."},
	"agents[].topics":        {"Topics", "Topik", "Bidang yang dikuasainya lebih daripada yang lain, dengan nama yang dipakai menu."},
	"agents[].weight":        {"Weight", "Bobot", "Dengan strategi weighted_random, yang berbobot dua kali berdering lebih dulu dua kali lebih sering."},
	"agents[].supervisor":    {"Supervisor", "Penyelia", "Apakah ia disimpan untuk langkah yang mendering penyelia."},

	"blocked":        {"Blocked callers", "Penelepon yang diblokir", "Yang terjadi pada penelepon yang diblokir."},
	"blocked.prompt": {"Words", "Kata", "Yang didengar penelepon yang diblokir sebelum panggilan berakhir; sebutkan nomor darurat di dalamnya."},
	"blocked.code":   {"Code", "Kode", "Siapa menekan tombol ini selama kata-kata itu tetap sampai ke antrean. Menekan 1 dua kali selalu berlaku."},
	"blocked.queue":  {"Queue for help", "Antrean bantuan", "Antrean bagi yang menekan tombol atau kode, dan bagi penelepon khusus penyelia; kosong: penyelia dari antrean yang dihubungi."},

	"flood":            {"Floods", "Banjir panggilan", "Berapa panggilan seorang penelepon dilayani seperti yang lain."},
	"flood.per_number": {"Calls from one number", "Panggilan dari satu nomor", "Berapa panggilan dari satu nomor dalam waktu itu dilayani seperti yang lain; 0 tanpa batas. Percakapan yang terputus tidak dihitung."},
	"flood.withheld":   {"Calls from withheld numbers", "Panggilan dari nomor tersembunyi", "Hal yang sama untuk semua nomor tersembunyi bersama-sama; 0 tanpa batas."},
	"flood.within":     {"Counted over", "Dihitung dalam", "Waktu yang dipakai untuk menghitung panggilan."},
	"flood.over":       {"Further calls", "Panggilan selebihnya", "Yang terjadi pada panggilan selebihnya: low_class dijawab setelah yang lain, words mendengar yang didengar penelepon yang diblokir."},

	"shifts":                 {"Shifts", "Jadwal tugas", "Rencana siapa datang kapan; tanpa rencana, setiap orang datang dan pulang semaunya."},
	"shifts.time_zone":       {"Time zone", "Zona waktu", "Waktu setempat yang dipakai, juga di semua layar: Asia/Jakarta (WIB), Asia/Makassar (WITA), Asia/Jayapura (WIT), atau nama IANA lain."},
	"shifts.remind":          {"Remind before", "Ingatkan sebelum", "Berapa lama sebelum tugasnya relawan yang halamannya terbuka diingatkan; 0s hanya saat mulai."},
	"shifts.late_after":      {"Late after", "Terlambat setelah", "Yang belum mulai selama ini setelah jadwalnya dicatat terlambat, untuk penyelia; 0s tidak pernah."},
	"shifts.soft_end":        {"Spared before the end", "Disisihkan menjelang akhir", "Selama ini sebelum tugasnya berakhir, relawan tidak diberi panggilan baru yang dapat dijawab orang lain; 0s tidak berlaku."},
	"shifts.soft_wait":       {"But not when a caller has waited", "Kecuali penelepon sudah menunggu", "Penelepon yang sudah menunggu selama ini tetap dihubungkan kepadanya, kecuali ada orang lain yang bebas. Yang dalam bahaya atau terputus tidak dibuat menunggu."},
	"shifts.weekly":          {"Every week", "Setiap minggu", "Tugas dalam minggu biasa."},
	"shifts.weekly[].agents": {"Who", "Siapa", "Siapa yang datang, dengan nama pengguna."},
	"shifts.weekly[].days":   {"Days", "Hari", "Pada hari apa dimulai: mon, tue, wed, thu, fri, sat, sun."},
	"shifts.weekly[].from":   {"From", "Dari", "Kapan mulai, seperti 08:00."},
	"shifts.weekly[].to":     {"To", "Sampai", "Kapan berakhir, seperti 16:00 atau 24:00; lebih awal dari permulaan berarti hari berikutnya."},
	"shifts.weekly[].queues": {"Counted for", "Dihitung untuk", "Untuk antrean mana mereka dihitung; kosong: semua antreannya. Antrean lain tetap boleh mendering mereka."},
	"shifts.dates":           {"Special days", "Hari khusus", "Hari yang tidak seperti setiap minggu. Yang disebut pada suatu hari tidak bertugas mingguan yang dimulai hari itu."},
	"shifts.dates[].date":    {"Day", "Tanggal", "Hari mulainya, seperti 2026-12-25."},
	"shifts.dates[].label":   {"Why", "Alasan", "Alasannya: hari libur, bertukar tugas. Para relawan melihatnya."},
	"shifts.dates[].agents":  {"Who", "Siapa", "Siapa, dengan nama pengguna; pada hari libur, kosong berarti semua."},
	"shifts.dates[].off":     {"Off", "Libur", "Mereka tidak datang pada hari itu."},
	"shifts.dates[].from":    {"From", "Dari", "Kapan mulai, seperti 08:00."},
	"shifts.dates[].to":      {"To", "Sampai", "Kapan berakhir, seperti 16:00 atau 24:00; lebih awal dari permulaan berarti hari berikutnya."},
	"shifts.dates[].queues":  {"Counted for", "Dihitung untuk", "Untuk antrean mana mereka dihitung; kosong: semua antreannya."},

	"care":                {"Care", "Perhatian", "Yang tidak dibebankan kepada relawan."},
	"care.heavy_rest":     {"Rest after a heavy contact", "Istirahat setelah kontak berat", "Setelah kontak dengan hasil berat tidak ada yang mendering dia selama ini, atau sampai ia menekan Siap; 0s tidak pernah."},
	"care.max_heavy":      {"Heavy contacts in a row", "Kontak berat berturut-turut", "Setelah sekian kontak berat berturut-turut ia beristirahat sampai menekan Siap; 0 tidak pernah."},
	"care.max_continuous": {"Longest time without a pause", "Waktu terlama tanpa jeda", "Setelah suatu kontak, yang sudah tersedia selama ini tanpa jeda beristirahat sampai menekan Siap; 0s tidak pernah."},

	"outgoing":                    {"Outgoing calls", "Panggilan keluar", "Panggilan apa yang boleh dibuat relawan atas nama hotline."},
	"outgoing.allow":              {"May be called", "Boleh dihubungi", "Awalan nomor dengan kode negara seperti +6221, atau nomor pendek utuh seperti 112. Kosong: tidak seorang pun dapat menelepon keluar."},
	"outgoing.deny":               {"May not be called", "Tidak boleh dihubungi", "Yang tidak boleh dihubungi walaupun diizinkan di atas. Dari dua yang cocok, yang lebih panjang berlaku."},
	"outgoing.max_at_once":        {"At once", "Sekaligus", "Berapa panggilan keluar boleh berlangsung sekaligus."},
	"outgoing.max_per_hour":       {"Per volunteer and hour", "Per relawan dan jam", "Berapa panggilan keluar boleh dibuat seorang relawan dalam satu jam, termasuk pengalihan ke nomor."},
	"outgoing.max_minutes":        {"Longest call (minutes)", "Panggilan terlama (menit)", "Tidak ada panggilan keluar yang lebih lama, dalam menit."},
	"outgoing.max_cost_per_day":   {"Most costs per day", "Biaya terbanyak per hari", "Bila panggilan hari itu sudah berbiaya sebanyak ini menurut tarif, tidak ada yang baru; yang berjalan tidak diputus. 0 berarti tanpa batas."},
	"outgoing.services":           {"Services that call here", "Layanan yang menelepon ke sini", "Nomor layanan yang juga menelepon ke sini, misalnya rumah aman: nomor lengkap dengan kode negara. Siapa pun lainnya yang pernah menelepon hanya dihubungi bila ia menyatakan aman."},
	"outgoing.known_only":         {"Known numbers only", "Hanya nomor yang dikenal", "Relawan hanya menelepon layanan, nomor pendek, dan orang yang menyatakan di sini bahwa ia aman dihubungi. Tanpa ini, penelepon yang sudah lebih dari 30 hari tidak menelepon dan tidak pernah ditanya dianggap orang asing, yang boleh dihubungi."},
	"outgoing.rates":              {"Rates", "Tarif", "Biaya panggilan, untuk batas biaya per hari; awalan terpanjang berlaku."},
	"outgoing.rates[].prefix":     {"Numbers beginning with", "Nomor berawalan", "Awalan nomor dengan kode negara, atau nomor pendek utuh."},
	"outgoing.rates[].per_minute": {"Per minute", "Per menit", "Harga setiap menit yang dimulai, dalam mata uang batas biaya."},

	"messages":             {"Messages", "Pesan", "Bagaimana penelepon meninggalkan pesan, dan berapa lama disimpan."},
	"messages.consent":     {"Words before", "Kata sebelum", "Rekaman sebelum pesan direkam: bahwa akan direkam, siapa yang mendengar, dan berapa lama disimpan."},
	"messages.thanks":      {"Words after", "Kata sesudah", "Rekaman setelah pesan."},
	"messages.limit":       {"Longest message", "Pesan terlama", "Seberapa panjang suatu pesan boleh."},
	"messages.silence":     {"Over after silence of", "Selesai setelah hening", "Setelah selama ini tanpa kata, pesan selesai."},
	"messages.alarm_after": {"Alarm after", "Peringatan setelah", "Pesan yang tidak diambil siapa pun dalam waktu ini menjadi peringatan di papan pantau; 0s tidak pernah."},
	"messages.keep":        {"Kept for", "Disimpan selama", "Setelah selama ini pesan dihapus, sudah didengar atau belum; 720h adalah 30 hari."},

	"notes":      {"Notes", "Catatan", "Yang dicatat relawan tentang suatu kontak, dan berapa lama disimpan."},
	"notes.off":  {"No notes", "Tanpa catatan", "Apakah relawan tidak mencatat: halamannya tanpa kolom catatan, dan yang sudah ditulis dihapus dalam satu jam."},
	"notes.keep": {"Kept for", "Disimpan selama", "Setelah selama ini catatan dihapus; 720h adalah 30 hari."},

	"pause_reasons":            {"Pause reasons", "Alasan jeda", "Yang dapat dipilih relawan saat jeda."},
	"pause_reasons[].code":     {"Code", "Kode", "Nama tetap yang disimpan dalam jurnal."},
	"pause_reasons[].label":    {"Shown as", "Tampil sebagai", "Yang dibaca relawan."},
	"pause_reasons[].label.en": {"English", "Inggris", "Bahasa Inggris."},
	"pause_reasons[].label.id": {"Indonesian", "Indonesia", "Bahasa Indonesia."},

	"dispositions":                {"Dispositions", "Hasil kontak", "Cara relawan menerangkan kontak yang selesai."},
	"dispositions[].code":         {"Code", "Kode", "Nama tetap yang disimpan dalam jurnal."},
	"dispositions[].label":        {"Shown as", "Tampil sebagai", "Yang dibaca relawan."},
	"dispositions[].wrap_up":      {"Writing time at least", "Waktu mencatat paling sedikit", "Yang memilihnya punya waktu mencatat paling sedikit selama ini, berapa pun menurut antrean; 0s menurut antrean."},
	"dispositions[].heavy":        {"Heavy", "Berat", "Apakah kontak seperti ini memberatkan relawan; lihat perhatian."},
	"dispositions[].new_incident": {"New incident", "Kejadian baru", "Apakah hasil ini berarti ada kejadian baru. Maka jawabannya yang lama tentang boleh dihubungi tidak berlaku lagi: tidak seorang pun menghubunginya sampai ia menyatakan lagi bahwa ia aman."},
	"dispositions[].kind":         {"Kind", "Jenis", "Data: ada yang dibantu, dan pencatatan akhir baru selesai setelah dicatat apakah ia aman berbicara. Bukan data: satu tombol saja, misalnya salah sambung."},
	"dispositions[].label.en":     {"English", "Inggris", "Bahasa Inggris."},
	"dispositions[].label.id":     {"Indonesian", "Indonesia", "Bahasa Indonesia."},
}
